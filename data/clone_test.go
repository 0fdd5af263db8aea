package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const dense = "divergent/networks/0-dense-5c54d3759cf3923b27240e15.net"

// Networks are opened in the clone, from any folder of it or outside by a program built
// in it, and are none of what is embedded.
func TestNetworksAreReadFromTheClone(t *testing.T) {
	if _, err := fs.Stat(files, "results/"+dense); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a network is embedded: %v", err)
	}
	read := func() {
		t.Helper()
		if b, err := fs.ReadFile(Results(), dense); err != nil || len(b) < 1_000_000 {
			t.Errorf("%d bytes of the dense network, %v", len(b), err)
		}
	}
	read()
	t.Chdir(filepath.Join("..", "notebooks"))
	read()
	t.Chdir(t.TempDir())
	read()
	if _, err := Results().Open("divergent/networks/none.net"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a network that is not there: %v, want fs.ErrNotExist", err)
	}
}

func TestClone(t *testing.T) {
	mine, other, none := t.TempDir(), t.TempDir(), t.TempDir()
	below := filepath.Join(mine, "a", "b")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	for dir, text := range map[string]string{mine: "// a remark\nmodule divergent\r\n", other: "module divergent/tools\n"} {
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct{ here, root, want string }{
		{below, "", mine}, {none, mine, mine}, {none, below, ""}, {other, "", ""}, {none, other, ""}, {none, "", ""},
	} {
		t.Chdir(tc.here)
		t.Setenv(RootVariable, tc.root)
		got, err := WorkingClone()
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("in %s with %s: %q, %v; want %q", tc.here, tc.root, got, err, tc.want)
		}
		if err != nil && (!strings.Contains(err.Error(), tc.here) || !strings.Contains(err.Error(), "cd into the clone") || strings.Contains(err.Error(), "\n")) {
			t.Errorf("error %q: want one line with the folder and what to do", err)
		}
	}
}
