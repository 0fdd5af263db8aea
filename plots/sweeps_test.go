package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/rng"
	"divergent/pkg/study"
)

// sweptFigures returns the figures of the library's sweeps, each with the study
// it is of.
func sweptFigures() []struct {
	study string
	draw  func(*study.Result) (*Figure, error)
} {
	return []struct {
		study string
		draw  func(*study.Result) (*Figure, error)
	}{{"cliff", Cliff}, {"cliff", Regrowth}, {"consolidation", Consolidation}, {"regimens", Regimens},
		{"isodose", DoseResponse}, {"triage", Triage}, {"triage", Sequences},
		{"cliff", Replication}, {"consolidation", Replication}, {"regimens", Replication}, {"isodose", Replication}}
}

// syntheticStudy returns a result of a published design with plausible numbers.
func syntheticStudy(name string, seeds int) *study.Result {
	d, err := study.Named(name)
	if err != nil {
		panic(err)
	}
	r := &study.Result{Manifest: study.Manifest{Study: name}}
	add := func(arm, factor string, setting, harm float64) {
		r.Manifest.Conditions = append(r.Manifest.Conditions, study.Condition{Name: arm, Factor: factor, Setting: setting})
		for s := range uint64(seeds) {
			for _, row := range syntheticRows(name, arm, s, harm, setting) {
				row.Factor, row.Setting = factor, setting
				r.Rows = append(r.Rows, row)
			}
			r.Traces = append(r.Traces, study.TraceRow{Seed: s, Arm: arm, Epoch: 15, Factor: factor, Setting: setting})
		}
	}
	add(study.Dense, "", 0, 0)
	if len(d.Sweeps) == 0 || d.Sweeps[0].Fields[0] != "Prune" {
		add(study.Untreated, "", 0, 1)
	}
	if len(d.Sweeps) == 0 {
		for _, a := range d.Arms {
			add(a.Name(), "", 0, 1)
		}
	}
	for _, sw := range d.Sweeps {
		for _, v := range sw.Settings {
			if sw.Fields[0] == "Prune" {
				add(study.Untreated, sw.Factor, v, v)
			}
			for _, a := range d.Arms {
				if sw.Fields[0] == "Prune" || slices.ContainsFunc(sw.Fields, func(f string) bool { return strings.HasPrefix(f, a.Name()+".") }) {
					add(a.Name(), sw.Factor, v, v)
				}
			}
		}
	}
	return r
}

// syntheticRows returns the measurements of one arm under one seed; harm, from
// 0, lowers its accuracies.
func syntheticRows(name, arm string, seed uint64, harm, setting float64) []study.Row {
	p := profiles[2]
	for i, k := range []string{study.Dense, study.Untreated, ketamine, ssri, neurosteroid} {
		if strings.HasPrefix(arm, k) {
			p = profiles[i]
		}
	}
	p.name = arm
	harm = min(2, harm)
	for i := range p.noise {
		p.noise[i] = max(20, p.noise[i]-3*harm*float64(i))
	}
	p.combined -= harm
	phases := []profile{p}
	if withDrug := strings.HasPrefix(arm, neurosteroid) && !strings.HasSuffix(arm, ssri); withDrug && name != "consolidation" {
		off := profiles[5]
		phases = append(phases, off)
	}
	var out []study.Row
	for i, p := range phases {
		for _, row := range p.rows(seed) {
			if row.Arm = arm; i > 0 {
				row.Phase = assay.OffDrug
			}
			out = append(out, row)
			if i == 0 && name == "triage" && row.Test != assay.Combined && row.Metric == assay.Accuracy {
				row.Phase, row.Value = assay.Relapse, max(20, row.Value-3*harm)
				out = append(out, row)
			}
		}
	}
	x := rng.Stream(seed, "synthetic", arm, fmt.Sprint(setting)).Float64()
	for metric, v := range map[string]float64{assay.Dose: 1e-3 * (1 + setting) * (1 + x), assay.Turnover: 3 + setting + x, assay.Tied: 50 + 20*x} {
		if metric == assay.Tied == (name == "cliff") {
			out = append(out, study.Row{Seed: seed, Arm: arm, Phase: assay.Acute, Metric: metric, Value: v})
		}
	}
	slices.SortStableFunc(out, func(a, b study.Row) int { return strings.Compare(a.Metric, b.Metric) })
	return out
}

