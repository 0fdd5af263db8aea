// Package fit estimates a model's parameters from data, with intervals by profile
// likelihood or parametric bootstrap, and compares rival models.
package fit

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/internal/par"
	"divergent/internal/text"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

// Problem is a fit of a model's parameters to data: by weighted least squares,
// with Predict, Y and SD, or by any likelihood, with LogLikelihood and N. Other
// fields may stay zero. Predict and LogLikelihood are called from several
// goroutines at once.
type Problem struct {
	// Ranges bound the parameters; the search is inside them, in the logit of the
	// position on each range's scale. Card.Ranges gives those of a model's card.
	Ranges []model.Range

	// Predict returns the model's values for the data, in the data's order, at
	// parameters x, one for each range. An error or a value that is no number
	// counts as an infinitely bad fit.
	Predict func(x []float64) ([]float64, error)
	Y       []float64 // data
	SD      []float64 // their standard errors, in the same unit; nil for all 1
	// Relative says that the standard errors are known only up to one common factor,
	// which is then estimated and counts as a parameter. It is implied by no SD.
	Relative bool

	// LogLikelihood is the natural logarithm of the likelihood at x.
	LogLikelihood func(x []float64) (float64, error)
	N             int // number of observations behind LogLikelihood

	Start     []float64 // where the first search starts; nil for the middle of the ranges
	Starts    int       // number of searches, the others from a Latin hypercube; 0 for 8
	Intervals Intervals // how the intervals are made
	Draws     int       // bootstrap samples; 0 for 1000
	Seed      uint64    // of the starts and of the bootstrap
	Workers   int       // 0 for one on every processor; the result is the same
}

// Intervals is a way to make intervals.
type Intervals int

// The ways.
const (
	ProfileLikelihood   Intervals = iota // where the deviance, minimised over all other parameters, rises by 3.84
	ParametricBootstrap                  // percentiles of refits to data drawn from the fitted model; least squares only
	NoIntervals
)

// Fitted is the result of a fit. Slices are in the order of the ranges.
type Fitted struct {
	Names  []string
	Value  []float64 // maximum-likelihood estimates
	Low    []float64 // 95 % limits; −Inf where nothing in the range is excluded below, NaN without intervals
	High   []float64 // likewise, +Inf
	Ranges []model.Range

	// AtBound tells which estimates lie at an end of their range: the range decides
	// them and not the data.
	AtBound []bool

	Predicted     []float64 // the model's values at the estimates; nil for a likelihood
	ChiSquare     float64   // Σ((Y − predicted)/SD)²; NaN for a likelihood
	P             float64   // probability of a larger ChiSquare if the model is true; NaN where SD is relative or N ≤ K
	LogLikelihood float64   // at the estimates
	N             int       // observations
	K             int       // estimated quantities, an estimated common factor of SD included
	AIC           float64   // 2K − 2 log L
	AICc          float64   // AIC + 2K(K + 1)/(N − K − 1); NaN where N ≤ K + 1

	// Converged tells that no downhill step is left that would matter, and that the search
	// did not end where nothing depends on the parameters, or on one that stayed where it
	// began: then give it another Start.
	Converged bool
	Starts    int // searches
	Agreed    int // those that ended within 0.01 of the smallest deviance and not in such a place

	Profiles []Profile   // one for each parameter, if so made
	Draws    [][]float64 // bootstrap estimates, a row for each sample, if so made
}

// limit is what the deviance rises by at the end of a 95 % interval: a quantile of
// chi-square, or of F where the data tell the standard errors as well (Bates & Watts 1988,
// Nonlinear Regression Analysis, 6.1),
//
//	N log(1 + F(1, N − K)/(N − K)).
func (p Problem) limit() float64 {
	if !p.relative() {
		return chiSquare95
	}
	n, df := float64(len(p.Y)), float64(len(p.Y)-len(p.Ranges))
	t := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile(0.975)
	return n * math.Log1p(t*t/df)
}

