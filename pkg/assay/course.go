package assay

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/treat"
)

// Phases of the published courses.
const (
	Chronic = "chronic"
	Kindled = "kindling"
)

// Course follows an arm through an illness, cycle by cycle, from a copy of the network
// that treatment left. What happens and what is measured are its events; so another
// loss, a drug holiday or a switch of arms is one event more:
//
//	assay.Course{Label: "mine", Cycles: 12, Each: []assay.Event{
//		assay.Loss{Fraction: 0.05},
//		assay.In(assay.Stop{}, 3), assay.In(assay.Resume{}, 5),
//		assay.In(assay.Switch{To: treat.SSRI()}, 8),
//		assay.Maintain{},
//		assay.Challenge{Stress: network.Stress{Input: 1, Internal: 0.5}, Below: 80}}}
//
// A course has one random stream of its own, named after its label and the arm, and
// every test of a cycle another; so a cycle at the end changes no number before it.
type Course struct {
	Label  string  // the phase
	Start  []Event // in cycle 0, before the first
	Cycles int     // how many cycles follow; range 0 to 1000
	Each   []Event // in each of them, in order
	End    []Event // after the last, which counts as a cycle more
	Draws  string  // label of the course whose random numbers it takes, so that a control differs from that one by nothing else; empty means its own
}

// Event is something that happens to a subject in a cycle of a course: a loss, the
// arm's maintenance, a measurement. What is said of Assay holds for it, too, but that
// it may change the moment's Subject, which is the course's own, and draw from its Rand.
type Event interface {
	Validate() error
	Happen(m *Moment) error
}

// Moment is a subject in a cycle of a course.
type Moment struct {
	Bench           // Subject is the course's own branch; Therapy is what maintains it
	Phase string    // the course
	Cycle int       // 0 before the first
	Found []Reading // what the course has measured so far

	draws           string        // what random streams are named after; the phase where empty
	synapses, scars int           // when the course began
	drug            network.State // that Stop has stopped
	stopped         bool
}

// Record notes a measurement.
func (m *Moment) Record(test string, level float64, metric string, value float64) {
	m.Found = append(m.Found, Reading{Phase: m.Phase, Test: test, Level: level, Metric: metric, Value: value, Cycle: m.Cycle})
}

// Last returns the latest value of a metric in this cycle.
func (m *Moment) Last(metric string) (value float64, ok bool) {
	for _, r := range slices.Backward(m.Found) {
		if r.Cycle == m.Cycle && r.Metric == metric {
			return r.Value, true
		}
	}
	return 0, false
}

// begin starts a course on a branch of the bench's subject.
func begin(b Bench, phase, draws string) *Moment {
	m := &Moment{Bench: b, Phase: phase, draws: draws}
	m.Subject = b.Subject.Branch(rng.Stream(b.Seed, "course", b.Arm, draws))
	m.synapses, _ = m.Subject.Net.Synapses()
	m.scars = m.Subject.Net.Scars()
	return m
}

// tests measures a battery, sparsity and scars.
func (m *Moment) tests(t Battery, n *network.Network) {
	for _, x := range t.tests() {
		m.Record(x.name, x.level, Accuracy, m.accuracy(n, cmp.Or(m.draws, m.Phase), m.Cycle, x))
	}
	m.condition(t.Activity, n)
	if n.Layers[0].Scarred != nil {
		m.Record("", 0, Scarred, scarred(n))
	}
}

// condition records what a network is like.
func (m *Moment) condition(activity bool, n *network.Network) {
	m.Record("", 0, Sparsity, n.Sparsity())
	if activity {
		m.Record("", 0, Activation, n.Activity(m.Standard))
		m.Record("", 0, Gain, n.State.Gain)
	}
}

// scarred is the percent of all sites that are.
func scarred(n *network.Network) float64 {
	_, sites := n.Synapses()
	return 100 * float64(n.Scars()) / float64(sites)
}

// Name returns the phase.
func (c Course) Name() string { return c.Label }

// events lists those of a cycle.
func (c Course) events(cycle int) []Event {
	switch {
	case cycle == 0:
		return c.Start
	case cycle > c.Cycles:
		return c.End
	}
	return c.Each
}

// Validate reports the first field outside its range.
func (c Course) Validate() error {
	if c.Label == "" {
		return fmt.Errorf("assay: Label of a Course is empty: want the name of the phase, such as %q", Chronic)
	}
	if c.Cycles < 0 || c.Cycles > 1000 {
		return fmt.Errorf("assay: Cycles of %q = %d: want 0 to 1000", c.Label, c.Cycles)
	}
	for _, list := range []struct {
		name   string
		events []Event
	}{{"Start", c.Start}, {"Each", c.Each}, {"End", c.End}} {
		for i, e := range list.events {
			if e == nil {
				return fmt.Errorf("assay: %s[%d] of %q is nil: want an event, such as assay.Maintain{}", list.name, i, c.Label)
			}
			if err := e.Validate(); err != nil {
				return fmt.Errorf("%w (%s[%d] of %q)", err, list.name, i, c.Label)
			}
		}
	}
	return nil
}

