package landscape

import (
	"context"
	"math"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

// Study is what the figures and tables of this package show, computed at once.
type Study struct {
	Params       Params
	Low, High    float64 // strengths between which both states exist
	Diagram      *Diagram
	Terrains     []Terrain
	Five         Circuit // of Before and After
	Before       *Connectivity
	After        []Treated
	Days         float64  // for which escapes were followed at most
	FromIll      []Escape // against strength
	FromHealthy  []Escape
	Experience   *Comparison   // plasticity times experience, from the ill state
	Harm         *Comparison   // the same from the healthy state
	Forewarnings []Forewarning // before onset, before recovery
	Checks       evidence.Checks
	Fewer        evidence.Checks // the same from fewer paths
	Stronger     evidence.Checks // likewise, with a strength of 1.1
	Robustness   []Hold          // in how many of a few draws around the parameters each check passes
	Unusable     int             // further draws, in which there are no two states
}

// StudyOf returns the study of the parameters before its parts are computed.
func StudyOf(p Params) (s *Study, err error) {
	s = &Study{Params: p, Five: FiveRegions(), Days: 1500}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	s.Low, s.High, err = Window(p, Circuit{})
	return s, err
}

// NewStudy computes the named parts of the study, all without names: half a minute on
// two cores at most, the same for any number of workers (0 means one on every
// processor).
func NewStudy(ctx context.Context, p Params, workers int, parts ...string) (*Study, error) {
	s, err := StudyOf(p)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	with := func(f func(Options) error) func(context.Context, int) error {
		return func(ctx context.Context, workers int) error { return f(Options{Seed: 1, Workers: workers}.Under(ctx)) }
	}
	type started[T any] struct {
		Start State `csv:"start"`
		Rows  []T   `csv:""`
	}
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "connections", Tables: func() []model.Table { return []model.Table{model.TableOf("connections", s.Five)} }},
		{Name: "bifurcation", Seconds: 0.1, Compute: with(func(Options) (err error) {
			s.Diagram, err = Bifurcation(s.Params, Circuit{}, "Strength", 0, max(2, 1.5*s.High))
			return err
		}), Tables: func() []model.Table {
			return []model.Table{model.TableOf("fixed-points", s.points()), model.TableOf("folds", s.folds())}
		}},
		{Name: "terrains", Seconds: 0.5, Compute: with(s.terrains)},
		{Name: "connectivity", Seconds: 0.1, Compute: with(func(o Options) (err error) {
			o.Circuit = s.Five
			s.Before, s.After, err = InTreatment(s.Params, o, Treatments()[1:]...)
			return err
		}), Tables: func() []model.Table { return []model.Table{model.TableOf("connectivity", s.pairs())} }},
		{Name: "escapes", Seconds: 2, Compute: with(s.escapes), Tables: func() []model.Table { return []model.Table{model.TableOf("escapes", s.FromIll, s.FromHealthy)} }},
		{Name: "experience", Seconds: 2, Compute: with(s.experience), Tables: func() []model.Table {
			return []model.Table{
				model.TableOf("drug-times-experience", started[Cell]{Ill, s.Experience.Cells}, started[Cell]{Healthy, s.Harm.Cells}),
				model.TableOf("contrasts", started[Contrast]{Ill, s.Experience.Contrasts}, started[Contrast]{Healthy, s.Harm.Contrasts}),
			}
		}},
		{Name: "warnings", Seconds: 2, Compute: with(s.forewarnings), Tables: func() []model.Table {
			return []model.Table{model.TableOf("warnings", s.warnings()), model.TableOf("windows", s.Forewarnings)}
		}},
		{Name: "checks", Seconds: 3, Compute: with(func(o Options) (err error) {
			s.Checks, err = Checks(s.Params, o)
			return err
		}), Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
		{Name: "stronger", Seconds: 3, Compute: with(func(o Options) (err error) {
			o.Paths = 300
			if s.Fewer, err = Checks(s.Params, o); err != nil {
				return err
			}
			p := s.Params
			p.Strength = 1.1
			s.Stronger, err = Checks(p, o)
			return err
		}), Tables: func() []model.Table {
			t := s.Fewer.Turned(s.Stronger)
			t.Name = "stronger"
			return []model.Table{t}
		}},
		{Name: "robustness", Seconds: 7, Compute: with(func(o Options) (err error) {
			o.Paths = 100
			s.Robustness, s.Unusable, err = Robustness(s.Params, o, 6, 0.2)
			return err
		}), Tables: func() []model.Table { return []model.Table{model.TableOf("robustness", s.Robustness)} }},
	}
}

// at is a strength by its place in the window: 0 and 1 are the folds.
func (s *Study) at(u float64) float64 { return max(0, s.Low+u*(s.High-s.Low)) }

// terrains are below, within and above the window: within it at rest, if rest is
// there.
func (s *Study) terrains(o Options) (err error) {
	middle := (s.Params.Rest().Strength - s.Low) / (s.High - s.Low)
	if !(middle > 0 && middle < 1) {
		middle = 0.5
	}
	s.Terrains, err = Terrains(s.Params, o, s.at(-0.25), s.at(middle), s.at(1.25))
	return err
}

