package assay

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

var stress = network.Stress{Input: 1, Internal: 0.5}

// ill is a bench of a reader's arm that trains in each maintenance.
func ill(t *testing.T, arm treat.Treatment) Bench {
	t.Helper()
	b := bench(t, arm)
	b.Subject.Train = task.Four().Sample(256, 0.8, 1)
	return b
}

func upkept() treat.Regrow {
	k := treat.Ketamine()
	k.Upkeep = treat.Upkeep{Regrowth: plasticity.Regrowth{Fraction: 0.2, Batches: 2}, Training: train.Config{Epochs: 2, Rate: 1e-2}}
	return k
}

func measured(t *testing.T, a Assay, b Bench) []Reading {
	t.Helper()
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	was, err := b.Subject.Net.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Measure(b)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := b.Subject.Net.MarshalBinary(); err != nil || !bytes.Equal(was, now) {
		t.Fatal("a course changed the network that it begins from")
	}
	return out
}

func at(rs []Reading, cycle int, metric string) (out []float64) {
	for _, r := range rs {
		if r.Cycle == cycle && r.Metric == metric {
			out = append(out, r.Value)
		}
	}
	return out
}

// A course of no cycles is the acute test, to the last bit.
func TestCourseOfNoCyclesIsTheAcuteTest(t *testing.T) {
	b := ill(t, upkept())
	battery := PublishedBattery()
	acute := measured(t, AcuteTests{Battery: battery}, b)
	if got := measured(t, Course{Label: Acute, Start: []Event{Tests{battery}}, Each: []Event{Loss{Fraction: 0.5}}}, b); !slices.Equal(got, acute) {
		t.Errorf("%v, want %v", got, acute)
	}
	b.Therapy = nil
	if got := measured(t, Course{Label: Acute, Start: []Event{Tests{battery}}}, b); got != nil {
		t.Errorf("no arm has a course: %v", got)
	}
}

// Sparsity by cycle as chapter 6 prints it, for the published network after the published
// arms: which arm trains how changes none of it.
func TestSparsityByCycleIsPublished(t *testing.T) {
	course := Course{Label: Chronic, Cycles: 8, Start: []Event{Challenge{Stress: stress}}, Each: []Event{Loss{Fraction: 0.1}, Challenge{Stress: stress}}}
	for _, tc := range []struct {
		regrow float64
		want   []float64
	}{{0.5, []float64{47.5, 52.7, 57.5, 61.7, 65.6, 69.0, 72.1, 74.9, 77.4}}, {0, []float64{95.0, 95.5, 95.9, 96.4, 96.7, 97.0, 97.3, 97.6, 97.8}}} {
		n, err := network.New(network.Published(), rng.Stream(1, "test"))
		if err != nil {
			t.Fatal(err)
		}
		if err := plasticity.Prune(n, 0.95); err != nil {
			t.Fatal(err)
		}
		if tc.regrow > 0 {
			if _, err := plasticity.Regrow(n, task.Set{}, plasticity.Regrowth{Fraction: tc.regrow, Rule: plasticity.Random}, rng.Stream(1, "regrow")); err != nil {
				t.Fatal(err)
			}
		}
		b := Bench{Seed: 1, Arm: "x", Subject: &treat.Subject{Net: n}, Therapy: treat.None(), Standard: task.Four().Sample(10, 0.8, 2)}
		got := measured(t, course, b)
		for cycle, want := range tc.want {
			if s := at(got, cycle, Sparsity); len(s) != 1 || math.Abs(s[0]-want) > 0.05+1e-9 {
				t.Errorf("cycle %d: sparsity %v, want %v", cycle, s, want)
			}
		}
	}
}

// The protection that is left at the published test: 0.9, 0.25, 0.6, and as the text has
// its decay 0.905, 0.472 and 0.670. It is never negative.
func TestProtectionThatIsLeft(t *testing.T) {
	a := Withdrawal{Protection: 1, Decay: PublishedDecay(), Steps: 50}
	e := a
	e.Exponential = true
	for arm, want := range map[string][2]float64{"ketamine": {0.9, 0.905}, "ssri": {0.25, 0.472}, "neurosteroid": {0.6, 0.670}, "a reader's": {0.25, 0.472}} {
		if a.left(arm) != want[0] || math.Abs(e.left(arm)-want[1]) > 5e-4 {
			t.Errorf("%s: %v and %v are left, want %v", arm, a.left(arm), e.left(arm), want)
		}
	}
	for steps := range 200 {
		a.Steps = steps
		if p := a.left("ssri"); p < 0 || p > 1 {
			t.Fatalf("%v is left after %d steps", p, steps)
		}
	}
	if a.Decay = nil; a.left("ssri") != 1 {
		t.Error("without a rate protection wanes")
	}
}

