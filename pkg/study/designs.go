package study

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/internal/check"
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// Divergent returns the seed study over ten seeds: Cheung 2026, Divergent
// Mechanisms of Antidepressant Efficacy (doi 10.7759/cureus.105040), acute
// protocol as coded, with the three published arms and the controls the paper
// lacks.
func Divergent() Design {
	b := assay.PublishedBattery()
	return Design{
		Name:     "divergent",
		Task:     task.Four(),
		Points:   Counts{Train: 12000, Standard: 4000, Clean: 2000},
		Sizes:    network.Published(),
		Baseline: train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 1e-3},
		Prune:    0.95,
		Arms: []treat.Treatment{treat.Ketamine(), treat.SSRI(), treat.Neurosteroid(),
			treat.KetamineRandom(), treat.Sham(treat.Ketamine()), treat.Sham(treat.SSRI()), treat.Sham(treat.Neurosteroid())},
		Assays: []assay.Assay{assay.AcuteTests{Battery: b}, assay.OffDrugTests{Battery: b},
			assay.RelapseTests{Battery: assay.Battery{Combined: b.Combined}, Fraction: 0.4, Cap: 0.99}},
		Seeds:        []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
		KeepNetworks: true,
	}
}

// like returns the seed study's settings for a study of another name.
func like(name string) Design {
	d := Divergent()
	d.Name, d.KeepNetworks = name, false
	return d
}

// Published42 returns the seed study on the published single run's data.
func Published42() Design {
	d := Divergent()
	d.Seeds, d.KeepNetworks = []uint64{PublishedSeed}, false
	return d
}

// Cliff returns the pruning sweep of Cheung's Network Fragility, chapters 1 and
// 2 (doi 10.5281/zenodo.18316723): pruned at 0 to 99 %, then half of the absent
// synapses regrown by gradient and at random. Both rules start from the same
// pruned network, which those chapters' two do not.
func Cliff() Design {
	d := like("cliff")
	d.Arms = []treat.Treatment{treat.Ketamine(), treat.KetamineRandom()}
	d.Assays = []assay.Assay{assay.AcuteTests{Battery: assay.PublishedBattery()}}
	d.Sweeps = []Sweep{{Factor: "pruned", Fields: []string{"Prune"},
		Settings: []float64{0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99}}}
	return d
}

// Consolidation returns chapter 3, part A: how long to train after one regrowth.
// The sham trains as long without regrowth.
func Consolidation() Design {
	d := like("consolidation")
	d.Arms = []treat.Treatment{treat.Ketamine(), treat.Sham(treat.Ketamine())}
	d.Assays = acuteAndRelapse()
	d.Sweeps = []Sweep{{Factor: "epochs", Settings: []float64{0, 5, 10, 15, 20, 40},
		Fields: []string{"ketamine.Training.Epochs", "ketamine-sham.Of.Training.Epochs"}}}
	return d
}

// Regimens returns chapter 3, part B: one burst of regrowth or several. Its
// regimens differ in the epochs they train, so each has controls that train as
// long: a sham without regrowth, and for several bursts one burst that leaves as
// many synapses.
func Regimens() Design {
	d := like("regimens")
	d.Assays = acuteAndRelapse()
	d.Arms = nil
	for _, g := range []struct {
		name     string
		cycles   int
		fraction float64 // of the sites that are absent, in each cycle
		epochs   int     // in each cycle
	}{{"acute-60x1", 1, 0.6, 15}, {"chronic-40x3", 3, 0.4, 5}, {"chronic-40x6", 6, 0.4, 5}, {"chronic-40x10", 10, 0.4, 5}, {"acute-100x1", 1, 1, 20}} {
		regrow := ketamine(g.name, g.fraction, g.epochs)
		if g.cycles == 1 {
			d.Arms = append(d.Arms, regrow, treat.Sham(regrow))
			continue
		}
		arm := treat.Repeat(g.name, g.cycles, regrow)
		burst := ketamine(g.name+"-burst", 1-math.Pow(1-g.fraction, float64(g.cycles)), g.cycles*g.epochs)
		d.Arms = append(d.Arms, arm, burst, treat.Sham(arm))
	}
	return d
}

