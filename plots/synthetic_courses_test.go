package plots

import (
	"math"
	"strconv"
	"strings"

	"divergent/data"
	"divergent/pkg/assay"
	"divergent/pkg/rng"
	"divergent/pkg/study"
)

// syntheticCourse returns a result of ten seeds around the published means of a study of
// courses, with controls that are worse by a little.
func syntheticCourse(name string, seeds int) *study.Result {
	d, err := study.Named(name)
	if err != nil {
		panic(err)
	}
	quotes, err := data.Quotes(name)
	if err != nil {
		panic(err)
	}
	r := &study.Result{Manifest: study.Manifest{Study: name}}
	seen := map[study.Row]bool{}
	for seed := range uint64(seeds) {
		for _, a := range []struct {
			arm    string
			epochs int
			cycle  float64
		}{{ketamine, 15, 5}, {ssri, 100, 20}, {neurosteroid, 10, 10}} {
			r.Traces = append(r.Traces, study.TraceRow{Seed: seed, Arm: a.arm, Epoch: a.epochs})
			for cycle := 1; cycle <= 8; cycle++ {
				if name == "chronic-stress" {
					r.Rows = append(r.Rows, study.Row{Seed: seed, Arm: a.arm, Phase: assay.Chronic, Cycle: cycle, Metric: assay.Epochs, Value: a.cycle})
				} else if name == "kindling" && cycle <= 5 {
					r.Rows = append(r.Rows, study.Row{Seed: seed, Arm: a.arm, Phase: assay.Kindled, Cycle: cycle, Metric: assay.Epochs, Value: 20})
				}
			}
		}
		add := func(w study.Row, v float64) {
			if w.Seed = seed; !seen[w] {
				seen[w] = true
				low, high := 0., 100.
				if w.Metric == assay.Drop {
					low = -100
				}
				w.Value = math.Round(1e3*min(max(v, low), high)) / 1e3
				r.Rows = append(r.Rows, w)
			}
		}
		for _, q := range quotes {
			if q.Seeds == 0 {
				continue
			}
			w := study.Row{Arm: q.Arm, Phase: q.Phase, Test: q.Test, Level: q.Level, Metric: q.Metric, Cycle: q.Cycle}
			z, v := rng.Stream(seed, "synthetic course", q.Arm).NormFloat64(), q.Value
			if q.SD == q.SD {
				v += z * q.SD
			}
			switch q.Metric {
			case assay.Relapsed, assay.Autonomous:
				if q.Phase == assay.Chronic {
					continue // follows from accuracy
				}
				if v = 0; float64(seed) < q.Value*float64(seeds) {
					v = 1
				}
			case "relapses", "relapse-rate", "ever-relapsed", "first-relapse", "course-drop":
				continue
			}
			add(w, v)
			fails := func(w study.Row, v float64) {
				if q.Phase == assay.Chronic && q.Metric == assay.Accuracy {
					w.Test, w.Metric = "", assay.Relapsed
					add(w, map[bool]float64{true: 1}[v < 80])
				}
			}
			fails(w, v)
			for i, phase := range controlPhases(d, q) {
				w := w
				w.Phase = phase
				add(w, v*(1-0.04*float64(i)))
				fails(w, v*(1-0.04*float64(i)))
				if gain, ok := strings.CutPrefix(phase, "gain-"); ok {
					w.Test, w.Level, w.Metric = "", 0, assay.Gain
					x, _ := strconv.ParseFloat(gain, 64)
					add(w, x)
				}
			}
			if q.Metric == assay.Scarred && q.Phase == assay.Kindled {
				w.Metric = assay.ScarredSurvivors
				for _, w.Phase = range append([]string{assay.Kindled}, controlPhases(d, q)...) {
					add(w, 3*float64(q.Cycle)*(1+0.1*z))
				}
			}
			for i, a := range d.Arms {
				if of, _, ok := strings.Cut(a.Name(), "-"); ok && of == q.Arm {
					w := w
					w.Arm = a.Name()
					if v := v * (1 - 0.05*float64(i%4)); w.Metric != assay.Gain {
						add(w, v)
					}
				}
			}
			if q.Test == assay.Biased && q.Level == 1 && q.Phase == assay.Acute {
				for _, bias := range []float64{0.5, 1.5, 2} {
					w := w
					w.Level = bias
					add(w, v-15*(bias-1))
				}
			}
		}
	}
	return r
}

// controlPhases names the controls of the phase that a number belongs to.
func controlPhases(d study.Design, q data.Quote) (out []string) {
	for _, a := range d.Assays {
		gain := strings.HasPrefix(a.Name(), "gain-") && q.Phase == assay.Acute && (q.Test == assay.Biased || q.Metric == assay.Activation)
		if gain || q.Phase == assay.Chronic && strings.HasPrefix(a.Name(), "chronic-") || q.Phase == assay.Kindled && strings.HasPrefix(a.Name(), "kindling-") {
			out = append(out, a.Name())
		}
	}
	if q.Phase == assay.Withdrawn && q.Metric != assay.Protection && q.Metric != assay.Gain {
		for _, p := range []float64{0.9, 0.6, 0.25, 0} {
			out = append(out, assay.AtProtection(p))
		}
	}
	return out
}