// Measure goes through the course; what is no arm has none.
func (c Course) Measure(b Bench) ([]Reading, error) {
	if b.Therapy == nil {
		return nil, nil
	}
	m := begin(b, c.Label, cmp.Or(c.Draws, c.Label))
	for m.Cycle = range c.Cycles + 2 {
		for _, e := range c.events(m.Cycle) {
			if err := cmp.Or(e.Happen(m), m.Subject.Err()); err != nil {
				return nil, fmt.Errorf("cycle %d: %w", m.Cycle, err)
			}
		}
		if err := m.Subject.Net.Validate(); err != nil {
			return nil, fmt.Errorf("cycle %d leaves a network that cannot be measured: %w", m.Cycle, err)
		}
	}
	return m.Found, nil
}

// Training estimates what the course trains, for the estimate of the time left.
func (c Course) Training(t treat.Treatment, present float64) (out []treat.Span) {
	for cycle := range c.Cycles + 2 {
		for _, e := range c.events(cycle) {
			if m, ok := e.(Maintain); ok {
				span := treat.Maintenance(t, present)
				if m.Epochs > 0 && span.Epochs > 0 {
					span.Epochs = m.Epochs
				}
				present = span.Present
				out = append(out, span)
			}
		}
	}
	return out
}

// Loss prunes synapses, as stress does, without retraining.
type Loss struct {
	Fraction float64 // share of the present synapses; range (0, 1]; published: 0.1
	Exact    bool    // exactly ⌊Fraction × present⌋ of each matrix; published: by the quantile
}

// Validate reports a share outside its range.
func (e Loss) Validate() error { return check.Share("assay: Fraction of a Loss", e.Fraction) }

// Happen prunes.
func (e Loss) Happen(m *Moment) error { return lose(m.Subject.Net, e.Fraction, 1, e.Exact) }

// Maintain lets the arm do what it does between cycles, if it is a treat.Maintainer,
// and records the epochs and the loss of the last. Its fields make controls: they
// stand for the arm's own numbers in every training of the maintenance; what does not
// train goes on not to.
type Maintain struct {
	Epochs int     // of each training; 0 leaves the arm's
	Rate   float64 // learning rate; 0 leaves the arm's
}

// Validate reports the first field outside its range.
func (e Maintain) Validate() error {
	switch {
	case e.Epochs < 0 || e.Epochs > 100000:
		return fmt.Errorf("assay: Epochs of a Maintain = %d: want 1 to 100000, or 0 for the arm's", e.Epochs)
	case !(e.Rate >= 0 && e.Rate <= 1):
		return fmt.Errorf("assay: Rate of a Maintain = %v: want a learning rate in (0, 1], or 0 for the arm's", e.Rate)
	}
	return nil
}

// Happen maintains.
func (e Maintain) Happen(m *Moment) error {
	arm, ok := treat.As[treat.Maintainer](m.Therapy)
	if !ok {
		return nil
	}
	s := m.Subject
	before := len(s.Trace)
	if err := s.Instead(e.Epochs, e.Rate, func() error { return arm.Maintain(s, m.Cycle) }); err != nil {
		return err
	}
	if trained := s.Trace[min(before, len(s.Trace)):]; len(trained) > 0 {
		m.Record("", 0, Epochs, float64(len(trained)))
		m.Record("", 0, TrainingLoss, trained[len(trained)-1].Loss)
	}
	return nil
}

// Tests runs a battery of tests.
type Tests struct{ Battery Battery }

// Validate reports the first field outside its range.
func (e Tests) Validate() error { return e.Battery.Validate() }

// Happen measures.
func (e Tests) Happen(m *Moment) error {
	m.tests(e.Battery, m.Subject.Net)
	return nil
}

// Challenge is one test that can be failed, and what the network is like before it.
type Challenge struct {
	Stress   network.Stress // published: input 1 and internal 0.5, or bias 1.5
	Fall     float64        // by which the bias falls from one cycle to the next; published: 0.2
	Below    float64        // accuracy below which it is failed, percent; published: 80 combined, 60 biased
	From     int            // first cycle that can be failed; published: 0
	Metric   string         // what a failure is called; empty means "relapsed"
	Activity bool           // record activation and gain, too
}

// Validate reports the first field outside its range.
func (e Challenge) Validate() error {
	if !(e.Below >= 0 && e.Below <= 100) {
		return fmt.Errorf("assay: Below of a Challenge = %v: want a percentage, such as 60", e.Below)
	}
	return e.Stress.Validate()
}

// Happen tests.
func (e Challenge) Happen(m *Moment) error {
	if e.Stress.Bias != 0 {
		e.Stress.Bias -= e.Fall * float64(m.Cycle)
	}
	x := testOf(e.Stress)
	m.condition(e.Activity, m.Subject.Net)
	right := m.accuracy(m.Subject.Net, m.draws, m.Cycle, x)
	m.Record(x.name, x.level, Accuracy, right)
	if m.Cycle >= e.From {
		m.Record("", 0, cmp.Or(e.Metric, Relapsed), failed(right, e.Below))
	}
	return nil
}

