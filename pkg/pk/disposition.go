package pk

import (
	"fmt"
	"math"
	"slices"
)

// Disposition is the usual model of one substance: a central compartment, which
// is measured and eliminates, and peripheral ones around it.
type Disposition struct {
	Volume     float64 // of the central compartment, V1, L; above 0
	Clearance  float64 // CL, L/day; 0 or more
	Peripheral []Peripheral
}

// Peripheral is a compartment that exchanges with the central one.
type Peripheral struct {
	Volume   float64 // V2, V3, ..., L; above 0
	Exchange float64 // intercompartmental clearance Q2, Q3, ..., L/day; 0 or more, 0 being as if the compartment were not there
}

// Rates are the micro-rates between the central compartment and a peripheral one.
type Rates struct {
	Out  float64 // k12, k13, ..., 1/day; above 0
	Back float64 // k21, k31, ..., 1/day; above 0
}

// FromRates makes a disposition of the central volume, L, the rate of
// elimination k10, 1/day, and micro-rates: CL = k10·V1, Q2 = k12·V1, V2 = Q2/k21.
func FromRates(volume, k10 float64, exchange ...Rates) Disposition {
	d := Disposition{Volume: volume, Clearance: k10 * volume}
	for _, r := range exchange {
		d.Peripheral = append(d.Peripheral, Peripheral{Volume: r.Out * volume / r.Back, Exchange: r.Out * volume})
	}
	return d
}

// Rates returns the rate of elimination and the micro-rates, 1/day.
func (d Disposition) Rates() (k10 float64, exchange []Rates) {
	for _, p := range d.Peripheral {
		exchange = append(exchange, Rates{Out: p.Exchange / d.Volume, Back: p.Exchange / p.Volume})
	}
	return d.Clearance / d.Volume, exchange
}

// SteadyVolume is the volume of distribution at steady state, L.
func (d Disposition) SteadyVolume() float64 {
	v := d.Volume
	for _, p := range d.Peripheral {
		if p.Exchange > 0 {
			v += p.Volume
		}
	}
	return v
}

// Allometry says how a disposition changes with body weight: parameters times
// (weight/Reference) to an exponent.
type Allometry struct {
	Reference float64 // kg that the parameters are for; above 0
	Volume    float64 // exponent of volumes; 1 as a rule
	Clearance float64 // exponent of clearances; 0.75 as a rule, 1 for micro-rates that weight leaves alone
}

// Scale returns the disposition at a body weight in kg.
func (d Disposition) Scale(weight float64, a Allometry) (Disposition, error) {
	switch {
	case !(weight >= 0.5 && weight <= 500):
		return d, fmt.Errorf("pk: weight = %v kg: want a body weight in [0.5, 500]", weight)
	case !(a.Reference > 0) || !finite(a.Reference):
		return d, fmt.Errorf("pk: Allometry Reference = %v kg: want the weight that the parameters are for, such as 70", a.Reference)
	case !finite(a.Volume) || !finite(a.Clearance):
		return d, fmt.Errorf("pk: Allometry exponents = %v, %v: want numbers, such as 1 and 0.75", a.Volume, a.Clearance)
	}
	v, cl := math.Pow(weight/a.Reference, a.Volume), math.Pow(weight/a.Reference, a.Clearance)
	d.Volume, d.Clearance = d.Volume*v, d.Clearance*cl
	d.Peripheral = slices.Clone(d.Peripheral)
	for i, p := range d.Peripheral {
		d.Peripheral[i] = Peripheral{Volume: p.Volume * v, Exchange: p.Exchange * cl}
	}
	return d, nil
}

// Validate reports the first field that cannot be.
func (d Disposition) Validate() error {
	positive := func(x float64) bool { return x > 0 && finite(x) }
	switch {
	case !positive(d.Volume):
		return fmt.Errorf("pk: Disposition Volume = %v L: want a positive volume", d.Volume)
	case !(d.Clearance >= 0) || !finite(d.Clearance):
		return fmt.Errorf("pk: Disposition Clearance = %v L/day: want 0 or more; a clearance in L/h is clearance/pk.Hour", d.Clearance)
	}
	for i, p := range d.Peripheral {
		switch {
		case !positive(p.Volume):
			return fmt.Errorf("pk: Peripheral %d: Volume = %v L: want a positive volume", i+1, p.Volume)
		case !(p.Exchange >= 0) || !finite(p.Exchange):
			return fmt.Errorf("pk: Peripheral %d: Exchange = %v L/day: want 0 or more; one in L/h is clearance/pk.Hour", i+1, p.Exchange)
		}
	}
	return nil
}

