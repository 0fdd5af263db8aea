package convergence

import (
	"slices"
	"strings"

	"divergent/internal/check"
	"divergent/pkg/model"
)

// Arm is one arm of a trial: what it gives and to whom. A reader's own arm is one of
// these, with a Treatment of its own in Own where the model has none.
type Arm struct {
	ID         string // as in trials.csv, such as ket1; of a combination ket6+psy
	Name       string // for figures and tables
	Events     []model.Event
	Postpartum bool
	Own        []Treatment
}

// ongoing is the end of what is taken without an end, days.
const ongoing = 3650

// Arms returns the standard arms, in the order of their ways in, and those of the trials.
func Arms() []Arm {
	dose := func(drug string, amount float64, days ...float64) (out []model.Event) {
		for _, d := range days {
			out = append(out, model.Dose(d, drug, amount))
		}
		return out
	}
	drug := func(name string, to, level float64) []model.Event {
		return []model.Event{model.Drug(0, to, name, level)}
	}
	sessions := func(name string, days ...float64) (out []model.Event) {
		for _, d := range days {
			out = append(out, Stimulate(name, d, d+0.04))
		}
		return out
	}
	weeks := func(n int, days ...float64) (out []float64) {
		for w := range n {
			for _, d := range days {
				out = append(out, 7*float64(w)+d)
			}
		}
		return out
	}
	return []Arm{
		{ID: "none", Name: "no treatment"},
		{ID: "ket1", Name: "ketamine, once", Events: dose("ketamine", 1, 0)},
		{ID: "ket6", Name: "ketamine, six in 11 days", Events: dose("ketamine", 1, 0, 2, 4, 7, 9, 11)},
		{ID: "ket3w", Name: "ketamine, thrice a week", Events: dose("ketamine", 1, 0, 2, 4, 7, 9, 11)},
		{ID: "ket2w", Name: "ketamine, twice a week", Events: dose("ketamine", 1, 0, 3, 7, 10)},
		{ID: "ket2w8", Name: "ketamine, eight in 24 days", Events: dose("ketamine", 1, weeks(4, 0, 3)...)},
		{ID: "esk28", Name: "esketamine 28 mg, two", Events: dose("esketamine", 28.0/84, 0, 3)},
		{ID: "esk56", Name: "esketamine 56 mg, two", Events: dose("esketamine", 56.0/84, 0, 3)},
		{ID: "esk84", Name: "esketamine 84 mg, two", Events: dose("esketamine", 1, 0, 3)},
		{ID: "esk84x8", Name: "esketamine 84 mg, eight in 24 days", Events: dose("esketamine", 1, weeks(4, 0, 3)...)},
		{ID: "psi1", Name: "psilocybin 1 mg", Events: dose("psilocybin", 0.04, 0)},
		{ID: "psi10", Name: "psilocybin 10 mg", Events: dose("psilocybin", 0.4, 0)},
		{ID: "psi25", Name: "psilocybin 25 mg", Events: dose("psilocybin", 1, 0)},
		{ID: "psi25x2", Name: "psilocybin 25 mg, twice", Events: dose("psilocybin", 1, 0, 21)},
		{ID: "zur", Name: "zuranolone 50 mg, 14 days", Events: drug("zuranolone", 14, 1)},
		{ID: "zur30", Name: "zuranolone 30 mg, 14 days", Events: drug("zuranolone", 14, 0.6)},
		{ID: "zurppd", Name: "zuranolone 50 mg, postpartum", Events: drug("zuranolone", 14, 1), Postpartum: true},
		{ID: "zurppd30", Name: "zuranolone 30 mg, postpartum", Events: drug("zuranolone", 14, 0.6), Postpartum: true},
		{ID: "brex", Name: "brexanolone, 60 h, postpartum", Events: drug("brexanolone", 2.5, 1), Postpartum: true},
		{ID: "snt", Name: "SNT, 5 days", Events: sessions("snt", 0, 1, 2, 3, 4)},
		{ID: "rtms20", Name: "rTMS, 20 weekdays", Events: sessions("rtms", weeks(4, 0, 1, 2, 3, 4)...)},
		{ID: "ect9", Name: "ECT, nine in three weeks", Events: sessions("ect", weeks(3, 0, 2, 4)...)},
		{ID: "tdcs", Name: "tDCS, ten weeks", Events: []model.Event{Stimulate("tdcs", 0, 70)}},
		{ID: "vns", Name: "VNS (no numbers)", Events: []model.Event{Stimulate("vns", 0, ongoing)}},
		{ID: "dbs", Name: "DBS (no numbers)", Events: []model.Event{Stimulate("dbs", 0, ongoing)}},
		{ID: "ssri", Name: "SSRI", Events: drug("ssri", ongoing, 1)},
		{ID: "dxm", Name: "dextromethorphan-bupropion", Events: drug("dxm", ongoing, 1)},
		{ID: "ari", Name: "aripiprazole", Events: drug("aripiprazole", ongoing, 1)},
		{ID: "anti", Name: "anti-inflammatory drug", Events: drug("anti-inflammatory", ongoing, 1)},
		{ID: "psy", Name: "psychotherapy, twelve weeks", Events: []model.Event{model.Experience(0, 84, 1)}},
	}
}

// Stimulate is stimulation of a name, such as "snt" or one of a reader's own.
func Stimulate(name string, from, to float64) model.Event {
	e := model.Stimulate(from, to)
	e.Name = name
	return e
}

// ArmOf returns the standard arm of an ID, or a combination of several that begin
// together, such as ssri+anti.
func ArmOf(id string) (out Arm, err error) {
	arms := Arms()
	var ids []string
	for _, a := range arms {
		ids = append(ids, a.ID)
	}
	for i, part := range strings.Split(id, "+") {
		if err := check.Known("convergence: arm", part, ids); err != nil {
			return Arm{}, err
		}
		if a := arms[slices.Index(ids, part)]; i == 0 {
			out = a
		} else {
			out = out.And(a, 0)
		}
	}
	return out, nil
}

// standard returns standard arms, whose IDs are this package's own.
func standard(ids ...string) (out []Arm) {
	for _, id := range ids {
		a, err := ArmOf(id)
		if err != nil {
			panic(err)
		}
		out = append(out, a)
	}
	return out
}

// And returns the arm with another that begins so many days later.
func (a Arm) And(b Arm, later float64) Arm {
	out := Arm{ID: a.ID + "+" + b.ID, Name: a.Name + " + " + b.Name, Postpartum: a.Postpartum || b.Postpartum}
	out.Events = append(out.Events, a.Events...)
	for _, e := range b.Events {
		out.Events = append(out.Events, e.Shift(later))
	}
	out.Own = append(append(out.Own, a.Own...), b.Own...)
	return out
}

// Protocol returns what the arm gives within so many days.
func (a Arm) Protocol(length float64) model.Protocol { return model.Days(length).Fit(0, a.Events...) }

// Follow simulates the arm for so many days. Postpartum and Own of the options are the
// arm's.
func (a Arm) Follow(p Params, length float64, o Options) (*Result, error) {
	return Simulate(p, a.Protocol(length), a.options(o))
}

func (a Arm) options(o Options) Options {
	o.Postpartum, o.Own = a.Postpartum, append(append([]Treatment(nil), o.Own...), a.Own...)
	return o
}

// reliefs returns the relief y on the given ascending days, of which the last is above 0.
func (a Arm) reliefs(p Params, days ...float64) ([]float64, error) {
	return reliefs(p, a.Protocol(days[len(days)-1]), a.options(Options{Days: days}))
}
