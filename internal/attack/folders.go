//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"divergent/internal/files"
	"divergent/pkg/study"
	"divergent/pkg/study/store"
)

const journalName = store.CellFolder + "/0001.jsonl"

// table is the files of a folder that runs of one design must give alike.
type table map[string]string

// read returns the results of a folder.
func read(dir string) table {
	out := table{}
	for _, name := range []string{store.ManifestFile, store.ResultsFile, store.TracesFile} {
		b, err := readFile(filepath.Join(dir, name))
		if err != nil {
			b = []byte(err.Error())
		}
		out[name] = string(b)
	}
	return out
}

// readFile reads a file but no pipe, which would wait.
func readFile(name string) ([]byte, error) {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("no file: %v", err)
	}
	return os.ReadFile(name)
}

// differs names the files that are not the same.
func (t table) differs(other table) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if t[name] != other[name] {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// all returns every file below a folder but locks, links as where they lead.
func all(dir string) map[string]string {
	out := map[string]string{}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == store.LockFile {
			return nil
		}
		rel, _ := filepath.Rel(dir, path)
		switch {
		case e.Type().IsRegular():
			b, _ := os.ReadFile(path)
			out[rel] = string(b)
		case e.Type() == fs.ModeSymlink:
			out[rel], _ = os.Readlink(path)
		default:
			out[rel] = e.Type().String()
		}
		return nil
	})
	return out
}

// part is one measurement by one assay, in journals and results alike.
type part struct {
	network string
	seed    uint64
	key     string
}

// holds lists the measurements that a folder has, read here and not by the store:
// those of whole journal lines, and those of results that load.
func holds(dir string) map[part]bool {
	out := map[part]bool{}
	names, _ := filepath.Glob(filepath.Join(dir, store.CellFolder, "*.jsonl"))
	for _, name := range names {
		b, _ := readFile(name)
		for line := range bytes.Lines(b) {
			sum, body, _ := bytes.Cut(line, []byte(" "))
			text, whole := bytes.CutSuffix(body, []byte("\n"))
			var c struct {
				Network string
				Seed    uint64
				Parts   []struct{ Key string }
			}
			if !whole || string(sum) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) || json.Unmarshal(text, &c) != nil {
				continue
			}
			for _, p := range c.Parts {
				out[part{c.Network, c.Seed, p.Key}] = true
			}
		}
	}
	if r, err := study.Load(os.DirFS(dir)); err == nil {
		for p := range parts(r.Manifest) {
			out[p] = true
		}
	}
	return out
}

// parts lists the measurements of whole results with the manifest.
func parts(m study.Manifest) map[part]bool {
	out := map[part]bool{}
	for at, c := range m.Conditions {
		for i, k := range c.Keys {
			for _, seed := range m.Seeds {
				gap := slices.ContainsFunc(m.Gaps, func(g study.Gap) bool {
					return g.Condition == at && g.Assay == i && slices.Contains(g.Seeds, seed)
				})
				if !gap {
					out[part{c.Network, seed, k}] = true
				}
			}
		}
	}
	return out
}

// complete counts the cells of a manifest that are all there.
func complete(m study.Manifest, have map[part]bool) int {
	n := 0
	done := map[string]bool{}
	for _, c := range m.Conditions {
		for _, seed := range m.Seeds {
			id := fmt.Sprint(c.Network, seed)
			if !done[id] && !slices.ContainsFunc(c.Keys, func(k string) bool { return !have[part{c.Network, seed, k}] }) {
				n++
			}
			done[id] = true
		}
	}
	return n
}

// partials lists the files below a folder that are being written.
func partials(dir string) (out []string) {
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && files.Partial(e.Name()) {
			out = append(out, path)
		}
		return nil
	})
	return out
}

// leftovers names what no finished run may leave behind.
func leftovers(dir string) string { return strings.Join(partials(dir), ", ") }

// age makes the partial files of a folder as old as those that the next run sweeps.
func age(dir string) {
	old := time.Now().Add(-2 * time.Hour)
	for _, path := range partials(dir) {
		os.Chtimes(path, old, old)
	}
}

// unclear says what an error lacks: one line of moderate length that names a place
// and a way out.
func unclear(err error, names ...string) string {
	text := err.Error()
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return w != "" && strings.Contains(text, w) })
	}
	switch {
	case errors.Is(err, errHang):
		return "it hangs"
	case strings.Contains(text, "panic") || strings.Contains(text, "goroutine "):
		return "it panics: " + text
	case strings.Contains(strings.TrimSpace(text), "\n"):
		return "an error of several lines: " + text
	case len(text) > 1000:
		return fmt.Sprintf("an error of %d bytes: %s", len(text), text[:200])
	case !has(slices.Concat(names, []string{store.ManifestFile, store.ResultsFile, store.TracesFile, store.NetworkFolder, store.CellFolder, store.LockFile, "seed", "folder"})...):
		return "an error that names no place: " + text
	case !has("want", "copy", "choose", "run ", "remove", "wait", "compute"):
		return "an error without a way out: " + text
	}
	return ""
}

// reseal edits a manifest and repairs its checksum.
func reseal(dir string, edit func(m *study.Manifest)) error {
	name := filepath.Join(dir, store.ManifestFile)
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var m study.Manifest
	if err := files.Unseal(b, &m); err != nil {
		return err
	}
	edit(&m)
	if b, err = files.Seal(m); err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o644)
}

// resum repairs the checksums of the files that a manifest names.
func resum(dir string) error {
	return reseal(dir, func(m *study.Manifest) {
		for name := range m.Files {
			if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
				m.Files[name] = files.Checksum(b)
			}
		}
	})
}

// recheck repairs the checksum of a journal line or of a network's file.
func recheck(body []byte) []byte {
	return append(fmt.Appendf(nil, "%08x ", crc32.ChecksumIEEE(body)), body...)
}