// IsoDose returns the extension of the seed paper's notebook: each arm over its
// range of doses, measured as the mean absolute change of the weights.
func IsoDose() Design {
	d := like("isodose")
	b := assay.PublishedBattery()
	d.Arms = []treat.Treatment{treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()}
	d.Assays = []assay.Assay{assay.AcuteTests{Battery: b}, assay.DoseTests{}, assay.OffDrugTests{Battery: b},
		assay.RelapseTests{Battery: assay.Battery{Combined: b.Combined}, Fraction: 0.4, Cap: 1, Exact: true}}
	d.Sweeps = []Sweep{
		{Factor: "regrown", Fields: []string{"ketamine.Fraction"}, Settings: []float64{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}},
		{Factor: "epochs", Fields: []string{"ssri.Training.Epochs"}, Settings: []float64{10, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200}},
		{Factor: "damping", Fields: []string{"neurosteroid.Drug.Damping"}, Settings: []float64{0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9}},
	}
	return d
}

// Triage returns what Figure 4 of the seed paper says in words, to be computed:
// which arm serves which network best. Every arm, and two in sequence, at each
// pruning level; beside the sequences each arm alone with as many epochs.
func Triage() Design {
	d := like("triage")
	b := assay.PublishedBattery()
	b.Input, b.Bias = nil, nil
	k, s, n := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	longer := func(name string, epochs int) treat.Refine {
		s := treat.SSRI()
		s.Label, s.Training.Epochs = name, epochs
		return s
	}
	n110 := treat.Neurosteroid()
	n110.Label, n110.Training.Epochs = "neurosteroid-110", n.Training.Epochs+s.Training.Epochs
	d.Arms = []treat.Treatment{k, s, n,
		treat.Sequence("neurosteroid-ssri", n, s), treat.Sequence("ssri-ketamine", s, k), treat.Sequence("ketamine-ssri", k, s),
		n110, longer("ssri-110", n.Training.Epochs+s.Training.Epochs), longer("ssri-115", k.Training.Epochs+s.Training.Epochs),
		ketamine("ketamine-115", k.Fraction, k.Training.Epochs+s.Training.Epochs)}
	d.Assays = []assay.Assay{assay.AcuteTests{Battery: b}, assay.OffDrugTests{Battery: b},
		assay.RelapseTests{Battery: b, Fraction: 0.4, Cap: 0.99}}
	d.Seeds = d.Seeds[:5] // ten take over an hour on two cores
	d.Sweeps = []Sweep{{Factor: "pruned", Fields: []string{"Prune"}, Settings: []float64{0.8, 0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.98}}}
	return d
}

// ketamine returns the published regrowth with another name, share and length.
func ketamine(name string, fraction float64, epochs int) treat.Regrow {
	k := treat.Ketamine()
	k.Label, k.Fraction, k.Training.Epochs = name, fraction, epochs
	return k
}

// acuteAndRelapse returns the tests of chapter 3.
func acuteAndRelapse() []assay.Assay {
	b := assay.PublishedBattery()
	return []assay.Assay{assay.AcuteTests{Battery: b},
		assay.RelapseTests{Battery: assay.Battery{Combined: b.Combined}, Fraction: 0.4, Cap: 0.99}}
}

// named lists the published designs in the order of the notebooks.
func named() []func() Design {
	return []func() Design{Divergent, Cliff, Consolidation, Regimens, IsoDose, Triage, ManicSwitch, ChronicStress, Withdrawal, Kindling}
}

// Studies lists the names of the designs that Named knows.
func Studies() []string {
	var out []string
	for _, design := range named() {
		out = append(out, design().Name)
	}
	return out
}

// Named returns the published design of that name.
func Named(name string) (Design, error) {
	for _, design := range named() {
		if d := design(); d.Name == name {
			return d, nil
		}
	}
	return Design{}, check.Known("study", name, Studies())
}

// WithArms returns the design with only the named arms, in the design's order,
// and without the sweeps of others.
func (d Design) WithArms(names []string) (Design, error) {
	known := make([]string, len(d.Arms))
	for i, a := range d.Arms {
		known[i] = a.Name()
	}
	for i, n := range names {
		if !slices.Contains(known, n) {
			return d, fmt.Errorf("study: arm %q: want some of %s", n, strings.Join(known, ", "))
		}
		if slices.Contains(names[:i], n) {
			return d, fmt.Errorf("study: arm %q stands twice: want each once", n)
		}
	}
	out := d
	out.Arms, out.Sweeps = nil, nil
	for _, a := range d.Arms {
		if slices.Contains(names, a.Name()) {
			out.Arms = append(out.Arms, a)
		}
	}
	for _, s := range d.Sweeps {
		if concerned := s.concerns(d); concerned != nil {
			var fields []string
			for i, f := range s.Fields {
				if slices.Contains(names, concerned[i]) {
					fields = append(fields, f)
				}
			}
			s.Fields = fields
		}
		if len(s.Fields) > 0 {
			out.Sweeps = append(out.Sweeps, s)
		}
	}
	return out, nil
}