// A cycle at the end changes no number before it, another event does; and a control that
// takes another course's draws has its numbers where it differs by nothing.
func TestCyclesAreAppended(t *testing.T) {
	b := ill(t, upkept())
	long := Course{Label: "x", Cycles: 4, Start: []Event{Challenge{Stress: stress}}, Each: []Event{Loss{Fraction: 0.1}, Maintain{}, Challenge{Stress: stress, Activity: true}},
		End: []Event{Challenge{Stress: network.Stress{Bias: 0.3}, Metric: Autonomous}}}
	all := measured(t, long, b)
	short := long
	short.Cycles, short.End = 2, nil
	few := measured(t, short, b)
	if !slices.Equal(all[:len(few)], few) || len(few) == 0 || len(few) >= len(all) {
		t.Error("cycles at the end change numbers before them")
	}
	same := long
	same.Label, same.Draws = "y", "x"
	other := measured(t, same, b)
	if !slices.EqualFunc(all, other, func(x, y Reading) bool { x.Phase = y.Phase; return x == y && y.Phase == "y" }) {
		t.Error("a control with the draws of another course has other numbers")
	}
	if same.Draws = ""; slices.EqualFunc(all, measured(t, same, b), func(x, y Reading) bool { return x.Value == y.Value }) {
		t.Error("two courses draw the same numbers")
	}
	// Its readings: two epochs a cycle with their loss, and the end counts as a cycle.
	for cycle := 1; cycle <= 4; cycle++ {
		if e, l := at(all, cycle, Epochs), at(all, cycle, TrainingLoss); !slices.Equal(e, []float64{2}) || len(l) != 1 || l[0] <= 0 {
			t.Errorf("cycle %d: epochs %v, loss %v", cycle, e, l)
		}
	}
	if at(all, 0, Epochs) != nil || len(at(all, 5, Autonomous)) != 1 || at(all, 5, Relapsed) != nil || at(all, 0, Activation) != nil || len(at(all, 1, Activation)) != 1 {
		t.Errorf("cycles 0 and 5: %v", all)
	}
}

// Present synapses grow by regrowth alone, and scarred sites stay absent, whatever an arm's
// upkeep regrows.
func TestScarsOutlastEveryCourse(t *testing.T) {
	regrows := upkept()
	regrows.Upkeep.Regrowth.Fraction = 1
	random := regrows
	random.Upkeep.Regrowth.Rule = plasticity.Random
	trains := treat.SSRI()
	trains.Upkeep.Training = train.Config{Epochs: 1, Rate: 1e-2}
	for _, arm := range []treat.Treatment{regrows, random, trains, treat.None()} {
		b := ill(t, arm)
		var scarred [][]bool
		watch := eventFunc(func(m *Moment) error {
			n := m.Subject.Net
			for i, l := range n.Layers {
				for site := range l.W {
					if scarred != nil && scarred[i] != nil && scarred[i][site] && (!l.Lost(site) || l.Present[site]) {
						t.Fatalf("a scarred site grows in %s", arm.Name())
					}
				}
			}
			scarred = nil
			for _, l := range n.Clone().Layers {
				scarred = append(scarred, l.Scarred)
			}
			return nil
		})
		got := measured(t, Course{Label: Kindled, Cycles: 4, Each: []Event{Maintain{}, watch, Challenge{Stress: network.Stress{Bias: 1}, Below: 100}, Scarring{Base: 0.2, Least: 0.1, Most: 0.5}, watch}}, b)
		for cycle := 1; cycle < 4; cycle++ {
			now, next := at(got, cycle, Scarred)[0], at(got, cycle+1, Scarred)[0]
			if at(got, cycle, Relapsed)[0] != 1 || next <= now || at(got, cycle+1, ScarredSurvivors)[0] <= at(got, cycle, ScarredSurvivors)[0] {
				t.Errorf("%s: scars of %v and then %v percent", arm.Name(), now, next)
			}
			if regrown := at(got, cycle+1, Sparsity)[0] < at(got, cycle, Sparsity)[0]; regrown && arm != treat.Treatment(regrows) && arm != treat.Treatment(random) {
				t.Errorf("%s: synapses grow without regrowth", arm.Name())
			}
		}
	}
}

