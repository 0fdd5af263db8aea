package landscape

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/internal/par"
	"divergent/pkg/model"
	"divergent/pkg/rng"
)

// WarningOptions says how early warnings are computed. The zero value is usual.
type WarningOptions struct {
	Window     int     // samples of the rolling window; 0 means half of the series
	Bandwidth  float64 // SD of the Gaussian filter that is taken off as the trend, in samples; 0 means a twentieth of the series, below 0 none
	Surrogates int     // 0 means 500
	Points     int     // positions of the window, evenly spread; 0 means 50
	Seed       uint64
	Workers    int // 0 means one on every processor
}

func (o WarningOptions) complete(n int) (WarningOptions, error) {
	if o.Window == 0 {
		o.Window = n / 2
	}
	if o.Bandwidth == 0 {
		o.Bandwidth = float64(n) / 20
	}
	if o.Surrogates == 0 {
		o.Surrogates = 500
	}
	if o.Points == 0 {
		o.Points = 50
	}
	switch {
	case n < 40:
		return o, fmt.Errorf("landscape: early warnings from %d samples: want 40 or more", n)
	case o.Window < 10 || o.Window > n-5:
		return o, fmt.Errorf("landscape: Window = %d samples: want 10 to %d for a series of %d", o.Window, n-5, n)
	case o.Surrogates < 1 || o.Points < 5:
		return o, fmt.Errorf("landscape: Surrogates = %d, Points = %d: want at least 1 and 5", o.Surrogates, o.Points)
	case math.IsNaN(o.Bandwidth):
		return o, fmt.Errorf("landscape: Bandwidth = NaN: want a number of samples")
	}
	return o, nil
}

// Trend is a rank correlation with time and how rare it is without a trend.
type Trend struct {
	Tau float64 // Kendall's τ of the statistic with time
	P   float64 // share of surrogate series with a τ as high or higher
}

// Warning holds the early-warning statistics of one series.
type Warning struct {
	End             []int     // last sample of each window
	Smooth          []float64 // the trend that was taken off, at every sample
	Variance        []float64 // in each window
	Autocorrelation []float64 // at lag 1 sample, in each window
	VarianceTrend   Trend
	LagTrend        Trend // of the autocorrelation
}

// EarlyWarning computes variance and lag-1 autocorrelation of a series, sampled
// evenly, in a rolling window after a Gaussian filter has been taken off (Dakos et
// al. 2012, PLoS ONE 7:e41010). The trends are tested against surrogates: series
// of the same length from an autoregressive process of order 1 with the lag-1
// autocorrelation and the variance of the whole filtered series, which have no
// trend, put through the same filter and windows. P is one-sided, (1 + surrogates
// with a τ at least as high)/(1 + surrogates).
func EarlyWarning(x []float64, o WarningOptions) (*Warning, error) {
	o, err := o.complete(len(x))
	if err != nil {
		return nil, err
	}
	if !finite(x...) {
		return nil, fmt.Errorf("landscape: early warnings: the series holds what is no number")
	}
	w := &Warning{Smooth: smooth(x, o.Bandwidth)}
	rest := minus(x, w.Smooth)
	w.End, w.Variance, w.Autocorrelation = rolling(rest, o)
	w.VarianceTrend.Tau, w.LagTrend.Tau = trend(w.Variance), trend(w.Autocorrelation)
	phi, sd := lag1(rest), stat.PopStdDev(rest, nil)
	var above [2]int
	for i := range o.Surrogates {
		v, a := surrogate(len(x), phi, sd, o, i)
		if v >= w.VarianceTrend.Tau {
			above[0]++
		}
		if a >= w.LagTrend.Tau {
			above[1]++
		}
	}
	w.VarianceTrend.P = float64(1+above[0]) / float64(1+o.Surrogates)
	w.LagTrend.P = float64(1+above[1]) / float64(1+o.Surrogates)
	return w, nil
}

