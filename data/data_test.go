package data

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io/fs"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestQuotesCountsEveryCell(t *testing.T) {
	quotes, err := Quotes("divergent")
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, q := range quotes {
		n[q.Source]++
		if q.SD == q.SD {
			t.Errorf("%+v: SD of a single run", q)
		}
	}
	// Table 1 has rows of 5, 6, 6, 6 and 3 numbers, Table 2 four rows of five.
	want := map[string]int{
		"Seed paper Table 1 = Book ch.4 Table 1":   26,
		"Seed paper Table 2 = Book ch.4 Table 2":   20,
		"Author notebook Ch04, treatment printout": 4,
	}
	if !reflect.DeepEqual(n, want) {
		t.Errorf("quotes by source = %v, want %v", n, want)
	}
}

// The values are read off the paper's tables and the notebook, not off the CSV.
func TestQuotesTranslate(t *testing.T) {
	quotes, err := Quotes("divergent")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []Quote{
		{Arm: "untreated", Phase: "acute", Test: "clean", Metric: "accuracy", Value: 50.8},
		{Arm: "untreated", Phase: "acute", Metric: "sparsity", Value: 95},
		{Arm: "ketamine", Phase: "acute", Metric: "sparsity", Value: 47.5},
		{Arm: "ketamine", Phase: "acute", Test: "combined", Metric: "accuracy", Value: 96.9},
		{Arm: "ketamine", Phase: "acute", Test: "internal", Level: 2.5, Metric: "accuracy", Value: 84.5},
		{Arm: "ketamine", Phase: "relapse", Test: "combined", Metric: "drop", Value: -0.2},
		{Arm: "ssri", Phase: "acute", Test: "standard", Metric: "accuracy", Value: 99.5},
		{Arm: "ssri", Phase: "acute", Test: "internal", Level: 1.5, Metric: "accuracy", Value: 58},
		{Arm: "ssri", Phase: "relapse", Test: "combined", Metric: "drop", Value: 10.8},
		{Arm: "ssri", Phase: "acute", Metric: "loss", Epoch: 25, Value: 1.2153},
		{Arm: "ssri", Phase: "acute", Metric: "loss", Epoch: 100, Value: 0.4658},
		{Arm: "neurosteroid", Phase: "acute", Test: "combined", Metric: "accuracy", Value: 97.5},
		{Arm: "neurosteroid", Phase: "relapse", Test: "combined", Metric: "drop", Value: 4.1},
		{Arm: "neurosteroid", Phase: "off-drug", Metric: "sparsity", Value: 95},
		{Arm: "neurosteroid", Phase: "off-drug", Test: "combined", Metric: "accuracy", Value: 90.5},
		{Arm: "neurosteroid", Phase: "off-drug", Test: "internal", Level: 2.5, Metric: "accuracy", Value: 58.6},
	} {
		if !slices.ContainsFunc(quotes, func(q Quote) bool {
			digits := 1
			if q.Metric == "loss" {
				digits = 4
			}
			return q.Digits == digits && q.Arm == want.Arm && q.Phase == want.Phase && q.Test == want.Test &&
				q.Level == want.Level && q.Metric == want.Metric && q.Epoch == want.Epoch && q.Value == want.Value
		}) {
			t.Errorf("no quote %+v", want)
		}
	}
	if first, last := quotes[0], quotes[len(quotes)-1]; first.Arm != "untreated" || last.Epoch != 100 {
		t.Errorf("order: first %+v, last %+v; want the paper's", first, last)
	}
}

// Both texts and the notebook print the same tables.
func TestPaperAgreesWithNotebook(t *testing.T) {
	paper, err := Table("ch04_divergent")
	if err != nil {
		t.Fatal(err)
	}
	notebook, err := Table("ch04_divergent_notebook")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paper {
		if strings.HasPrefix(p.Source, "Seed paper Table") && !slices.ContainsFunc(notebook, func(n Raw) bool {
			return n.Condition == p.Condition && n.Metric == p.Metric && n.Value == p.Value &&
				(n.Setting == p.Setting || p.Condition == "neurosteroid_off" || p.Metric == "accuracy_internal_noise")
		}) {
			// Sparsity off the drug is not printed: stopping it changes no synapse.
			if p.Condition == "neurosteroid_off" && p.Metric == "sparsity" {
				continue
			}
			t.Errorf("line %d: the notebook has no %s %s %s = %v", p.Line, p.Condition, p.Metric, p.Setting, p.Value)
		}
	}
}

