package glutamate

import (
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/stats"
)

// Stage is when one stage of the cascade happens.
type Stage struct {
	Name     string  `csv:"stage"`
	Peak     float64 `csv:"peak"` // largest excess over rest; of eEF2K activity the largest fall; of a concentration in its unit
	Unit     string  `csv:"unit of the peak"`
	PeakTime float64 // days; NaN where nothing happens, as for From, To and Duration
	From     float64 // day on which half of the peak is first reached
	To       float64 // day on which it is last left; +Inf if not within the protocol
	Duration float64 // days above half of the peak: To − From
}

// Stages are those of a cascade, in the order of cause and effect.
type Stages []Stage

// Table lays out the stages, one a row.
func (ss Stages) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peak", "Unit", "Peaks after", "Half of it from", "to", "Duration"}
	for _, s := range ss {
		rows = append(rows, []string{s.Name, fmt.Sprintf("%.3g", s.Peak), s.Unit, span(s.PeakTime), span(s.From), span(s.To), span(s.Duration)})
	}
	return header, rows
}

// span writes a number of days in minutes, hours or days.
func span(days float64) string {
	switch {
	case math.IsNaN(days):
		return "–"
	case math.IsInf(days, 1):
		return "beyond the end"
	case days < 2*hour:
		return fmt.Sprintf("%.0f min", days*1440)
	case days < 2:
		return fmt.Sprintf("%.1f h", days/hour)
	}
	return fmt.Sprintf("%.1f d", days)
}

// part is a stage of the cascade as a function of the day.
type part struct {
	name, unit string
	at         func(day float64) float64
}

func (c *course) parts() []part {
	x := func(d float64) float64 { return c.plan.at(c.p, d) }
	state := func(i int) func(float64) float64 { return func(d float64) float64 { return c.at(i, d) } }
	out := []part{
		{"concentration", "mg/kg", x},
		{"block on interneurons", "1", func(d float64) float64 { return c.p.Interneurons(x(d)) }},
		{"block at rest", "1", func(d float64) float64 { return c.p.Resting(x(d), c.s.Drug) }},
		{"glutamate surge", "rest", state(surge)},
		{"fall of eEF2K", "rest", state(kinase)},
		{"BDNF-TrkB", "rest", state(bdnf)},
		{"mTORC1", "rest", state(mtor)},
		{"synaptic capacity", "rest", state(capacity)},
		{"synaptic density", "rest", state(density)},
	}
	if c.subject == Human {
		out[0] = part{"plasma concentration", "ng/mL", c.plasma.At}
	}
	return out
}

// Cascade returns when each stage happens under a protocol of one dose, from the
// drug to synaptic density. A protocol that is too short leaves To at +Inf.
func Cascade(p Params, s Switches, protocol model.Protocol, o Options) (Stages, error) {
	o.Days = []float64{}
	r, err := Simulate(p, s, protocol, o)
	if err != nil {
		return nil, err
	}
	return r.run.stages(), nil
}

func (c *course) stages() Stages {
	var out Stages
	for _, p := range c.parts() {
		out = append(out, c.stage(p))
	}
	return out
}

func (c *course) stage(p part) Stage {
	values := make([]float64, len(c.day))
	best := 0
	for i, d := range c.day {
		if values[i] = p.at(d); values[i] > values[best] {
			best = i
		}
	}
	s := Stage{Name: p.name, Unit: p.unit, PeakTime: math.NaN(), From: math.NaN(), To: math.NaN(), Duration: math.NaN()}
	if !(values[best] > 0) {
		return s
	}
	s.PeakTime, s.Peak = top(p.at, c.day[max(best-1, 0)], c.day[min(best+1, len(c.day)-1)])
	if values[best] > s.Peak {
		s.PeakTime, s.Peak = c.day[best], values[best]
	}
	half := s.Peak / 2
	// The peak itself may be the only day above half of it.
	first := slices.IndexFunc(c.day, func(d float64) bool { return d >= s.PeakTime })
	for i, v := range values[:first] {
		if v >= half {
			first = i
			break
		}
	}
	s.From = min(c.day[first], s.PeakTime)
	if first > 0 {
		s.From = cross(p.at, half, c.day[first-1], s.From)
	}
	last := len(values) - 1
	for values[last] < half && c.day[last] > s.PeakTime {
		last--
	}
	s.To = math.Inf(1)
	if last < len(values)-1 {
		s.To = cross(p.at, half, max(c.day[last], s.PeakTime), c.day[last+1])
	}
	s.Duration = s.To - s.From
	return s
}

