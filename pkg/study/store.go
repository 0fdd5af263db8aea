package study

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"divergent/pkg/internal/files"
	"divergent/pkg/internal/kernel"
	"divergent/pkg/network"
)

// A cell is what one condition gave under one seed.
type cell struct {
	Engine string
	Kernel string
	Key    string
	Seed   uint64
	Arm    string
	Net    string     `json:",omitempty"` // what decides the network, for dense ones
	Rows   []Row      // without their level, as several may share the cell
	Traces []TraceRow // likewise
}

type cellID struct {
	key  string
	seed uint64
}

func (c *cell) id() cellID { return cellID{c.Key, c.Seed} }

// cells splits a result into its cells.
func (r *Result) cells() []*cell {
	keys := map[place]Condition{}
	for _, c := range r.Manifest.Conditions {
		keys[c.place()] = c
	}
	index := map[place]map[uint64]*cell{}
	var out []*cell
	at := func(seed uint64, arm string, l level) *cell {
		p := place{arm, l}
		if index[p] == nil {
			index[p] = map[uint64]*cell{}
		}
		if index[p][seed] == nil {
			c := &cell{Engine: r.Manifest.Engine, Kernel: r.Manifest.Kernel, Key: keys[p].Key, Seed: seed, Arm: arm}
			if p == (place{name: Dense}) {
				c.Net = r.Manifest.Dense
			}
			index[p][seed] = c
			out = append(out, c)
		}
		return index[p][seed]
	}
	for _, w := range r.Rows {
		c := at(w.Seed, w.Arm, level{w.Factor, w.Setting})
		w.Factor, w.Setting = "", 0
		c.Rows = append(c.Rows, w)
	}
	for _, t := range r.Traces {
		c := at(t.Seed, t.Arm, level{t.Factor, t.Setting})
		t.Factor, t.Setting = "", 0
		c.Traces = append(c.Traces, t)
	}
	return out
}

// store keeps finished cells and networks below a folder. Cells go to
// append-only journals below cells/, one file per run and never one that another
// run has written to, a checksum and a JSON object a line, each flushed and
// synced: a killed run loses at most the cells it was in.
type store struct {
	dir   string
	mu    sync.Mutex
	file  *os.File
	known map[cellID]*cell
}

const cellFolder = "cells"

// openStore reads the journals of the folder; an empty dir is a store that
// keeps nothing.
func openStore(dir string) (*store, error) {
	s := &store{dir: dir, known: map[cellID]*cell{}}
	if dir == "" {
		return s, nil
	}
	found, err := readJournals(os.DirFS(dir), dir)
	if err != nil {
		return nil, err
	}
	for _, c := range found {
		s.known[c.id()] = c
	}
	return s, nil
}

// readJournals returns the cells of this engine and kernel.
func readJournals(dir fs.FS, name string) ([]*cell, error) {
	journals, err := fs.Glob(dir, cellFolder+"/*.jsonl")
	if err != nil {
		return nil, err
	}
	var out []*cell
	for _, f := range journals {
		b, err := fs.ReadFile(dir, f)
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", filepath.Join(name, f), err)
		}
		found, err := parseJournal(b)
		if err != nil {
			return nil, fmt.Errorf("study: %s: %w", filepath.Join(name, f), err)
		}
		for _, c := range found {
			if c.Engine == Engine && c.Kernel == kernel.Name() {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// parseJournal reads a journal. A last line without its end is what a killed
// run was writing and is passed over; any other damage is an error.
func parseJournal(b []byte) ([]*cell, error) {
	var out []*cell
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if !whole {
			return out, nil
		}
		b = rest
		sum, body, ok := bytes.Cut(line, []byte(" "))
		if !ok || string(sum) != journalSum(body) {
			return nil, fmt.Errorf("line %d: its checksum does not fit, so it was edited or damaged: remove the file to compute its cells again", n)
		}
		c := new(cell)
		if err := json.Unmarshal(body, c); err != nil {
			return nil, fmt.Errorf("line %d: %v: remove the file to compute its cells again", n, err)
		}
		out = append(out, c)
	}
}

func journalSum(body []byte) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE(body)) }

// put keeps a finished cell, and its network unless that is nil.
func (s *store) put(c *cell, file string, n *network.Network) error {
	if s.dir == "" {
		return nil
	}
	body, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("study: seed %d, arm %s: %w", c.Seed, c.Arm, err)
	}
	if n != nil {
		b, err := n.MarshalBinary()
		if err != nil {
			return err
		}
		if err := files.Write(filepath.Join(s.dir, networkFolder, file), b); err != nil {
			return fmt.Errorf("study: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[c.id()] = c
	if s.file == nil {
		if s.file, err = newJournal(filepath.Join(s.dir, cellFolder)); err != nil {
			return fmt.Errorf("study: %w", files.Unwritable(s.dir, err))
		}
	}
	if _, err := s.file.Write(slices.Concat([]byte(journalSum(body)+" "), body, []byte("\n"))); err != nil {
		return fmt.Errorf("study: %w", files.Unwritable(s.dir, err))
	}
	return s.file.Sync()
}

// newJournal creates the next journal that does not exist.
func newJournal(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf("%04d.jsonl", n)), os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o644)
		if !os.IsExist(err) {
			return f, err
		}
	}
}

// network returns a kept network, or nil where there is none that is whole.
func (s *store) network(file string) *network.Network {
	if s.dir == "" {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(s.dir, networkFolder, file))
	n := new(network.Network)
	if err != nil || n.UnmarshalBinary(b) != nil {
		return nil
	}
	return n
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
