// Package assay measures a treated network: the acute battery of stress tests, the
// same off the drug, relapse after a second pruning, and courses of illness: what
// happens to the network cycle by cycle and what is measured then.
//
// Source: Cheung 2026 (doi 10.7759/cureus.105040), Methods, and the author's
// notebook. Every test is one pass with one fresh noise draw per sample.
package assay

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"divergent/internal/check"
	"divergent/internal/text"
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
	Accuracy   = "accuracy"   // percent correct
	Drop       = "drop"       // combined accuracy before minus after the second pruning, points; positive is a loss
	Sparsity   = "sparsity"   // percent of weights whose synapse is absent
	Tied       = "tied"       // percent of regrown sites chosen among exact ties
	Dose       = "dose"       // mean absolute change of all weights, weight units
	DoseL2     = "dose-l2"    // Euclidean length of the change of all weights over their number, weight units
	Turnover   = "turnover"   // percent of weights that changed by more than a tenth
	Activation = "activation" // mean absolute hidden activity without noise, activation units
	Gain       = "gain"       // excitability gain that the network is in, a factor
	Protection = "protection" // strength of the mood stabiliser, 0 to 1
	Scarred    = "scarred"    // percent of all sites that are scarred

	// Of a cycle of a course.
	Epochs           = "epochs"            // epochs of maintenance in the cycle
	TrainingLoss     = "loss"              // mean cross-entropy of the last of them, nats
	Relapsed         = "relapsed"          // 1 where the challenge was failed, else 0
	Autonomous       = "autonomous"        // likewise, of the challenge by a minimal trigger
	Severity         = "severity"          // of an episode, a factor
	ScarredSurvivors = "scarred-survivors" // sites scarred since the course began, percent of the synapses that the arm had then: comparable between arms
)

// Reading is one measurement.
type Reading struct {
	Phase  string
	Test   string  // empty where the metric belongs to no test
	Level  float64 // noise SD or bias of the test; 0 where there is none, or more than one (combined)
	Metric string
	Value  float64
	Cycle  int `json:",omitempty"` // of a course; 0 before the first and where there is no course
}

// Bench is what is measured and what with. All of it is read only, the sets are
// shared with other arms.
type Bench struct {
	Seed     uint64
	Arm      string           // name, part of every random stream
	Subject  *treat.Subject   // after treatment; a test that treats or prunes takes a Branch or a Clone of its Net
	Template *network.Network // before treatment; nil where Therapy is
	Therapy  treat.Treatment  // nil for the conditions that are no arm: dense and untreated
	Standard task.Set         // noisy test set
	Clean    task.Set         // cluster centres
	Readings []Reading        // what the assays before this one found
}

// Assay measures a subject. Two assays of a design may not share a name, nor two
// readings of a subject their phase, test, level and metric.
//
// Measure is called for several subjects at a time and on one value, so it must
// not write to its receiver. It may change nothing of the Bench and draw nothing
// from Subject.Rand: its random numbers come from rng.Stream(b.Seed, ...) with
// labels that name the arm and the phase, so that an assay more or less changes no
// other number. Values must be finite.
type Assay interface {
	Name() string
	Validate() error
	Measure(b Bench) ([]Reading, error)
}

// Follower is an Assay that needs others before it in the design's list.
type Follower interface {
	After(before []Assay) error
}

// Battery is the list of stress tests.
type Battery struct {
	Input    []float64      // SDs of input noise, input units; published: 1, 2
	Internal []float64      // SDs of internal noise; published: 0.5, 1, 1.5, 2.5 (0.3 in the earlier chapters)
	Combined network.Stress // published: input 1 and internal 0.5; zero for no combined test
	Bias     []float64      // biases of the biased pass; published: 1
	Short    bool           // leave out the clean and the standard test
	Activity bool           // activation and gain, too, as the chapters with gain have it
}

// PublishedBattery returns the published tests.
func PublishedBattery() Battery {
	return Battery{Input: []float64{1, 2}, Internal: []float64{0.3, 0.5, 1, 1.5, 2.5},
		Combined: network.Stress{Input: 1, Internal: 0.5}, Bias: []float64{1}}
}

