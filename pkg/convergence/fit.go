package convergence

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// Errors of the trials that no trial reports: choices of the modeller.
const (
	sameArm     = 0.5 // correlation of the errors of one arm on two days; range [0.3, 0.8]
	controlPart = 0.7 // part of the control arm's standard error that reaches the treated arm's prediction
)

// FitOptions say how to fit. The zero value is the fit that Default comes from.
type FitOptions struct {
	fit.Problem              // Intervals, Starts, Seed and Workers count
	Between     float64      // SD between trials, MADRS points, three quarters of it on HAM-D; 0 for 2, below 0 for none
	Rows        []data.Trial // nil for the rows of data.Trials that are to be fitted
	Fixed       []Fixed      // what a rival says
}

// Fixed holds a field to a value or, where Like names one, to another field.
type Fixed struct {
	Field string
	Value float64
	Like  string
}

// fixed returns the parameters with fields held.
func (p Params) fixed(list []Fixed) (Params, error) {
	for _, f := range list {
		v := []float64{f.Value}
		var err error
		if f.Like != "" {
			if v, err = model.Values(p, f.Like); err != nil {
				return p, err
			}
		}
		if p, err = p.with(f.Field, v[0]); err != nil {
			return p, err
		}
	}
	return p, nil
}

// Fitted are the fields that Fit estimates.
func Fitted() []string {
	return []string{"Theta", "TauS", "VKet", "ChiKet", "VEsk", "FEsk", "HEsk", "TauBSSRI", "VSSRI", "TauBDXM", "VDXM",
		"VPsi", "PPsi", "ChiPsi", "FZur", "GPPD", "FBrex", "VSNT", "VTDCS", "VAri"}
}

// Fit is a fit to trials.
type Fit struct {
	Name   string `csv:"fit"`
	Params Params // with the estimates in them
	Rows   Rows   `csv:""`
	*fit.Fitted
}

// Row is a trial's comparison beside the model.
type Row struct {
	data.Trial
	Relief    float64 `csv:"relief"`    // y of the model
	Predicted float64 `csv:"predicted"` // change of the treated arm, points, given that of the control arm
	SD        float64 `csv:"sd"`        // of the observed change, that between trials included
	Z         float64 `csv:"z"`         // (Predicted − Treated)/SD
}

// Rows are trials beside the model.
type Rows []Row

// Table lays out the rows for a reader: points of change, and how many standard deviations
// the model lies from the trial. Evidence is that of baseline, control and treated arm; a
// star marks a value that is recalled or rests on a company's release.
func (l Rows) Table() (header []string, rows [][]string) {
	for _, r := range l {
		marks := string(r.BaselineMark) + string(r.ControlMark) + string(r.TreatedMark)
		if r.Weak() {
			marks += " *"
		}
		points := func(x float64) string { return model.Decimals(x, 1) }
		rows = append(rows, []string{r.ID, r.Trial.Trial, r.Treatment, model.Figures(r.Day), r.Scale, marks, points(r.Control), points(r.Treated), points(r.Predicted), model.Decimals(r.Z, 1)})
	}
	return []string{"Row", "Trial", "Treatment", "Day", "Scale", "Evidence", "Control", "Treated", "Model", "z"}, rows
}

// FitRows returns the rows of data.Trials that are fitted, and those that are kept for
// checks.
func FitRows() (fitted, checks []data.Trial, err error) {
	rows, err := data.Trials()
	for _, r := range rows {
		if r.Fit {
			fitted = append(fitted, r)
		} else {
			checks = append(checks, r)
		}
	}
	return fitted, checks, err
}

// trials are rows laid out for the model: each arm is followed once.
type trials struct {
	rows []data.Trial
	arms []*armDays
	of   [][2]int // of each row, its arm and day there
}

// armDays is one arm, with the reliefs of parameters that were tried before: of the steps
// of a fit, most change few arms.
type armDays struct {
	arm  Arm
	days []float64

	mu    sync.Mutex
	known map[reach][]float64
}

// reach is what an arm's relief depends on.
type reach struct {
	Params                  // without what acts through treatments
	treatments [2]Treatment // of the arm
}

// mostKnown bounds the memory: then all is forgotten.
const mostKnown = 4096

