package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The kernel's go get before each cell does nothing; all else is the real go's.
func TestShimSkipsTheKernelsGetOnly(t *testing.T) {
	bin := t.TempDir()
	for range 2 {
		if err := shim(bin); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		kernel string
		args   []string
		want   string // in the output; empty for no output and success
	}{
		{"set", []string{"get"}, ""},
		{"set", []string{"get", "-t"}, ""},
		{"set", []string{"get", "example.invalid/x"}, "go.mod"},
		{"set", []string{"env", "GOOS"}, runtime.GOOS},
		{"", []string{"get"}, "go.mod"},
	} {
		cmd := exec.Command(filepath.Join(bin, "go"), c.args...)
		cmd.Dir = bin
		cmd.Env = append(os.Environ(), "GONB_TMP_DIR="+c.kernel, "GOPROXY=off", "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if c.want == "" && (err != nil || len(out) > 0) || !strings.Contains(string(out), c.want) {
			t.Errorf("%q of kernel %q: %v, %q, want %q", c.args, c.kernel, err, out, c.want)
		}
	}
}