// eventFunc is a reader's event.
type eventFunc func(m *Moment) error

func (eventFunc) Validate() error          { return nil }
func (f eventFunc) Happen(m *Moment) error { return f(m) }

// The severity of an episode is the published formula of gain and activation, between 0.5
// and 2, and the scars a share of each matrix's synapses; without a relapse there is none.
func TestSeverity(t *testing.T) {
	for _, tc := range []struct{ gain, activation, want float64 }{
		{1.25, 0.649, 2}, {1.6, 0.39, 2}, {0.85, 0.196, 1.042}, {1, 0.1, 1}, {0.2, 0, 0.5}} {
		for _, common := range []float64{0, 1.5} {
			for _, relapsed := range []float64{0, 1} {
				b := ill(t, treat.None())
				b.Subject.Net.State.Gain = tc.gain
				before, sites := b.Subject.Net.Synapses()
				given := eventFunc(func(m *Moment) error {
					m.Record("", 0, Activation, tc.activation)
					m.Record("", 0, Relapsed, relapsed)
					return nil
				})
				got := measured(t, Course{Label: "x", Start: []Event{given, Scarring{Base: 0.05, Least: 0.02, Most: 0.2, Severity: common}}}, b)
				want, lost := tc.want, 0
				if common > 0 {
					want = common
				}
				if relapsed == 1 {
					for _, l := range b.Subject.Net.Layers {
						lost += max(1, int(0.05*want*float64(l.Count())))
					}
				}
				if s := at(got, 0, Severity)[0]; math.Abs(s-want) > 1e-9 {
					t.Errorf("%+v: severity %v, want %v", tc, s, want)
				}
				if s := at(got, 0, Scarred)[0]; math.Abs(s-100*float64(lost)/float64(sites)) > 1e-9 {
					t.Errorf("%+v, relapsed %v: %v percent scarred, want %d of %d sites", tc, relapsed, s, lost, sites)
				}
				if s := at(got, 0, ScarredSurvivors)[0]; math.Abs(s-100*float64(lost)/float64(before)) > 1e-9 {
					t.Errorf("%+v: %v percent of the survivors scarred, want %d of %d", tc, s, lost, before)
				}
			}
		}
	}
}

// Triggers weaken as printed, and are told apart by their level.
func TestTriggersWeaken(t *testing.T) {
	got := measured(t, Course{Label: "x", Cycles: 7, Start: []Event{Challenge{Stress: network.Stress{Bias: 1.5}, Fall: 0.2, Below: 60, From: 2}},
		Each: []Event{Challenge{Stress: network.Stress{Bias: 1.5}, Fall: 0.2, Below: 60, From: 2}}}, ill(t, treat.None()))
	for cycle, want := range []float64{1.5, 1.3, 1.1, 0.9, 0.7, 0.5, 0.3, 0.1} {
		i := slices.IndexFunc(got, func(r Reading) bool { return r.Cycle == cycle && r.Metric == Accuracy })
		if r := got[i]; r.Test != Biased || r.Level != want {
			t.Errorf("cycle %d: %+v, want a bias of %v", cycle, r, want)
		}
		if r := at(got, cycle, Relapsed); (len(r) == 1) != (cycle >= 2) || len(r) == 1 && (r[0] == 1) != (got[i].Value < 60) {
			t.Errorf("cycle %d: relapsed %v at %v", cycle, r, got[i].Value)
		}
	}
}

