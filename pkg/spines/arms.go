package spines

import (
	"fmt"
	"math"
	"slices"

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
}

// Arms returns the arms that the pulse is fitted to.
func Arms() []Arm {
	return []Arm{
		Shao(),
		{"ShaoLiao2025", "PT", "psilocybin 1 mg/kg", "saline"},
		{"ShaoLiao2025", "IT", "psilocybin 1 mg/kg", "saline"},
		{"Jefferson2023", "", "5-MeO-DMT 20 mg/kg", "vehicle"},
		{"Phoumthipphavong2016", "", "ketamine 10 mg/kg i.p. single", "saline"},
	}
}

// Shao is the arm with the most kinds of data, which Default is fitted to.
func Shao() Arm { return Arm{"Shao2021", "", "psilocybin 1 mg/kg", "saline"} }

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
	rows, err := data.Spines()
	if err != nil {
		return series{}, err
	}
	name, s := a.Control, series{drug: drug, options: Options{Days: []float64{}}}
	if drug {
		name = a.Drug
	}
	var sessions []float64
	rated, seen := map[float64]bool{}, 0 // days of rates
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
			if a.Study != Shao().Study { // elsewhere the session in which they were new is not known
				continue
			}
			if p.Of = seen; p.Of == 0 {
				p.Of = r.Spines
			}
			seen = int(math.Round(r.Value * float64(r.Spines)))
			p.Seen = seen
		default:
			continue
		}
		s.points = append(s.points, p)
	}
	if len(sessions) == 0 {
		var known []string
		for _, k := range Arms() {
			known = append(known, k.String())
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
		if d == 1 && seen > 0 {
			s.options.Follow = i
		}
	}
	s.protocol = model.Days(sessions[len(sessions)-1] - s.first)
	if drug {
		s.protocol = s.protocol.With(model.Dose(-s.first, name, 1))
	}
	return s, nil
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
