package glutamate

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"divergent/pkg/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/pk"
)

// Exposure is what the usual human infusion does by one set of kinetics.
type Exposure struct {
	Set string // name of the set
	*Result
	Surge []Band // of glutamate on each day, over the draws; nil without draws
}

// Expose is Exposed by a set of kinetics, with glutamate over the draws.
func Expose(ctx context.Context, p Params, s Switches, set pk.Set, hours float64, sampling Sampling) (Exposure, error) {
	r, err := Exposed(p, s, Options{PK: set}, hours)
	if err != nil {
		return Exposure{}, err
	}
	draws, err := Sample(ctx, sampling)
	if err != nil {
		return Exposure{}, err
	}
	all := make([][]float64, len(draws)) // by draw and day
	if err := par.Each(ctx, len(draws), sampling.Workers, func(i int) error {
		c := r.run.plan.run(draws[i], s)
		all[i] = make([]float64, len(r.Day))
		for k, d := range r.Day {
			all[i][k] = 1 + c.at(surge, d)
		}
		return nil
	}); err != nil {
		return Exposure{}, err
	}
	e := Exposure{Set: set.Name, Result: r}
	day := make([]float64, len(draws))
	for k := range r.Day {
		for i := range all {
			day[i] = all[i][k]
		}
		e.Surge = append(e.Surge, band(r.Glutamate[k], day))
	}
	return e, nil
}

// Study is what the figures and tables of this package show, computed at once.
type Study struct {
	Params   Params
	Sampling Sampling
	Checks   model.Checks

	Protocol model.Protocol // of Exposures: 0.5 mg/kg over 40 min in a person
	// Exposures are by Kamp 2020, for which Bridge is fitted, and by Domino 1982.
	Exposures []Exposure
	Doses     DosePoints // both arms, rodents
	Shares    *Shares    // of Hypotheses
	Cascade   StageBands // after the same infusion, both arms, strict gate
	Arms      ArmEffects // with a strict gate
	Ungated   ArmEffects // without one
}