// top finds the highest point between two days by golden section.
func top(f func(float64) float64, a, b float64) (day, value float64) {
	golden := (math.Sqrt(5) - 1) / 2
	for range 50 {
		if x, y := b-golden*(b-a), a+golden*(b-a); f(x) < f(y) {
			a = x
		} else {
			b = y
		}
	}
	return (a + b) / 2, f((a + b) / 2)
}

// cross finds where f passes a level between two days on either side of it.
func cross(f func(float64) float64, level, a, b float64) float64 {
	above := f(b) >= level
	for range 50 {
		if mid := (a + b) / 2; (f(mid) >= level) == above {
			b = mid
		} else {
			a = mid
		}
	}
	return (a + b) / 2
}

// Band is a quantity at the default parameters and over the draws.
type Band struct {
	Default float64 `csv:""`
	Low     float64 `csv:"5th percentile"` // of the draws; NaN without draws
	Median  float64 `csv:"median"`
	High    float64 `csv:"95th percentile"`
}

// band sums up draws, of which NaN ones are left out.
func band(at float64, draws []float64) Band {
	b := Band{at, math.NaN(), math.NaN(), math.NaN()}
	draws = slices.DeleteFunc(slices.Clone(draws), math.IsNaN)
	if len(draws) == 0 {
		return b
	}
	slices.Sort(draws)
	for _, q := range []struct {
		to *float64
		p  float64
	}{{&b.Low, 0.05}, {&b.Median, 0.5}, {&b.High, 0.95}} {
		*q.to = stats.Quantile(draws, q.p)
	}
	return b
}

// StageBand is a stage over the ranges of the parameters.
type StageBand struct {
	Stage    Stage `csv:""` // at the default parameters
	PeakTime Band  `csv:"peaks after (days)"`
	From     Band  `csv:"above half from (days)"`
	To       Band  `csv:"above half to (days)"` // +Inf where draws do not fall within the protocol
	Duration Band  `csv:"above half for (days)"`
}

// StageBands are those of a cascade.
type StageBands []StageBand

// Table lays out the stages at the default parameters, with the 5th and 95th
// percentile of the draws in brackets.
func (bs StageBands) Table() (header []string, rows [][]string) {
	header = []string{"Stage", "Peaks after", "Above half of its peak for"}
	with := func(b Band) string { return span(b.Default) + " (" + span(b.Low) + " to " + span(b.High) + ")" }
	for _, b := range bs {
		rows = append(rows, []string{b.Stage.Name, with(b.PeakTime), with(b.Duration)})
	}
	return header, rows
}

// CascadeBands returns the stages over the ranges of the parameters, of which
// Growth is fitted for each draw.
func CascadeBands(ctx context.Context, s Switches, protocol model.Protocol, o Options, sampling Sampling) (StageBands, error) {
	def, err := Calibrate(Default(), s)
	if err != nil {
		return nil, err
	}
	stages, err := Cascade(def, s, protocol, o)
	if err != nil {
		return nil, err
	}
	pl, err := newPlan(protocol, s.Drug.Name, o)
	if err != nil {
		return nil, err
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	draws, err := l.sample(ctx, sampling)
	if err != nil {
		return nil, err
	}
	all := make([]Stages, len(draws))
	if err := par.Each(ctx, len(draws), sampling.Workers, func(i int) error {
		all[i] = pl.run(l.grown(draws[i], s), s).stages()
		return nil
	}); err != nil {
		return nil, err
	}
	out := make(StageBands, len(stages))
	for k, st := range stages {
		column := func(f func(Stage) float64) Band {
			x := make([]float64, len(all))
			for i, a := range all {
				x[i] = f(a[k])
			}
			return band(f(st), x)
		}
		out[k] = StageBand{st,
			column(func(s Stage) float64 { return s.PeakTime }), column(func(s Stage) float64 { return s.From }),
			column(func(s Stage) float64 { return s.To }), column(func(s Stage) float64 { return s.Duration })}
	}
	return out, nil
}

// Exposed returns plasma, block and surge during and after 0.5 mg/kg over 40 min
// in a person, by the minute for the given hours.
func Exposed(p Params, s Switches, o Options, hours float64) (*Result, error) {
	if !(hours > 0 && hours <= 24*365) {
		return nil, fmt.Errorf("glutamate: Exposed hours = %v: want a number above 0, such as 6", hours)
	}
	o.Subject = Human
	days := max(hours*hour, infusion)
	for t := 0; ; t++ {
		d := float64(t) / 1440
		if d > days {
			break
		}
		o.Days = append(o.Days, d)
	}
	return Simulate(p, s, Infused(s.Drug, humanDose, days), o)
}