// reliefs are those of the arm on its days.
func (a *armDays) reliefs(p Params) ([]float64, error) {
	of := reach{Params: p.withoutTreatments()}
	n := 0
	for _, t := range p.Treatments(a.arm.Postpartum) {
		if slices.ContainsFunc(a.arm.Events, func(e model.Event) bool { return e.Name == t.Name }) {
			if n == len(of.treatments) {
				return a.arm.reliefs(p, a.days...)
			}
			of.treatments[n] = t
			n++
		}
	}
	a.mu.Lock()
	y, ok := a.known[of]
	a.mu.Unlock()
	if ok {
		return y, nil
	}
	y, err := a.arm.reliefs(p, a.days...)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) == mostKnown {
		a.known = map[reach][]float64{}
	}
	a.known[of] = y
	return y, nil
}

// withoutTreatments returns the parameters without those that no arm depends on but
// through Treatments, or that come after relief.
func (p Params) withoutTreatments() Params {
	p.VKet, p.ChiKet, p.VEsk, p.HEsk, p.FEsk, p.VPsi, p.PPsi, p.ChiPsi, p.VSNT, p.ChiSNT = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
	p.TauBSSRI, p.VSSRI, p.TauBDXM, p.VDXM, p.VTDCS, p.VAri, p.FZur, p.GPPD, p.FBrex = 0, 0, 0, 0, 0, 0, 0, 0, 0
	p.Theta, p.CInf, p.TauCtl = 0, 0, 0
	return p
}

func layOut(rows []data.Trial) (*trials, error) {
	t := &trials{rows: rows, of: make([][2]int, len(rows))}
	for _, r := range rows {
		k := slices.IndexFunc(t.arms, func(a *armDays) bool { return a.arm.ID == r.Arm })
		if k < 0 {
			arm, err := ArmOf(r.Arm)
			if err != nil {
				return nil, fmt.Errorf("%w, in row %s of the trials", err, r.ID)
			}
			k, t.arms = len(t.arms), append(t.arms, &armDays{arm: arm})
		}
		if d := &t.arms[k].days; !slices.Contains(*d, r.Day) {
			*d = append(*d, r.Day)
			slices.Sort(*d)
		}
	}
	for i, r := range rows {
		k := slices.IndexFunc(t.arms, func(a *armDays) bool { return a.arm.ID == r.Arm })
		t.of[i] = [2]int{k, slices.Index(t.arms[k].days, r.Day)}
	}
	return t, nil
}

// predict returns for each row the relief, and by (17) the change of the treated arm that
// goes with the control change which the trial saw.
func (t *trials) predict(p Params) (relief, change []float64, err error) {
	by := make([][]float64, len(t.arms))
	for k, a := range t.arms {
		if by[k], err = a.reliefs(p); err != nil {
			return nil, nil, err
		}
	}
	for i, r := range t.rows {
		y := by[t.of[i][0]][t.of[i][1]]
		relief, change = append(relief, y), append(change, -r.Baseline*p.Improved(-r.Control/r.Baseline, y))
	}
	return relief, change, nil
}

// covariance is that of the observed changes of the treated arms: errors of measurement,
// the control arm's among them, which one arm's days share in part and the arms of one day
// share with their control; and a deviation that all rows of a trial share.
func covariance(rows []data.Trial, between float64) *mat.SymDense {
	c := mat.NewSymDense(len(rows), nil)
	measured := func(r data.Trial) float64 { return math.Hypot(r.TreatedSE, controlPart*r.ControlSE) }
	for i, a := range rows {
		for j, b := range rows[:i+1] {
			v := 0.0
			switch same := a.Trial == b.Trial; {
			case i == j:
				v = measured(a) * measured(a)
			case same && a.Arm == b.Arm:
				v = sameArm * measured(a) * measured(b)
			case same && a.Day == b.Day:
				v = controlPart * a.ControlSE * controlPart * b.ControlSE
			}
			if a.Trial == b.Trial && !a.Pooled() {
				sd := between
				if a.Scale == "HAM-D" {
					sd *= 0.75
				}
				v += sd * sd
			}
			c.SetSym(i, j, v)
		}
	}
	return c
}