// NewStudy computes the study, a few seconds for a thousand draws (0: the usual
// number) and the same for any number of workers. Defaults in it, such as
// Band.Default, are at the parameters given; the draws have them wherever they are
// not free or fitted again, as Sample says.
func NewStudy(ctx context.Context, p Params, draws, workers int) (*Study, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	s := &Study{Params: p, Sampling: Sampling{Draws: draws, Seed: 1, Workers: workers}}
	for _, step := range []func(context.Context) error{s.exposures, s.evidence, s.cascade, s.arms} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// exposedHours is how long exposure is followed: past the scan at 193 min that
// found no surge any more.
const exposedHours = 6

// exposures follows the infusion, and doses in rodents.
func (s *Study) exposures(ctx context.Context) (err error) {
	if s.Checks, err = Checks(s.Params); err != nil {
		return err
	}
	s.Protocol = Infused(Ketamine(), humanDose, exposedHours*hour)
	for _, set := range []pk.Set{pk.Kamp2020(), pk.Domino()} {
		e, err := Expose(ctx, s.Params, Both(), set, exposedHours, s.Sampling)
		if err != nil {
			return err
		}
		s.Exposures = append(s.Exposures, e)
	}
	s.Doses, err = DoseResponse(ctx, s.Params, Both(), studyDoses(), s.Sampling)
	return err
}

// studyDoses is a grid over the doses of Moghaddam 1997 and beyond, even in its
// logarithm: 1 to 300 mg/kg.
func studyDoses() []float64 {
	const n = 48
	var out []float64
	for i := range n + 1 {
		d := math.Pow(300, float64(i)/n)
		out = append(out, math.Round(d*100)/100)
	}
	return out
}

func (s *Study) evidence(ctx context.Context) (err error) {
	if s.Shares, err = Uncertainty(ctx, nil, Criteria{}, s.Sampling); err != nil {
		return err
	}
	s.Shares.Findings, err = Evidence(s.Params, nil, Criteria{})
	return err
}

// cascade follows one infusion for long enough to lose the density it brought.
func (s *Study) cascade(ctx context.Context) (err error) {
	protocol := Infused(Ketamine(), humanDose, 120)
	if s.Cascade, err = CascadeBands(ctx, Both(), protocol, Options{}, s.Sampling); err != nil {
		return err
	}
	at, err := Cascade(s.Params, Both(), protocol, Options{})
	for i := range at {
		b := &s.Cascade[i]
		b.Stage = at[i]
		b.PeakTime.Default, b.From.Default, b.To.Default, b.Duration.Default = at[i].PeakTime, at[i].From, at[i].To, at[i].Duration
	}
	return err
}

func (s *Study) arms(ctx context.Context) error {
	l, err := read()
	if err != nil {
		return err
	}
	for _, g := range []struct {
		gate Gate
		to   *ArmEffects
	}{{Strict, &s.Arms}, {NoGate, &s.Ungated}} {
		if *g.to, err = Arms(ctx, g.gate, s.Sampling); err != nil {
			return err
		}
		blockers := l.blockers()
		n := len(blockers)
		y := l.arms(s.Params, []Switches{Activation().Gated(g.gate), Inhibition().Gated(g.gate), Both().Gated(g.gate)}, blockers)
		for i := range *g.to {
			(*g.to)[i].Capacity.Default, (*g.to)[i].Left.Default = y[i]/y[2*n], y[i]/y[i/n*n]
		}
	}
	return nil
}

// Tables returns the study as tables: parameters, checks, every observation
// with its shares, dose response, exposure, cascade, arms under blockers.
func (s *Study) Tables() ([]model.Table, error) {
	card, err := s.Params.Card()
	if err != nil {
		return nil, err
	}
	return []model.Table{model.TableOf("parameters", card), model.TableOf("checks", s.Checks), s.evidenceTable(), s.talliesTable(),
		s.doseTable(), s.exposureTable(), s.cascadeTable(), s.armsTable()}, nil
}

// columns splits a header.
func columns(s string) []string { return strings.Split(s, ",") }

// numbers writes numbers, and nothing for what is none.
func numbers(values ...float64) []string {
	var out []string
	for _, v := range values {
		cell := ""
		if !math.IsNaN(v) {
			cell = model.Number(v)
		}
		out = append(out, cell)
	}
	return out
}

// cells writes a band, the value at the parameters first.
func (b Band) cells() []string { return numbers(b.Default, b.Low, b.Median, b.High) }

// bandHeader names the columns of a band.
func bandHeader(name, unit string) []string {
	var out []string
	for _, part := range []string{"", ", 5th percentile", ", median", ", 95th percentile"} {
		out = append(out, name+part+" ("+unit+")")
	}
	return out
}

func (s *Study) evidenceTable() model.Table {
	t := model.Table{Name: "evidence", Header: columns("hypothesis,observation,observed,outcome,explained (share of draws),contradicted (share of draws),silent (share of draws),model,unit,expected,got,fitted,parameter that decides,difference of its position,evidence,source")}
	for h := range s.Shares.Hypotheses {
		for o := range s.Shares.Observations {
			f, d := s.Shares.Finding(h, o), s.Shares.Decides(h, o)
			yes, no := s.Shares.Explained[h][o], s.Shares.Contradicted[h][o]
			difference := d.Difference
			if d.Field == "" {
				difference = math.NaN()
			}
			row := append([]string{f.Hypothesis, f.Observation, f.Observed, f.Outcome.String()}, numbers(yes, no, 1-yes-no, f.Value)...)
			row = append(row, f.Unit, f.Expected, f.Got, strconv.FormatBool(f.Fitted), d.Field)
			t.Rows = append(t.Rows, append(append(row, numbers(difference)...), f.Evidence, f.Source))
		}
	}
	return t
}

func (s *Study) talliesTable() model.Table {
	t := model.Table{Name: "tallies", Header: columns("hypothesis,explained (mean over draws),of these not fitted,contradicted (mean over draws),explained in the best draw,contradicted in the best draw,explained by no draw")}
	for _, x := range s.Shares.Tallies() {
		row := append([]string{x.Hypothesis}, numbers(x.Explained, x.Unfitted, x.Contradicted)...)
		t.Rows = append(t.Rows, append(row, fmt.Sprint(x.Most), fmt.Sprint(x.Fewest), fmt.Sprint(x.Never)))
	}
	return t
}

func (s *Study) doseTable() model.Table {
	t := model.Table{Name: "dose-response", Header: append(append([]string{"dose (mg/kg)"}, bandHeader("glutamate at the peak", "rest")...),
		columns("glutamate over the first hour (rest),highest glutamate (rest),capacity after 24 h (of 10 mg/kg),observed sign")...)}
	for _, d := range s.Doses {
		sign := ""
		if d.Observed {
			sign = strconv.Itoa(d.Sign)
		}
		row := append(append([]string{model.Number(d.Dose)}, d.Glutamate.cells()...), numbers(d.FirstHour, d.Highest, d.Capacity)...)
		t.Rows = append(t.Rows, append(row, sign))
	}
	return t
}

func (s *Study) exposureTable() model.Table {
	t := model.Table{Name: "exposure", Header: columns("kinetics,day")}
	for k, e := range s.Exposures {
		all := e.Series()
		for i, day := range e.Day {
			row := []string{e.Set, model.Number(day)}
			for _, x := range all {
				if k == 0 && i == 0 {
					t.Header = append(t.Header, x.Name+" ("+x.Unit+")")
				}
				row = append(row, model.Number(x.Value[i]))
			}
			b := e.Surge[i]
			t.Rows = append(t.Rows, append(row, numbers(b.Low, b.Median, b.High)...))
		}
	}
	t.Header = append(t.Header, bandHeader("glutamate", "rest")[1:]...)
	return t
}

func (s *Study) cascadeTable() model.Table {
	t := model.Table{Name: "cascade", Header: []string{"stage", "peak", "unit of the peak"}}
	for _, name := range []string{"peaks after", "above half from", "above half to", "above half for"} {
		t.Header = append(t.Header, bandHeader(name, "days")...)
	}
	for _, b := range s.Cascade {
		row := []string{b.Stage.Name, model.Number(b.Stage.Peak), b.Stage.Unit}
		for _, x := range []Band{b.PeakTime, b.From, b.To, b.Duration} {
			row = append(row, x.cells()...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (s *Study) armsTable() model.Table {
	t := model.Table{Name: "arms", Header: append(append(columns("arms,gate,blocker"), bandHeader("capacity after 24 h", "of both arms")...), bandHeader("left", "of the arm's own")...)}
	t.Header = append(t.Header, columns("observed,agrees (share of draws),evidence,source")...)
	for _, g := range []struct {
		gate Gate
		list ArmEffects
	}{{Strict, s.Arms}, {NoGate, s.Ungated}} {
		for _, a := range g.list {
			row := append(append([]string{a.Hypothesis, string(g.gate), a.Blocker.Name}, a.Capacity.cells()...), a.Left.cells()...)
			row = append(append(row, a.Blocker.Observed), numbers(a.Agrees)...)
			t.Rows = append(t.Rows, append(row, string(a.Blocker.Evidence), a.Blocker.Source))
		}
	}
	return t
}
