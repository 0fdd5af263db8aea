package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/notebook"
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
	for _, want := range []string{"GOFLAGS=-ldflags=-w -trimpath", "HOME=/home/me", "JUPYTER_DATA_DIR=/clone/.jupyter/data", "JUPYTER_RUNTIME_DIR=/clone/.jupyter/runtime"} {
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

// Without a network, open says in a line what does not work, and goes on.
func TestHelpThatCannotBeBuilt(t *testing.T) {
	var said strings.Builder
	a := app{err: &said, root: t.TempDir()}
	lay(t, a.root, map[string]string{".ci/gopls/go.mod": "module gopls\n"})
	j := jupyter{env: append(os.Environ(), "GOPROXY=off", "GOFLAGS=")}
	done, err := j.help(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if got := said.String(); !strings.Contains(got, "in the background") || !strings.Contains(got, "no completion by Tab") || strings.Count(got, "\n") != 2 {
		t.Errorf("said %q", got)
	}
	if path := j.env[len(j.env)-1]; !strings.HasPrefix(path, "PATH="+filepath.Join(a.root, ".bin", "help")+string(os.PathListSeparator)+filepath.Join(a.root, ".bin")) {
		t.Errorf("kernels look for gopls in %s", path)
	}
}

// The kernel's own file has what cells need, whoever starts it.
func TestKernelWorksWithAnyClient(t *testing.T) {
	a := app{root: t.TempDir()}
	file := filepath.Join(a.root, ".jupyter", "data", "kernels", "gonb", "kernel.json")
	lay(t, a.root, map[string]string{".jupyter/data/kernels/gonb/kernel.json": `{"argv": ["gonb"], "env": {}}`})
	t.Setenv("GOFLAGS", "-mod=mod -trimpath")
	if err := a.anyClient(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Argv []string
		Env  map[string]string
	}
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	if work, ok := got.Env["GOWORK"]; got.Argv[0] != "gonb" || !ok || work != "" || got.Env["GOFLAGS"] != "-ldflags=-w -trimpath" ||
		got.Env["PATH"] != filepath.Join(a.root, ".bin")+string(os.PathListSeparator)+"${PATH}" || got.Env[notebook.RootVariable] != a.root {
		t.Errorf("kernel.json: %s", b)
	}
}
