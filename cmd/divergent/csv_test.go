package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"divergent/data"
	"divergent/internal/files"
	"divergent/internal/kept"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
	"divergent/pkg/train"
	"divergent/pkg/treat"
	"divergent/plots"
	"divergent/plots/figure"
)

// pair matches two numbers in one cell.
var pair = regexp.MustCompile(`^-?[0-9.]+(e-?[0-9]+)? *(to|±|/|,|\(|–) *-?[0-9.]+`)

// Every CSV that a command writes is read as pandas and R would: the committed results,
// the numbers of all figures of all studies and models, and what a run of a reader's own arm
// and a model write.
func TestEveryCSV(t *testing.T) {
	if n := readCSVs(t, data.Results()); n < 45 {
		t.Errorf("%d tables of committed results", n)
	}
	if testing.Short() {
		t.Skip("draws every figure")
	}
	dir := t.TempDir()
	for _, e := range catalogue.All() {
		for _, f := range drawn(t, e) {
			checkUnits(t, f)
			if err := f.Save(filepath.Join(dir, e.Name+"-"+f.Name), figure.CSV); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := readCSVs(t, os.DirFS(dir)); n < 18 {
		t.Errorf("%d figures", n)
	}
	m, _ := app{}.small("spines")
	r, err := m.Committed()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Save(filepath.Join(dir, "model")); err != nil {
		t.Fatal(err)
	}
	d := study.ChronicStress()
	d.Seeds, d.Points, d.Sizes, d.Prune, d.Baseline.Epochs = []uint64{0, 1}, study.Counts{Train: 256, Standard: 100, Clean: 50}, []int{2, 16, 12, 4}, 0.7, 2
	d.Arms = []treat.Treatment{treat.Refine{Label: "mine + 1 −2", Training: train.Config{Epochs: 2, Batch: 100, Rate: 1e-3}}}
	if _, err := (study.Runner{Dir: filepath.Join(dir, "study")}).Run(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if n := readCSVs(t, os.DirFS(filepath.Join(dir, "model"))) + readCSVs(t, os.DirFS(filepath.Join(dir, "study"))); n < 9 {
		t.Errorf("%d tables of runs", n)
	}
}

var figures = map[string][]*plots.Figure{}

// drawn returns an entry's figures of the committed results, drawn once for all tests; of a
// model only where these are of its present code, which pkg/catalogue insists on.
func drawn(t *testing.T, e catalogue.Entry) (out []*plots.Figure) {
	t.Helper()
	if figures[e.Name] != nil {
		return figures[e.Name]
	}
	if m := (smallModel{e}); e.Small != nil {
		r, _, err := m.stored("")
		if err != nil {
			t.Fatal(err)
		}
		if code, err := kept.Code(e.Name); err != nil || r.Kept.Code != code {
			t.Logf("figures of %s are not read: the committed results are of other code", e.Name)
			return nil
		}
	}
	list, err := (&figuresCommand{Study: e.Name}).drawings(t.Context(), app{}, &kong.Context{})
	if err != nil {
		t.Fatal(err)
	}
	for i, draw := range list {
		f, err := draw()
		if err != nil {
			t.Errorf("figure %d of %s: %v", i+1, e.Name, err)
			continue
		}
		out = append(out, f)
	}
	figures[e.Name] = out
	return out
}

// readCSVs reads every CSV of a folder and returns how many there are.
func readCSVs(t *testing.T, dir fs.FS) (n int) {
	t.Helper()
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".csv" {
			return err
		}
		n++
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		if flaw := flawOf(string(b)); flaw != "" {
			t.Errorf("%s: %s", name, flaw)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// flawOf says what a program, or a person with a spreadsheet, would stumble over in a CSV
// file, or nothing: headers are there once, a column that has a number has nothing else but
// gaps and NA, a cell is one line and no formula, minus is ASCII, and numbers that
// have a unit have it in the header or in a column of units.
func flawOf(file string) string {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(rows) < 2 {
		return fmt.Sprintf("%d rows (%v)", len(rows), err)
	}
	for j, header := range rows[0] {
		if header == "" || slices.Contains(rows[0][:j], header) {
			return fmt.Sprintf("column %d is headed %q: want a header of its own", j+1, header)
		}
		numbers, pairs, texts := 0, 0, 0
		for _, r := range rows {
			s := r[j]
			if strings.ContainsAny(s, "−\n\r\t") || s != files.Cell(s) {
				return fmt.Sprintf("%s has the cell %q", header, s)
			}
		}
		for _, r := range rows[1:] {
			s := r[j]
			_, err := strconv.ParseFloat(s, 64)
			switch {
			case s == "" || s == "NA":
			case err == nil:
				numbers++
			default:
				texts++
				if pair.MatchString(s) {
					pairs++
				}
			}
		}
		switch {
		case numbers > 0 && texts > 0 && !strings.HasPrefix(header, "unit"): // 1 is a unit
			return fmt.Sprintf("%s has %d numbers and %d texts", header, numbers, texts)
		case pairs > 0 && pairs == texts:
			return header + " has two numbers in each cell"
		}
	}
	return ""
}

// A spreadsheet takes a sign before a number and a word for text, which Gnumeric 1.12 was
// seen to do; what else begins with a sign, @ or = is behind an apostrophe.
func TestFlaws(t *testing.T) {
	for _, file := range []string{
		"x\n−1\n", "x\n1\ntwo\n", "x\n1 to 2\n3 to 4\n", "x\n=1+1\n", "x\n-dose\n", "x\n@a\n", "x\n+1+1\n", "x\n\"a\nb\"\n", "x\na\tb\n", "x,x\n1,2\n", "x,\n1,2\n", "x\n",
		"x,y\n1\n",
	} {
		if flawOf(file) == "" {
			t.Errorf("%q passes", file)
		}
	}
	for _, file := range []string{"unit\n1\nday\n", "x\n-1\n2e-05\nInf\nNA\n\"\"\n", "x\n-9.2 points\n", "x\n'=1\n"} {
		if s := flawOf(file); s != "" {
			t.Errorf("%q: %s", file, s)
		}
	}
}

// Numbers on a figure say what they are.
func checkUnits(t *testing.T, f *plots.Figure) {
	t.Helper()
	var b bytes.Buffer
	if err := f.Encode(&b, figure.CSV); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(r []string, name string) string { return r[slices.Index(rows[0], name)] }
	told := map[string]bool{}
	for _, r := range rows[1:] {
		if panel := at(r, "panel"); panel == "schematic" || told[panel] {
			continue
		}
		if at(r, "y") != "" && at(r, "y is") == "" || at(r, "x") != "" && at(r, "x is") == "" {
			told[at(r, "panel")] = true
			t.Errorf("%s: nothing says what x or y is: %q", f.Name, r)
		}
	}
}
