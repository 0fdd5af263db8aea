package spines

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/check"
	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// Arm is a drug arm of a chronic imaging study of unstressed mice, and its own
// control.
type Arm struct {
	Study   string
	Cells   string // where the study has several kinds
	Drug    string // the arm's name in the data
	Control string
	// Imaging is a reader's own table, as data.ParseSpines reads it: the dose on day 0, a
	// row of spine_density for each session, as change from the first, and survival of the
	// spines first seen in the session before its first row. Nil is the embedded table.
	Imaging []data.Spine `table:"-"`
}

// Arms returns the arms that the pulse is fitted to.
func Arms() []Arm {
	return []Arm{
		Shao(),
		{Study: "ShaoLiao2025", Cells: "PT", Drug: "psilocybin 1 mg/kg", Control: "saline"},
		{Study: "ShaoLiao2025", Cells: "IT", Drug: "psilocybin 1 mg/kg", Control: "saline"},
		{Study: "Jefferson2023", Drug: "5-MeO-DMT 20 mg/kg", Control: "vehicle"},
		{Study: "Phoumthipphavong2016", Drug: "ketamine 10 mg/kg i.p. single", Control: "saline"},
	}
}

// Shao is the arm with the most kinds of data, which Default is fitted to.
func Shao() Arm { return Arm{Study: "Shao2021", Drug: "psilocybin 1 mg/kg", Control: "saline"} }

// String names the arm.
func (a Arm) String() string {
	if a.Cells == "" {
		return a.Study + ", " + a.Drug
	}
	return a.Study + " " + a.Cells + ", " + a.Drug
}

// Estimates returns what FitPulse gives for the model with memory and Default's
// target, without fitting anew.
func (a Arm) Estimates() (fit.Estimates, error) { return estimates(a.String()) }

// Params returns Default with the arm's own pulse, elimination and drift: the
// same stress, drug and behaviour under another drug and other mice.
func (a Arm) Params() (Params, error) {
	e, err := a.Estimates()
	if err != nil {
		return Params{}, err
	}
	return Default().with(e.Values())
}

// Point is one mean of imaging beside what a model says.
type Point struct {
	data.Spine
	Drug  bool    // the drug arm
	Model float64 `csv:"model"` // NaN before a fit
	// Fitted tells whether the fit used the point. Densities are not used where
	// formation and elimination are given for the same days, being their sum.
	Fitted bool `csv:"fitted"`
	// Of survival, Seen of Of spines seen the session before were seen again.
	Seen, Of int
}

// residual is the distance between data and model in standard errors: for
// survival, that of the step from the session before, given the model's survival then.
func (p Point) residual(before float64) float64 {
	if p.Of == 0 {
		return (p.Model - p.Value) / p.SEM
	}
	return fit.Binomial(p.Seen, p.Of, p.Model/before)
}

// series is one arm's data and the protocol that the model is put through.
type series struct {
	drug     bool
	points   []Point
	protocol model.Protocol
	options  Options
	first    float64 // day of the first session, the dose being on day 0
}