// surrogate returns the trends of variance and autocorrelation in one series
// without any.
func surrogate(n int, phi, sd float64, o WarningOptions, i int) (variance, lag float64) {
	r := rng.Stream(o.Seed, "surrogate", strconv.Itoa(i))
	phi = min(max(phi, -0.99), 0.99)
	x := make([]float64, n)
	x[0] = sd * r.NormFloat64()
	kick := sd * math.Sqrt(1-phi*phi)
	for k := 1; k < n; k++ {
		x[k] = phi*x[k-1] + kick*r.NormFloat64()
	}
	_, v, a := rolling(minus(x, smooth(x, o.Bandwidth)), o)
	return trend(v), trend(a)
}

// smooth is a Gaussian filter with the given SD, cut at three of them and
// normalised at the ends; with an SD of 0 or less it is the mean. Filters of many
// samples are computed at every eighth of their SD and interpolated.
func smooth(x []float64, sd float64) []float64 {
	out := make([]float64, len(x))
	if sd <= 0 {
		mean := stat.Mean(x, nil)
		for i := range out {
			out[i] = mean
		}
		return out
	}
	kernel := make([]float64, int(math.Ceil(3*sd))+1)
	for k := range kernel {
		kernel[k] = math.Exp(-float64(k*k) / (2 * sd * sd))
	}
	every := max(1, int(sd/8))
	last := 0
	out[0] = filtered(x, 0, kernel)
	for last < len(x)-1 {
		next := min(last+every, len(x)-1)
		out[next] = filtered(x, next, kernel)
		for i := last + 1; i < next; i++ {
			t := float64(i-last) / float64(next-last)
			out[i] = (1-t)*out[last] + t*out[next]
		}
		last = next
	}
	return out
}

// filtered is the weighted mean around sample i.
func filtered(x []float64, i int, kernel []float64) float64 {
	sum, weight := kernel[0]*x[i], kernel[0]
	for k := 1; k < len(kernel); k++ {
		if i-k >= 0 {
			sum, weight = sum+kernel[k]*x[i-k], weight+kernel[k]
		}
		if i+k < len(x) {
			sum, weight = sum+kernel[k]*x[i+k], weight+kernel[k]
		}
	}
	return sum / weight
}

func minus(x, y []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] - y[i]
	}
	return out
}

// rolling returns variance and lag-1 autocorrelation in windows.
func rolling(x []float64, o WarningOptions) (end []int, variance, lag []float64) {
	last := -1
	for k := range o.Points {
		e := o.Window - 1 + int(math.Round(float64(len(x)-o.Window)*float64(k)/float64(o.Points-1)))
		if e == last {
			continue
		}
		last = e
		w := x[e-o.Window+1 : e+1]
		end, variance, lag = append(end, e), append(variance, stat.Variance(w, nil)), append(lag, lag1(w))
	}
	return end, variance, lag
}

// lag1 is the autocorrelation at lag 1.
func lag1(x []float64) float64 {
	mean := stat.Mean(x, nil)
	top, bottom := 0.0, 0.0
	for i, v := range x {
		bottom += (v - mean) * (v - mean)
		if i > 0 {
			top += (v - mean) * (x[i-1] - mean)
		}
	}
	if bottom == 0 {
		return 0
	}
	return top / bottom
}

// trend is Kendall's τ of a statistic with time.
func trend(x []float64) float64 {
	t := make([]float64, len(x))
	for i := range t {
		t[i] = float64(i)
	}
	return stat.Kendall(t, x, nil)
}

// Approach is a slow change of strength under which paths change their state.
type Approach struct {
	Start State
	Ramp  Ramp
	Days  float64 // length
	Lead  float64 // days before the change that are left out, so that the change itself is no warning of it; 0 means 5
	Least float64 // days that a path must have kept its state to count, besides those that EarlyWarning needs; 0 means a quarter of Days
}

// Change is a path up to its change of state, with its warnings.
type Change struct {
	Path    int
	Day     float64   // on which it left its state for good; +Inf if it did not
	Mood    []float64 // daily, up to Lead before
	Warning *Warning
}

