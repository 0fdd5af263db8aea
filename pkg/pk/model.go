// Package pk is compartment pharmacokinetics: linear models with any number of
// compartments, boluses, infusions, first-order absorption and metabolites,
// solved in closed form, and published parameter sets that say how far each
// number was checked.
//
//	m, err := pk.Kamp2020().For(80)                        // kg
//	c, err := m.Curve("ketamine", pk.Infusion(0, 40*pk.Minute, 40)) // mg
//	c.At(1 * pk.Hour)                                      // ng/mL
//	c.Exposure()                                           // Cmax, Tmax, AUC, half-lives
//	m.Curve("ketamine", pk.Bolus(0, 40).AtSteadyState(0.5)) // after any number of doses, 12 h apart
//
// Time is in days, amounts in mg, volumes in L, concentrations in ng/mL (mg/L
// times 1000). A clearance of 84 L/h is 84/Hour, a rate of 0.4 per minute is
// 0.4/Minute.
//
// Sources: Gibaldi & Perrier, Pharmacokinetics, 2nd edition 1982 (compartment
// models, superposition); Anderson & Holford 2008, doi
// 10.1146/annurev.pharmtox.48.113006.094708 (allometric scaling).
package pk

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Units of time, in days.
const (
	Minute = 1.0 / 1440
	Hour   = 1.0 / 24
)

// Model is a linear compartment model. The first compartment is the one that
// intravenous doses go to. Disposition.Model makes the usual ones; any other is
// a literal.
type Model struct {
	Compartments []Compartment
	Flows        []Flow
	Routes       []Route // other than intravenous
}

// Compartment holds an amount of one substance.
type Compartment struct {
	Name   string  // each once
	Volume float64 // L; 0 for one that has no concentration: a depot, or a volume that nobody gives
}

// Flow is a first-order flow: Rate times the amount in From, per day.
type Flow struct {
	From  string
	To    string  // empty: out of the body
	Rate  float64 // 1/day; [0, 1e9]
	Yield float64 // mg that arrive for each mg that leaves, the ratio of molar masses; (0, 10]; 0 means 1
}

// Route is a way in.
type Route struct {
	Name     string
	Into     string  // compartment, such as a depot
	Fraction float64 // of the dose that gets there, the bioavailability; (0, 1]
	Lag      float64 // days until it does; 0 or more
}

// Dose is an amount given at once or evenly over a time, once or at steady state.
type Dose struct {
	Route    string  // name of one of the model's routes; empty: intravenous
	Time     float64 // day on which it begins
	Amount   float64 // mg; 0 or more
	Duration float64 // days; 0 gives it at once
	// Interval, in days, puts the dose at steady state: as if it had been given this often
	// before Time, too, without end, and not again after it. It is SS with II of NONMEM,
	// ss with ii of rxode2. The curve shows it from Time on, and other doses add to it, as
	// with SS = 2; for a course that goes on, Repeat it. 0 is a dose that is given once.
	Interval float64
}

// Bolus gives mg into a vein at once.
func Bolus(time, mg float64) Dose { return Dose{Time: time, Amount: mg} }

// Infusion gives mg into a vein evenly between two days; 40 minutes are 40*Minute.
func Infusion(from, to, mg float64) Dose { return Dose{Time: from, Amount: mg, Duration: to - from} }

// By gives mg by a route of the model, such as oral, at once.
func By(route string, time, mg float64) Dose { return Dose{Route: route, Time: time, Amount: mg} }

// AtSteadyState returns the dose with its Interval, in days.
func (d Dose) AtSteadyState(every float64) Dose {
	d.Interval = every
	return d
}

// Repeat gives the doses so many times, so many days apart; of one at steady state the
// first has those before it with it.
func Repeat(every float64, times int, doses ...Dose) []Dose {
	var out []Dose
	for i := range times {
		for _, d := range doses {
			d.Time += float64(i) * every
			if i > 0 {
				d.Interval = 0
			}
			out = append(out, d)
		}
	}
	return out
}

