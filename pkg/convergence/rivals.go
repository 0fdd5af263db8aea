package convergence

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Variant is a way to fit: a rival that says less, other errors, or fewer rows.
type Variant struct {
	Name, Says string
	Fixed      []Fixed
	Between    float64 // SD between trials, MADRS points; 0 for 2
	Keep       func(data.Trial) bool
}

// Rivals say less than the model, each by one quantity.
func Rivals() []Variant {
	return []Variant{
		{Name: "full", Says: "the model"},
		{Name: "additive", Says: "control and drug responses add (θ = 0)", Fixed: []Fixed{{Field: "Theta"}}},
		{Name: "independent", Says: "both act on what is left (θ = 1)", Fixed: []Fixed{{Field: "Theta", Value: 1}}},
		{Name: "one lasting share", Says: "what doses and sessions build lasts equally long", Fixed: []Fixed{{Field: "ChiPsi", Like: "ChiKet"}, {Field: "ChiSNT", Like: "ChiKet"}}},
		{Name: "no fast effect", Says: "plasticity only (f esk = 0)", Fixed: []Fixed{{Field: "FEsk"}}},
		{Name: "autoreceptors alone", Says: "an SSRI waits for desensitisation only (f5 = 1, τB = 0.3 d)", Fixed: []Fixed{{Field: "F5", Value: 1}, {Field: "TauBSSRI", Value: 0.3}}},
	}
}

// Robust are fits of the full model to fewer rows, or with other errors between trials.
func Robust() []Variant {
	sound := func(r data.Trial) bool { return !r.Weak() }
	return []Variant{
		{Name: "SD between trials 1 point", Says: "trials differ less", Between: 1},
		{Name: "SD between trials 3 points", Says: "trials differ more", Between: 3},
		{Name: "without weak rows", Says: "no value recalled or of a company's release", Keep: sound},
		{Name: "without weak and assumed rows", Says: "nor an assumed control response", Keep: func(r data.Trial) bool { return sound(r) && !r.ControlAssumed() }},
		{Name: "without Raison 2023", Says: "without the largest effect of psilocybin", Keep: func(r data.Trial) bool { return r.Trial != "Raison2023" }},
	}
}

