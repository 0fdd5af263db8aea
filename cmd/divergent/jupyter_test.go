package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestInstallSaysWhatToInstall(t *testing.T) {
	a := app{err: &strings.Builder{}, root: t.TempDir()}
	refusing := t.TempDir()
	script := "#!/bin/sh\necho 'E: Unable to locate package' >&2\nexit 100\n"
	if err := os.WriteFile(filepath.Join(refusing, "apt-get"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for how, path := range map[string]string{"no apt-get": t.TempDir(), "an apt-get that refuses": refusing} {
		t.Setenv("PATH", path)
		_, err := a.install(t.Context(), "jupyter-that-is-not-there")
		if err == nil || !strings.Contains(err.Error(), "apt-get install --no-install-recommends jupyter-that-is-not-there") {
			t.Errorf("%s: error %v does not say what to install", how, err)
		}
	}
}

func TestJupyterStaysInTheClone(t *testing.T) {
	a := app{root: "/clone"}
	env := a.jupyterEnv([]string{"GOFLAGS=-mod=mod -trimpath", "GOWORK=off", "JUPYTER_DATA_DIR=/home/me", "HOME=/home/me"})
	for _, want := range []string{"GOFLAGS=-trimpath", "HOME=/home/me", "JUPYTER_DATA_DIR=/clone/.jupyter/data", "JUPYTER_RUNTIME_DIR=/clone/.jupyter/runtime"} {
		if !slices.Contains(env, want) {
			t.Errorf("environment lacks %s: %q", want, env)
		}
	}
	for _, e := range env {
		if strings.HasPrefix(e, "GOWORK=") || e == "JUPYTER_DATA_DIR=/home/me" {
			t.Errorf("environment has %s", e)
		}
		if strings.HasPrefix(e, "PATH=") && !strings.HasPrefix(e, "PATH=/clone/.bin") {
			t.Errorf("the kernel is not first on the path: %s", e)
		}
	}
}