// Curve returns the concentration in a compartment, ng/mL, under the doses:
// their responses, superposed.
func (m Model) Curve(compartment string, doses ...Dose) (Curve, error) {
	i, err := m.compartment(compartment)
	if err != nil {
		return Curve{}, err
	}
	v := m.Compartments[i].Volume
	if v == 0 {
		return Curve{}, fmt.Errorf("pk: %s has no volume, so no concentration: ask for Amount, or set its Volume", compartment)
	}
	return m.curve(i, 1000/v, "ng/mL", doses)
}

// Amount returns the amount in a compartment, mg, under the doses.
func (m Model) Amount(compartment string, doses ...Dose) (Curve, error) {
	i, err := m.compartment(compartment)
	if err != nil {
		return Curve{}, err
	}
	return m.curve(i, 1, "mg", doses)
}

// curve superposes the responses of compartment out to the doses, in multiples
// of its amount.
func (m Model) curve(out int, scale float64, unit string, doses []Dose) (Curve, error) {
	if err := m.Validate(); err != nil {
		return Curve{}, err
	}
	c := Curve{Name: m.Compartments[out].Name, Unit: unit}
	kernels := map[string]kernel{}
	for i, d := range doses {
		if err := d.validate(i); err != nil {
			return Curve{}, err
		}
		r := Route{Into: m.Compartments[0].Name, Fraction: 1}
		if d.Route != "" {
			k := slices.IndexFunc(m.Routes, func(r Route) bool { return r.Name == d.Route })
			if k < 0 {
				return Curve{}, fmt.Errorf("pk: Dose %d: Route = %q: want one of %q, or empty for intravenous", i+1, d.Route, names(m.Routes, func(r Route) string { return r.Name }))
			}
			r = m.Routes[k]
		}
		k, seen := kernels[r.Into]
		if !seen {
			in, _ := m.compartment(r.Into) // valid, so found
			var rates []float64
			var err error
			if k, rates, err = m.response(in, out, scale); err != nil {
				return Curve{}, err
			}
			kernels[r.Into] = k
			c.rates = append(c.rates, rates...)
		}
		if k != nil && d.Amount > 0 {
			if err := c.add(d, d.Amount*r.Fraction, r.Lag, k); err != nil {
				return Curve{}, err
			}
		}
	}
	c.rates = distinct(c.rates)
	return c, nil
}

// response is the kernel of the amount in one compartment after a unit dose into
// another, and its rates; nil if none gets there. Compartments that are not on
// any way between the two are left out: they change nothing, and their rates
// would only be mistaken for those of the curve.
func (m Model) response(in, out int, scale float64) (kernel, []float64, error) {
	a := m.matrix()
	after, before := reach(a, in, false), reach(a, out, true)
	var kept []int
	for i := range m.Compartments {
		if after[i] && before[i] {
			kept = append(kept, i)
		}
	}
	if len(kept) == 0 {
		return nil, nil, nil
	}
	sub := mat.NewDense(len(kept), len(kept), nil)
	for i, from := range kept {
		for j, to := range kept {
			sub.Set(j, i, a.At(to, from))
		}
	}
	return newKernel(sub, slices.Index(kept, in), slices.Index(kept, out), scale)
}

// matrix returns A of x' = Ax, 1/day.
func (m Model) matrix() *mat.Dense {
	n := len(m.Compartments)
	a := mat.NewDense(n, n, nil)
	for _, f := range m.Flows {
		from, _ := m.compartment(f.From)
		a.Set(from, from, a.At(from, from)-f.Rate)
		if f.To != "" {
			to, _ := m.compartment(f.To)
			yield := f.Yield
			if yield == 0 {
				yield = 1
			}
			a.Set(to, from, a.At(to, from)+yield*f.Rate)
		}
	}
	return a
}

// reach marks the compartments that drug from one of them gets to or, backward,
// comes from.
func reach(a *mat.Dense, from int, backward bool) []bool {
	n, _ := a.Dims()
	seen := make([]bool, n)
	seen[from] = true
	for next := []int{from}; len(next) > 0; {
		i := next[0]
		next = next[1:]
		for j := range n {
			flow := a.At(j, i)
			if backward {
				flow = a.At(i, j)
			}
			if flow > 0 && !seen[j] {
				seen[j] = true
				next = append(next, j)
			}
		}
	}
	return seen
}

