package pk

import (
	"fmt"
	"math"
	"slices"

	"divergent/internal/scalar"
)

// Curve is the course of a concentration or amount, in closed form.
type Curve struct {
	Name string // of the compartment
	Unit string // ng/mL, mg or µM

	parts []part
	rates []float64 // 1/day, ascending
}

// part is the response to one dose, or to those of a steady state.
type part struct {
	from            float64 // day from when on it counts
	start, duration float64 // days
	size            float64 // amount at once, or per day over the duration
	response        kernel
	rest            kernel // response to what an infusion leaves
}

// mostUnder is how many doses of a steady state may be under way at once.
const mostUnder = 10_000

// add adds a dose of so much, given a lag after its time.
func (c *Curve) add(d Dose, amount, lag float64, k kernel) error {
	p := part{from: d.Time + lag, start: d.Time + lag, duration: d.Duration, size: amount, response: k}
	if d.Duration > 0 {
		p.size /= d.Duration
		p.rest = k.after(d.Duration)
	}
	if d.Interval == 0 {
		c.parts = append(c.parts, p)
		return nil
	}
	// Those that have not ended when the steady state is seen; the others, all at once.
	p.from = d.Time
	under := max(1, math.Ceil((lag+d.Duration)/d.Interval))
	if under > mostUnder {
		return fmt.Errorf("pk: Interval = %v days: want one that is not so much shorter than lag and infusion, %v", d.Interval, lag+d.Duration)
	}
	for range int(under) {
		c.parts = append(c.parts, p)
		p.start -= d.Interval
	}
	if d.Duration > 0 {
		k = p.rest
	}
	steady, ok := k.steady(d.Interval)
	if !ok {
		return fmt.Errorf("pk: Interval = %v days: no steady state of what never leaves: want a way out of the body", d.Interval)
	}
	c.parts = append(c.parts, part{from: d.Time, start: min(p.start+d.Duration, d.Time), size: p.size, response: steady})
	return nil
}

func (p part) at(t float64) float64 {
	if t < p.from {
		return 0
	}
	switch t -= p.start; {
	case t < 0:
		return 0
	case p.duration == 0:
		return p.size * p.response.at(0, t)
	case t <= p.duration:
		return p.size * p.response.at(1, t)
	}
	return p.size * p.rest.at(0, t-p.duration)
}

// area is from when on the part counts.
func (p part) area(to float64) float64 {
	if p.from > p.start && to > p.from {
		return p.whole(to) - p.whole(p.from)
	}
	if to <= p.from {
		return 0
	}
	return p.whole(to)
}

// whole is the area from the start.
func (p part) whole(to float64) float64 {
	switch t := to - p.start; {
	case t <= 0:
		return 0
	case math.IsInf(t, 1):
		if p.duration > 0 {
			return p.size * p.duration * p.response.total()
		}
		return p.size * p.response.total()
	case p.duration == 0:
		return p.size * p.response.at(1, t)
	case t <= p.duration:
		return p.size * p.response.at(2, t)
	default:
		return p.size * (p.response.at(2, p.duration) + p.rest.at(1, t-p.duration))
	}
}

// At returns the value on day t; at the moment of a bolus, the value after it.
func (c Curve) At(t float64) float64 {
	sum := 0.0
	for i := range c.parts {
		sum += c.parts[i].at(t)
	}
	return math.Max(sum, 0) // exponentials that cancel leave a rounding error of either sign
}

// Values returns the values on the given days.
func (c Curve) Values(days []float64) []float64 {
	out := make([]float64, len(days))
	for i, t := range days {
		out[i] = c.At(t)
	}
	return out
}

// AUC returns the area under the curve from its first dose, a steady state counting from
// the day of its dose, up to day to, or to infinity with
// math.Inf(1), in Unit times days; divided by Hour it is in Unit times hours.
func (c Curve) AUC(to float64) float64 {
	sum := 0.0
	for i := range c.parts {
		sum += c.parts[i].area(to)
	}
	return sum
}

