package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"divergent/internal/files"
)

// sumsFile lists the notebooks that the clone ships, as sha256sum does. Only what it
// lists is trusted with its outputs.
const sumsFile = "SHA256SUMS"

// shipped returns the checksums of the clone's notebooks by name.
func (a app) shipped() (map[string]string, error) {
	b, err := os.ReadFile(filepath.Join(a.root, "notebooks", sumsFile))
	if err != nil {
		return nil, fmt.Errorf("notebooks/%s: %w: the clone is incomplete", sumsFile, errors.Unwrap(err))
	}
	out := map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		sum, name, ok := strings.Cut(s.Text(), "  ")
		if !ok || len(sum) != 64 || name != filepath.Base(name) || filepath.Ext(name) != ".ipynb" {
			return nil, fmt.Errorf("notebooks/%s: line %q: want a checksum, two spaces and a notebook", sumsFile, s.Text())
		}
		out[name] = sum
	}
	return out, nil
}

// ship writes the checksums of the clone's notebooks.
func (a app) ship() error {
	paths, err := filepath.Glob(filepath.Join(a.root, "notebooks", "*.ipynb"))
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, p := range paths {
		content, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s  %s\n", files.Checksum(content), filepath.Base(p))
	}
	return files.Write(filepath.Join(a.root, "notebooks", sumsFile), []byte(b.String()))
}

// copied says in a reader's folder what its copies were when they were made, so that
// one that the reader has changed is told from one that only the clone has.
const copied = ".divergent-copies.json"

// copies puts a copy of each of the clone's notebooks into a reader's folder, but never
// over one that the reader has changed. It returns the copies that are as the clone
// ships them, whose outputs can be trusted, and the names of those kept as they are.
func (a app) copies(dir string) (asShipped, kept []string, err error) {
	sums, err := a.shipped()
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, files.Unwritable(dir, err)
	}
	made := map[string]string{}
	if b, err := files.Read(os.DirFS(dir), copied, 1<<20); err == nil {
		_ = json.Unmarshal(b, &made) // damaged, every copy counts as changed
	}
	paths, err := filepath.Glob(filepath.Join(a.root, "notebooks", "*.ipynb"))
	if err != nil {
		return nil, nil, err
	}
	for _, p := range paths {
		name := filepath.Base(p)
		content, err := os.ReadFile(p)
		if err != nil {
			return nil, nil, err
		}
		target, sum := filepath.Join(dir, name), files.Checksum(content)
		there, err := os.ReadFile(target)
		switch now := files.Checksum(there); {
		case errors.Is(err, fs.ErrNotExist), err == nil && now == made[name] && now != sum:
			if err := files.Write(target, content); err != nil {
				return nil, nil, files.Unwritable(dir, err)
			}
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", target, err)
		case now != sum:
			kept = append(kept, name)
			continue
		}
		made[name] = sum
		if sum == sums[name] {
			asShipped = append(asShipped, target)
		}
	}
	b, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return nil, nil, err
	}
	return asShipped, kept, files.Write(filepath.Join(dir, copied), append(b, '\n'))
}

// trust signs notebooks, so that Jupyter shows their stored outputs.
func (a app) trust(ctx context.Context, j jupyter, notebooks []string) error {
	if len(notebooks) == 0 {
		return nil
	}
	python, err := interpreter(j.program)
	if err != nil {
		return err
	}
	return quiet(ctx, a.root, j.env, python, append([]string{"-m", "nbformat.sign"}, notebooks...)...)
}

// interpreter returns the Python that a script of Jupyter runs on, by its first line.
func interpreter(script string) (string, error) {
	f, err := os.Open(script)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, _ := bufio.NewReader(f).ReadString('\n')
	python, ok := strings.CutPrefix(strings.TrimSpace(line), "#!")
	if !ok || !strings.Contains(filepath.Base(python), "python") {
		return "", fmt.Errorf("%s: begins with %.40q: want a Python script, as Jupyter's is", script, line)
	}
	return python, nil
}