// read returns the data of the drug arm or of its control.
func (a Arm) read(drug bool) (series, error) {
	rows, err := a.rows()
	if err != nil {
		return series{}, err
	}
	name, s := a.Control, series{drug: drug, options: Options{Days: []float64{}}}
	if drug {
		name = a.Drug
	}
	var sessions []float64
	rated, seen, survived := map[float64]bool{}, 0, math.Inf(1) // days of rates; the first of survival
	for _, r := range rows {
		if r.Study != a.Study || r.Cells != a.Cells || r.Arm != name {
			continue
		}
		p := Point{Spine: r, Drug: drug, Model: math.NaN(), Fitted: true}
		switch r.Measure {
		case "formation_rate":
			rated[r.Day] = true
		case "elimination_rate":
		case "spine_density":
			sessions = append(sessions, r.Day)
		case "new_spine_survival":
			if a.Imaging == nil && a.Study != Shao().Study { // elsewhere the session in which they were new is not known
				continue
			}
			if p.Of = seen; p.Of == 0 {
				p.Of = r.Spines
			}
			seen = int(math.Round(r.Value * float64(r.Spines)))
			p.Seen, survived = seen, min(survived, r.Day)
		default:
			continue
		}
		s.points = append(s.points, p)
	}
	if len(sessions) == 0 {
		var known []string
		for _, k := range Arms() {
			if a.Imaging == nil {
				known = append(known, k.String())
			}
		}
		for _, r := range a.Imaging {
			known = append(known, Arm{Study: r.Study, Cells: r.Cells, Drug: r.Arm}.String())
		}
		if err := check.Known("spines: no imaging of", a.String(), known); err != nil {
			return s, err
		}
		return s, fmt.Errorf("spines: no imaging of %s, arm %q: want its drug or its control", a, name)
	}
	s.first = sessions[0]
	for i, p := range s.points {
		if p.Measure == "spine_density" {
			s.points[i].Fitted = !rated[p.Day] && p.Day != s.first
		}
	}
	for i, d := range sessions {
		s.options.Sessions = append(s.options.Sessions, d-s.first)
		if d < survived && seen > 0 {
			s.options.Follow = i
		}
	}
	if err := s.check(a.Imaging != nil, sessions); err != nil {
		return s, fmt.Errorf("spines: imaging of %s, %s: %w", a, name, err)
	}
	s.protocol = model.Days(sessions[len(sessions)-1] - s.first)
	if drug {
		s.protocol = s.protocol.With(model.Dose(-s.first, name, 1))
	}
	return s, nil
}

// rows returns the table that holds the arm, its own sorted by measure and day.
func (a Arm) rows() ([]data.Spine, error) {
	if a.Imaging == nil {
		return data.Spines()
	}
	rows := slices.Clone(a.Imaging)
	slices.SortStableFunc(rows, func(x, y data.Spine) int {
		return cmp.Or(strings.Compare(x.Measure, y.Measure), cmp.Compare(x.Day, y.Day))
	})
	return rows, nil
}

// check holds a reader's own imaging to what a fit needs.
func (s series) check(own bool, sessions []float64) error {
	if !own {
		return nil // TestArmsReadTheData
	}
	switch {
	case len(sessions) < 2:
		return fmt.Errorf("one session, on day %v: want rows of spine_density for two or more", sessions[0])
	case s.first > 0:
		return fmt.Errorf("the first session is on day %v: want one before the dose, which is on day 0, or on that day", s.first)
	case s.options.Follow == 0 && slices.ContainsFunc(s.points, func(p Point) bool { return p.Of > 0 }):
		return fmt.Errorf("new_spine_survival: want a session before its first day in which the spines were new, and one before that")
	}
	for i, p := range s.points {
		at := slices.Index(sessions, p.Day)
		switch {
		case i > 0 && p.Measure == s.points[i-1].Measure && p.Day == s.points[i-1].Day:
			return fmt.Errorf("line %d: %s of day %v is there twice: want one mean for each session, study, arm and kind of cells", p.Line, p.Measure, p.Day)
		case at < 0:
			return fmt.Errorf("line %d: %s of day %v: want a row of spine_density for that session, too", p.Line, p.Measure, p.Day)
		case strings.HasSuffix(p.Measure, "_rate") && (at == 0 || p.From != sessions[at-1]):
			return fmt.Errorf("line %d: %s from day %v to %v: want an interval between two sessions that follow each other", p.Line, p.Measure, p.From, p.Day)
		case p.Measure == "spine_density" && at == 0 && p.Value != 0:
			return fmt.Errorf("line %d: spine_density = %v in the first session: want changes from that, as a share, so 0", p.Line, p.Value)
		case p.Fitted && p.Of == 0 && !(p.SEM > 0):
			return fmt.Errorf("line %d: sem = %v of a %s that is fitted: want more than 0", p.Line, p.SEM, p.Measure)
		}
	}
	return nil
}

// predict fills in what the model says.
func (s *series) predict(p Params) ([]Point, error) {
	r, err := simulate(p, s.protocol, s.options)
	if err != nil {
		return nil, err
	}
	at := map[float64]Session{}
	for _, v := range r.Sessions {
		at[v.Day+s.first] = v
	}
	out := slices.Clone(s.points)
	for i := range out {
		v := at[out[i].Day]
		out[i].Model = map[string]float64{"formation_rate": v.Formation, "elimination_rate": v.Elimination, "spine_density": v.Density - 1, "new_spine_survival": v.Survival}[out[i].Measure]
	}
	return out, nil
}
