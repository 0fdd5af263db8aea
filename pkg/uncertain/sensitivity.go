// Package uncertain asks how sure a result is over the ranges of what it was made
// from: draws that fill the ranges evenly (LatinHypercube) and which of them the
// result depends on (Sensitivity).
package uncertain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"divergent/internal/par"
	"divergent/internal/text"
	"divergent/pkg/model"
	"divergent/pkg/rng"
	"divergent/pkg/stats"
)

// Sensitivity asks which parameters a model's outputs depend on, over the whole
// of their ranges at once. Other fields than the first three may stay zero.
type Sensitivity struct {
	Ranges  []model.Range // of the parameters, drawn independently and uniformly on their scales
	Outputs []string      // names of what Model returns
	// Model returns the outputs at parameters x, one for each range. It is called
	// from several goroutines at once. A model with noise of its own takes the same
	// stream at every call, or its noise counts as interaction.
	Model func(x []float64) ([]float64, error)

	N         int    // points of each of the two samples; 0 for 1024
	Resamples int    // bootstrap resamples; 0 for 1000
	Seed      uint64 // of the points and the bootstrap
	Workers   int    // 0 for one on every processor; the result is the same
}

// Index is a share of an output's variance, with 95 % bootstrap limits. It is NaN for an
// output that does not vary; sampling error may take it below 0 or above 1.
type Index = stats.Interval

// Indices are the Sobol indices of each output (first subscript) for each
// parameter (second).
type Indices struct {
	Outputs     []string
	Parameters  []string
	First       [][]Index // share of the variance that the parameter explains alone
	Total       [][]Index // share that would be left if all others were fixed, on average: alone and in interactions
	Mean        []float64 // of each output over the ranges
	Variance    []float64
	Evaluations int // calls of the model
}

// Sobol estimates first-order and total indices from N(d + 2) calls of the model,
// d the number of parameters. With A and B two samples of N points, f their
// centred outputs, V their variance, and AB the sample A whose column of the
// parameter is taken from B,
//
//	first = Σ f(B) (f(AB) − f(A)) / (N V),   total = Σ (f(A) − f(AB))² / (2 N V),
//
// the pair that Saltelli et al. 2010 (Comput Phys Commun 181:259-270, table 2)
// find best; the total is Jansen's. The points are Owen's scrambled Halton
// sequence (arXiv 1706.02808) in 2d dimensions. Limits are percentiles of resampled
// points; since the points are more even than random ones, the intervals are
// rather too wide.
func (s Sensitivity) Sobol(ctx context.Context) (*Indices, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	n, d := s.n(), len(s.Ranges)
	a, b := s.samples()
	out := make([][]float64, n*(d+2)) // outputs of point i: of A, of B, of the d samples AB
	err := par.Each(ctx, len(out), s.Workers, func(k int) error {
		i, which := k/(d+2), k%(d+2)
		u := a[i]
		switch {
		case which == 1:
			u = b[i]
		case which > 1:
			u = slices.Clone(u)
			u[which-2] = b[i][which-2]
		}
		var err error
		out[k], err = s.evaluate(u)
		return err
	})
	if err != nil {
		return nil, err
	}
	res := &Indices{Outputs: s.Outputs, Parameters: Draws{Ranges: s.Ranges}.Fields(), Evaluations: len(out)}
	weights := s.resamples()
	for o := range s.Outputs {
		first, total, mean, variance, err := s.indices(ctx, out, o, weights)
		if err != nil {
			return nil, err
		}
		res.First, res.Total = append(res.First, first), append(res.Total, total)
		res.Mean, res.Variance = append(res.Mean, mean), append(res.Variance, variance)
	}
	return res, nil
}

func (s Sensitivity) n() int {
	if s.N == 0 {
		return 1024
	}
	return s.N
}

func (s Sensitivity) check() error {
	if err := model.CheckRanges(s.Ranges); err != nil {
		return err
	}
	switch {
	case s.Model == nil || len(s.Outputs) == 0:
		return fmt.Errorf("uncertain: Sobol: want a Model and the names of its Outputs")
	case s.N < 0 || s.N == 1 || s.Resamples < 0:
		return fmt.Errorf("uncertain: Sobol: N = %d, Resamples = %d: want N of 2 or more, hundreds for indices to 0.1", s.N, s.Resamples)
	case len(s.Ranges) > 500:
		return fmt.Errorf("uncertain: Sobol: %d ranges: want at most 500, the dimensions of the sequence", len(s.Ranges))
	}
	return nil
}

// samples returns the positions of A and B. Their columns take turns among the
// dimensions of the sequence, of which the first are the most even.
func (s Sensitivity) samples() (a, b [][]float64) {
	n, d := s.n(), len(s.Ranges)
	points := mat.NewDense(n, 2*d, nil)
	src := rng.Stream(s.Seed, "model", "sobol")
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(2*d, nil), Src: src}.Sample(points)
	for i := range n {
		row := points.RawRowView(i)
		p, q := make([]float64, d), make([]float64, d)
		for k := range d {
			p[k], q[k] = row[2*k], row[2*k+1]
		}
		a, b = append(a, p), append(b, q)
	}
	return a, b
}

