// Package warning computes early warnings of a change of state from a series: whether
// its fluctuations grow and slow down, against surrogates in which they do not.
package warning

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"divergent/internal/par"
	"divergent/pkg/rng"
	"divergent/pkg/stats"
)

// Options says how early warnings are computed. The zero value is usual.
type Options struct {
	Window     int     // samples of the rolling window; 0 means half of the series
	Bandwidth  float64 // SD of the Gaussian filter that is taken off as the trend, in samples; 0 means a twentieth of the series, below 0 none
	Surrogates int     // 0 means 500
	Points     int     // positions of the window, evenly spread; 0 means 50
	Seed       uint64
	Workers    int // 0 means one on every processor
}

// Complete fills in what is 0, for a series of n samples.
func (o Options) Complete(n int) (Options, error) {
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
		return o, fmt.Errorf("warning: early warnings from %d samples: want 40 or more", n)
	case o.Window < 10 || o.Window > n-5:
		return o, fmt.Errorf("warning: Window = %d samples: want 10 to %d for a series of %d", o.Window, n-5, n)
	case o.Surrogates < 1 || o.Points < 5:
		return o, fmt.Errorf("warning: Surrogates = %d, Points = %d: want at least 1 and 5", o.Surrogates, o.Points)
	case math.IsNaN(o.Bandwidth):
		return o, fmt.Errorf("warning: Bandwidth = NaN: want a number of samples")
	}
	return o, nil
}

// Trend is a rank correlation with time and how rare it is without a trend.
type Trend struct {
	Tau float64 // Kendall's τ of the statistic with time
	P   float64 // share of surrogate series with a τ as high or higher
}

// Signs are the early-warning statistics of one series.
type Signs struct {
	End             []int     // last sample of each window
	Smooth          []float64 // the trend that was taken off, at every sample
	Variance        []float64 `csv:"variance"`                    // in each window
	Autocorrelation []float64 `csv:"autocorrelation at a sample"` // at lag 1 sample, in each window
	VarianceTrend   Trend
	LagTrend        Trend // of the autocorrelation
}

// Early computes variance and lag-1 autocorrelation of a series, sampled
// evenly, in a rolling window after a Gaussian filter has been taken off (Dakos et
// al. 2012, PLoS ONE 7:e41010). The trends are tested against surrogates: series
// of the same length from an autoregressive process of order 1 with the lag-1
// autocorrelation and the variance of the whole filtered series, which have no
// trend, put through the same filter and windows. P is one-sided, (1 + surrogates
// with a τ at least as high)/(1 + surrogates).
func Early(x []float64, o Options) (*Signs, error) {
	o, err := o.Complete(len(x))
	if err != nil {
		return nil, err
	}
	if floats.HasNaN(x) || math.IsInf(floats.Norm(x, 1), 0) {
		return nil, fmt.Errorf("warning: early warnings: the series holds what is no number")
	}
	w := &Signs{Smooth: smooth(x, o.Bandwidth)}
	w.End, w.Variance, w.Autocorrelation = rolling(floats.SubTo(make([]float64, len(x)), x, w.Smooth), o)
	w.VarianceTrend.Tau, w.LagTrend.Tau = trend(w.Variance), trend(w.Autocorrelation)
	var above [2]int
	variance, lag := w.Surrogates(x, o)
	for i := range variance {
		if trend(variance[i]) >= w.VarianceTrend.Tau {
			above[0]++
		}
		if trend(lag[i]) >= w.LagTrend.Tau {
			above[1]++
		}
	}
	w.VarianceTrend.P = float64(1+above[0]) / float64(1+o.Surrogates)
	w.LagTrend.P = float64(1+above[1]) / float64(1+o.Surrogates)
	return w, nil
}

// Many computes Early of many series, each against surrogates of its own. Of a series
// that is too short there are none: nil.
func Many(ctx context.Context, series [][]float64, o Options) ([]*Signs, error) {
	all := make([]*Signs, len(series))
	return all, par.Each(ctx, len(series), o.Workers, func(i int) (err error) {
		own := o
		own.Seed ^= uint64(i)
		if _, short := own.Complete(len(series[i])); short == nil {
			all[i], err = Early(series[i], own)
		}
		return err
	})
}

// Rising is how many of several series warn, and how much their statistics rise.
type Rising struct {
	Lag      stats.Interval `csv:"rising autocorrelation (share)"` // share of the series whose autocorrelation rises, P ≤ 0.05
	Variance stats.Interval `csv:"rising variance (share)"`        // likewise its variance
	LagTau   float64        `csv:"mean τ of autocorrelation"`      // mean of Kendall's τ
	VarTau   float64        `csv:"mean τ of variance"`
}

// Rises tells of a test whether it says that a statistic rises.
func (t Trend) Rises() bool { return t.P <= 0.05 }

// Count sums up over series.
func Count(list []*Signs) (r Rising) {
	lag, variance, n := 0, 0, len(list)
	for _, w := range list {
		if w.LagTrend.Rises() {
			lag++
		}
		if w.VarianceTrend.Rises() {
			variance++
		}
		r.LagTau += w.LagTrend.Tau
		r.VarTau += w.VarianceTrend.Tau
	}
	r.LagTau, r.VarTau = r.LagTau/float64(n), r.VarTau/float64(n)
	r.Lag, r.Variance = stats.Share(lag, n), stats.Share(variance, n)
	return r
}

// Bands returns how variance and autocorrelation in each window spread over the
// Surrogates, with the quantiles that leave a share outside at each end.
func (w *Signs) Bands(x []float64, o Options, outside float64) (variance, lag stats.Bands) {
	vs, lags := w.Surrogates(x, o)
	for k := range w.End {
		for _, to := range []struct {
			band *stats.Bands
			of   [][]float64
		}{{&variance, vs}, {&lag, lags}} {
			v := make([]float64, len(to.of))
			for i, s := range to.of {
				v[i] = s[k]
			}
			to.band.Add(v, outside)
		}
	}
	return variance, lag
}

// Surrogates returns variance and autocorrelation in each window (second index) of
// the surrogate series (first) against which Early tests the series x, its Signs
// being w and the options complete.
func (w *Signs) Surrogates(x []float64, o Options) (variance, lag [][]float64) {
	rest := floats.SubTo(make([]float64, len(x)), x, w.Smooth)
	phi, sd := min(max(lag1(rest), -0.99), 0.99), stat.PopStdDev(rest, nil)
	kick := sd * math.Sqrt(1-phi*phi)
	y := make([]float64, len(x))
	for i := range o.Surrogates {
		r := rng.Stream(o.Seed, "surrogate", strconv.Itoa(i))
		y[0] = sd * r.NormFloat64()
		for k := 1; k < len(y); k++ {
			y[k] = phi*y[k-1] + kick*r.NormFloat64()
		}
		_, v, a := rolling(floats.SubTo(make([]float64, len(y)), y, smooth(y, o.Bandwidth)), o)
		variance, lag = append(variance, v), append(lag, a)
	}
	return variance, lag
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

// rolling returns variance and lag-1 autocorrelation in windows.
func rolling(x []float64, o Options) (end []int, variance, lag []float64) {
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