// A drug holiday stops the state and no more, a switch treats by the other arm, and each is
// in the cycles that it is to be in.
func TestHolidayAndSwitch(t *testing.T) {
	n := treat.Neurosteroid()
	n.Drug.Gain = 0.85
	b := ill(t, n)
	b.Subject.Net.State = n.Drug
	b.Subject.Net.State.Protection = 0.5
	next := treat.SSRI()
	next.Training = train.Config{Epochs: 1, Rate: 1e-2, Gain: train.Ramp{From: 1.3, To: 1.3}}
	next.Upkeep.Training = train.Config{Epochs: 3, Rate: 1e-2}
	var states []network.State
	see := eventFunc(func(m *Moment) error { states = append(states, m.Subject.Net.State); return nil })
	got := measured(t, Course{Label: "x", Cycles: 6, Each: []Event{In(Stop{}, 2, 3), In(Resume{}, 1, 4), In(Switch{next}, 5), Maintain{}, see}}, b)
	on := b.Subject.Net.State
	after := network.Neutral()
	after.Gain, after.Protection = 1.3, 0.5
	if want := []network.State{on, on.OffDrug(), on.OffDrug(), on, after, after}; !slices.Equal(states, want) {
		t.Errorf("states %+v, want %+v", states, want)
	}
	for cycle := 1; cycle <= 6; cycle++ {
		if e := at(got, cycle, Epochs); (len(e) == 1) != (cycle >= 5) || len(e) == 1 && e[0] != 3 {
			t.Errorf("cycle %d: %v epochs", cycle, e)
		}
	}
	if b.Therapy != treat.Treatment(n) {
		t.Error("a switch reaches the bench")
	}
}

// All lengths of a withdrawal are one training, so each is what it would be alone, and
// another length changes no number. The network of each is off the drug, under what is left
// of the protection.
func TestLengthsOfMaintenance(t *testing.T) {
	n := treat.Neurosteroid()
	b := ill(t, n)
	b.Arm = "neurosteroid"
	b.Subject.Net.State = n.Drug
	w := Withdrawal{Lengths: []int{0, 1, 3, 4}, Rate: 1e-3, Protection: 1, Decay: PublishedDecay(), Steps: 50, Bias: 1, Below: 60, Common: []float64{0, 0.6}}
	all := measured(t, w, b)
	for _, length := range w.Lengths {
		one := w
		one.Lengths = []int{length}
		got := measured(t, one, b)
		of := slices.DeleteFunc(slices.Clone(all), func(r Reading) bool { return r.Cycle != length })
		if !slices.Equal(got, of) || len(of) < 8 {
			t.Errorf("%d epochs alone: %v, among others %v", length, got, of)
		}
		// By hand.
		s := b.Subject.Branch(rng.Stream(b.Seed, "course", b.Arm, Withdrawn))
		s.Net.State.Protection = 1
		if _, err := s.Fit(train.Config{Epochs: length, Batch: train.PublishedBatch, Rate: 1e-3}); err != nil {
			t.Fatal(err)
		}
		s.Net.State = network.State{Activation: network.ReLU, Damping: 1, Gain: 1, Protection: 0.6}
		m := Moment{Bench: b}
		right := m.accuracy(s.Net, Withdrawn, length, testOf(network.Stress{Bias: 1}))
		if a := at(got, length, Accuracy); a[0] != right || a[2] != right { // the arm's own protection, and the common one of 0.6
			t.Errorf("%d epochs: %v, want %v", length, a, right)
		}
		if p := at(got, length, Protection); !slices.Equal(p, []float64{0.6}) {
			t.Errorf("protection %v", p)
		}
	}
	if AtProtection(0.6) != "withdrawal-p0.6" || !slices.ContainsFunc(all, func(r Reading) bool { return r.Phase == AtProtection(0.6) }) {
		t.Errorf("no phase %s", AtProtection(0.6))
	}
	stop := errors.New("stop")
	b.Subject.Watch = func(train.Epoch) error { return stop }
	if _, err := w.Measure(b); !errors.Is(err, stop) {
		t.Errorf("an interruption is %v", err)
	}
}

// A test at another gain leaves the network as it is.
func TestGainTests(t *testing.T) {
	b := ill(t, treat.None())
	a := GainTests{Gain: 1.6, Battery: Battery{Short: true, Activity: true, Bias: []float64{1}}}
	got := measured(t, a, b)
	n := b.Subject.Net.Clone()
	n.State.Gain = 1.6
	m := Moment{Bench: b}
	if got[0].Value != m.accuracy(n, "gain-1.6", 0, testOf(network.Stress{Bias: 1})) || at(got, 0, Activation)[0] != n.Activity(b.Standard) || at(got, 0, Gain)[0] != 1.6 || got[0].Phase != AtGain(1.6) {
		t.Errorf("%v", got)
	}
}