// someLevels keeps the first n settings of each factor.
func someLevels(r *study.Result, n int) *study.Result {
	out := &study.Result{Manifest: r.Manifest}
	keep := func(factor string, setting float64) bool {
		i := slices.Index(r.Levels(factor), setting)
		return factor == "" || i >= 0 && i < n
	}
	out.Manifest.Conditions = nil
	for _, c := range r.Manifest.Conditions {
		if keep(c.Factor, c.Setting) {
			out.Manifest.Conditions = append(out.Manifest.Conditions, c)
		}
	}
	for _, row := range r.Rows {
		if keep(row.Factor, row.Setting) {
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

func TestSweptFiguresAreWhole(t *testing.T) {
	for _, f := range sweptFigures() {
		for _, seeds := range []int{1, 2, 10} {
			full := syntheticStudy(f.study, seeds)
			for _, n := range []int{1, 2, 100} {
				fig, err := f.draw(someLevels(full, n))
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s, %d seeds, %d levels", fig.Name, seeds, n)
				checkText(t, name, fig)
				checkReach(t, name, fig)
				if _, _, _, err := fig.PNG(40); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if !strings.Contains(fig.Caption, plural(seeds, "seed")+".") || len(fig.Table()) == 0 {
					t.Errorf("%s: caption %q and %d numbers: want the seeds and some", name, fig.Caption, len(fig.Table()))
				}
				for _, d := range fig.Table() {
					if math.IsNaN(d.Y) && d.Kind != kindReference || d.Panel == "" || d.Series == "" || d.Kind == "" {
						t.Errorf("%s: number without a name or a value: %+v", name, d)
					}
				}
			}
		}
	}
}

// TestSweptFiguresOfPartialRuns takes arms and tests away: a figure draws what
// is there or says what is not, in one line.
func TestSweptFiguresOfPartialRuns(t *testing.T) {
	for _, f := range sweptFigures() {
		full := someLevels(syntheticStudy(f.study, 3), 3)
		var cases []*study.Result
		without := func(drop func(study.Row) bool) {
			r := &study.Result{Manifest: full.Manifest}
			for _, row := range full.Rows {
				if !drop(row) {
					r.Rows = append(r.Rows, row)
				}
			}
			cases = append(cases, r)
		}
		for _, arm := range []string{study.Dense, study.Untreated, ketamine, ssri, neurosteroid, "ketamine-random", "neurosteroid-110"} {
			without(func(row study.Row) bool { return row.Arm == arm })
			without(func(row study.Row) bool { return row.Arm != arm })
			without(func(row study.Row) bool { return row.Arm == arm && row.Seed == 1 })
		}
		for _, test := range []string{"", assay.Clean, assay.Standard, assay.Internal, assay.Combined} {
			without(func(row study.Row) bool { return row.Test == test })
			without(func(row study.Row) bool { return row.Test != test })
		}
		for _, phase := range []string{assay.Acute, assay.OffDrug, assay.Relapse} {
			without(func(row study.Row) bool { return row.Phase == phase })
		}
		for i, r := range cases {
			fig, err := f.draw(r)
			if (fig == nil) == (err == nil) {
				t.Fatalf("%s, case %d: figure %v and error %v", f.study, i, fig != nil, err)
			}
			if err != nil {
				if strings.Contains(err.Error(), "\n") || !strings.HasPrefix(err.Error(), "plots: ") {
					t.Errorf("%s, case %d: error %q: want one line", f.study, i, err)
				}
				continue
			}
			name := fmt.Sprintf("%s, case %d", fig.Name, i)
			checkText(t, name, fig)
			checkReach(t, name, fig)
			if _, _, _, err := fig.PNG(40); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSweptFiguresRefuse(t *testing.T) {
	plain := synthetic(2)
	for i, f := range sweptFigures() {
		if _, err := f.draw(nil); err == nil || !strings.Contains(err.Error(), "result = nil") {
			t.Errorf("%s: error %v: want that there is no result", f.study, err)
		}
		_, err := f.draw(plain)
		if err == nil && (i == 3 || i > 6) {
			continue // Regimens and Replication draw plain results
		}
		if err == nil || !strings.Contains(err.Error(), `study "divergent" has no`) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v: want what a plain result lacks, in one line", f.study, err)
		}
	}
}

func TestPlainFiguresAskForALevel(t *testing.T) {
	r := syntheticStudy("cliff", 2)
	for i, draw := range []func(*study.Result) (*Figure, error){Recovery, Resilience, Relapse, Profile, Controls, Regimens, Wiring, DecisionMap} {
		_, err := draw(r)
		if err == nil || !strings.Contains(err.Error(), `swept over pruned: choose a level, such as r.At("pruned", 0)`) {
			t.Errorf("figure %d: error %v: want that a level has to be chosen", i, err)
		}
	}
	f, err := Recovery(r.At("pruned", 0.95))
	if err != nil || !strings.Contains(f.Caption, "pruned = 0.95") {
		t.Errorf("at a level: %v and caption %q: want the level in it", err, f.Caption)
	}
}

func TestPublishedNumbersOfALevel(t *testing.T) {
	r := syntheticStudy("cliff", 1)
	for _, c := range []struct {
		setting float64
		cond    condition
		want    []float64
	}{
		{0.9, known[1], []float64{79.3, 79}}, // the sweeps of chapters 2 and 3
		{0.85, known[1], nil},
		{0.9, known[2], nil},
	} {
		if got := publishedValues(r.At(pruned, c.setting), c.cond, combined); !slices.Equal(got, c.want) {
			t.Errorf("published %s at %v = %v: want %v", c.cond.Label, c.setting, got, c.want)
		}
	}
}
