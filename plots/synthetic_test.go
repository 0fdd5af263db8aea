package plots

import (
	"math"
	"math/rand/v2"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/study"
)

// profile is what a synthetic arm scores on average, and how much seeds differ.
type profile struct {
	name                                string
	sparsity, clean, standard, combined float64
	noise                               [5]float64 // internal 0.3, 0.5, 1, 1.5, 2.5
	after, sd                           float64
}

var profiles = []profile{
	{"dense", 0, 100, 100, 97.9, [5]float64{100, 100, 99.9, 98.9, 91}, 0, 0.1},
	{"untreated", 95, 35, 34.7, 29.5, [5]float64{33, 31.6, 29.9, 29, 27.9}, 0, 5},
	{"ketamine", 47.5, 100, 100, 97.3, [5]float64{100, 100, 99.2, 96, 82.2}, 97.3, 0.6},
	{"ssri", 95, 100, 98.6, 84.8, [5]float64{97, 94, 78, 63, 43.9}, 75.1, 4},
	{"neurosteroid", 95, 100, 100, 97.8, [5]float64{100, 99.4, 84, 64, 41.7}, 93.2, 1.2},
	{"neurosteroid off", 95, 92, 93, 80.9, [5]float64{92, 90, 81, 71, 56.9}, 0, 7},
	{"ketamine-random", 47.5, 100, 100, 97.2, [5]float64{100, 100, 99, 95.5, 80}, 97, 0.7},
	{"ketamine-sham", 95, 100, 100, 97.6, [5]float64{100, 98, 80, 60, 42}, 90, 2},
	{"ssri-sham", 95, 100, 99, 80, [5]float64{96, 92, 75, 60, 41}, 70, 4},
	{"neurosteroid-sham", 95, 100, 99.9, 97.4, [5]float64{99, 97, 79, 60, 40}, 91, 2},
}

// synthetic returns a result with plausible numbers; extra names arms that the
// library does not know.
func synthetic(seeds int, extra ...string) *study.Result {
	d := study.Divergent()
	r := &study.Result{Manifest: study.Manifest{Study: d.Name}}
	for s := range uint64(seeds) {
		for _, p := range profiles {
			r.Rows = append(r.Rows, p.rows(s)...)
		}
		for i, name := range extra {
			p := profiles[2+i%3]
			p.name, p.combined, p.standard = name, p.combined-6-2*float64(i), p.standard-4
			r.Rows = append(r.Rows, p.rows(s)...)
		}
		r.Traces = append(r.Traces, traces(s)...)
	}
	return r
}

// rows returns the profile's measurements under one seed.
func (p profile) rows(seed uint64) []study.Row {
	arm, phase := p.name, assay.Acute
	if arm == "neurosteroid off" {
		arm, phase = "neurosteroid", assay.OffDrug
	}
	r := rng.Stream(seed, "synthetic", p.name)
	shift := r.NormFloat64() * p.sd
	about := func(m float64) float64 {
		return min(100, max(0, m+shift*(100-m)/30+r.NormFloat64()*0.3*p.sd))
	}
	row := func(phase, test string, level float64, metric string, v float64) study.Row {
		return study.Row{Seed: seed, Arm: arm, Phase: phase, Test: test, Level: level, Metric: metric, Value: math.Round(v*1000) / 1000}
	}
	combined := about(p.combined)
	out := []study.Row{
		row(phase, assay.Clean, 0, assay.Accuracy, 25*math.Round(about(p.clean)/25)),
		row(phase, assay.Standard, 0, assay.Accuracy, about(p.standard)),
	}
	for i, v := range []float64{0.3, 0.5, 1, 1.5, 2.5} {
		out = append(out, row(phase, assay.Internal, v, assay.Accuracy, about(p.noise[i])))
	}
	out = append(out, row(phase, assay.Combined, 0, assay.Accuracy, combined), row(phase, "", 0, assay.Sparsity, p.sparsity))
	if p.after > 0 {
		after := about(p.after)
		out = append(out, row(assay.Relapse, assay.Combined, 0, assay.Accuracy, after),
			row(assay.Relapse, assay.Combined, 0, assay.Drop, combined-after))
	}
	return out
}

// traces returns SSRI-like losses near the published ones.
func traces(seed uint64) []study.TraceRow {
	r := rng.Stream(seed, "synthetic", "losses")
	shift := 1 + 0.04*r.NormFloat64()
	var out []study.TraceRow
	for e := 1; e <= 100; e++ {
		loss := shift * (0.25 + 1.15*math.Exp(-float64(e*e)/6000))
		out = append(out, study.TraceRow{Seed: seed, Arm: "ssri", Epoch: e, Loss: loss, Rate: 1e-5, Noise: 0.5 * (1 - float64(e-1)/99)})
	}
	return out
}

// withNetworks adds small untrained networks, and one for each further arm.
func withNetworks(r *study.Result) *study.Result {
	net, err := network.New([]int{2, 64, 64, 32, 4}, rng.Stream(0, "synthetic", "network"))
	if err != nil {
		panic(err)
	}
	r.Networks = append(r.Networks, study.Snapshot{Arm: study.Dense, Net: net})
	pruned := net.Clone()
	if err := plasticity.Prune(pruned, 0.95); err != nil {
		panic(err)
	}
	r.Networks = append(r.Networks, study.Snapshot{Arm: study.Untreated, Net: pruned})
	for _, row := range r.Rows {
		if n, _, _ := r.Network(row.Arm); n != nil {
			continue
		}
		a, n := row.Arm, pruned.Clone()
		if a == "ketamine" {
			regrow(n, rng.Stream(1, "synthetic"))
		}
		r.Networks = append(r.Networks, study.Snapshot{Arm: a, Net: n})
	}
	return r
}

func regrow(n *network.Network, r *rand.Rand) {
	for k := range n.Layers {
		l := &n.Layers[k]
		for i := range l.W {
			if !l.Present[i] && r.IntN(2) == 0 {
				l.Present[i], l.W[i] = true, float32(0.03*r.NormFloat64())
			}
		}
	}
}