func failed(accuracy, below float64) float64 {
	if accuracy < below {
		return 1
	}
	return 0
}

// round takes the noise of binary fractions off a number such as 1.5 − 3·0.2.
func round(x float64) float64 { return math.Round(1e9*x) / 1e9 }

// testOf names the test of a stress.
func testOf(x network.Stress) test {
	x.Bias = round(x.Bias)
	switch {
	case x.Bias != 0:
		return test{Biased, x.Bias, x}
	case x.Input > 0 && x.Internal > 0:
		return test{Combined, 0, x}
	case x.Input > 0:
		return test{Input, x.Input, x}
	case x.Internal > 0:
		return test{Internal, x.Internal, x}
	}
	return test{Standard, 0, x}
}

// Scarring makes scars after a relapse in the same cycle. With g the gain, A the
// activation and S the severity of the episode, 0.05·S of the synapses of each matrix
// are lost for good, the smallest first:
//
//	S = clip(1 + (g − 1) + 2(A − 0.1), 0.5, 2),  share = clip(Base·S, Least, Most)
//
// Source: Cheung, Network Fragility, chapter 8, and the author's notebook.
type Scarring struct {
	Base, Least, Most float64 // shares of the present synapses; range [0, 1]; published: 0.05, 0.02 and 0.2
	Severity          float64 // one for all arms, a control; range [0, 10]; 0 means the formula, as published
}

// Validate reports the first field outside its range.
func (e Scarring) Validate() error {
	if !(0 <= e.Least && e.Least <= e.Most && e.Most <= 1 && e.Base >= 0 && e.Base <= 1) {
		return fmt.Errorf("assay: Base, Least and Most of a Scarring = %v, %v and %v: want shares in [0, 1], Least up to Most", e.Base, e.Least, e.Most)
	}
	if !(e.Severity >= 0 && e.Severity <= 10) {
		return fmt.Errorf("assay: Severity of a Scarring = %v: want a factor in (0, 10], or 0 for the formula", e.Severity)
	}
	return nil
}

// Happen records the severity, scars where there was a relapse, and records the scars.
func (e Scarring) Happen(m *Moment) error {
	n := m.Subject.Net
	activation, ok := m.Last(Activation)
	if !ok {
		activation = n.Activity(m.Standard)
	}
	severity := cmp.Or(e.Severity, min(max(n.State.Gain+2*(activation-0.1), 0.5), 2))
	m.Record("", 0, Severity, severity)
	if relapsed, _ := m.Last(Relapsed); relapsed == 1 {
		if err := plasticity.Scar(n, min(max(e.Base*severity, e.Least), e.Most)); err != nil {
			return err
		}
	}
	m.Record("", 0, Scarred, scarred(n))
	m.Record("", 0, ScarredSurvivors, 100*float64(n.Scars()-m.scars)/float64(max(m.synapses, 1)))
	return nil
}

// Switch stops the arm's drug and treats by another arm, which maintains from then on.
type Switch struct{ To treat.Treatment }

// Validate checks the other arm.
func (e Switch) Validate() error { return treat.Sequence("switch", e.To).(treat.Validator).Validate() }

// Happen switches.
func (e Switch) Happen(m *Moment) error {
	treat.Withdraw(m.Therapy, m.Subject)
	m.Therapy, m.stopped = e.To, false
	return e.To.Apply(m.Subject)
}

// Stop stops the arm's drug, until a Resume.
type Stop struct{}

// Validate has nothing to check.
func (Stop) Validate() error { return nil }

// Happen stops the drug.
func (Stop) Happen(m *Moment) error {
	if !m.stopped {
		m.drug, m.stopped = m.Subject.Net.State, true
		treat.Withdraw(m.Therapy, m.Subject)
	}
	return nil
}

// Resume puts the drug on again that a Stop has stopped.
type Resume struct{}

// Validate has nothing to check.
func (Resume) Validate() error { return nil }

// Happen puts the drug on.
func (Resume) Happen(m *Moment) error {
	if m.stopped {
		m.Subject.Net.State, m.stopped = m.drug, false
	}
	return nil
}

// Only is an event that happens in some cycles.
type Only struct {
	Cycles []int
	Event  Event
}

// In returns the event in these cycles only.
func In(e Event, cycles ...int) Event { return Only{cycles, e} }

// Validate checks the event.
func (e Only) Validate() error {
	if e.Event == nil || len(e.Cycles) == 0 {
		return fmt.Errorf("assay: In(%v) names no event or no cycle: want both, such as assay.In(assay.Stop{}, 3)", e.Cycles)
	}
	return e.Event.Validate()
}

// Happen has the event happen in its cycles.
func (e Only) Happen(m *Moment) error {
	if !slices.Contains(e.Cycles, m.Cycle) {
		return nil
	}
	return e.Event.Happen(m)
}
