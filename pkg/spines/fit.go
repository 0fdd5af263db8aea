package spines

import (
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// Fit is a fit of some parameters to imaging data. Points count as independent,
// with the deposits' standard errors between dendrites; where the same dendrites give
// several points, intervals are rather too narrow. Rates of the deposits are means
// over dendrites of about ten spines, which makes formation seem up to a tenth larger
// than the model's ratio of means (TestRatesOfShortDendrites).
type Fit struct {
	Name   string `csv:"fit"`
	Params Params // with the estimates in them
	// Treated are those of the drug arm. They differ, where DrugFactor was fitted, by
	// a factor on B, or on Miss without memory: the arms differed before the dose.
	Treated Params
	Points  []Point `csv:""` // the data beside the model, those not fitted included
	*fit.Fitted
}

// FitOptions says how to fit. The zero value makes profile-likelihood intervals.
type FitOptions struct {
	Intervals fit.Intervals
	Starts    int // searches; 0 for 8
	Workers   int // 0 for one on every processor; the result is the same
}

// Turnover names a model of turnover without drug.
type Turnover struct {
	Name   string
	Memory bool
	Fields []string // what is fitted; the others stay as in Default
}

// Remembered is the model of this package: an eliminated spine leaves a site.
func Remembered() Turnover {
	return Turnover{"sites that remember", true, []string{"Ku", "Km", "B", "R", "D", "Drift"}}
}

// TwoPools is the memoryless rival: new and established spines.
func TwoPools() Turnover {
	return Turnover{"two pools", false, []string{"Ku", "Km", "B", "Drift"}}
}

// TwoPoolsMissed is TwoPools seen by imaging that misses some spines in each
// session: what would look like memory without being it.
func TwoPoolsMissed() Turnover {
	return Turnover{"two pools, spines missed", false, []string{"Ku", "Km", "B", "Drift", "Miss"}}
}

// FitTurnover fits turnover to the control arm alone.
func (a Arm) FitTurnover(ctx context.Context, m Turnover, o FitOptions) (*Fit, error) {
	p := Default()
	p.Memory = m.Memory
	control, err := a.read(false)
	if err != nil {
		return nil, err
	}
	return estimate(ctx, a.Study+" "+a.Control+": "+m.Name, p, m.Fields, func(p Params, x []float64) ([]Params, error) {
		p, err := model.With(p, m.Fields, x)
		return []Params{p}, err
	}, []series{control}, o)
}

// Target says what the pulse raises, all by the same factor.
type Target struct {
	Name                 string
	Return, Form, Settle float64 // 1 if raised
}

// Targets returns the pulses to compare. Default has the first.
func Targets() []Target {
	return []Target{
		{"return and formation", 1, 1, 0},
		{"return", 1, 0, 0},
		{"formation", 0, 1, 0},
		{"formation and settling", 0, 1, 1},
		{"all three", 1, 1, 1},
	}
}

// with returns the parameters with the gain on the target.
func (t Target) with(p Params, gain float64) Params {
	p.GainReturn, p.GainForm, p.GainSettle = gain*t.Return, gain*t.Form, gain*t.Settle
	return p
}

// FitPulse fits a drug arm and its control together: the pulse, and of turnover
// elimination and drift, the rest as in Default. Without memory (TwoPoolsMissed)
// all of turnover is fitted, so that the rival is not bound to Default's.
func (a Arm) FitPulse(ctx context.Context, m Turnover, t Target, o FitOptions) (*Fit, error) {
	names := []string{"B", "Drift", drugFactor, gain, "TauPulse", "Lag"}
	if !m.Memory {
		names = append(slices.Clone(m.Fields), drugFactor, gain, "TauPulse", "Lag")
	}
	return a.fitBoth(ctx, m, t, names, o)
}

// FitShao fits turnover and pulse to both arms of Shao 2021 at once: Default's
// values. The control arm alone leaves open how fast lost spines return; how
// density holds under the drug decides it, if the pulse raises what t says. Ku
// stays: neither arm tells how fast the shortest-lived spines go.
func FitShao(ctx context.Context, t Target, o FitOptions) (*Fit, error) {
	return Shao().fitBoth(ctx, Remembered(), t, []string{"Km", "B", "R", "D", "Drift", gain, "TauPulse"}, o)
}

// TurnoverRivals fits the models of turnover to the control arm of Shao 2021,
// which alone has survival, and compares them.
func TurnoverRivals(ctx context.Context, o FitOptions) ([]fit.Rival, []*Fit, error) {
	var fits []*Fit
	for _, m := range []Turnover{Remembered(), TwoPools(), TwoPoolsMissed()} {
		f, err := Shao().FitTurnover(ctx, m, o)
		if err != nil {
			return nil, nil, err
		}
		fits = append(fits, f)
	}
	return compare(fits)
}

func compare(fits []*Fit) ([]fit.Rival, []*Fit, error) {
	var names []string
	var fitted []*fit.Fitted
	for _, f := range fits {
		names, fitted = append(names, f.Name), append(fitted, f.Fitted)
	}
	rivals, err := fit.Compare(names, fitted)
	return rivals, fits, err
}

// Quantities that are fitted and are no field of Params.
const (
	drugFactor = "DrugFactor" // see Fit.Treated
	gain       = "Gain"       // what the target's gains are set to
)

func (a Arm) fitBoth(ctx context.Context, m Turnover, t Target, names []string, o FitOptions) (*Fit, error) {
	control, err := a.read(false)
	if err != nil {
		return nil, err
	}
	drug, err := a.read(true)
	if err != nil {
		return nil, err
	}
	start := Default()
	start.Memory = m.Memory
	return estimate(ctx, fmt.Sprintf("%s: %s, pulse on %s", a, m.Name, t.Name), start, names, func(p Params, x []float64) ([]Params, error) {
		factor := 1.0
		for i, name := range names {
			switch name {
			case drugFactor:
				factor = x[i]
			case gain:
				p = t.with(p, x[i])
			default:
				var err error
				if p, err = model.With(p, []string{name}, x[i:i+1]); err != nil {
					return nil, err
				}
			}
		}
		treated := p
		if m.Memory {
			treated.B *= factor
		} else {
			treated.Miss = min(treated.Miss*factor, 0.9)
		}
		return []Params{p, treated}, nil
	}, []series{control, drug}, o)
}

// estimate fits the named quantities; at makes the parameters of each series of them.
func estimate(ctx context.Context, name string, start Params, names []string, at func(Params, []float64) ([]Params, error), data []series, o FitOptions) (*Fit, error) {
	predict := func(x []float64) ([]Params, []Point, error) {
		ps, err := at(start, x)
		if err != nil {
			return nil, nil, err
		}
		var points []Point
		for i := range data {
			p, err := data[i].predict(ps[i])
			if err != nil {
				return nil, nil, err
			}
			points = append(points, p...)
		}
		return ps, points, nil
	}
	problem := fit.Problem{Starts: o.Starts, Intervals: o.Intervals, Workers: o.Workers,
		Predict: func(x []float64) ([]float64, error) {
			_, points, err := predict(x)
			return residuals(points), err
		}}
	for _, s := range data {
		for range residuals(s.points) {
			problem.Y, problem.SD = append(problem.Y, 0), append(problem.SD, 1) // the prediction is of residuals
		}
	}
	var err error
	if problem.Ranges, problem.Start, err = ranges(start, names); err != nil {
		return nil, err
	}
	fitted, err := problem.Fit(ctx)
	if err != nil {
		return nil, fmt.Errorf("spines: %s: %w", name, err)
	}
	ps, points, err := predict(fitted.Value)
	if err != nil {
		return nil, err
	}
	return &Fit{Name: name, Params: ps[0], Treated: ps[len(ps)-1], Points: points, Fitted: fitted}, nil
}

// residuals returns those of the points that are fitted, in standard errors.
func residuals(points []Point) []float64 {
	var out []float64
	for i, p := range points {
		before := 1.0
		if i > 0 && p.Of > 0 && points[i-1].Of > 0 && p.Arm == points[i-1].Arm {
			before = points[i-1].Model
		}
		if p.Fitted {
			out = append(out, p.residual(before))
		}
	}
	return out
}

// ranges returns where quantities are sought and where the search starts.
func ranges(p Params, names []string) ([]model.Range, []float64, error) {
	card, err := Default().Card()
	if err != nil {
		return nil, nil, err
	}
	out, start := make([]model.Range, len(names)), make([]float64, len(names))
	for i, name := range names {
		switch name {
		case drugFactor:
			out[i], start[i] = model.Range{Name: name, Low: 0.3, High: 3, Log: true}, 1
		case gain:
			out[i], start[i] = model.Range{Name: name, Low: 0.02, High: 50, Log: true}, max(p.GainReturn, p.GainForm)
		default:
			r, err := card.Ranges(name)
			if err != nil {
				return nil, nil, err
			}
			v, err := model.Values(p, name)
			if err != nil {
				return nil, nil, err
			}
			out[i], start[i] = r[0], min(max(v[0], r[0].At(0.01)), r[0].At(0.99))
		}
	}
	return out, start, nil
}

// DensityExcess returns what the drug arm's density exceeds its control's by,
// (1 + drug)/(1 + control) − 1, on each day of both; Value is that of the data, with
// its standard error, and Model the fit's. It was not fitted where rates are given.
func (f *Fit) DensityExcess() []Point {
	var out []Point
	for _, d := range f.Points {
		c := slices.IndexFunc(f.Points, func(c Point) bool {
			return !c.Drug && c.Measure == "spine_density" && c.Day == d.Day
		})
		if !d.Drug || d.Measure != "spine_density" || c < 0 || d.Day < 0 {
			continue
		}
		control := f.Points[c]
		ratio := (1 + d.Value) / (1 + control.Value)
		d.SEM = ratio * math.Hypot(d.SEM/(1+d.Value), control.SEM/(1+control.Value))
		d.Value, d.Model = ratio-1, (1+d.Model)/(1+control.Model)-1
		out = append(out, d)
	}
	return out
}
