package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/internal/files"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/train"
)

// hash is a key such as those of designs.
func hash(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return hex.EncodeToString(sum[:12])
}

// plan is the manifest of a study that nothing computes: dense, untreated and the
// arms, two tests.
func plan(arms []string, seeds ...uint64) Manifest {
	m := Manifest{Schema: Schema, Engine: Engine, Study: "made-up", Dense: hash("dense"), Template: hash("template"), Seeds: slices.Sorted(slices.Values(seeds)),
		Assays: []string{"acute", "relapse"}, Networks: true, Kernel: "k", Go: "go1", Modules: map[string]string{}}
	for _, name := range slices.Concat([]string{Dense, Untreated}, arms) {
		c := Condition{Name: name, Network: hash("arm", name)}
		switch name {
		case Dense:
			c.Network = m.Dense
		case Untreated:
			c.Network = m.Template
		}
		for _, a := range m.Assays {
			c.Keys = append(c.Keys, hash(c.Network, a))
		}
		m.Conditions = append(m.Conditions, c)
	}
	return m
}

// work is a cell of the condition, with numbers that hang on its network, seed and
// tests; of the dense network and the arms it has two epochs.
func work(m Manifest, c Condition, seed uint64) *Cell {
	h := fnv.New32a()
	fmt.Fprint(h, c.Network, seed)
	x := float64(h.Sum32() % 1000)
	out := &Cell{Engine: Engine, Network: c.Network, Seed: seed, Arm: c.Name, By: "k go1"}
	if c.Name != Untreated {
		out.Trace = train.Trace{{Loss: x + 1, Rate: 0.1}, {Loss: x, Rate: 0.1, Noise: 0.5}}
	}
	for i, k := range c.Keys {
		out.Parts = append(out.Parts, Part{Assay: m.Assays[i], Key: k, By: "k go1", Readings: []assay.Reading{
			{Phase: m.Assays[i], Test: "clean", Metric: "accuracy", Value: x + float64(i)}, {Phase: m.Assays[i], Test: "noisy", Level: 0.5, Metric: "accuracy", Value: x - float64(i)}}})
	}
	return out
}

// net is the network of an origin.
func net(t testing.TB, o Origin) *network.Network {
	t.Helper()
	n, err := network.New([]int{2, 3, 4}, rng.Stream(o.Seed, o.Arm, o.Network))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// run takes the folder for the manifest, makes what its journals lack and finishes it.
func run(dir string, m Manifest) (*Result, error) {
	f, err := Begin(context.Background(), dir, m, false)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	made := Cells{}
	if err := made.Join(f.Cells); err != nil {
		return nil, err
	}
	for _, seed := range m.Seeds {
		for _, c := range m.Conditions {
			w := work(m, c, seed)
			if have := made[w.ID()]; have != nil && !slices.ContainsFunc(c.Keys, func(k string) bool { return have.Part(k) == nil }) {
				continue
			}
			if err := f.Put(w); err != nil {
				return nil, err
			}
			if err := made.Add(w); err != nil {
				return nil, err
			}
		}
	}
	return f.Finish(m, made, func(o Origin) (Snapshot, bool) {
		n, err := network.New([]int{2, 3, 4}, rng.Stream(o.Seed, o.Arm, o.Network))
		return Snapshot{Seed: o.Seed, Arm: o.Arm, Net: n}, err == nil && slices.Contains(m.Seeds, o.Seed)
	})
}

// ran returns a finished folder.
func ran(t testing.TB, m Manifest) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := run(dir, m); err != nil {
		t.Fatal(err)
	}
	return dir
}

// contentsOf returns the files of a folder but for its lock.
func contentsOf(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || name == LockFile {
			return err
		}
		b, err := fs.ReadFile(os.DirFS(dir), name)
		out[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tables are the files that runs of one design give alike.
func tables(t testing.TB, dir string) map[string]string {
	out := contentsOf(t, dir)
	maps.DeleteFunc(out, func(name, _ string) bool { return strings.HasPrefix(name, CellFolder) })
	return out
}

// copied returns a copy of a folder.
func copied(t testing.TB, dir string) string {
	t.Helper()
	out := t.TempDir()
	if err := os.CopyFS(out, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return out
}

// change edits a file of a folder.
func change(t testing.TB, dir, name string, edit func(b []byte) []byte) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, edit(b), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reseal edits the manifest of a folder, has its checksums fit the files, and seals it.
func reseal(t testing.TB, dir string, edit func(m *Manifest)) {
	t.Helper()
	change(t, dir, ManifestFile, func(b []byte) []byte {
		var m Manifest
		if err := files.Unseal(b, &m); err != nil {
			t.Fatal(err)
		}
		for name := range m.Files {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			m.Files[name] = files.Checksum(b)
		}
		edit(&m)
		b, err := files.Seal(m)
		if err != nil {
			t.Fatal(err)
		}
		return b
	})
}

// refuses checks that an error is one line with what it is to say.
func refuses(t testing.TB, what string, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	for _, w := range want {
		if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), w) {
			t.Errorf("%s: error %q: want one line with %q", what, err, w)
		}
	}
}