func (s *Study) escapes(o Options) (err error) {
	o.Paths, o.Step = 300, 0.1*s.Params.Tau
	strengths := func(low, high float64, n int) (out []float64) {
		for i := range n {
			out = append(out, s.at(low+(high-low)*float64(i)/float64(n-1)))
		}
		return out
	}
	if s.FromIll, err = Escapes(s.Params, Ill, strengths(0.05, 0.95, 10), s.Days, o); err != nil {
		return err
	}
	s.FromHealthy, err = Escapes(s.Params, Healthy, strengths(0.02, 0.3, 8), s.Days, o)
	return err
}

// experience crosses plasticity with experience: doses, and plasticity alone,
// which is a dose whose rise of strength is blocked.
func (s *Study) experience(o Options) (err error) {
	all := Treatments()
	only := Treatment{"plasticity only", "plasticity", []model.Event{model.Dose(0, Psilocybin, 1), model.Block(0, usualDays, StrengthTarget)}}
	trial := Trial{Treatments: []Treatment{all[0], all[2], all[3], only}}
	o.Step, o.Keep = 0.1*s.Params.Tau, -1
	if s.Experience, err = trial.Run(s.Params, o); err != nil {
		return err
	}
	o.Start = Healthy
	s.Harm, err = trial.Run(s.Params, o)
	return err
}

// forewarnings: stress that grows in steps takes a healthy circuit over the fold at
// which health ends, and an SSRI-like drug whose level grows in steps takes an ill
// one over the other.
func (s *Study) forewarnings(o Options) error {
	s.Forewarnings = nil
	p, rest := s.Params, s.Params.Rest().Strength
	p.Noise = min(p.Noise, quiet)
	down := (rest - s.at(-0.25)) / max(p.StressLoss, 1e-9)
	raise := (s.at(1.25) - rest) / max(p.SSRIRaise, 1e-9)
	const days, steps = 800.0, 16
	stress, drug := model.Days(days), model.Days(days)
	for i := range steps {
		from, to := days*float64(i)/steps, days*float64(i+1)/steps
		level := func(end float64) float64 { return math.Round(1000*end*float64(i+1)/steps) / 1000 }
		stress = stress.With(model.Stress(from, to).WithAmount(level(down)))
		drug = drug.With(model.Drug(from, to, SSRI, level(raise)))
	}
	for _, x := range []struct {
		protocol model.Protocol
		start    State
		end      float64 // place of the strength at which the ramp ends
	}{{stress, Healthy, -0.25}, {drug, Ill, 1.25}} {
		w := Forewarning{Protocol: x.protocol, Start: x.start, Noise: p.Noise, Lead: 5, Surrogates: 200, Share: 90}
		if err := w.follow(p, o); err != nil {
			return err
		}
		ramp := Ramp{rest, s.at(x.end)}
		if err := w.many(p, ramp, o); err != nil {
			return err
		}
		s.Forewarnings = append(s.Forewarnings, w)
	}
	return nil
}

// point is a fixed point as its table has it.
type point struct {
	Strength float64 `csv:"strength"`
	Mood     float64 `csv:"mood"`
}

func (s *Study) folds() (out []point) {
	for _, q := range s.Diagram.Folds() {
		out = append(out, point{q.Value, q.Reading})
	}
	return out
}

func (s *Study) points() any {
	type row struct {
		Branch int `csv:"branch"`
		point
		Unstable int `csv:"unstable directions"`
	}
	var out []row
	for i, b := range s.Diagram.Branches {
		for _, q := range b.Points {
			out = append(out, row{i + 1, point{q.Value, q.Reading}, q.Unstable})
		}
	}
	return out
}

// pairs lists what each region does to each, before treatment and in each.
func (s *Study) pairs() any {
	type row struct {
		Treatment   string  `csv:"treatment"`
		Day         float64 `csv:"day"`
		Strength    float64 `csv:"strength s"`
		Mood        float64 `csv:"mood"`
		To          string  `csv:"to"`
		From        string  `csv:"from"`
		Connection  float64 `csv:"connection"`
		Correlation float64 `csv:"correlation"`
		Response    float64 `csv:"response"`
	}
	var out []row
	for _, x := range append([]Treated{{Treatment: Treatment{Name: "before"}, Connectivity: s.Before}}, s.After...) {
		for i, to := range x.Regions {
			for j, from := range x.Regions {
				out = append(out, row{x.Name, x.Day, x.Condition.Strength, x.Mood, to, from, x.Effective[i][j], x.Correlation[i][j], x.Response[i][j]})
			}
		}
	}
	return out
}

func (s *Study) warnings() any {
	type row struct {
		Noise float64 `csv:"noise σ"`
		Paths int     `csv:"paths"`
		*Changes
	}
	var out []row
	for _, w := range s.Forewarnings {
		out = append(out, row{w.Noise, len(w.Rise.Paths), w.Rise}, row{w.Noise, len(w.Still.Paths), w.Still})
	}
	return out
}
