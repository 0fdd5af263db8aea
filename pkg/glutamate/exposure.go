package glutamate

import (
	"context"
	"fmt"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/pk"
	"divergent/pkg/stats"
)

// Exposure is what the usual human infusion does by one set of kinetics.
type Exposure struct {
	Set string `csv:"kinetics"` // name of the set
	*Result
	Surge []Band `csv:"glutamate (rest)"` // of glutamate on each day, over the draws; nil without draws
}

// Exposed returns plasma, block and surge during and after 0.5 mg/kg over 40 min
// in a person, by the minute for the given hours.
func Exposed(p Params, s Switches, o Options, hours float64) (*Result, error) {
	if !(hours > 0 && hours <= 24*365) {
		return nil, fmt.Errorf("glutamate: Exposed hours = %v: want a number above 0, such as 6", hours)
	}
	days := max(hours*hour, infusion)
	o.Subject, o.Days = Human, nil
	for t := 0; float64(t)/1440 <= days; t++ {
		o.Days = append(o.Days, float64(t)/1440)
	}
	return Simulate(p, s, Infused(s.Drug, humanDose, days), o)
}

// Expose is Exposed by a set of kinetics, with glutamate over the draws.
func Expose(ctx context.Context, p Params, s Switches, set pk.Set, hours float64, sampling Sampling) (Exposure, error) {
	r, err := Exposed(p, s, Options{PK: set}, hours)
	if err != nil {
		return Exposure{}, err
	}
	l, err := read()
	if err != nil {
		return Exposure{}, err
	}
	surge, err := kept.Of(ctx, "glutamate/expose", []any{p, s, set, hours, sampling.key()}, func() ([]Band, error) {
		draws, err := l.over(ctx, sampling, func(q Params) (g []float64) {
			c := r.run.plan.run(q, s)
			for _, d := range r.Day {
				g = append(g, 1+c.at(surge, d))
			}
			return g
		})
		if err != nil {
			return nil, err
		}
		return stats.Overs(r.Glutamate, draws), nil
	})
	if err != nil {
		return Exposure{}, err
	}
	return Exposure{set.Name, r, surge}, nil
}

// Report is what was reported of glutamate in people, in units of rest.
type Report struct {
	Fact             data.Molecular
	From, To         float64 // days after the start of an infusion
	Value, Low, High float64 // the ends are what could have been detected, where that is known
}

// Reports returns what was reported during an infusion that ends on a day, and after one.
func Reports(end float64) ([]Report, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	during, after := l.fact("Abdallah2018-13C", "glutamine enrichment"), l.fact("Bednarik2021", "glutamate")
	rise, same := 1+during.Value()/100, 1+after.Value()/100
	least := after.Detectable() / 100
	return []Report{{during, 0, end, rise, rise, rise}, {after, after.After(), after.After(), same, same - least, same + least}}, nil
}
