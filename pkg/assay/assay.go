// Package assay measures a treated network: the acute battery of stress tests,
// the same off the drug, and relapse after a second pruning.
//
// Source: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the author's
// notebook. Every test is one pass with one fresh noise draw per sample.
package assay

import (
	"fmt"
	"math"
	"strconv"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/treat"
)

// Phases of a study.
const (
	Acute   = "acute"
	OffDrug = "off-drug"
	Relapse = "relapse"
)

// Tests. Combined adds input noise of SD 1 and internal noise of SD 0.5.
const (
	Clean    = "clean"
	Standard = "standard"
	Input    = "input"
	Internal = "internal"
	Combined = "combined"
	Biased   = "biased"
)

// Metrics.
const (
	Accuracy = "accuracy" // percent correct
	Drop     = "drop"     // combined accuracy before minus after the second pruning, points; positive is a loss
	Sparsity = "sparsity" // percent of weights whose synapse is absent
	Tied     = "tied"     // percent of regrown sites chosen among exact ties
	Dose     = "dose"     // mean absolute change of all weights, weight units
	DoseL2   = "dose-l2"  // Euclidean length of the change of all weights over their number, weight units
	Turnover = "turnover" // percent of weights that changed by more than a tenth
)

// Reading is one measurement.
type Reading struct {
	Phase  string
	Test   string  // empty where the metric belongs to no test
	Level  float64 // noise SD or bias of the test; 0 where there is none, or more than one (combined)
	Metric string
	Value  float64
}

// Bench is what is measured and what with.
type Bench struct {
	Seed     uint64
	Arm      string           // name, part of every random stream
	Subject  *treat.Subject   // after treatment; an assay leaves it as it was
	Template *network.Network // before treatment, read only; nil where Therapy is
	Therapy  treat.Treatment  // nil for the conditions that are no arm: dense and untreated
	Standard task.Set         // noisy test set
	Clean    task.Set         // cluster centres
	Readings []Reading        // what the assays before this one found
}

// Assay measures a subject. A design lists the acute tests first.
type Assay interface {
	Name() string
	Validate() error
	Measure(b Bench) ([]Reading, error)
}

// Battery is the list of stress tests.
type Battery struct {
	Input    []float64      // SDs of input noise, input units; published: 1, 2
	Internal []float64      // SDs of internal noise; published: 0.5, 1, 1.5, 2.5 (0.3 in the earlier chapters)
	Combined network.Stress // published: input 1 and internal 0.5
	Bias     []float64      // biases of the biased pass; published: 1
}

// PublishedBattery returns the published tests.
func PublishedBattery() Battery {
	return Battery{Input: []float64{1, 2}, Internal: []float64{0.3, 0.5, 1, 1.5, 2.5},
		Combined: network.Stress{Input: 1, Internal: 0.5}, Bias: []float64{1}}
}

// Validate reports the first level outside its range.
func (t Battery) Validate() error {
	for _, x := range t.tests() {
		if err := x.stress.Validate(); err != nil {
			return fmt.Errorf("assay: test %s: %w", x.name, err)
		}
	}
	return nil
}

type test struct {
	name   string
	level  float64
	stress network.Stress
}

func (t Battery) tests() []test {
	ts := []test{{name: Clean}, {name: Standard}}
	for _, v := range t.Input {
		ts = append(ts, test{Input, v, network.Stress{Input: v}})
	}
	for _, v := range t.Internal {
		ts = append(ts, test{Internal, v, network.Stress{Internal: v}})
	}
	ts = append(ts, test{name: Combined, stress: t.Combined})
	for _, v := range t.Bias {
		ts = append(ts, test{Biased, v, network.Stress{Bias: v}})
	}
	return ts
}

// run measures every test of the battery on the network; each has a random
// stream of its own.
func (t Battery) run(b Bench, n *network.Network, phase string) []Reading {
	var out []Reading
	for _, x := range t.tests() {
		set := b.Standard
		if x.name == Clean {
			set = b.Clean
		}
		r := rng.Stream(b.Seed, "test", b.Arm, phase, x.name, strconv.FormatFloat(x.level, 'g', -1, 64))
		out = append(out, Reading{phase, x.name, x.level, Accuracy, n.Accuracy(set, x.stress, r)})
	}
	return append(out, Reading{phase, "", 0, Sparsity, n.Sparsity()})
}

// AcuteTests runs the battery in the state the treatment leaves.
type AcuteTests struct{ Battery Battery }

// Name returns "acute".
func (AcuteTests) Name() string { return Acute }

// Validate reports the first field outside its range.
func (a AcuteTests) Validate() error { return a.Battery.Validate() }