func (s Sensitivity) evaluate(u []float64) ([]float64, error) {
	x := make([]float64, len(u))
	for i, r := range s.Ranges {
		x[i] = r.At(u[i])
	}
	y, err := s.Model(x)
	if err != nil {
		return nil, fmt.Errorf("uncertain: Sobol: at %s: %w", s.point(x), err)
	}
	if len(y) != len(s.Outputs) {
		return nil, fmt.Errorf("uncertain: Sobol: Model returns %d values: want one for each of %d Outputs", len(y), len(s.Outputs))
	}
	for o, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("uncertain: Sobol: %s = %v at %s: want a finite number, such as the horizon for what never happens", s.Outputs[o], v, s.point(x))
		}
	}
	return y, nil
}

// point tells parameters in an error.
func (s Sensitivity) point(x []float64) string {
	out := ""
	for i, r := range s.Ranges {
		out += fmt.Sprintf(", %s = %.6g", r.Name, x[i])
	}
	return out[2:]
}

// resamples returns how often each point is in each bootstrap resample.
func (s Sensitivity) resamples() [][]float64 {
	m := s.Resamples
	if m == 0 {
		m = 1000
	}
	out := make([][]float64, m)
	for j := range out {
		r := rng.Stream(s.Seed, "model", "sobol", "bootstrap", strconv.Itoa(j))
		out[j] = make([]float64, s.n())
		for range s.n() {
			out[j][r.IntN(s.n())]++
		}
	}
	return out
}

// indices estimates those of one output.
func (s Sensitivity) indices(ctx context.Context, out [][]float64, o int, weights [][]float64) (first, total []Index, mean, variance float64, err error) {
	n, d := s.n(), len(s.Ranges)
	at := func(i, which int) float64 { return out[i*(d+2)+which][o] }
	both := make([]float64, 0, 2*n)
	for i := range n {
		both = append(both, at(i, 0), at(i, 1))
	}
	mean, variance = stat.PopMeanVariance(both, nil)
	if floats.Min(both) == floats.Max(both) {
		mean, variance = both[0], 0 // without the rounding of a mean
	}
	spread := make([]float64, len(weights)) // variance in each resample
	sum, square := make([]float64, n), make([]float64, n)
	for i := range n {
		x, y := at(i, 0)-mean, at(i, 1)-mean
		sum[i], square[i] = (x+y)/2, (x*x+y*y)/2
	}
	for j, w := range weights {
		m := floats.Dot(w, sum) / float64(n)
		spread[j] = floats.Dot(w, square)/float64(n) - m*m
	}
	first, total = make([]Index, d), make([]Index, d)
	err = par.Each(ctx, d, s.Workers, func(k int) error {
		f, t := make([]float64, n), make([]float64, n) // what each point adds to the sums
		for i := range n {
			diff := at(i, 2+k) - at(i, 0)
			f[i], t[i] = (at(i, 1)-mean)*diff, diff*diff/2
		}
		first[k], total[k] = index(f, variance, weights, spread), index(t, variance, weights, spread)
		return nil
	})
	return first, total, mean, variance, err
}

// index is the mean of x over the variance, with its bootstrap limits.
func index(x []float64, variance float64, weights [][]float64, spread []float64) Index {
	if variance == 0 {
		return Index{Mean: math.NaN(), Low: math.NaN(), High: math.NaN()}
	}
	n := float64(len(x))
	v := Index{Mean: floats.Sum(x) / n / variance}
	values := make([]float64, len(weights))
	for j, w := range weights {
		values[j] = floats.Dot(w, x) / n / spread[j]
	}
	slices.Sort(values)
	v.Low, v.High = stats.Quantile(values, 0.025), stats.Quantile(values, 0.975)
	return v
}

// Row is the indices of one output for one parameter.
type Row struct {
	Output    string `csv:"output"`
	Parameter string `csv:"parameter"`
	First     Index  `csv:"first-order index"`
	Total     Index  `csv:"total index"`
}

// Rows returns the indices by output and parameter.
func (x *Indices) Rows() []Row {
	var out []Row
	for o, name := range x.Outputs {
		for k, p := range x.Parameters {
			out = append(out, Row{name, p, x.First[o][k], x.Total[o][k]})
		}
	}
	return out
}

// Table lays out the indices, a row for each output and parameter.
func (x *Indices) Table() (header []string, rows [][]string) {
	header = []string{"Output", "Parameter", "First-order index", "95 % interval", "Total index", "95 % interval"}
	for _, r := range x.Rows() {
		rows = append(rows, []string{r.Output, r.Parameter, share(r.First.Mean), share(r.First.Low) + " to " + share(r.First.High),
			share(r.Total.Mean), share(r.Total.Low) + " to " + share(r.Total.High)})
	}
	return header, rows
}

// share writes an index with two decimals, which is what so many evaluations tell.
func share(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return text.Fixed(x, 2)
}
