package spines

import (
	"context"
	"fmt"
	"slices"

	"divergent/internal/kept"
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

// FitOptions says how to fit: Intervals, Starts, Seed and Workers count. The zero value
// makes profile-likelihood intervals.
type FitOptions = fit.Problem

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
	return a.fit(ctx, a.Study+" "+a.Control+": "+m.Name, m, Targets()[0], o, []bool{false}, m.Fields...)
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

// FitPulse fits a drug arm and its control together: the pulse, and of turnover
// elimination and drift, the rest as in Default. Without memory (TwoPoolsMissed)
// all of turnover is fitted, so that the rival is not bound to Default's.
func (a Arm) FitPulse(ctx context.Context, m Turnover, t Target, o FitOptions) (*Fit, error) {
	turnover := []string{"B", "Drift"}
	if !m.Memory {
		turnover = m.Fields
	}
	return a.fitBoth(ctx, m, t, o, slices.Concat(turnover, []string{"DrugFactor", "Gain", "TauPulse", "Lag"})...)
}

// FitShao fits turnover and pulse to both arms of Shao 2021 at once: Default's
// values. The control arm alone leaves open how fast lost spines return; how
// density holds under the drug decides it, if the pulse raises what t says. Ku
// stays: neither arm tells how fast the shortest-lived spines go.
func FitShao(ctx context.Context, t Target, o FitOptions) (*Fit, error) {
	return Shao().fitBoth(ctx, Remembered(), t, o, "Km", "B", "R", "D", "Drift", "Gain", "TauPulse")
}

func (a Arm) fitBoth(ctx context.Context, m Turnover, t Target, o FitOptions, names ...string) (*Fit, error) {
	return a.fit(ctx, fmt.Sprintf("%s: %s, pulse on %s", a, m.Name, t.Name), m, t, o, []bool{false, true}, names...)
}

// TurnoverRivals fits the models of turnover to the control arm of Shao 2021,
// which alone has survival, and compares them.
func TurnoverRivals(ctx context.Context, o FitOptions) ([]fit.Rival, []*Fit, error) {
	var names []string
	var fitted []*fit.Fitted
	var fits []*Fit
	for _, m := range []Turnover{Remembered(), TwoPools(), TwoPoolsMissed()} {
		f, err := Shao().FitTurnover(ctx, m, o)
		if err != nil {
			return nil, nil, err
		}
		names, fitted, fits = append(names, f.Name), append(fitted, f.Fitted), append(fits, f)
	}
	rivals, err := fit.Compare(names, fitted)
	return rivals, fits, err
}

// Memory sets beside each other, on the data of a drug arm and its control, the
// model whose lost sites remember and the one without memory whose imaging misses
// spines.
type Memory struct {
	Arm        string  `csv:"arm"`
	N          int     `table:"n" csv:"n"`
	K          int     `table:"Memory: K" csv:"K with memory"`                 // estimated quantities
	P          float64 `table:"p of its fit" csv:"p with memory" decimals:"3"` // small where the model does not fit
	AIC        float64 `table:"AIC" csv:"AIC with memory"`
	KWithout   int     `table:"No memory: K" csv:"K without"`
	PWithout   float64 `table:"p of its fit" csv:"p without" decimals:"3"`
	AICWithout float64 `table:"AIC" csv:"AIC without"`
	ForMemory  float64 `table:"ΔAIC for memory" csv:"AIC for memory" decimals:"1"` // AICWithout − AIC; below 0 it speaks against
}

// Memories fits both models to each arm. With memory the pulse raises formation
// and return, and of turnover elimination and drift are fitted; without, all of
// turnover is, and the pulse raises formation, or formation and settling: the
// better of the two counts.
func Memories(ctx context.Context, arms []Arm, o FitOptions) (out []Memory, err error) {
	for _, a := range arms {
		with, err := a.FitPulse(ctx, Remembered(), Targets()[0], o)
		if err != nil {
			return nil, err
		}
		var without *Fit
		for _, t := range Targets() {
			if t.Return > 0 {
				continue // nothing returns without memory
			}
			f, err := a.FitPulse(ctx, TwoPoolsMissed(), t, o)
			if err != nil {
				return nil, err
			}
			if without == nil || f.AIC < without.AIC {
				without = f
			}
		}
		out = append(out, Memory{a.String(), with.N, with.K, with.P, with.AIC, without.K, without.P, without.AIC, without.AIC - with.AIC})
	}
	return out, nil
}

// quantities are what is fitted: parameters, and two that are none of the model's.
type quantities struct {
	Params
	Gain       float64 // what the target's gains are set to; 0 leaves them
	DrugFactor float64 // see Fit.Treated
	target     Target
}

// card tells where the quantities are sought.
func (q quantities) card() (model.Parameters, error) {
	card, err := q.Card()
	return append(card, model.Parameter{Field: "Gain", Low: 0.02, High: 50, Log: true}, model.Parameter{Field: "DrugFactor", Low: 0.3, High: 3, Log: true}), err
}

// arms returns the parameters of the control arm and of the drug arm.
func (q quantities) arms() (control, drug Params) {
	p := q.Params
	if q.Gain > 0 {
		p.GainReturn, p.GainForm = q.Gain*q.target.Return, q.Gain*q.target.Form
		p.GainSettle += q.Gain * q.target.Settle
	}
	drug = p
	if p.Memory {
		drug.B *= q.DrugFactor
	} else {
		drug.Miss = min(drug.Miss*q.DrugFactor, 0.9)
	}
	return p, drug
}

// with sets named quantities; of two arms the drug arm's.
func (p Params) with(names []string, x []float64) (Params, error) {
	q, err := model.With(quantities{p, 0, 1, Targets()[0]}, names, x)
	_, drug := q.arms()
	return drug, err
}

// Set returns the parameters with those of Uncertain changed: fields, and "Gain", which
// sets the gains of return and formation.
func (p Params) Set(names []string, x []float64) (Params, error) { return p.with(names, x) }

// fit fits named quantities to the data of the arms.
func (a Arm) fit(ctx context.Context, name string, m Turnover, t Target, o FitOptions, drug []bool, names ...string) (*Fit, error) {
	start := quantities{Default(), Default().GainForm, 1, t}
	start.Memory = m.Memory
	var data []series
	for _, d := range drug {
		s, err := a.read(d)
		if err != nil {
			return nil, err
		}
		data = append(data, s)
	}
	key := o
	key.Workers = 0
	return kept.Of(ctx, "spines/fit", []any{a, name, m, t, key, drug, names}, func() (*Fit, error) { return estimate(ctx, name, start, data, o, names...) })
}

func estimate(ctx context.Context, name string, start quantities, data []series, o FitOptions, names ...string) (*Fit, error) {
	card, err := start.card()
	if err != nil {
		return nil, err
	}
	predict := func(q quantities) (points []Point, err error) {
		control, drug := q.arms()
		for _, s := range data {
			p := control
			if s.drug {
				p = drug
			}
			more, err := s.predict(p)
			if err != nil {
				return nil, err
			}
			points = append(points, more...)
		}
		return points, nil
	}
	q, fitted, err := fit.Residuals(ctx, o, start, card, func(q quantities) ([]float64, error) {
		points, err := predict(q)
		return residuals(points), err
	}, names...)
	if err != nil {
		return nil, fmt.Errorf("spines: %s: %w", name, err)
	}
	f := &Fit{Name: name, Fitted: fitted}
	f.Params, f.Treated = q.arms()
	f.Points, err = predict(q)
	return f, err
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
		d.Value, d.SEM = d.Excess(control.Spine)
		d.Model = (1+d.Model)/(1+control.Model) - 1
		out = append(out, d)
	}
	return out
}

// estimates returns a stored fit, with the ranges in which it was sought.
func estimates(name string) (fit.Estimates, error) {
	list, err := fit.Stored("spines", name)
	if err != nil {
		return nil, err
	}
	card, err := quantities{Params: Default()}.card()
	if err != nil {
		return nil, err
	}
	return list.In(card)
}

// Estimates returns what FitShao gives for Default's target, without fitting anew.
func Estimates() fit.Estimates { return must(estimates("Default")) }

// Uncertain returns the ranges over which Default's parameters are uncertain: for
// fitted ones the 95 % intervals, an open end being that of the card; for the
// named free ones the card's ranges. Draws from them are independent of each other,
// as Sobol indices need, where the fit's estimates of R, D, Gain and TauPulse are
// strongly correlated: indices over them mix what the data leave open together.
func Uncertain(free ...string) ([]model.Range, error) {
	card, err := Card()
	if err != nil {
		return nil, err
	}
	chosen, err := card.Ranges(free...)
	fitted := slices.DeleteFunc(Estimates(), func(e fit.Estimate) bool { return e.Name == "Drift" }) // no course depends on it
	return append(fitted.Uncertain(), chosen...), err
}
