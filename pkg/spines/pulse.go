package spines

import (
	"math"

	"divergent/pkg/model"
	"divergent/pkg/stages"
)

// lagStages is the number of stages of the lag: with many the pulse comes up as a
// step, with one there is none.
const lagStages = 6

// pulse is what doses leave behind: a level that each raises to its amount, decays
// with tau and is passed on through stages. At w it is solved in closed form.
type pulse struct {
	day, rise []float64 // doses that raise the level
	lag       stages.Lag
}

func newPulse(doses []model.Event, n int, lag, tau float64) *pulse {
	p := &pulse{lag: stages.NewLag(n, lag, tau)}
	level, last := 0.0, 0.0
	for _, d := range doses {
		level *= math.Exp(-(d.From - last) / tau)
		last = d.From
		if d.Amount > level {
			p.day, p.rise = append(p.day, d.From), append(p.rise, d.Amount-level)
			level = d.Amount
		}
	}
	return p
}

// at returns the pulse on day t.
func (p *pulse) at(t float64) (sum float64) {
	for i, d := range p.day {
		sum += p.rise[i] * p.lag.At(t-d)
	}
	return sum
}

// most returns what the pulse does not exceed from day t to until.
func (p *pulse) most(t, until float64) (sum float64) {
	for i, d := range p.day {
		sum += p.rise[i] * p.lag.Most(t-d, until-d)
	}
	return sum
}

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
	own := newPulse(protocol.Doses(""), lagStages, p.Lag, p.TauPulse)
	s := surroundings{formation, protocol.Steps(model.KindStress, ""), protocol.Steps(model.KindBlock, Elimination), protocol.Steps(model.KindBlock, Plasticity),
		own.at, own.most, len(own.day) > 0, func() error { return nil }}
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