// HalfLives returns ln 2 over each rate of the curve, in days, ascending: after
// a bolus into a three-compartment model alpha, beta and gamma, after absorption
// also that of the absorption. The last is the terminal one, be it of
// elimination or, where absorption is slower (flip-flop), of absorption. Without
// elimination it is infinite.
func (c Curve) HalfLives() []float64 {
	out := make([]float64, len(c.rates))
	for i, r := range c.rates {
		out[len(out)-1-i] = math.Ln2 / r
	}
	return out
}

// Exposure sums up a curve.
type Exposure struct {
	Cmax      float64   // highest value, in the curve's unit
	Tmax      float64   // day of it
	AUC       float64   // to infinity, in the curve's unit times days
	HalfLives []float64 // days, ascending
}

// Exposure returns the curve's summary.
func (c Curve) Exposure() Exposure {
	e := Exposure{AUC: c.AUC(math.Inf(1)), HalfLives: c.HalfLives()}
	e.Cmax, e.Tmax = c.Peak()
	return e
}

// Peak returns the highest value and its day. Between the starts and ends of
// doses the curve is smooth: it is searched there on a grid that is as fine as
// its fastest rate after each of them, and refined by golden section.
func (c Curve) Peak() (value, day float64) {
	var breaks []float64
	for _, p := range c.parts {
		breaks = append(breaks, max(p.start, p.from), max(p.start+p.duration, p.from))
	}
	slices.Sort(breaks)
	breaks = slices.Compact(breaks)
	fast, slow := 1.0, 1.0
	if i := slices.IndexFunc(c.rates, func(r float64) bool { return r > 0 }); i >= 0 {
		slow, fast = c.rates[i], c.rates[len(c.rates)-1]
	}
	for i, from := range breaks {
		to := from + 40/slow // all but e^-40 is gone by then
		if i+1 < len(breaks) {
			to = min(to, breaks[i+1])
		}
		v, t := c.peakBetween(from, to, 0.01/fast)
		if v > value || i == 0 {
			value, day = v, t
		}
	}
	return value, day
}

// peakBetween searches a stretch whose grid begins with the given step.
func (c Curve) peakBetween(from, to, step float64) (value, day float64) {
	grid := []float64{from}
	for d := step; from+d < to; d *= 1.15 {
		grid = append(grid, from+d)
	}
	grid = append(grid, to)
	day, value = scalar.Peak(grid, c.Values(grid), 60, c.At)
	return value, day
}

// Sum adds curves of one unit, such as those of two enantiomers.
func Sum(name string, curves ...Curve) (Curve, error) {
	out := Curve{Name: name}
	for i, c := range curves {
		if i > 0 && c.Unit != out.Unit {
			return Curve{}, fmt.Errorf("pk: Sum of %s in %s and %s in %s: want one unit", curves[0].Name, out.Unit, c.Name, c.Unit)
		}
		out.Unit = c.Unit
		out.parts = append(out.parts, c.parts...)
		out.rates = append(out.rates, c.rates...)
	}
	out.rates = distinct(out.rates)
	return out, nil
}

// distinct sorts rates and drops those that are others but for rounding, which
// moves a double eigenvalue by the root of the machine's.
func distinct(rates []float64) []float64 {
	slices.Sort(rates)
	return slices.CompactFunc(rates, func(a, b float64) bool { return math.Abs(b-a) <= 1e-7*b })
}

// Molar masses, g/mol, of the free bases by their formulas and the standard
// atomic weights of IUPAC 2021.
const (
	KetamineMass    = 237.73 // C13H16ClNO
	NorketamineMass = 223.70 // C12H14ClNO
)

// Micromolar returns a concentration in µM, given the molar mass in g/mol. It
// panics if the curve is not in ng/mL.
func (c Curve) Micromolar(molarMass float64) Curve {
	if c.Unit != "ng/mL" {
		panic("pk: Micromolar wants a curve in ng/mL")
	}
	c.Unit = "µM"
	c.parts = slices.Clone(c.parts)
	for i := range c.parts {
		c.parts[i].size /= molarMass
	}
	return c
}