// One field out of range each, told by its name and its place.
func TestBadCoursesAreRefused(t *testing.T) {
	good := Withdrawal{Lengths: []int{1}, Rate: 1e-3, Protection: 1}
	with := func(change func(w *Withdrawal)) Withdrawal {
		w := good
		change(&w)
		return w
	}
	each := func(e Event) Course { return Course{Label: "x", Cycles: 1, Each: []Event{e}} }
	for want, a := range map[string]Assay{
		"Label of a Course is empty": Course{},
		"Cycles of \"x\" = -1":       Course{Label: "x", Cycles: -1},
		"Each[0] of \"x\" is nil":    each(nil),
		"Fraction of a Loss = 50":    each(Loss{Fraction: 50}),
		"Epochs of a Maintain = -1":  each(Maintain{Epochs: -1}),
		"Rate of a Maintain = 2":     each(Maintain{Rate: 2}),
		"Below of a Challenge = 101": each(Challenge{Below: 101}),
		"Internal = -1":              each(Challenge{Stress: network.Stress{Internal: -1}}),
		"Base, Least and Most":       each(Scarring{Least: 0.3, Most: 0.2}),
		"Severity of a Scarring":     each(Scarring{Severity: -1}),
		"is nil: want a treatment":   each(Switch{}),
		"no event or no cycle":       each(In(Stop{})),
		"(Each[0] of \"x\")":         each(In(Loss{}, 3)),
		"stands twice":               each(Tests{Battery{Bias: []float64{1, 1}}}),
		"Gain of \"gain-0\" = 0":     GainTests{},
		"ascending":                  with(func(w *Withdrawal) { w.Lengths = []int{2, 1} }),
		"each once":                  with(func(w *Withdrawal) { w.Lengths = []int{1, 1} }),
		"Rate of":                    with(func(w *Withdrawal) { w.Rate = 0 }),
		"= 1.5: want a value in":     with(func(w *Withdrawal) { w.Decay = []Decay{{"", 1.5}} }),
		"each protection once":       with(func(w *Withdrawal) { w.Common = []float64{0, 0} }),
		"Bias = 11":                  with(func(w *Withdrawal) { w.Bias = 11 }),
		"Steps of":                   with(func(w *Withdrawal) { w.Steps = -1 }),
		"Below of \"withdrawal\"":    with(func(w *Withdrawal) { w.Below = -1 }),
	} {
		if err := a.Validate(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
	}
	// What an event leaves behind is not measured.
	spoil := eventFunc(func(m *Moment) error { m.Subject.Net.Layers[0].B[0] = float32(math.NaN()); return nil })
	if _, err := each(spoil).Measure(ill(t, treat.None())); err == nil || !strings.Contains(err.Error(), "cycle 1 leaves") {
		t.Errorf("a number that is none: %v", err)
	}
	careless := eventFunc(func(m *Moment) error { m.Subject.Prune(50); return nil })
	if _, err := each(careless).Measure(ill(t, treat.None())); err == nil || !strings.Contains(err.Error(), "cycle 1") {
		t.Errorf("an error that nobody looks at: %v", err)
	}
}

// A control of the maintenance stands for the arm's own numbers, and what is trained is
// planned.
func TestMaintenanceUnderControl(t *testing.T) {
	b := ill(t, upkept())
	epochs := func(e Maintain) []float64 {
		return at(measured(t, Course{Label: "x", Cycles: 1, Each: []Event{e}}, b), 1, Epochs)
	}
	if !slices.Equal(epochs(Maintain{}), []float64{2}) || !slices.Equal(epochs(Maintain{Epochs: 5}), []float64{5}) {
		t.Errorf("epochs %v and %v", epochs(Maintain{}), epochs(Maintain{Epochs: 5}))
	}
	loss := func(e Maintain) float64 {
		return at(measured(t, Course{Label: "x", Cycles: 1, Each: []Event{e}}, b), 1, TrainingLoss)[0]
	}
	if loss(Maintain{Rate: 1e-5}) == loss(Maintain{}) || loss(Maintain{Rate: 1e-2}) != loss(Maintain{}) {
		t.Error("another rate changes nothing, or the arm's own something")
	}
	c := Course{Label: "x", Cycles: 3, Each: []Event{Loss{Fraction: 0.1}, Maintain{}}, End: []Event{Maintain{Epochs: 7}}}
	n := 0
	for _, s := range c.Training(upkept(), 0.5) {
		n += s.Epochs
	}
	if n != 3*2+7 {
		t.Errorf("%d epochs are planned, want 13", n)
	}
	if s := (Withdrawal{Lengths: []int{25, 300}}).Training(nil, 0.5); len(s) != 1 || s[0].Epochs != 300 {
		t.Errorf("%v is planned", s)
	}
}