// Fit fits the variant.
func (v Variant) Fit(ctx context.Context, o FitOptions) (*Fit, error) {
	rows, _, err := FitRows()
	if err != nil {
		return nil, err
	}
	if v.Keep != nil {
		var kept []data.Trial
		for _, r := range rows {
			if v.Keep(r) {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	o.Rows, o.Fixed = rows, v.Fixed
	if v.Between > 0 {
		o.Between = v.Between
	}
	return FitTrials(ctx, v.Name, o)
}

// FitVariants fits variants, in turn.
func FitVariants(ctx context.Context, variants []Variant, o FitOptions) (fits []*Fit, err error) {
	for _, v := range variants {
		f, err := v.Fit(ctx, o)
		if err != nil {
			return nil, err
		}
		fits = append(fits, f)
	}
	return fits, nil
}

// VariantRow is a variant's fit in a table.
type VariantRow struct {
	Variant   string  `csv:"variant"`
	Says      string  `csv:"what it says"`
	K         int     `csv:"K"`
	N         int     `csv:"N"`
	ChiSquare float64 `csv:"chi-square"`
	Above     float64 `table:"Above full" csv:"above full"` // NaN for other rows or errors
	P         float64 `table:"p" csv:"p"`                   // of Above, chi-square with one degree of freedom, under the assumed SD between trials
	Theta     float64 `table:"θ" csv:"theta"`
	TauS      float64 `table:"τs (days)" csv:"tau s (days)"`
	VPsi      float64 `table:"v psi" csv:"v psi"`
	Agreed    string  `table:"Searches that agree" csv:"searches that agree"`
}

// VariantRows lays out fits of variants, of which the first is the full model.
func VariantRows(variants []Variant, fits []*Fit) (out model.List[VariantRow]) {
	for i, f := range fits {
		r := VariantRow{variants[i].Name, variants[i].Says, f.K, f.N, f.ChiSquare, math.NaN(), math.NaN(), f.Params.Theta, f.Params.TauS, f.Params.VPsi,
			fmt.Sprintf("%d of %d", f.Agreed, f.Starts)}
		if full := fits[0]; variants[i].Fixed != nil {
			r.Above = f.ChiSquare - full.ChiSquare
			r.P = distuv.ChiSquared{K: float64(full.K - f.K)}.Survival(max(0, r.Above))
		}
		out = append(out, r)
	}
	return out
}

// Additivity asks of trials with two arms whether the treated arm's change follows the
// control arm's. By additivity the slope is 1; 0 is a treated arm that does not heed it.
type Additivity struct {
	Arms                               []data.Arms
	Slope, SE                          float64 // of treated on control change, with errors in both
	Additive, Constant                 float64 // χ² of slopes 1 and 0, on one degree of freedom less than there are trials
	TreatedMean, TreatedSD             float64 // points
	ControlMean, ControlSD             float64
	ConstantChange, AdditiveDifference float64 // the weighted means that go with the two χ², points
}

// Expected returns the change of a treated arm that the model expects, points, by the
// control arm's: for the relief with which it meets the means of the trials, and a
// baseline score.
func (a *Additivity) Expected(p Params, control, baseline float64) float64 {
	c := -a.ControlMean / baseline
	relief := (-a.TreatedMean/baseline - c) / (1 - p.Theta*c)
	return -baseline * p.Improved(-control/baseline, relief)
}

// Additive reads the trials of data.ControlArms with an SD between them in points. The
// slope is that of weighted least squares whose weights, 1/(SE² + between² + (slope
// control SE)²), are found by iteration.
func Additive(between float64) (*Additivity, error) {
	arms, err := data.ControlArms()
	if err != nil {
		return nil, err
	}
	a := &Additivity{Arms: arms, Slope: 1}
	var x, y []float64
	for _, t := range arms {
		x, y = append(x, t.Control), append(y, t.Treated)
	}
	a.ControlMean, a.ControlSD = stat.MeanStdDev(x, nil)
	a.TreatedMean, a.TreatedSD = stat.MeanStdDev(y, nil)
	weights := func(slope float64) (w []float64) {
		for _, t := range arms {
			w = append(w, 1/(t.TreatedSE*t.TreatedSE+between*between+slope*slope*t.ControlSE*t.ControlSE))
		}
		return w
	}
	chi := func(slope float64) (mean, chi float64) {
		w := weights(slope)
		for i := range w {
			mean += w[i] * (y[i] - slope*x[i]) / floats.Sum(w)
		}
		for i := range w {
			chi += w[i] * math.Pow(y[i]-slope*x[i]-mean, 2)
		}
		return mean, chi
	}
	for range 100 {
		w := weights(a.Slope)
		mx, my := floats.Dot(w, x)/floats.Sum(w), floats.Dot(w, y)/floats.Sum(w)
		var xx, xy float64
		for i := range w {
			xx += w[i] * (x[i] - mx) * (x[i] - mx)
			xy += w[i] * (x[i] - mx) * (y[i] - my)
		}
		a.Slope, a.SE = xy/xx, 1/math.Sqrt(xx)
	}
	a.AdditiveDifference, a.Additive = chi(1)
	a.ConstantChange, a.Constant = chi(0)
	return a, nil
}

// Inflamed is the relief by an SSRI, an anti-inflammatory drug and both on day 42, by how
// inflamed the patient is, in one form of what a lower burden relieves by itself.
type Inflamed struct {
	Form string    `csv:"form"`
	Iota []float64 `csv:"inflammation (reference patient)"`
	SSRI []float64 `csv:"SSRI (1)"`
	Anti []float64 `csv:"anti-inflammatory (1)"`
	Both []float64 `csv:"both (1)"`
}

// ByInflammation returns the reliefs above what the patient's own burden makes of the
// score without treatment: as the parameters are, with some relief by a lower burden in
// everybody, and with such relief in the inflamed alone.
func ByInflammation(p Params) (out []Inflamed, err error) {
	const some = 0.3
	everybody, inflamed := p, p
	everybody.WB, everybody.WBInflamed = some, false
	inflamed.WB, inflamed.WBInflamed = some, true
	for _, x := range []struct {
		form string
		Params
	}{{fmt.Sprintf("wb = %v", p.WB), p}, {fmt.Sprintf("wb = %v, in everybody", some), everybody}, {fmt.Sprintf("wb = %v × (I − 1)", some), inflamed}} {
		v := Inflamed{Form: x.form}
		for i := range 31 {
			x.Iota = float64(i) / 10
			v.Iota = append(v.Iota, x.Iota)
			for id, to := range map[string]*[]float64{"ssri": &v.SSRI, "anti": &v.Anti, "ssri+anti": &v.Both} {
				arm, err := ArmOf(id)
				if err != nil {
					return nil, err
				}
				y, err := arm.reliefs(x.Params, 42)
				if err != nil {
					return nil, err
				}
				*to = append(*to, y[0]-x.baseRelief())
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// Sensitivity asks what the free parameters of burden and experience decide: relief on day
// 42 by an SSRI, by an SSRI with an anti-inflammatory drug and by psilocybin with
// psychotherapy, and how long one dose of ketamine keeps half of its relief at day 1.
func Sensitivity(ctx context.Context, n int, seed uint64, workers int) (*uncertain.Indices, error) {
	card, err := Card()
	if err != nil {
		return nil, err
	}
	over, err := card.Ranges("KH", "KI", "KO", "KM", "AIH", "AIO", "TauI", "DI", "WB", "KC", "TauC", "TauX", "TauF", "F5", "VPsy", "Lam")
	if err != nil {
		return nil, err
	}
	var fields []string
	for _, r := range over {
		fields = append(fields, r.Name)
	}
	read := func(x []float64) ([]float64, error) {
		p, err := model.With(Default(), fields, x)
		if err != nil {
			return nil, err
		}
		var out []float64
		for _, id := range []string{"ssri", "ssri+anti", "psi25+psy"} {
			arm, err := ArmOf(id)
			if err != nil {
				return nil, err
			}
			y, err := arm.reliefs(p, 42)
			if err != nil {
				return nil, err
			}
			out = append(out, y[0])
		}
		half, err := halfLife(p)
		return append(out, half), err
	}
	return kept.Of(ctx, "convergence/sensitivity", []any{over, n, seed}, func() (*uncertain.Indices, error) {
		return uncertain.Sensitivity{Ranges: over, Outputs: []string{"SSRI, day 42", "SSRI + anti-inflammatory, day 42", "psilocybin + psychotherapy, day 42", "half of ketamine's relief lost"},
			Model: read, N: n, Seed: seed, Workers: workers}.Sobol(ctx)
	})
}

// halfLife is the day on which one dose of ketamine has lost half of its relief at day 1,
// at most 60.
func halfLife(p Params) (float64, error) {
	arm, err := ArmOf("ket1")
	if err != nil {
		return 0, err
	}
	days := floats.Span(make([]float64, 60*8-7), 1, 60)
	y, err := arm.reliefs(p, days...)
	if err != nil {
		return 0, err
	}
	for i, v := range y {
		if v < y[0]/2 {
			return days[i], nil
		}
	}
	return 60, nil
}
