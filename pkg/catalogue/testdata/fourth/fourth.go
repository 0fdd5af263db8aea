// Package fourth is a small model as a reader would add one: its parameters, its
// equation, its facts, its study. Load is L, dL/dt = stress a − L/τ; a dose takes off
// its share at once.
package fourth

import (
	"bytes"
	"context"
	_ "embed"
	"math"

	"divergent/data"
	"divergent/pkg/catalogue"
	"divergent/pkg/evidence"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/ode"
	"divergent/pkg/uncertain"
	"divergent/plots"
)

//go:embed doses.csv
var doses []byte

//go:embed facts.csv
var facts []byte

// Params are the parameters.
type Params struct {
	A   float64 `card:"symbol=a; unit=1/day; low=0.01; high=1; status=free; source=choice; meaning=load that stress adds"`
	Tau float64 `card:"symbol=τ; unit=day; low=1; high=100; scale=log; status=free; source=choice; meaning=time in which load goes"`
}

// Model is the model at parameters.
func Model(p Params) (model.Model, error) {
	d, err := data.ParseDoses(bytes.NewReader(doses), "doses.csv")
	about := model.Face{Name: "fourth", Source: "a test", Doses: d, Heeds: []model.Heed{{Kind: model.KindStress}}, Gives: []model.Port{{Name: "load", Unit: "1"}}}
	return model.Of[Params]{About: about, Params: p, Simulate: simulate}, err
}

func simulate(_ context.Context, p Params, s model.Setting) (*model.Course, error) {
	stress := s.Protocol.Steps(model.KindStress, "")
	sol, err := ode.Solve(ode.Problem{Start: []float64{0}, To: s.Protocol.Length, At: s.Day,
		Rate: func(t float64, y, dy []float64) { dy[0] = p.A*stress.At(t) - y[0]/p.Tau },
		Events: s.Protocol.Restarts(func(_ float64, e model.Event, y []float64) {
			if e.Kind == model.KindDose {
				y[0] *= 1 - min(e.Amount, 1)
			}
		})}, ode.Options{})
	if err != nil {
		return nil, err
	}
	return &model.Course{Day: s.Day, Series: []model.Series{{Name: "load", Symbol: "L", Unit: "1", Value: sol.Series(0)}}}, nil
}

// Stressed is ten days of stress.
func Stressed(day float64) model.Setting {
	return model.Setting{Protocol: model.Days(20, model.Stress(0, 10)), Day: []float64{day}}
}

// study is what the model's parts come to.
type study struct {
	model   model.Model
	fitted  *fit.Fitted
	people  *model.Course
	checks  evidence.Checks
	indices *uncertain.Indices
}

// Entry is the model's line of the catalogue.
func Entry() catalogue.Entry {
	return catalogue.Entry{Name: "fourth", Question: "can a model be added?", Source: "a test", Time: "1 s", Small: run}
}

func run() (catalogue.Run, error) {
	p := Params{0.1, 10}
	m, err := Model(p)
	s := &study{model: m}
	return catalogue.Run{
		Parts: model.Parts{
			model.OfCard(p),
			{Name: "fit", Compute: s.fit, Tables: func() []model.Table { return []model.Table{model.TableOf("estimates", s.estimates())} }},
			{Name: "people", Compute: s.vary, Tables: func() []model.Table { return []model.Table{s.people.Stored("people")} }},
			{Name: "checks", Compute: s.check, Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.checks)} }},
			{Name: "sensitivity", Compute: s.sensitivity, Tables: func() []model.Table { return []model.Table{model.TableOf("sensitivity", s.indices.Rows())} }},
		},
		Figures: []func() (*plots.Figure, error){func() (*plots.Figure, error) { return plots.Sensitivity(s.indices, "What load depends on") }},
	}, err
}

// fit gets the parameters back from the closed form L(10) = a τ (1 − e^(−10/τ)),
// L(15) = L(10) e^(−5/τ) at a = 0.2 and τ = 5.
func (s *study) fit(ctx context.Context, workers int) (err error) {
	top := 0.2 * 5 * (1 - math.Exp(-2))
	s.fitted, err = fit.Problem{Starts: 2, Intervals: fit.NoIntervals, Workers: workers}.Model(ctx, s.model, []fit.Datum{
		{Setting: Stressed(10), Series: "load", Value: top, SD: 0.01}, {Setting: Stressed(15), Series: "load", Value: top * math.Exp(-1), SD: 0.01},
	}, "A", "Tau")
	return err
}

type estimate struct {
	Field string  `csv:"field"`
	Value float64 `csv:"value"`
}

func (s *study) estimates() (out []estimate) {
	for i, name := range s.fitted.Names {
		out = append(out, estimate{name, s.fitted.Value[i]})
	}
	return out
}

func (s *study) vary(ctx context.Context, workers int) (err error) {
	s.people, err = uncertain.Population{N: 40, Ranges: []model.Range{{Name: "A", Low: 0.05, High: 0.15}}, Seed: 1, Workers: workers}.Run(ctx, s.model, Stressed(10))
	return err
}

// trial says how the facts are read off the model.
func trial(ctx context.Context) (evidence.Trial[model.Model], error) {
	f, err := data.ParseFacts(bytes.NewReader(facts), "facts.csv")
	return evidence.Trial[model.Model]{Facts: f, Readings: []evidence.Reading[model.Model]{
		{Fact: "load-goes", Role: evidence.Required, Read: func(m model.Model) evidence.Answer {
			return evidence.AtMost(evidence.Try(m.Run(ctx, Stressed(20))).Series[0].Value[0], 0.5, "of a unit")
		}},
	}}, err
}

func (s *study) check(ctx context.Context, _ int) error {
	t, err := trial(ctx)
	if err == nil {
		s.checks, err = t.Judge(s.model)
	}
	return err
}

func (s *study) sensitivity(ctx context.Context, workers int) (err error) {
	f, err := s.model.Face()
	if err != nil {
		return err
	}
	over, err := f.Card.Ranges("A", "Tau")
	if err != nil {
		return err
	}
	s.indices, err = uncertain.Sensitivity{Ranges: over, Outputs: []string{"load on day 10"}, N: 64, Seed: 1, Workers: workers, Model: func(x []float64) ([]float64, error) {
		m, err := s.model.With([]string{"A", "Tau"}, x)
		if err != nil {
			return nil, err
		}
		c, err := m.Run(ctx, Stressed(10))
		if err != nil {
			return nil, err
		}
		return c.Series[0].Value, nil
	}}.Sobol(ctx)
	return err
}
