package data

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/mod/modfile"
)

// Clone returns the folder of the clone of divergent: at or above the working folder,
// else the one that the program was built from, as that of a reader's own module is.
func Clone() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	_, source, _, _ := runtime.Caller(0)
	return clone(wd, filepath.Dir(source))
}

func clone(here, source string) (string, error) {
	dir, err := CloneAt(here)
	if err != nil && filepath.IsAbs(source) { // a build with -trimpath names no folder
		if built, e := CloneAt(source); e == nil {
			return built, nil
		}
	}
	return dir, err
}

// CloneAt returns the folder of divergent's go.mod at or above a folder.
func CloneAt(folder string) (string, error) {
	for dir := folder; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(b) == "divergent" {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("folder %s: want a clone of divergent (no go.mod of it here or above); cd into the clone", folder)
		}
	}
}
