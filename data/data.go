// Package data embeds the published tables and those of the committed reference
// results, finds the clone, which has their networks, and reads the published numbers.
//
// The numbers are Ngo Cheung's, licensed CC-BY-4.0; published/README.md says
// where each one comes from.
package data

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed published results/README.md results/*/manifest.json results/*/*.csv results/models
var files embed.FS

// Results returns the committed reference results, read-only: one folder for
// each study, laid out as results/README.md says. A study without results has
// no folder, so opening its files gives fs.ErrNotExist. The tables are embedded;
// networks, which few readers ask for, are opened in the clone.
func Results() fs.FS {
	f, err := fs.Sub(files, "results")
	if err != nil {
		panic("data: results is not a path") // only if the constant above is misspelt
	}
	return results{f}
}

// results has its tables in memory and its networks in the clone.
type results struct{ fs.FS }

func (r results) Open(name string) (fs.File, error) {
	if path.Base(path.Dir(name)) != "networks" {
		return r.FS.Open(name)
	}
	dir, err := Clone()
	if err != nil {
		return nil, fmt.Errorf("the committed networks are not embedded: %w", err)
	}
	return os.DirFS(filepath.Join(dir, "data", "results")).Open(name)
}

// Published returns the published tables and their README, read-only.
func Published() fs.FS {
	f, err := fs.Sub(files, "published")
	if err != nil {
		panic("data: published is not a path") // only if the constant above is misspelt
	}
	return f
}

// Tables returns the names that Table accepts, in alphabetical order.
func Tables() []string {
	paths, err := fs.Glob(Published(), "*.csv")
	if err != nil {
		panic("data: malformed pattern") // only if the constant above is misspelt
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(path.Base(p), ".csv")
	}
	return paths
}

// Table returns every row of an embedded published table, in the file's order:
// ch04_divergent holds the numbers of the seed paper's text and tables, ch01 to
// ch03 those of the book's first chapters, and the names that end in _notebook
// those printed in the author's notebooks. An unknown name is an error that
// lists the known ones.
func Table(name string) ([]Raw, error) {
	for _, known := range Tables() {
		if known != name {
			continue
		}
		f, err := Published().Open(name + ".csv")
		if err != nil {
			return nil, fmt.Errorf("data: table = %q: %w", name, err)
		}
		defer f.Close()
		return Parse(f, name+".csv")
	}
	return nil, fmt.Errorf("data: table = %q: want one of %s", name, strings.Join(Tables(), ", "))
}