func TestEveryTableReads(t *testing.T) {
	if want := []string{"ch04_divergent", "ch04_divergent_notebook"}; !slices.Equal(Tables(), want) {
		t.Errorf("Tables() = %v, want %v", Tables(), want)
	}
	for name, rows := range map[string]int{"ch04_divergent": 85, "ch04_divergent_notebook": 322} {
		got, err := Table(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != rows {
			t.Errorf("%s has %d rows, want %d", name, len(got), rows)
		}
	}
}

func TestResultsAreRooted(t *testing.T) {
	if _, err := fs.Stat(Results(), "README.md"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(Published(), "README.md"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(Results(), "no-such-study/results.csv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing study: %v, want fs.ErrNotExist", err)
	}
}

func TestErrors(t *testing.T) {
	const header = "study,condition,metric,sigma_or_setting,value,sd,unit,source_location\n"
	read := func(s string) error { _, err := Parse(strings.NewReader(s), "x.csv"); return err }
	_, noStudy := Quotes("kindling")
	_, noTable := Table("../ch04_divergent")
	for _, c := range []struct {
		err  error
		want string
	}{
		{noStudy, `data: study = "kindling": no published numbers: want divergent`},
		{noTable, `data: table = "../ch04_divergent": want one of ch04_divergent, ch04_divergent_notebook`},
		{read(""), `data: x.csv: the file is empty: want the header ` + strings.TrimSpace(header)},
		{read("a,b\n"), `data: x.csv line 1: header = "a,b": want ` + strings.TrimSpace(header)},
		{read("\ufeff" + header), `data: x.csv line 1: header = "\ufeff` + strings.TrimSpace(header) + `": want ` + strings.TrimSpace(header)},
		{read(header + "s,c,m,,1,,u\n"), `data: x.csv line 2: 7 fields: want 8; put a field that holds a comma between double quotes`},
		{read(header + "s,c,m,,1,,u,a, b\n"), `data: x.csv line 2: 9 fields: want 8; put a field that holds a comma between double quotes`},
		{read(header + "s,c,m,,1,,u,x\ns,,m,,1,,u,x\n"), `data: x.csv line 3: condition is empty: want a name`},
		{read(header + "s,c,m,,abc,,u,x\n"), `data: x.csv line 2: value = "abc": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,,,u,x\n"), `data: x.csv line 2: value = "": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,NaN,,u,x\n"), `data: x.csv line 2: value = "NaN": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1e3,,u,x\n"), `data: x.csv line 2: value = "1e3": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1.,,u,x\n"), `data: x.csv line 2: value = "1.": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1,inf,u,x\n"), `data: x.csv line 2: sd = "inf": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{read(header + "s,c,m,,1,-2,u,x\n"), `data: x.csv line 2: sd = -2: want 0 or more, or an empty field where none is given`},
		{read(header + "s,c,m,,-0.2,,percent,x\n"), `data: x.csv line 2: value = -0.2 percent: want 0 to 100; is the unit percentage_points?`},
		{read(header + "s,c,m,,1,,u,\"x\n"), `data: x.csv line 2: extraneous or missing " in quoted-field: put a field that holds a comma or a quote between double quotes`},
		{read(header + "s,\xe9,m,,1,,u,x\n"), `data: x.csv line 2: condition = "\xe9": not UTF-8: save the file as UTF-8`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("error = %v\n want  %s", c.err, c.want)
		}
	}
}

func TestQuoteRefusesWhatHasNoPlace(t *testing.T) {
	for _, c := range []struct {
		row  Raw
		want string
	}{
		{Raw{Condition: "iso_ssri", Metric: "sparsity"}, `condition = "iso_ssri": want untreated, ketamine, ssri, neurosteroid_on or neurosteroid_off`},
		{Raw{Condition: "ssri", Metric: "turnover"}, `metric = "turnover": no such metric in the results' vocabulary`},
		{Raw{Condition: "ssri", Metric: "accuracy_combined", Setting: "input=2"}, `sigma_or_setting = "input=2": want input=1.0;internal=0.5 for the combined test`},
		{Raw{Condition: "ssri", Metric: "accuracy_internal_noise", Setting: "none"}, `sigma_or_setting = "none": want internal= and a number`},
		{Raw{Condition: "ssri", Metric: "accuracy_internal_noise", Setting: "internal=NaN"}, `sigma_or_setting = "internal=NaN": want internal= and a number`},
		{Raw{Condition: "ssri", Metric: "train_loss", Setting: "epoch=2.5"}, `sigma_or_setting = "epoch=2.5": want a whole epoch from 1`},
	} {
		if _, err := c.row.quote(); err == nil || err.Error() != c.want {
			t.Errorf("%+v: error = %v\nwant %s", c.row, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Tables() {
		b, err := fs.ReadFile(Published(), name+".csv")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 2000)])
	}
	f.Add([]byte("study,condition,metric,sigma_or_setting,value,sd,unit,source_location\ns,c,m,,-0.20,1.5,u,\"x, \"\"y\"\"\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := Parse(bytes.NewReader(b), "f.csv")
		if err != nil {
			if s := err.Error(); !strings.HasPrefix(s, "data: f.csv") || strings.ContainsAny(s, "\n\r") {
				t.Fatalf("error %q: want one line that starts with the file", s)
			}
			return
		}
		// What was read, written with the printed digits, reads the same.
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Write(columns())
		for _, r := range rows {
			if math.IsInf(r.Value, 0) || r.Value != r.Value || r.SD < 0 || math.IsInf(r.SD, 0) {
				t.Fatalf("%+v: not finite", r)
			}
			sd := ""
			if r.SD == r.SD {
				sd = strconv.FormatFloat(r.SD, 'f', -1, 64)
			}
			w.Write([]string{r.Study, r.Condition, r.Metric, r.Setting, strconv.FormatFloat(r.Value, 'f', r.Digits, 64), sd, r.Unit, r.Source})
		}
		w.Flush()
		again, err := Parse(&out, "g.csv")
		if err != nil || len(again) != len(rows) {
			t.Fatalf("read %d rows, then %d: %v", len(rows), len(again), err)
		}
		for i, a := range again {
			r := rows[i]
			a.Line, r.Line = 0, 0
			if a.SD != a.SD && r.SD != r.SD {
				a.SD, r.SD = 0, 0
			}
			if math.Abs(a.Value-r.Value) <= 1e-15*math.Abs(r.Value) {
				a.Value = r.Value
			}
			if math.Abs(a.SD-r.SD) <= 1e-15*math.Abs(r.SD) {
				a.SD = r.SD
			}
			if a != r {
				t.Fatalf("read %+v, then %+v", r, a)
			}
		}
	})
}