// Changes is what early warnings say of an approach.
type Changes struct {
	Approach Approach
	Paths    []Change
	Left     int      // paths that changed their state and count
	Lag      Interval // share of the counted paths whose autocorrelation rises, P ≤ 0.05
	Variance Interval // likewise its variance
	LagTau   float64  // mean of Kendall's τ
	VarTau   float64
}

// Warnings follows paths along an approach and computes their early warnings, from
// the start to shortly before they leave their state for the other one for good;
// of a path that does not, over the whole approach, so that a ramp to the same
// strength is the control. Mood is sampled once a day. Of the options, Circuit,
// Paths (0 means 100), Step, Scheme and Seed count.
func Warnings(p Params, a Approach, o Options, w WarningOptions) (*Changes, error) {
	if a.Lead == 0 {
		a.Lead = 5
	}
	if a.Least == 0 {
		a.Least = a.Days / 4
	}
	if o.Paths == 0 {
		o.Paths = 100
	}
	if _, err := w.complete(int(a.Days) + 1); err != nil {
		return nil, err // not even a path that stays would do
	}
	o.Start, o.Ramp, o.Every, o.Keep = a.Start, &a.Ramp, 1, o.Paths
	r, err := Simulate(p, model.Days(a.Days), o)
	if err != nil {
		return nil, err
	}
	all := make([]Change, len(r.Paths))
	err = par.Each(o.context(), len(all), o.Workers, func(i int) error {
		c := Change{Path: i, Mood: r.Paths[i].Mood}
		day := leaves(c.Mood, r.T, a.Start, p)
		c.Day = day
		if math.IsInf(day, 1) {
			day = a.Days
		} else {
			day -= a.Lead
		}
		c.Mood = c.Mood[:max(int(day)+1, 0)]
		if _, err := w.complete(len(c.Mood)); err == nil && day >= a.Least {
			ww := w
			ww.Seed ^= uint64(i) // surrogates of its own for each path
			var err error
			if c.Warning, err = EarlyWarning(c.Mood, ww); err != nil {
				return err
			}
		}
		all[i] = c
		return nil
	})
	if err != nil {
		return nil, err
	}
	return sumChanges(a, all), nil
}

func sumChanges(a Approach, all []Change) *Changes {
	out := &Changes{Approach: a}
	var lag, variance int
	for _, c := range all {
		if c.Warning == nil {
			continue
		}
		out.Paths = append(out.Paths, c)
		if !math.IsInf(c.Day, 1) {
			out.Left++
		}
		if c.Warning.LagTrend.P <= 0.05 {
			lag++
		}
		if c.Warning.VarianceTrend.P <= 0.05 {
			variance++
		}
		out.LagTau += c.Warning.LagTrend.Tau
		out.VarTau += c.Warning.VarianceTrend.Tau
	}
	n := len(out.Paths)
	out.LagTau, out.VarTau = out.LagTau/float64(n), out.VarTau/float64(n)
	out.Lag, out.Variance = proportion(lag, n), proportion(variance, n)
	return out
}

// leaves returns the day after which mood, on its way to the other state, is never
// again on its own side.
func leaves(mood, t []float64, start State, p Params) float64 {
	arrived := func(m float64) bool { return m >= p.Remission }
	home := func(m float64) bool { return m <= p.Relapse }
	if start == Healthy {
		arrived, home = home, arrived
	}
	for k, m := range mood {
		if !arrived(m) {
			continue
		}
		for k > 0 && !home(mood[k]) {
			k--
		}
		return t[k]
	}
	return math.Inf(1)
}

// proportion is a share with Wilson's 95 % interval.
func proportion(k, n int) Interval {
	if n == 0 {
		return Interval{Mean: math.NaN(), High: 1}
	}
	const z = 1.959963984540054
	m, share := float64(n), float64(k)/float64(n)
	middle := (share + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	return Interval{Mean: share, Low: max(0, middle-half), High: min(1, middle+half)}
}
