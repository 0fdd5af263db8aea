package linked

import (
	"context"

	"divergent/pkg/convergence"
	"divergent/pkg/model"
)

// Study is what the figures and tables of this package show.
type Study struct {
	Params      Params
	Ablation    *Ablation // of Variants and Rivals
	Uncertainty *Uncertainty
	Classes     []Class
}

// Class is the course of a class of treatments by two variants.
type Class struct {
	Arm     string        `csv:"arm"`
	Variant string        `csv:"variant"`
	Course  *model.Course `csv:"-"`
	Day     []float64     `csv:"day"`
	Relief  []float64     `csv:"relief"`
}

// factRow and trialRow are the rows of Ablation as programs read them.
type factRow struct {
	Variant  string `csv:"variant"`
	Fact     string `csv:"fact"`
	Outcome  string `csv:"outcome"`
	Expected string `csv:"expected of the model"`
	Got      string `csv:"model"`
	Source   string `csv:"source"`
}

type trialRow struct {
	Variant string `csv:"variant"`
	Row
}

// StudyOf returns the study of the parameters before its parts are computed.
func StudyOf(p Params) (*Study, error) { return &Study{Params: p}, p.validate() }

func (p Params) validate() error {
	_, err := p.Card()
	return err
}

// NewStudy computes the named parts of the study, all without names: a minute, the same
// for any number of workers.
func NewStudy(ctx context.Context, p Params, workers int, parts ...string) (*Study, error) {
	s, err := StudyOf(p)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// StudyArms are an arm of each class, by its ID in package convergence.
func StudyArms() []string { return []string{"ket1", "esk84x8", "psi25", "ssri", "zur", "snt"} }

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	return model.Parts{
		{Name: "parameters", Tables: func() []model.Table {
			card, err := s.Params.Card()
			if err != nil {
				panic(err) // StudyOf has made it
			}
			return []model.Table{model.TableOf("parameters", card)}
		}},
		{Name: "ablation", Seconds: 60, Compute: func(ctx context.Context, workers int) (err error) {
			s.Ablation, err = Ablate(ctx, append(Variants(s.Params), Rivals(s.Params)...), 0, workers)
			return err
		}, Tables: func() []model.Table {
			var facts []factRow
			var trials []trialRow
			for _, c := range s.Ablation.Checks {
				facts = append(facts, factRow{c.Hypothesis, c.Name, string(c.Outcome), c.Expected, c.Got, c.Source})
			}
			for i, v := range s.Ablation.Variants {
				for _, r := range s.Ablation.Rows[i] {
					trials = append(trials, trialRow{v, r})
				}
			}
			return []model.Table{model.TableOf("facts", facts), model.TableOf("trials", trials), model.TableOf("counts", s.Ablation.Counts())}
		}},
		{Name: "draws", Seconds: 20, Compute: func(ctx context.Context, workers int) (err error) {
			s.Uncertainty, err = Draw(ctx, s.Params, Sampling{Seed: 1, Workers: workers})
			return err
		}, Tables: func() []model.Table {
			return []model.Table{model.TableOf("shares", s.Uncertainty.Shares), model.TableOf("failures", s.Uncertainty.Failures), s.Uncertainty.Course.Stored("course")}
		}},
		{Name: "classes", Seconds: 2, Compute: func(ctx context.Context, workers int) (err error) {
			s.Classes, err = Classes(ctx, s.Params, workers, StudyArms()...)
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("classes", s.Classes)} }},
	}
}

// Classes follows arms through the whole chain and through that without the circuit, for
// ten weeks.
func Classes(ctx context.Context, p Params, workers int, arms ...string) (out []Class, err error) {
	for _, id := range arms {
		arm, err := convergence.ArmOf(id)
		if err != nil {
			return nil, err
		}
		for _, v := range []Variant{Variants(p)[0], {Name: "without circuit", Options: Options{Without: []Level{Circuit}}}} {
			chain, err := Chain(p, v.Options)
			if err != nil {
				return nil, err
			}
			var days []float64
			for d := 0.0; d <= 70; d += 0.25 {
				days = append(days, d)
			}
			set := Setting(Protocol(70, Events(arm)...), days...)
			set.Paths, set.Workers = 200, workers
			c, err := chain.Run(ctx, set)
			if err != nil {
				return nil, err
			}
			y, err := c.Of("relief.relief")
			if err != nil {
				return nil, err
			}
			out = append(out, Class{id, v.Name, c, days, y.Value})
		}
	}
	return out, nil
}
