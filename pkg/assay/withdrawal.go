package assay

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/internal/text"
	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// Withdrawn is the phase of Withdrawal.
const Withdrawn = "withdrawal"

// Withdrawal stops the drug after maintenance under a mood stabiliser. For each length,
// from the network that treatment left: train so long with the drug and the stabiliser
// on, stop the drug, let the stabiliser's protection decay, and test under a bias. A
// length's rows have its epochs as their cycle.
//
// The published lengths are trained one by one. Here all of an arm's are one training,
// tested on the way: the same protocol, with shuffles that the lengths share.
//
// Source: Cheung, Network Fragility, chapter 7 (doi 10.5281/zenodo.18298989), and the
// author's notebook.
type Withdrawal struct {
	Label       string    // the phase; empty means "withdrawal"
	Lengths     []int     // epochs of maintenance, ascending; range 0 to 100000; published: 25, 50, 100, 150, 200, 300
	Rate        float64   // learning rate of the maintenance; range (0, 1]; published: 1e-6
	Protection  float64   // strength of the stabiliser during it; range [0, 1]; published: 1
	Decay       []Decay   // by arm; published: see PublishedDecay
	Steps       int       // of decay before the test; range 0 to 1000; published: 50
	Exponential bool      // protection falls by a share of what is left in each step, as the text has it; published as coded: by as much in each
	Bias        float64   // of the test; range [−10, 10]; published: 1
	Below       float64   // accuracy below which it is a relapse, percent; published: 60
	Common      []float64 // controls: test each network under these protections, too, whatever its arm's decay has left; range [0, 1]; 0 is none
}

// Decay is how fast the stabiliser's protection wanes once an arm's drug is stopped.
type Decay struct {
	Arm  string  // empty stands for every arm that is not named
	Rate float64 // a step; range [0, 1]
}

// PublishedDecay returns the published rates, which leave 0.9, 0.25 and 0.6 of the
// protection. An arm that is not named has the SSRI-like arm's, the fastest.
func PublishedDecay() []Decay {
	return []Decay{{"ketamine", 0.002}, {"neurosteroid", 0.008}, {"", 0.015}}
}

// AtProtection is the phase of a Withdrawal's tests at a common protection.
func AtProtection(protection float64) string { return Withdrawal{}.at(protection) }

func (a Withdrawal) at(protection float64) string { return a.Name() + "-p" + text.Short(protection) }

// Name returns the phase.
func (a Withdrawal) Name() string { return cmp.Or(a.Label, Withdrawn) }

// Validate reports the first field outside its range.
func (a Withdrawal) Validate() error {
	of := func(field string) string { return fmt.Sprintf("assay: %s of %q", field, a.Name()) }
	if len(a.Lengths) == 0 || !slices.IsSorted(a.Lengths) || len(slices.Compact(slices.Clone(a.Lengths))) != len(a.Lengths) {
		return fmt.Errorf("%s = %v: want one epoch number or more, ascending, each once, such as 25, 100", of("Lengths"), a.Lengths)
	}
	if first, last := a.Lengths[0], a.Lengths[len(a.Lengths)-1]; first < 0 || last > 100000 {
		return fmt.Errorf("%s = %v: want epochs from 0 to 100000", of("Lengths"), a.Lengths)
	}
	if a.Steps < 0 || a.Steps > 1000 {
		return fmt.Errorf("%s = %d: want 0 to 1000", of("Steps"), a.Steps)
	}
	if !(a.Below >= 0 && a.Below <= 100) {
		return fmt.Errorf("%s = %v: want a percentage, such as 60", of("Below"), a.Below)
	}
	shares := []float64{a.Protection}
	for _, d := range a.Decay {
		shares = append(shares, d.Rate)
	}
	for i, p := range a.Common {
		if slices.Contains(a.Common[:i], p) {
			return fmt.Errorf("%s = %v: want each protection once", of("Common"), a.Common)
		}
		shares = append(shares, p)
	}
	for _, v := range shares {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("assay: Protection, a Rate of Decay or a Common of %q = %v: want a value in [0, 1]", a.Name(), v)
		}
	}
	return cmp.Or(check.Share(of("Rate"), a.Rate), network.Stress{Bias: a.Bias}.Validate())
}

// left returns the protection that is left to an arm at the test.
func (a Withdrawal) left(arm string) float64 {
	i := slices.IndexFunc(a.Decay, func(d Decay) bool { return d.Arm == arm })
	if i < 0 {
		i = slices.IndexFunc(a.Decay, func(d Decay) bool { return d.Arm == "" })
	}
	if i < 0 {
		return a.Protection
	}
	fall := a.Decay[i].Rate * float64(a.Steps)
	if a.Exponential {
		return a.Protection * math.Exp(-fall)
	}
	return max(0, round(a.Protection-fall))
}

// Measure trains and tests; what is no arm has no maintenance.
func (a Withdrawal) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	m := begin(b, a.Name(), a.Name())
	s := m.Subject
	s.Net.State.Protection = a.Protection
	watch, lengths := s.Watch, a.Lengths
	if lengths[0] == 0 {
		a.test(m)
		lengths = lengths[1:]
	}
	if len(lengths) == 0 {
		return m.Found, s.Err()
	}
	s.Watch = func(e train.Epoch) error {
		m.Cycle++
		if slices.Contains(lengths, m.Cycle) {
			m.Record("", 0, TrainingLoss, e.Loss)
			a.test(m)
		}
		if watch == nil {
			return nil
		}
		return watch(e)
	}
	_, err := s.Fit(train.Config{Epochs: lengths[len(lengths)-1], Batch: train.PublishedBatch, Rate: a.Rate})
	return m.Found, err
}

// test withdraws the drug from a copy and tests it, under every protection with the
// same draws.
func (a Withdrawal) test(m *Moment) {
	s := m.Subject.Branch(rng.Stream(m.Seed, "withdrawal", m.Arm, m.Phase))
	treat.Withdraw(m.Therapy, s)
	x := testOf(network.Stress{Bias: a.Bias})
	at := func(protection float64) {
		s.Net.State.Protection = protection
		right := m.accuracy(s.Net, m.draws, m.Cycle, x)
		m.Record(x.name, x.level, Accuracy, right)
		m.Record("", 0, Relapsed, failed(right, a.Below))
	}
	left := a.left(m.Arm)
	m.Record("", 0, Gain, s.Net.State.Gain)
	m.Record("", 0, Protection, left)
	at(left)
	for _, p := range a.Common {
		m.Phase = a.at(p)
		at(p)
	}
	m.Phase = a.Name()
}

// Training estimates what the maintenance trains, for the estimate of the time left.
func (a Withdrawal) Training(_ treat.Treatment, present float64) []treat.Span {
	return []treat.Span{{Epochs: a.Lengths[len(a.Lengths)-1], Present: present}}
}
