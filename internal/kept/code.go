package kept

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"divergent/data"
)

// Code tells the code of a small model in the clone: a hash of the package pkg/MODEL and
// of all that it imports, the files that they embed and the versions of other modules.
// Comments, layout and tests do not count, nor do committed results.
func Code(model string) (string, error) {
	got, _ := codes.LoadOrStore(model, sync.OnceValues(func() (string, error) {
		root, err := data.Clone()
		if err != nil {
			return "", err
		}
		return codeOf(root, "pkg/"+model)
	}))
	return got.(func() (string, error))()
}

var codes sync.Map // of each model, once for a program

func codeOf(root, pkg string) (string, error) {
	h, modules := sha256.New(), map[string]bool{}
	todo := []string{pkg}
	for i := 0; i < len(todo); i++ { // each package once, in the order in which they are met
		paths, err := filepath.Glob(filepath.Join(root, todo[i], "*"))
		if err != nil || len(paths) == 0 {
			return "", fmt.Errorf("kept: package %s is not in the clone", todo[i])
		}
		for _, path := range paths {
			ext := filepath.Ext(path)
			if ext != ".go" && ext != ".s" || strings.HasSuffix(path, "_test.go") {
				continue
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return "", err
			}
			fmt.Fprintf(h, "\n%s/%s\n", todo[i], filepath.Base(path))
			if ext == ".s" {
				h.Write(b)
				continue
			}
			imports, err := tokens(h, path, b)
			if err != nil {
				return "", err
			}
			for _, p := range imports {
				if own, ok := strings.CutPrefix(p, "divergent/"); ok && !slices.Contains(todo, own) {
					todo = append(todo, own)
				} else if !ok {
					modules[p] = true
				}
			}
			if err := embedded(h, filepath.Dir(path), b); err != nil {
				return "", err
			}
		}
	}
	b, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(b)) {
		for p := range modules {
			if f := strings.Fields(line); len(f) > 1 && strings.HasPrefix(p+"/", f[0]+"/") {
				fmt.Fprintln(h, f[0], f[1])
				break
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// tokens hashes a file without comments and layout, and returns its imports.
func tokens(h hash.Hash, path string, b []byte) (imports []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, b, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, i := range file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		imports = append(imports, p)
	}
	var s scanner.Scanner
	s.Init(set.AddFile(path, -1, len(b)), b, nil, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			return imports, nil
		}
		fmt.Fprintf(h, "%s %s\n", tok, lit)
	}
}

// embedded hashes the files that a file embeds, but for committed results.
func embedded(h hash.Hash, dir string, b []byte) error {
	for line := range strings.Lines(string(b)) {
		patterns, ok := strings.CutPrefix(line, "//go:embed ")
		if !ok {
			continue
		}
		for pattern := range strings.FieldsSeq(patterns) {
			if strings.HasPrefix(pattern, "results") {
				continue
			}
			paths, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return err
			}
			for _, p := range paths {
				err := filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
					if err != nil || d.IsDir() || filepath.Ext(path) == ".md" {
						return err
					}
					b, err := os.ReadFile(path)
					fmt.Fprintf(h, "\n%s\n%s", filepath.Base(path), b)
					return err
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}