var chiSquare95 = distuv.ChiSquared{K: 1}.Quantile(0.95)

// Fit estimates the parameters. With known standard errors it minimises
//
//	χ²(x) = Σ ((Y − Predict(x))/SD)²,   log L = −χ²/2 − Σ log(SD √(2π));
//
// where a common factor of them is unknown, its estimate √(χ²/N) is put in. Each search
// is gonum's Newton method with steps of limited length, on the Gauss-Newton
// Hessian of central differences; on the whole Hessian, where this has not
// converged in 20 steps or a likelihood is given; and last, Nelder and Mead's
// simplex.
//
// If the profiles meet a better fit than the searches, the searches begin again
// there. A fit that has not converged is no error: see Converged.
func (p Problem) Fit(ctx context.Context) (*Fitted, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	starts, err := p.starts()
	if err != nil {
		return nil, err
	}
	found := make([]minimum, len(starts))
	err = par.Each(ctx, len(starts), p.Workers, func(i int) error {
		found[i] = p.searchFrom(p.Y, starts[i])
		return nil
	})
	if err != nil {
		return nil, err
	}
	best := found[0]
	for _, m := range found[1:] {
		if m.cost < best.cost {
			best = m
		}
	}
	if math.IsInf(best.cost, 1) {
		return nil, fmt.Errorf("fit: Fit: the model fails at all %d starts: want ranges or a Start where it works: %w", len(starts), best.failure)
	}
	profiles, best, err := p.intervals(ctx, best, starts)
	if err != nil {
		return nil, err
	}
	f := p.fitted(best)
	for _, m := range found {
		if p.deviance(m, best) < agreement && !m.flat {
			f.Agreed++
		}
	}
	f.Starts = len(found)
	for _, pr := range profiles {
		f.Low, f.High = append(f.Low, pr.Low), append(f.High, pr.High)
	}
	f.Profiles = profiles
	if p.Intervals == ParametricBootstrap {
		if err := p.bootstrap(ctx, f, best); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// intervals profiles the likelihood, unless told otherwise.
func (p Problem) intervals(ctx context.Context, best minimum, starts [][]float64) ([]Profile, minimum, error) {
	if p.Intervals != ProfileLikelihood {
		return nil, best, nil
	}
	for again := 0; ; again++ {
		profiles, better, err := p.profile(ctx, best, starts)
		if err != nil || better == nil || again == 3 {
			return profiles, best, err
		}
		best = p.search(p.Y, better.u)
	}
}

func (p Problem) check() error {
	if err := model.CheckRanges(p.Ranges); err != nil {
		return err
	}
	k := len(p.Ranges)
	switch {
	case (p.Predict == nil) == (p.LogLikelihood == nil):
		return errors.New("fit: Fit: want either Predict or LogLikelihood")
	case p.Predict != nil && len(p.Y) < 1:
		return errors.New("fit: Fit: Y is empty: want the data")
	case p.SD != nil && len(p.SD) != len(p.Y):
		return fmt.Errorf("fit: Fit: %d values of SD for %d of Y: want one each", len(p.SD), len(p.Y))
	case p.LogLikelihood != nil && p.N < 1:
		return fmt.Errorf("fit: Fit: N = %d: want the number of observations behind LogLikelihood", p.N)
	case p.Start != nil && len(p.Start) != k:
		return fmt.Errorf("fit: Fit: %d values of Start for %d ranges: want one each", len(p.Start), k)
	case p.Starts < 0 || p.Draws < 0:
		return fmt.Errorf("fit: Fit: Starts = %d, Draws = %d: want 0 or more", p.Starts, p.Draws)
	case p.relative() && p.LogLikelihood == nil && len(p.Y) <= k:
		return fmt.Errorf("fit: Fit: %d data for %d parameters and an unknown SD: want more data, fewer parameters or known standard errors", len(p.Y), k)
	case p.Intervals == ParametricBootstrap && p.LogLikelihood != nil:
		return errors.New("fit: Fit: a bootstrap draws data around Predict: want ProfileLikelihood with LogLikelihood")
	}
	for i, y := range p.Y {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("fit: Fit: Y[%d] = %v: want a finite number; leave missing data out", i, y)
		}
		if p.SD != nil && !(p.SD[i] > 0 && !math.IsInf(p.SD[i], 1)) {
			return fmt.Errorf("fit: Fit: SD[%d] = %v: want a positive number", i, p.SD[i])
		}
	}
	for i, x := range p.Start {
		if r := p.Ranges[i]; !(x >= r.Low && x <= r.High) {
			return fmt.Errorf("fit: Fit: Start of %s = %v: want a value in [%v, %v]", r.Name, x, r.Low, r.High)
		}
	}
	return nil
}

func (p Problem) relative() bool { return p.LogLikelihood == nil && (p.Relative || p.SD == nil) }

func (p Problem) sd(i int) float64 {
	if p.SD == nil {
		return 1
	}
	return p.SD[i]
}

// starts returns where the searches start, as positions in the ranges.
func (p Problem) starts() ([][]float64, error) {
	n := p.Starts
	if n == 0 {
		n = 8
	}
	unit := make([]model.Range, len(p.Ranges))
	first := make([]float64, len(p.Ranges))
	for i, r := range p.Ranges {
		unit[i] = model.Range{Name: r.Name, High: 1}
		first[i] = 0.5
		if p.Start != nil {
			first[i] = r.Position(p.Start[i])
		}
	}
	if n == 1 {
		return [][]float64{first}, nil
	}
	rest, err := uncertain.LatinHypercube(unit, n-1, p.Seed, "fit")
	return append([][]float64{first}, rest...), err
}

// deviance is twice the logarithm of the likelihood ratio of two points.
func (p Problem) deviance(m, best minimum) float64 {
	switch {
	case m.cost == best.cost:
		return 0
	case p.relative():
		return float64(len(p.Y)) * math.Log(m.cost/best.cost)
	}
	return 2 * (m.cost - best.cost)
}

// fitted describes a minimum.
func (p Problem) fitted(m minimum) *Fitted {
	k := len(p.Ranges)
	f := &Fitted{Ranges: p.Ranges, N: p.N, K: k, Converged: m.converged && !m.flat, P: math.NaN(), ChiSquare: math.NaN(), LogLikelihood: -m.cost}
	for i, r := range p.Ranges {
		f.Names = append(f.Names, r.Name)
		f.Value = append(f.Value, r.At(m.u[i]))
		f.AtBound = append(f.AtBound, atEnd(m.u[i]))
	}
	if p.LogLikelihood == nil {
		n := float64(len(p.Y))
		f.N, f.ChiSquare = len(p.Y), 2*m.cost
		f.Predicted, _ = p.Predict(f.Value) // it did not fail there before
		f.LogLikelihood = -f.ChiSquare/2 - n/2*math.Log(2*math.Pi)
		if p.relative() {
			f.K++
			f.LogLikelihood = -n / 2 * (math.Log(2*math.Pi*f.ChiSquare/n) + 1)
		} else if df := n - float64(k); df > 0 {
			f.P = distuv.ChiSquared{K: df}.Survival(f.ChiSquare)
		}
		for i := range p.Y {
			f.LogLikelihood -= math.Log(p.sd(i))
		}
	}
	kf, n := float64(f.K), float64(f.N)
	f.AIC = 2*kf - 2*f.LogLikelihood
	f.AICc = math.NaN()
	if n > kf+1 {
		f.AICc = f.AIC + 2*kf*(kf+1)/(n-kf-1)
	}
	if p.Intervals == NoIntervals {
		for range k {
			f.Low, f.High = append(f.Low, math.NaN()), append(f.High, math.NaN())
		}
	}
	return f
}

// Table lays out the estimates, one parameter a row. An interval without a
// limit inside the range is shown as open.
func (f *Fitted) Table() (header []string, rows [][]string) {
	header = []string{"Parameter", "Estimate", "95 % interval", "Searched", "Note"}
	for i, r := range f.Ranges {
		low, high := f.Low[i], f.High[i]
		interval, note := model.Span(low, high), ""
		below, above := math.IsInf(low, -1), math.IsInf(high, 1)
		switch {
		case below && above:
			interval, note = "open", "not constrained by the data"
		case below:
			interval, note = "up to "+model.Figures(high), "open below"
		case above:
			interval, note = "from "+model.Figures(low), "open above"
		case math.IsNaN(low):
			interval = "–"
		}
		if f.AtBound[i] {
			note = strings.TrimPrefix(note+"; at the end of its range", "; ")
		}
		rows = append(rows, []string{r.Name, model.Figures(f.Value[i]), interval, model.Span(r.Low, r.High), note})
	}
	return header, rows
}

// String tells the quality of the fit in one line.
func (f *Fitted) String() string {
	var parts []string
	if !math.IsNaN(f.ChiSquare) {
		s := fmt.Sprintf("χ² = %s from %d data", model.Figures(f.ChiSquare), f.N)
		if !math.IsNaN(f.P) {
			s += fmt.Sprintf(" (p = %s)", text.Figures(f.P, 2))
		}
		parts = append(parts, s)
	}
	parts = append(parts, fmt.Sprintf("log L = %s, K = %d, AIC = %s, AICc = %s", model.Figures(f.LogLikelihood), f.K, model.Figures(f.AIC), model.Figures(f.AICc)),
		fmt.Sprintf("%d of %d searches agree", f.Agreed, f.Starts))
	if !f.Converged {
		parts = append(parts, "not converged")
	}
	return strings.Join(parts, "; ")
}

// Rival is one of several models of the same data.
type Rival struct {
	Name          string  `table:"Model" csv:"model"`
	K             int     `table:"K" csv:"K"`                                   // estimated quantities
	N             int     `table:"N" csv:"N"`                                   // observations
	ChiSquare     float64 `table:"χ²" csv:"chi-square" decimals:"1"`            // NaN for a likelihood
	LogLikelihood float64 `table:"log L" decimals:"1"`                          // at the estimates
	AIC           float64 `table:"AIC" csv:"AIC" decimals:"1"`                  // smaller is better
	Delta         float64 `table:"ΔAIC" decimals:"1"`                           // above the smallest
	Weight        float64 `table:"Akaike weight" decimals:"2"`                  // exp(−Δ/2) over their sum
	AICc          float64 `table:"AICc (small sample)" csv:"AICc" decimals:"1"` // NaN where N ≤ K + 1
}

// Compare sets models of the same data beside each other by Akaike's
// criterion, in the given order. Fits of different numbers of data are refused;
// that the data are the same is the caller's word.
//
// Source: Burnham & Anderson 2002, Model Selection and Multimodel Inference, 2.6, 2.9.
func Compare(names []string, fits []*Fitted) ([]Rival, error) {
	if len(names) != len(fits) || len(fits) == 0 {
		return nil, fmt.Errorf("fit: Compare: %d names for %d fits: want one each", len(names), len(fits))
	}
	out := make([]Rival, len(fits))
	least, sum := math.Inf(1), 0.0
	for i, f := range fits {
		if f.N != fits[0].N {
			return nil, fmt.Errorf("fit: Compare: %q has %d data and %q has %d: want fits to the same data", names[i], f.N, names[0], fits[0].N)
		}
		out[i] = Rival{Name: names[i], K: f.K, N: f.N, ChiSquare: f.ChiSquare, LogLikelihood: f.LogLikelihood, AIC: f.AIC, AICc: f.AICc}
		least = min(least, f.AIC)
	}
	for i := range out {
		out[i].Delta = out[i].AIC - least
		out[i].Weight = math.Exp(-out[i].Delta / 2)
		sum += out[i].Weight
	}
	for i := range out {
		out[i].Weight /= sum
	}
	return out, nil
}
