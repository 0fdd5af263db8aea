package spines

import (
	"fmt"
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

// outsider is a pulse from outside. It notes the first value that is out of range and
// goes on without it, so that solvers end and the error is told.
type outsider struct {
	of  func(t float64) float64
	err error
}

func (o *outsider) at(t float64) float64 {
	q := o.of(t)
	if q >= -1e-9 && q <= mostDose { // rounding of another model's rest
		return q
	}
	if o.err == nil {
		o.err = fmt.Errorf("spines: Pulse = %.4g on day %.4g: want a value in [0, %v], in units of the pulse of the imaged dose", q, t, float64(mostDose))
	}
	return 0
}

// surroundings are what a protocol makes of each day, for the means and for
// dendrites.
type surroundings struct {
	formation             float64 // F, of all spines that the baseline has
	stress, kept, blocked model.Steps
	plastic               *pulse
	outside               *outsider // in place of plastic; nil for none
}

func (p Params) surroundings(protocol model.Protocol, outside func(t float64) float64) surroundings {
	s := surroundings{stress: protocol.Steps(model.KindStress, ""), kept: protocol.Steps(model.KindBlock, Elimination), blocked: protocol.Steps(model.KindBlock, Plasticity),
		plastic: newPulse(protocol.Doses(""), lagStages, p.Lag, p.TauPulse)}
	_, s.formation = p.Baseline()
	if outside != nil {
		s.outside = &outsider{of: outside}
	}
	return s
}

// levels returns what rates depend on, but for the pulse and the branch.
func (s *surroundings) levels(t float64) now {
	return now{formation: s.formation, stress: s.stress.At(t), keep: 1 - s.kept.At(t), open: 1 - s.blocked.At(t)}
}

// pulse returns q, unless it is blocked.
func (s *surroundings) pulse(t float64) float64 {
	if s.outside != nil {
		return s.outside.at(t)
	}
	return s.plastic.at(t)
}

// most returns what the pulse does not exceed.
func (s *surroundings) most(t, until float64) float64 {
	if s.outside != nil {
		return mostDose
	}
	return s.plastic.most(t, until)
}

// flaw is the error of a pulse from outside.
func (s *surroundings) flaw() error {
	if s.outside == nil {
		return nil
	}
	return s.outside.err
}
