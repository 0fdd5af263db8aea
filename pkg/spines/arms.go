package spines

import (
	"fmt"
	"math"

	"divergent/data"
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

// Point is one mean of imaging beside what a model says.
type Point struct {
	Arm     string  `csv:"arm"` // as in the data
	Drug    bool    // the drug arm
	Measure string  `csv:"measure"` // as in the data
	From    float64 `csv:"from (day)"`
	Day     float64 `csv:"to (day)"` // the dose being on day 0; From is NaN where there is no interval
	Value   float64 `csv:"value"`
	SEM     float64 `csv:"sem"`
	Model   float64 `csv:"model"` // NaN before a fit
	// Fitted tells whether the fit used the point. Densities are not used where
	// formation and elimination are given for the same days, being their sum.
	Fitted bool `csv:"fitted"`
	// Of survival, Seen of Of spines seen the session before were seen again.
	Seen, Of int
}

// Residual is the distance between data and model in standard errors: for
// survival, the signed root of the binomial deviance of the step from the session
// before, given the model's survival then.
func (p Point) residual(before float64) float64 {
	if p.Of == 0 {
		return (p.Model - p.Value) / p.SEM
	}
	share := p.Model / before
	k, n := float64(p.Seen), float64(p.Of)
	dev := 0.0
	if k > 0 {
		dev += k * math.Log(k/(n*share))
	}
	if k < n {
		dev += (n - k) * math.Log((n-k)/(n*(1-share)))
	}
	return math.Copysign(math.Sqrt(2*max(0, dev)), share-k/n)
}

// series is one arm's data and the protocol that the model is put through.
type series struct {
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
	name := a.Control
	if drug {
		name = a.Drug
	}
	var s series
	var sessions []float64
	rated, seen := map[float64]bool{}, 0
	for _, r := range rows {
		if r.Study == a.Study && r.Cells == a.Cells && r.Arm == name && r.Measure == "formation_rate" {
			rated[r.Day] = true
		}
	}
	for _, r := range rows {
		if r.Study != a.Study || r.Cells != a.Cells || r.Arm != name {
			continue
		}
		p := Point{Arm: name, Drug: drug, Measure: r.Measure, From: r.From, Day: r.Day, Value: r.Value, SEM: r.SEM, Model: math.NaN(), Fitted: true}
		switch r.Measure {
		case "formation_rate", "elimination_rate":
		case "spine_density":
			sessions = append(sessions, r.Day)
			p.Fitted = !rated[r.Day] && len(sessions) > 1
		case "new_spine_survival":
			if a.Study != Shao().Study { // elsewhere the session in which they were new is not known
				continue
			}
			p.Of = seen
			if p.Of == 0 {
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
		return s, fmt.Errorf("spines: no imaging of %s, arm %q: want one of Arms", a, name)
	}
	s.first = sessions[0]
	for i, d := range sessions {
		s.options.Sessions = append(s.options.Sessions, d-s.first)
		if d == 1 && seen > 0 {
			s.options.Follow = i
		}
	}
	s.options.Days = []float64{}
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
	out := make([]Point, len(s.points))
	for i, pt := range s.points {
		v := at[pt.Day]
		switch pt.Measure {
		case "formation_rate":
			pt.Model = v.Formation
		case "elimination_rate":
			pt.Model = v.Elimination
		case "spine_density":
			pt.Model = v.Density - 1
		case "new_spine_survival":
			pt.Model = v.Survival
		}
		out[i] = pt
	}
	return out, nil
}