// Model returns the model of a substance, whose central compartment has its
// name; the others are "NAME peripheral 1" and so on.
func (d Disposition) Model(substance string) (Model, error) {
	if err := d.Validate(); err != nil {
		return Model{}, err
	}
	var m Model
	m.add(substance, d)
	return m, m.Validate()
}

func (m *Model) add(substance string, d Disposition) {
	k10, exchange := d.Rates()
	m.Compartments = append(slices.Clone(m.Compartments), Compartment{Name: substance, Volume: d.Volume})
	m.Flows = append(slices.Clone(m.Flows), Flow{From: substance, Rate: k10})
	for i, r := range exchange {
		name := fmt.Sprintf("%s peripheral %d", substance, i+1)
		m.Compartments = append(m.Compartments, Compartment{Name: name, Volume: d.Peripheral[i].Volume})
		m.Flows = append(m.Flows, Flow{From: substance, To: name, Rate: r.Out}, Flow{From: name, To: substance, Rate: r.Back})
	}
}

// HalfLives returns the half-lives of the disposition in days, ascending: alpha,
// beta, gamma.
func (d Disposition) HalfLives() ([]float64, error) {
	m, err := d.Model("drug")
	if err != nil {
		return nil, err
	}
	c, err := m.Curve("drug", Bolus(0, 1))
	return c.HalfLives(), err
}

// Absorption is a first-order way in through a depot.
type Absorption struct {
	Route    string  // such as oral; also the name of the depot
	Rate     float64 // ka, 1/day; above 0. Below the slowest rate of the disposition it sets the terminal half-life: flip-flop
	Fraction float64 // bioavailability; (0, 1]
	Lag      float64 // days; 0 or more
}

// WithAbsorption returns the model with a further route, into its first
// compartment by way of a depot.
func (m Model) WithAbsorption(a Absorption) (Model, error) {
	if !(a.Rate > 0) || !finite(a.Rate) {
		return m, fmt.Errorf("pk: Absorption %s: Rate = %v per day: want a positive rate; one per hour is rate/pk.Hour", a.Route, a.Rate)
	}
	if err := m.Validate(); err != nil {
		return m, err
	}
	m.Compartments = append(slices.Clone(m.Compartments), Compartment{Name: a.Route})
	m.Flows = append(slices.Clone(m.Flows), Flow{From: a.Route, To: m.Compartments[0].Name, Rate: a.Rate})
	m.Routes = append(slices.Clone(m.Routes), Route{Name: a.Route, Into: a.Route, Fraction: a.Fraction, Lag: a.Lag})
	return m, m.Validate()
}

// Metabolite is a substance that another one turns into.
type Metabolite struct {
	Name        string
	Of          string  // compartment of the parent
	Share       float64 // of what leaves the body from there otherwise; (0, 1]
	Yield       float64 // molar mass over that of the parent; 0 means 1
	Disposition Disposition
}

// WithMetabolite returns the model with a metabolite, formed at first order by
// a share of the parent's elimination.
func (m Model) WithMetabolite(x Metabolite) (Model, error) {
	if err := x.Disposition.Validate(); err != nil {
		return m, err
	}
	if !(x.Share > 0 && x.Share <= 1) {
		return m, fmt.Errorf("pk: Metabolite %s: Share = %v: want a share in (0, 1]", x.Name, x.Share)
	}
	i := slices.IndexFunc(m.Flows, func(f Flow) bool { return f.From == x.Of && f.To == "" })
	if i < 0 {
		return m, fmt.Errorf("pk: Metabolite %s: Of = %q: want a compartment that eliminates", x.Name, x.Of)
	}
	m.add(x.Name, x.Disposition)
	rate := m.Flows[i].Rate
	m.Flows[i].Rate = rate * (1 - x.Share)
	m.Flows = append(m.Flows, Flow{From: x.Of, To: x.Name, Rate: rate * x.Share, Yield: x.Yield})
	return m, m.Validate()
}