func (m Model) compartment(name string) (int, error) {
	i := slices.IndexFunc(m.Compartments, func(c Compartment) bool { return c.Name == name })
	if i < 0 {
		return 0, fmt.Errorf("pk: the model has no compartment %q: want one of %q", name, names(m.Compartments, func(c Compartment) string { return c.Name }))
	}
	return i, nil
}

func names[T any](of []T, name func(T) string) []string {
	out := make([]string, len(of))
	for i, x := range of {
		out[i] = name(x)
	}
	return out
}

// Validate reports the first field of the model that cannot be.
func (m Model) Validate() error {
	if len(m.Compartments) == 0 {
		return fmt.Errorf("pk: Compartments is empty: want at least one; Disposition.Model makes the usual ones")
	}
	for i, c := range m.Compartments {
		switch first, _ := m.compartment(c.Name); {
		case strings.TrimSpace(c.Name) == "" || first != i:
			return fmt.Errorf("pk: Compartment %d: Name = %q: want a name that no other has", i+1, c.Name)
		case !finite(c.Volume) || c.Volume < 0:
			return fmt.Errorf("pk: Compartment %s: Volume = %v L: want a positive volume, or 0 for one without concentration", c.Name, c.Volume)
		}
	}
	for i, f := range m.Flows {
		for _, end := range []string{f.From, f.To} {
			if _, err := m.compartment(end); err != nil && (end != "" || f.From == "") {
				return fmt.Errorf("pk: Flow %d from %q to %q: want the names of compartments; an empty To is out of the body", i+1, f.From, f.To)
			}
		}
		switch {
		case f.From == f.To:
			return fmt.Errorf("pk: Flow %d from %q to %q: want two different compartments", i+1, f.From, f.To)
		case !(f.Rate >= 0 && f.Rate <= 1e9):
			return fmt.Errorf("pk: Flow from %s to %q: Rate = %v per day: want a rate in [0, 1e9]; one per hour is rate/pk.Hour", f.From, f.To, f.Rate)
		case !(f.Yield >= 0 && f.Yield <= 10):
			return fmt.Errorf("pk: Flow from %s to %q: Yield = %v: want a ratio of molar masses in (0, 10], or 0 for 1", f.From, f.To, f.Yield)
		}
	}
	for i, r := range m.Routes {
		first := slices.IndexFunc(m.Routes, func(o Route) bool { return o.Name == r.Name })
		switch _, err := m.compartment(r.Into); {
		case r.Name == "" || first != i:
			return fmt.Errorf("pk: Route %d: Name = %q: want a name that no other has", i+1, r.Name)
		case err != nil:
			return fmt.Errorf("pk: Route %s: Into = %q: want the name of a compartment", r.Name, r.Into)
		case !(r.Fraction > 0 && r.Fraction <= 1):
			return fmt.Errorf("pk: Route %s: Fraction = %v: want a bioavailability in (0, 1]; 48 %% is 0.48", r.Name, r.Fraction)
		case !finite(r.Lag) || r.Lag < 0:
			return fmt.Errorf("pk: Route %s: Lag = %v days: want 0 or more", r.Name, r.Lag)
		}
	}
	return nil
}

func (d Dose) validate(i int) error {
	switch {
	case !finite(d.Time):
		return fmt.Errorf("pk: Dose %d: Time = %v: want a day", i+1, d.Time)
	case !finite(d.Amount) || d.Amount < 0:
		return fmt.Errorf("pk: Dose %d: Amount = %v mg: want 0 or more", i+1, d.Amount)
	case !finite(d.Duration) || d.Duration < 0:
		return fmt.Errorf("pk: Dose %d: Duration = %v days: want 0 or more; does the infusion end before it begins?", i+1, d.Duration)
	case !finite(d.Interval) || d.Interval < 0:
		return fmt.Errorf("pk: Dose %d: Interval = %v days: want the positive time between doses of a steady state, or 0 for one dose", i+1, d.Interval)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