// FitTrials fits the fields of Fitted to trials by least squares under the covariance of
// their errors; of these fields, those that some row depends on.
func FitTrials(ctx context.Context, name string, o FitOptions) (*Fit, error) {
	rows := o.Rows
	if rows == nil {
		var err error
		if rows, _, err = FitRows(); err != nil {
			return nil, err
		}
	}
	key := []any{name, rows, o.between(), o.Fixed, int(o.Intervals), o.Starts, o.Seed}
	return kept.Of(ctx, "convergence/fit", key, func() (*Fit, error) { return fitTrials(ctx, name, rows, o) })
}

func fitTrials(ctx context.Context, name string, rows []data.Trial, o FitOptions) (*Fit, error) {
	t, err := layOut(rows)
	if err != nil {
		return nil, err
	}
	cov := covariance(rows, o.between())
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		return nil, fmt.Errorf("convergence: %s: the covariance of the trials is not positive definite", name)
	}
	var lower mat.TriDense
	chol.LTo(&lower)
	residuals := func(p Params) ([]float64, error) {
		p, err := p.fixed(o.Fixed)
		if err != nil {
			return nil, err
		}
		_, change, err := t.predict(p)
		if err != nil {
			return nil, err
		}
		for i, r := range rows {
			change[i] -= r.Treated
		}
		blas64.Trsv(blas.NoTrans, lower.RawTriangular(), blas64.Vector{N: len(change), Inc: 1, Data: change})
		return change, nil
	}
	start := Default()
	fields, err := moving(start, residuals)
	if err != nil {
		return nil, err
	}
	card, err := start.Card()
	if err != nil {
		return nil, err
	}
	p, fitted, err := fit.Residuals(ctx, o.Problem, start, card, residuals, fields...)
	if err != nil {
		return nil, fmt.Errorf("convergence: %s: %w", name, err)
	}
	if p, err = p.fixed(o.Fixed); err != nil {
		return nil, err
	}
	f := &Fit{Name: name, Params: p, Fitted: fitted}
	f.Rows, err = p.Rows(rows, o.between())
	return f, err
}

func (o FitOptions) between() float64 {
	if o.Between == 0 {
		return 2
	}
	return max(0, o.Between)
}

// moving returns the fields of Fitted that change some residual.
func moving(start Params, residuals func(Params) ([]float64, error)) (out []string, err error) {
	card, err := start.Card()
	if err != nil {
		return nil, err
	}
	ranges, err := card.Ranges(Fitted()...)
	if err != nil {
		return nil, err
	}
	for i, field := range Fitted() {
		var at [2][]float64
		for k, u := range []float64{0.3, 0.6} {
			p, err := start.with(field, ranges[i].At(u))
			if err != nil {
				return nil, err
			}
			if at[k], err = residuals(p); err != nil {
				return nil, err
			}
		}
		if !slices.Equal(at[0], at[1]) {
			out = append(out, field)
		}
	}
	return out, nil
}

// Rows holds parameters to trials, with so large an SD between them in MADRS points.
func (p Params) Rows(rows []data.Trial, between float64) (out Rows, err error) {
	t, err := layOut(rows)
	if err != nil {
		return nil, err
	}
	relief, change, err := t.predict(p)
	if err != nil {
		return nil, err
	}
	cov := covariance(rows, between)
	for i, r := range rows {
		sd := math.Sqrt(cov.At(i, i))
		out = append(out, Row{r, relief[i], change[i], sd, (change[i] - r.Treated) / sd})
	}
	return out, nil
}

// Estimates returns what FitTrials gives, without fitting anew.
func Estimates() (fit.Estimates, error) {
	list, err := fit.Stored("convergence", "Default")
	if err != nil {
		return nil, err
	}
	card, err := Card()
	if err != nil {
		return nil, err
	}
	return list.In(card)
}

// Uncertain returns the ranges over which the parameters are uncertain: for fitted ones
// the 95 % intervals, an open end being that of the card; for the named free ones the
// card's. Draws from them are independent of each other, where estimates are correlated.
func Uncertain(free ...string) ([]model.Range, error) {
	list, err := Estimates()
	if err != nil {
		return nil, err
	}
	card, err := Card()
	if err != nil {
		return nil, err
	}
	chosen, err := card.Ranges(free...)
	return append(list.Uncertain(), chosen...), err
}
