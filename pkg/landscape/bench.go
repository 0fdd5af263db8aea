package landscape

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"sync"

	"divergent/internal/kept"
	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

// NoState is the error of a circuit that has not the state, or not the two states,
// that are asked for.
type NoState struct{ Text string }

// Error returns the text.
func (e NoState) Error() string { return "landscape: " + e.Text }

// bench runs what several readings need once.
type bench struct {
	p   Params
	o   Options
	key Options // what of o decides a result

	window     func() window
	courses    func() map[string]*Result // of a trial, by treatment
	experience func() *Comparison        // plasticity times experience
}

// window is the strengths between which both states exist.
type window struct{ low, high float64 }

func newBench(p Params, o Options) (*bench, error) {
	if o.Step == 0 {
		o.Step = 0.1 * p.Tau
	}
	o.Deterministic, o.Ramp, o.From, o.Keep, o.Every, o.Start = false, nil, nil, -1, 0, Ill
	complete, err := o.complete(p)
	if err != nil {
		return nil, err
	}
	o.ctx = kept.Without(o.context()) // what comes of all of it is kept
	return &bench{p: p, o: o, key: complete.key(),
		window: sync.OnceValue(func() window {
			low, high, err := Window(p, o.Circuit)
			return evidence.Try(window{low, high}, err)
		}),
		courses: sync.OnceValue(func() map[string]*Result {
			out := map[string]*Result{}
			for _, t := range Treatments() {
				out[t.Name] = evidence.Try(Simulate(p, Trial{}.Protocol(t, Setting{}), o))
			}
			return out
		}),
		experience: sync.OnceValue(func() *Comparison {
			all := Treatments()
			return evidence.Try(Trial{Treatments: []Treatment{all[0], all[2], all[3]}}.Run(p, o))
		}),
	}, nil
}

// advantage is the mood under a treatment above that without, on two days.
func (b *bench) advantage(treatment string, first, second int) (gap [2]float64) {
	runs := b.courses()
	for i, day := range []int{first, second} {
		gap[i] = runs[treatment].Mood.Mean[day] - runs["untreated"].Mood.Mean[day]
	}
	return gap
}

// escapes are from a state at shares of the way through the window.
func (b *bench) escapes(from State, shares ...float64) []Escape {
	w := b.window()
	var at []float64
	for _, u := range shares {
		at = append(at, w.low+u*(w.high-w.low))
	}
	return lasting(b.p, from, at, 1000, b.o)
}

// lasting is Escapes where each strength must have the state.
func lasting(p Params, from State, strengths []float64, days float64, o Options) []Escape {
	o, err := o.complete(p)
	evidence.Try(o, cmp.Or(p.Validate(), err))
	e, err := passages(p, from, strengths, days, o)
	if err == nil && len(e) < len(strengths) {
		err = NoState{fmt.Sprintf("no %v state at one of the strengths %.3g: want parameters for which both states last", from, strengths)}
	}
	return evidence.Try(e, err)
}

// apart tells whether the first interval lies below the second.
func apart(low, high Interval) bool { return low.High < high.Low }

// stayAfter returns the mean stay in the ill state with the bias that a protocol
// leaves behind and the strength of rest.
func (b *bench) stayAfter(protocol model.Protocol) Interval {
	s := evidence.Try(newSlow(b.p, protocol, Options{}))
	course := evidence.Try(s.course([]float64{protocol.Length}))
	q := b.p
	q.BiasInput = course[0].Bias + q.ExperienceBias*q.Tone
	return lasting(q, Ill, []float64{b.p.Rest().Strength}, 2000, b.o)[0].Mean
}

// burden is the stress that takes strength at rest to a tenth below where health ends,
// which an SSRI-like drug more than makes up for.
func (b *bench) burden() float64 {
	low, rest := b.window().low, b.p.Rest().Strength
	level := (rest - 0.9*low) / max(b.p.StressLoss, 1e-9)
	var err error
	if level < 0 {
		err = NoState{fmt.Sprintf("strength at rest, %.3g, lies below %.3g, where health ends: want parameters for which it lasts at rest", rest, low)}
	}
	return evidence.Try(level, err)
}

// Checks holds the model to what Page 2024 claims and to facts that may break it. Of the
// options, Circuit, Paths (0 means 1000), Step (0 means 0.1), Scheme, Seed and Workers
// count.
func Checks(p Params, o Options) (evidence.Checks, error) {
	b, err := newBench(p, o)
	if err != nil {
		return nil, err
	}
	return kept.Of(o.context(), "landscape/checks", []any{p, b.key}, func() (evidence.Checks, error) {
		return evidence.Trial[*bench]{Readings: readings()}.Judge(b)
	})
}

// Hold is in how many draws of the parameters a check passes.
type Hold = evidence.Hold

// Robustness repeats the checks with all parameters of the card that are not 0
// drawn at once, from a Latin hypercube of their values times 1 ± spread, within
// their ranges; the levels of mood that are read stay. So it tells which results
// hang on the choice of the values. Draws in which a circuit has no two states to
// move between cannot be checked: they are counted in unusable. Options are those
// of Checks.
func Robustness(p Params, o Options, draws int, spread float64) (holds []Hold, unusable int, err error) {
	s, err := Shares(p, o, draws, spread)
	if err != nil {
		return nil, 0, err
	}
	return s.Holds(0), s.Unusable, nil
}

// Shares is Robustness with all that can be asked of the draws: which checks pass at
// once, and which parameter decides one. Findings are left to the caller: they are Checks.
func Shares(p Params, o Options, draws int, spread float64) (*evidence.Shares, error) {
	if draws < 1 || !(spread > 0 && spread < 1) {
		return nil, fmt.Errorf("landscape: %d draws with a spread of %v: want 1 or more, and a share between 0 and 1", draws, spread)
	}
	card, err := model.Card(p)
	if err != nil {
		return nil, err
	}
	d := evidence.Draws{N: draws, Seed: o.Seed, Label: "landscape robustness", Workers: 1} // the paths of each draw are on all processors
	for _, x := range card {
		if x.Value == 0 || x.Field == "Remission" || x.Field == "Relapse" {
			continue
		}
		a, b := x.Value*(1-spread), x.Value*(1+spread)
		d.Ranges = append(d.Ranges, model.Range{Name: x.Field, Low: max(math.Min(a, b), x.Low), High: min(math.Max(a, b), x.High)})
	}
	b, err := newBench(p, o)
	if err != nil {
		return nil, err
	}
	t := evidence.Trial[*bench]{Readings: readings(), Hypotheses: []string{o.Circuit.or(p).Name}, Kept: "landscape/shares", KeptArgs: []any{p, b.key},
		Unusable: func(err error) bool { return errors.As(err, &NoState{}) }}
	return t.Over(o.context(), d, func(x []float64) ([]*bench, func(), error) {
		q, err := model.With(p, d.Fields(), x)
		if err != nil {
			return nil, nil, err
		}
		b, err := newBench(q, o)
		return []*bench{b}, nil, err
	})
}