// Validate reports the first level that is outside its range or stands twice.
func (t Battery) Validate() error { return t.validate("assay: Battery") }

func (t Battery) validate(owner string) error {
	seen := map[test]bool{}
	for _, x := range t.tests() {
		if err := x.stress.Validate(); err != nil {
			return fmt.Errorf("%s: test %s: %w", owner, x.name, err)
		}
		if seen[x] {
			return fmt.Errorf("%s: test %s at %v stands twice: want each level once", owner, x.name, x.level)
		}
		seen[x] = true
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
	if t.Short {
		ts = nil
	}
	for _, v := range t.Input {
		ts = append(ts, test{Input, v, network.Stress{Input: v}})
	}
	for _, v := range t.Internal {
		ts = append(ts, test{Internal, v, network.Stress{Internal: v}})
	}
	if t.Combined != (network.Stress{}) {
		ts = append(ts, test{name: Combined, stress: t.Combined})
	}
	for _, v := range t.Bias {
		ts = append(ts, test{Biased, v, network.Stress{Bias: v}})
	}
	return ts
}

// run measures every test of the battery on the network.
func (t Battery) run(b Bench, n *network.Network, phase string) []Reading {
	m := Moment{Bench: b, Phase: phase}
	m.tests(t, n)
	return m.Found
}

// accuracy is that of a test in a phase; each has a random stream of its own. In the
// cycles of a course after the first moment the draws are fresh ones.
func (b Bench) accuracy(n *network.Network, phase string, cycle int, x test) float64 {
	set := b.Standard
	if x.name == Clean {
		set = b.Clean
	}
	labels := []string{"test", b.Arm, phase, x.name, strconv.FormatFloat(x.level, 'g', -1, 64)}
	if cycle > 0 {
		labels = append(labels, strconv.Itoa(cycle))
	}
	return n.Accuracy(set, x.stress, rng.Stream(b.Seed, labels...))
}

// AcuteTests runs the battery in the state the treatment leaves.
type AcuteTests struct {
	Label   string // the phase; empty means "acute"
	Battery Battery
}

// Name returns the phase.
func (a AcuteTests) Name() string { return cmp.Or(a.Label, Acute) }

// Validate reports the first field outside its range.
func (a AcuteTests) Validate() error { return a.Battery.validate(batteryOf(a)) }

func batteryOf(a Assay) string { return fmt.Sprintf("assay: Battery of %q", a.Name()) }

// Measure runs the battery, and reports the share of tied choices where the
// treatment regrew by gradient.
func (a AcuteTests) Measure(b Bench) ([]Reading, error) {
	out := a.Battery.run(b, b.Subject.Net, a.Name())
	regrown, tied := 0, 0.0
	for _, rep := range b.Subject.Reports {
		if rep.Rule == plasticity.Gradient {
			regrown += rep.Regrown()
			tied += rep.TiedShare() * float64(rep.Regrown())
		}
	}
	if regrown > 0 {
		out = append(out, Reading{Phase: a.Name(), Metric: Tied, Value: tied / float64(regrown)})
	}
	return out, nil
}

// OffDrugTests stops the drug and runs the battery, as treat.Withdraw does; it
// applies where there is a drug to stop.
type OffDrugTests struct {
	Label   string // the phase; empty means "off-drug"
	Battery Battery
}

// Name returns the phase.
func (a OffDrugTests) Name() string { return cmp.Or(a.Label, OffDrug) }

// Validate reports the first field outside its range.
func (a OffDrugTests) Validate() error { return a.Battery.validate(batteryOf(a)) }

// Measure runs the battery on a copy off the drug.
func (a OffDrugTests) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	s := b.Subject.Branch(rng.Stream(b.Seed, "withdrawal", b.Arm))
	if !treat.Withdraw(b.Therapy, s) {
		return nil, s.Err()
	}
	return a.Battery.run(b, s.Net, a.Name()), s.Err()
}

