package convergence

import (
	"context"
	"math"
	"slices"

	"divergent/pkg/evidence"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Study is what the figures and tables of this package show.
type Study struct {
	Params    Params
	Estimates fit.Estimates
	Rows      Rows // of the fitted trials and of those kept for checks, at Params
	Courses   []ArmCourse
	Pathways  model.List[Pathway]

	Variants     []Variant // Rivals and Robust
	Fits         []*Fit    // of the variants
	Additivity   *Additivity
	Checks       evidence.Checks
	Combinations model.List[Combination]
	Inflamed     []Inflamed
	Indices      *uncertain.Indices
}

// ArmCourse is the course of one arm.
type ArmCourse struct {
	Arm `csv:"-"`
	ID  string `csv:"arm"`
	*Result
}

// courseDays is how long arms are followed.
const courseDays = 84

// StudyArms are the arms that the figures show: a standard one of each way in.
func StudyArms() []Arm {
	return standard("ket1", "ket2w8", "esk84x8", "psi25", "snt", "rtms20", "ect9", "tdcs", "ssri", "dxm", "ari", "zur", "zurppd", "brex", "anti", "psy")
}

// Courses follows arms for twelve weeks, with four reports a day for the first four.
func Courses(p Params, arms ...Arm) (out []ArmCourse, err error) {
	var days []float64
	for d := 0.0; d <= courseDays; {
		if days = append(days, d); d < 28 {
			d += 0.25
		} else {
			d++
		}
	}
	for _, a := range arms {
		r, err := a.Follow(p, courseDays, Options{Days: days})
		if err != nil {
			return nil, err
		}
		out = append(out, ArmCourse{a, a.ID, r})
	}
	return out, nil
}

// Hub is a place where the review's pathways meet: a course of a Result, from where it is
// without treatment.
type Hub struct {
	Name, Unit string
	Of         func(r *Result) []float64
	Helps      float64 // 1 where a rise helps, −1 where a fall does
}

// Hubs are the model's, in the order of cause and effect.
func Hubs() []Hub {
	return []Hub{
		{"stress axis", "of the patient's", func(r *Result) []float64 { return r.HPA }, -1},
		{"inflammation", "of the patient's", func(r *Result) []float64 { return r.Inflammation }, -1},
		{"oxidative stress", "of the patient's", func(r *Result) []float64 { return r.Oxidative }, -1},
		{"capacity for plasticity", "of the patient's", func(r *Result) []float64 { return r.Capacity }, 1},
		{"serotonin tone", "of an adapted SSRI's", func(r *Result) []float64 { return r.Tone }, 1},
		{"plasticity drive", "per day", func(r *Result) []float64 { return r.Drive }, 1},
		{"restored strength", "of what was lost", func(r *Result) []float64 { return sum(r.Labile, r.Lasting) }, 1},
		{"lasting strength", "of what was lost", func(r *Result) []float64 { return r.Lasting }, 1},
		{"direct relief", "of the score", func(r *Result) []float64 { return r.Direct }, 1},
	}
}

func sum(a, b []float64) []float64 {
	out := slices.Clone(a)
	for i, v := range b {
		out[i] += v
	}
	return out
}

// Pathway is how far an arm moves a hub, and when.
type Pathway struct {
	Arm  string  `csv:"arm"`
	Hub  string  `csv:"hub"`
	Most float64 `csv:"largest change"` // above 0 where it helps
	Day  float64 `csv:"day of it"`      // NaN where nothing moves
	Unit string  `csv:"unit"`
}

// Pathways reads each hub off each course.
func Pathways(courses []ArmCourse) (out model.List[Pathway]) {
	for _, c := range courses {
		for _, h := range Hubs() {
			x, w := h.Of(c.Result), Pathway{Arm: c.Name, Hub: h.Name, Day: math.NaN(), Unit: h.Unit}
			for i, v := range x {
				if d := h.Helps * (v - x[0]); math.Abs(d) > math.Abs(w.Most)+1e-9 {
					w.Most, w.Day = d, c.Day[i]
				}
			}
			out = append(out, w)
		}
	}
	return out
}

// StudyOf returns the study of the parameters before its parts are computed.
func StudyOf(p Params) (*Study, error) {
	list, err := Estimates()
	if err != nil {
		return nil, err
	}
	return &Study{Params: p, Estimates: list, Variants: slices.Concat(Rivals(), Robust())}, p.Validate()
}

// NewStudy computes the named parts of the study, all without names: half a minute, the
// same for any number of workers.
func NewStudy(ctx context.Context, p Params, workers int, parts ...string) (*Study, error) {
	s, err := StudyOf(p)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "courses", Seconds: 0.1, Compute: func(context.Context, int) (err error) {
			s.Courses, err = Courses(s.Params, StudyArms()...)
			s.Pathways = Pathways(s.Courses)
			return err
		}, Tables: func() []model.Table {
			return []model.Table{model.TableOf("courses", s.Courses), model.TableOf("pathways", s.Pathways)}
		}},
		{Name: "trials", Seconds: 0.1, Compute: func(context.Context, int) error {
			fitted, checks, err := FitRows()
			if err != nil {
				return err
			}
			if s.Rows, err = s.Params.Rows(slices.Concat(fitted, checks), 2); err != nil {
				return err
			}
			s.Additivity, err = Additive(2)
			return err
		}, Tables: func() []model.Table {
			return []model.Table{model.TableOf("trials", s.Rows), model.TableOf("estimates", s.Estimates), model.TableOf("control-arms", s.Additivity.Arms)}
		}},
		{Name: "variants", Seconds: 8, Compute: func(ctx context.Context, workers int) (err error) {
			s.Fits, err = FitVariants(ctx, s.Variants, FitOptions{Problem: fit.Problem{Intervals: fit.NoIntervals, Starts: 2, Workers: workers}})
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("variants", VariantRows(s.Variants, s.Fits))} }},
		{Name: "checks", Seconds: 0.1, Compute: func(context.Context, int) (err error) {
			s.Checks, err = Checks(s.Params)
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
		{Name: "combinations", Seconds: 2, Compute: func(ctx context.Context, workers int) (err error) {
			s.Combinations, err = Combinations(ctx, s.Params, PairArms(), CombineOptions{Seed: 1, Workers: workers})
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("combinations", s.Combinations)} }},
		{Name: "inflammation", Seconds: 0.1, Compute: func(context.Context, int) (err error) {
			s.Inflamed, err = ByInflammation(s.Params)
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("inflammation", s.Inflamed)} }},
		{Name: "sensitivity", Seconds: 4, Compute: func(ctx context.Context, workers int) (err error) {
			s.Indices, err = Sensitivity(ctx, 256, 1, workers)
			return err
		}, Tables: func() []model.Table { return []model.Table{model.TableOf("sensitivity", s.Indices.Rows())} }},
	}
}