// Measure runs the battery, and reports the share of tied choices where the
// treatment regrew by gradient.
func (a AcuteTests) Measure(b Bench) ([]Reading, error) {
	out := a.Battery.run(b, b.Subject.Net, Acute)
	regrown, tied := 0, 0.0
	for _, rep := range b.Subject.Reports {
		if rep.Rule == plasticity.Gradient {
			regrown += rep.Regrown()
			tied += rep.TiedShare() * float64(rep.Regrown())
		}
	}
	if regrown > 0 {
		out = append(out, Reading{Acute, "", 0, Tied, tied / float64(regrown)})
	}
	return out, nil
}

// OffDrugTests stops the drug and runs the battery; it applies to treatments
// with a drug to stop.
type OffDrugTests struct{ Battery Battery }

// Name returns "off-drug".
func (OffDrugTests) Name() string { return OffDrug }

// Validate reports the first field outside its range.
func (a OffDrugTests) Validate() error { return a.Battery.Validate() }

// Measure runs the battery on a copy off the drug.
func (a OffDrugTests) Measure(b Bench) ([]Reading, error) {
	w, ok := b.Therapy.(treat.Withdrawer)
	if !ok {
		return nil, nil
	}
	s := *b.Subject
	s.Net = b.Subject.Net.Clone()
	w.Withdraw(&s)
	return a.Battery.run(b, s.Net, OffDrug), nil
}

// RelapseTests prunes once more, without retraining and in the drug state of
// the arm, and runs the battery.
type RelapseTests struct {
	Battery  Battery
	Fraction float64 // share of the present synapses to prune; range (0, 1]; published: 0.4
	Cap      float64 // highest overall sparsity to prune to; range (0, 1]; published: 0.99
	Exact    bool    // prune exactly ⌊Fraction × present⌋ synapses of each matrix, as in the iso-dose extension
}

// Name returns "relapse".
func (RelapseTests) Name() string { return Relapse }

// Validate reports the first field outside its range.
func (a RelapseTests) Validate() error {
	if err := plasticity.CheckShare("assay: Fraction", a.Fraction); err != nil {
		return err
	}
	if err := plasticity.CheckShare("assay: Cap", a.Cap); err != nil {
		return err
	}
	return a.Battery.Validate()
}

// Measure prunes a copy of an arm's network and runs the battery; the drop is
// the acute combined accuracy minus the one after pruning.
func (a RelapseTests) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	n := b.Subject.Net.Clone()
	s := n.Sparsity() / 100
	prune := plasticity.Prune
	if a.Exact {
		prune = plasticity.PruneCount
	}
	if f := min(a.Fraction, (a.Cap-s)/(1-s)); f > 0 {
		if err := prune(n, f); err != nil {
			return nil, err
		}
	}
	out := a.Battery.run(b, n, Relapse)
	before, ok := combined(b.Readings, Acute)
	after, _ := combined(out, Relapse)
	if ok {
		out = append(out, Reading{Relapse, Combined, 0, Drop, before - after})
	}
	return out, nil
}

func combined(rs []Reading, phase string) (float64, bool) {
	for _, r := range rs {
		if r.Phase == phase && r.Test == Combined && r.Metric == Accuracy {
			return r.Value, true
		}
	}
	return 0, false
}

// DoseTests measures how far an arm moved the weights from the template, absent
// synapses counting as weights of 0. With Δ the change of a weight w,
//
//	dose = Σ|Δ|/n,  dose-l2 = √(ΣΔ²)/n,  turnover = share of |Δ| > 0.1·max(|w|, 1e-8),
//
// over all n weights, biases left out.
//
// Source: iso-dose extension in the author's notebook.
type DoseTests struct{}

// Name returns "dose".
func (DoseTests) Name() string { return Dose }

// Validate has nothing to check.
func (DoseTests) Validate() error { return nil }

// Measure compares the subject's network with the template.
func (DoseTests) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	n, moved, sum, square := 0, 0, 0.0, 0.0
	for k, l := range b.Subject.Net.Layers {
		for i, was := range b.Template.Layers[k].W {
			d := math.Abs(float64(l.W[i]) - float64(was))
			n++
			sum += d
			square += d * d
			if d > 0.1*max(math.Abs(float64(was)), 1e-8) {
				moved++
			}
		}
	}
	all := float64(n)
	return []Reading{{Acute, "", 0, Dose, sum / all}, {Acute, "", 0, DoseL2, math.Sqrt(square) / all},
		{Acute, "", 0, Turnover, 100 * float64(moved) / all}}, nil
}