// RelapseTests prunes once more, without retraining and in the drug state of
// the arm, and runs the battery. With a combined test it reports its drop, too,
// from that of the acute tests, which must stand before it in the design.
type RelapseTests struct {
	Label    string // the phase; empty means "relapse"
	Battery  Battery
	Fraction float64 // share of the present synapses to prune; range (0, 1]; published: 0.4
	Cap      float64 // highest overall sparsity to prune to; range (0, 1]; published: 0.99
	Exact    bool    // prune exactly ⌊Fraction × present⌋ synapses of each matrix, as in the iso-dose extension
	From     string  // phase that the drop is from; empty means "acute"
}

// Name returns the phase.
func (a RelapseTests) Name() string { return cmp.Or(a.Label, Relapse) }

func (a RelapseTests) from() string { return cmp.Or(a.From, Acute) }

// Validate reports the first field outside its range.
func (a RelapseTests) Validate() error {
	if err := check.Share(fmt.Sprintf("assay: Fraction of %q", a.Name()), a.Fraction); err != nil {
		return err
	}
	if err := check.Share(fmt.Sprintf("assay: Cap of %q", a.Name()), a.Cap); err != nil {
		return err
	}
	return a.Battery.validate(batteryOf(a))
}

// After asks for the test that the drop is from: the same combined test before
// the second pruning.
func (a RelapseTests) After(before []Assay) error {
	if a.Battery.Combined == (network.Stress{}) {
		return nil
	}
	i := slices.IndexFunc(before, func(x Assay) bool { return x.Name() == a.from() })
	if i < 0 {
		return fmt.Errorf("assay: %q has no test %q before it to report the drop from: want assay.AcuteTests of that Label first in Assays, or From to name another", a.Name(), a.from())
	}
	x, ok := before[i].(AcuteTests)
	if ok && x.Battery.Combined != a.Battery.Combined {
		return fmt.Errorf("assay: Battery.Combined of %q = %+v: want %+v as of %q, which the drop is from", a.Name(), a.Battery.Combined, x.Battery.Combined, x.Name())
	}
	return nil
}

// Measure prunes a copy of an arm's network and runs the battery; the drop is
// the combined accuracy before pruning minus the one after.
func (a RelapseTests) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	n := b.Subject.Net.Clone()
	if err := lose(n, a.Fraction, a.Cap, a.Exact); err != nil {
		return nil, err
	}
	out := a.Battery.run(b, n, a.Name())
	before, measured := combined(b.Readings, a.from())
	after, ok := combined(out, a.Name())
	if measured && ok {
		out = append(out, Reading{Phase: a.Name(), Test: Combined, Metric: Drop, Value: before - after})
	}
	return out, nil
}

// lose prunes a fraction of the present synapses, up to an overall sparsity.
func lose(n *network.Network, fraction, cap float64, exact bool) error {
	prune := plasticity.Prune
	if exact {
		prune = plasticity.PruneCount
	}
	s := n.Sparsity() / 100
	if f := min(fraction, (cap-s)/(1-s)); f > 0 {
		return prune(n, f)
	}
	return nil
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
	return []Reading{{Phase: Acute, Metric: Dose, Value: sum / all}, {Phase: Acute, Metric: DoseL2, Value: math.Sqrt(square) / all},
		{Phase: Acute, Metric: Turnover, Value: 100 * float64(moved) / all}}, nil
}

// GainTests runs the battery at one excitability gain, whatever gain the network was
// treated under: a control that tells what the gain does to a test from what it did
// to the network.
type GainTests struct {
	Gain    float64 // a factor; range (0, 10]; 1 is none
	Battery Battery
}

// AtGain is the phase of GainTests at a gain.
func AtGain(gain float64) string { return "gain-" + text.Short(gain) }

// Name returns the phase.
func (a GainTests) Name() string { return AtGain(a.Gain) }

// Validate reports the first field outside its range.
func (a GainTests) Validate() error {
	if !(a.Gain > 0 && a.Gain <= 10) {
		return fmt.Errorf("assay: Gain of %q = %v: want a factor in (0, 10]; 1 is no gain", a.Name(), a.Gain)
	}
	return a.Battery.validate(batteryOf(a))
}

// Measure runs the battery.
func (a GainTests) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	n := *b.Subject.Net
	n.State.Gain = a.Gain
	return a.Battery.run(b, &n, a.Name()), nil
}
