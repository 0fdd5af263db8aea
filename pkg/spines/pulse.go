package spines

import (
	"divergent/pkg/model"
	"divergent/pkg/stages"
)

// lagStages is the number of stages of the lag: with many the pulse comes up as a
// step, with one there is none.
const lagStages = 6

// pulseStep, days, is a small part of the pulse's rise: how far ahead it is bounded for
// dendrites, and the longest step under one from outside, which may come at rest.
const pulseStep = 0.1

// raised returns a pulse, w passed on as q or x as E, after doses.
func raised(p *stages.Pulse, doses []model.Event) *stages.Pulse {
	for _, d := range doses {
		p.Raise(d.From, d.Amount)
	}
	return p
}

func (p Params) pulse(doses []model.Event) *stages.Pulse {
	return raised(stages.NewPulse(lagStages, p.Lag, p.TauPulse), doses)
}

// Pulse returns the plasticity pulse q that doses make, ascending, for what adds to it
// from elsewhere (Options.Pulse).
func (p Params) Pulse(doses []model.Event) model.Drive { return p.pulse(doses).At }

// surroundings are what a protocol makes of each day, for the means and for
// dendrites.
type surroundings struct {
	formation             float64 // F, of all spines that the baseline has
	stress, kept, blocked model.Steps

	pulse  func(t float64) float64        // q, unless it is blocked
	most   func(t, until float64) float64 // what it does not exceed
	pulsed bool                           // whether there is any
	flaw   func() error                   // of a pulse from outside
}

func (p Params) surroundings(protocol model.Protocol, outside model.Drive) surroundings {
	_, formation := p.Baseline()
	own := p.pulse(protocol.Doses(""))
	s := surroundings{formation, protocol.Steps(model.KindStress, ""), protocol.Steps(model.KindBlock, Elimination), protocol.Steps(model.KindBlock, Plasticity),
		own.At, own.Most, own.Ever(), func() error { return nil }}
	if outside != nil {
		g := &model.Guard{Drive: outside, High: mostDose, Field: "spines: Pulse", Unit: "the pulse of the imaged dose"}
		s.pulse, s.most, s.pulsed, s.flaw = g.At, func(float64, float64) float64 { return mostDose }, true, g.Err
	}
	return s
}

// levels returns what rates depend on, but for the pulse and the branch.
func (s *surroundings) levels(t float64) now {
	return now{formation: s.formation, stress: s.stress.At(t), keep: 1 - s.kept.At(t), open: 1 - s.blocked.At(t)}
}
