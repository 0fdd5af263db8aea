package data

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/mod/modfile"
)

// RootVariable names, in the environment, the clone for programs that run outside it.
const RootVariable = "DIVERGENT_ROOT"

// Clone returns the folder of the clone of divergent: the working one, else that which
// the program was built from, as that of a reader's own module is.
func Clone() (string, error) {
	dir, err := WorkingClone()
	_, source, _, _ := runtime.Caller(0) // of a build with -trimpath in no folder
	if err != nil && filepath.IsAbs(source) {
		if built, found := cloneAt(filepath.Dir(source)); found {
			return built, nil
		}
	}
	return dir, err
}

// WorkingClone returns the folder of divergent's go.mod at or above the working folder,
// else the one that RootVariable names.
func WorkingClone() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	if dir, found := cloneAt(wd); found {
		return dir, nil
	}
	if root := os.Getenv(RootVariable); root != "" && isClone(root) {
		return root, nil
	}
	return "", fmt.Errorf("folder %s: want a clone of divergent (no go.mod of it here or above); cd into the clone", wd)
}

// cloneAt returns the clone at or above a folder.
func cloneAt(folder string) (dir string, found bool) {
	for dir := folder; ; dir = filepath.Dir(dir) {
		if isClone(dir) {
			return dir, true
		}
		if dir == filepath.Dir(dir) {
			return "", false
		}
	}
}

func isClone(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && modfile.ModulePath(b) == "divergent"
}
