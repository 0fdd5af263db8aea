package store

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"divergent/pkg/train"
)

func parseJournal(b []byte) (found []*Cell, damaged int) {
	_, damaged, _ = scanJournal(bytes.NewReader(b), 0, func(_ place, body []byte) bool {
		c, readable := parseCell(body)
		if c != nil {
			found = append(found, c)
		}
		return readable
	})
	return found, damaged
}

// Lines of an earlier version are no damage.
func TestJournalsOfAnEarlierVersion(t *testing.T) {
	old := []byte(`{"Engine":"2","Kernel":"divergent-avx512/amd64","Key":"1a1e13bb0dc8c9257858b464","Seed":0,"Arm":"ketamine","Rows":null,"Traces":null}`)
	if found, damaged := parseJournal(append(summed(old), '\n')); len(found) != 0 || damaged != 0 {
		t.Errorf("%d cells and %d damaged lines, want none", len(found), damaged)
	}
	if found, damaged := parseJournal(summed(old)); len(found) != 0 || damaged != 0 { // what a killed run was writing
		t.Errorf("%d cells and %d damaged lines of one without an end, want none", len(found), damaged)
	}
	if found, damaged := parseJournal([]byte("00000000 {")); len(found) != 0 || damaged != 0 {
		t.Errorf("%d cells and %d damaged lines of half a line, want none", len(found), damaged)
	}
}

// A journal is written by the run that made it and by no other.
func TestEachRunHasItsJournal(t *testing.T) {
	dir := ran(t, plan(nil, 0))
	was := contentsOf(t, dir)
	if _, err := run(dir, plan(nil, 0, 1)); err != nil {
		t.Fatal(err)
	}
	now := contentsOf(t, dir)
	if now[CellFolder+"/0001.jsonl"] != was[CellFolder+"/0001.jsonl"] || now[CellFolder+"/0002.jsonl"] == "" || now[CellFolder+"/0003.jsonl"] != "" {
		t.Errorf("the second run's journals are %v", slices.Sorted(maps.Keys(now)))
	}
	if _, err := run(dir, plan(nil, 0, 1)); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(now, contentsOf(t, dir)) {
		t.Error("a run with nothing to do changed the folder")
	}
}

// half is a journal that fails in the middle of its second line, and would do the
// next ones again.
type half struct {
	journal
	lines int
}

func (h *half) Write(b []byte) (int, error) {
	if h.lines++; h.lines == 2 {
		n, _ := h.journal.Write(b[:len(b)/2])
		return n, syscall.ENOSPC
	}
	return h.journal.Write(b)
}

// Half a line is cut off, what was whole stays, and nothing is written after it.
func TestAHalfWrittenLine(t *testing.T) {
	m := plan(nil, 0, 1, 2)
	dir := t.TempDir()
	f, err := Keep(dir)
	if err != nil {
		t.Fatal(err)
	}
	real, err := newJournal(filepath.Join(dir, CellFolder))
	if err != nil {
		t.Fatal(err)
	}
	f.file = &half{journal: real}
	for i, seed := range m.Seeds {
		err := f.Put(work(m, m.Conditions[0], seed))
		if i == 0 && err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			refuses(t, "a line on a full disk", err, "no space left", dir, "room")
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Keep(dir)
	if err != nil || again.Damaged != 0 || len(again.Cells) != 1 || len(f.Cells) != 1 || again.Cells[ID{m.Dense, 0}] == nil {
		t.Errorf("%d cells and %d damaged lines, %v: want the first cell", len(again.Cells), again.Damaged, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, CellFolder, "0001.jsonl"))
	if err != nil || strings.Count(string(b), "\n") != 1 || !strings.HasSuffix(string(b), "\n") {
		t.Errorf("the journal is %q, %v: want one line", b, err)
	}
}

// A folder that keeps nothing takes everything.
func TestNoFolder(t *testing.T) {
	f, err := Keep("")
	if err != nil {
		t.Fatal(err)
	}
	m := plan(nil, 0)
	o := m.Keeps()[0]
	if err := f.Put(work(m, m.Conditions[0], 0)); err != nil || len(f.Cells) != 0 {
		t.Errorf("%d cells are kept, %v", len(f.Cells), err)
	}
	if err := f.PutNetwork(o, net(t, o)); err != nil {
		t.Error(err)
	}
	if _, there := f.Network(o); there {
		t.Error("there is a network")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// What journals lack of other cells is whole cells, parts, and longer traces; what
// they have stays theirs.
func TestLacking(t *testing.T) {
	m := plan([]string{"a"}, 0, 1)
	all := done(t, m)
	have := Cells{}
	part := work(m, m.Conditions[2], 0) // without its second test and by another maker
	part.Parts, part.By = part.Parts[:1], "j go1"
	bare := work(m, m.Conditions[0], 0) // without its training
	bare.Trace = train.Trace{}
	for _, c := range []*Cell{part, bare, work(m, m.Conditions[1], 0)} {
		if err := have.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	got := have.lacking(all)
	if len(got) != 5 {
		t.Fatalf("%d cells are lacking, want a part, a trace and three cells", len(got))
	}
	if !slices.IsSortedFunc(got, func(a, b *Cell) int {
		if a.Seed != b.Seed {
			return int(a.Seed) - int(b.Seed)
		}
		return strings.Compare(a.Network, b.Network)
	}) {
		t.Error("they are not by seed and network")
	}
	for _, c := range got {
		want := 2
		switch c.ID() {
		case part.ID():
			want = 1
			if c.Parts[0].Assay != "relapse" || c.By != "j go1" {
				t.Errorf("of %s %s by %s is lacking", c.Arm, c.Parts[0].Assay, c.By)
			}
		case bare.ID():
			want = 0
			if len(c.Trace) != 2 {
				t.Errorf("%d epochs of %s are lacking", len(c.Trace), c.Arm)
			}
		}
		if len(c.Parts) != want {
			t.Errorf("%d parts of seed %d, %s are lacking, want %d", len(c.Parts), c.Seed, c.Arm, want)
		}
	}
	if len(all.lacking(have)) != 0 || len(all.lacking(all)) != 0 {
		t.Error("the whole lacks something")
	}
}
