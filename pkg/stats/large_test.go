package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestLarge(t *testing.T) {
	v := Large([]float64{1, 2, 3, 6})
	if half := 1.96 * math.Sqrt(14.0/3) / 2; v.Mean != 3 || math.Abs(v.High-3-half) > 1e-12 || math.Abs(3-v.Low-half) > 1e-12 || v.N != 4 {
		t.Errorf("%+v, want 3 ± %v", v, half)
	}
	if v := Large([]float64{7}); v.Mean != 7 || v.Low != 7 || v.High != 7 {
		t.Errorf("one value: %+v", v)
	}
}

// Wilson's limits are the shares of which k of n lies at the edge of the normal 95 %.
func TestShare(t *testing.T) {
	z := distuv.UnitNormal.Quantile(0.975)
	for _, x := range []struct{ k, n int }{{0, 10}, {3, 10}, {50, 100}, {99, 100}, {7, 7}} {
		v := Share(x.k, x.n)
		if v.Mean != float64(x.k)/float64(x.n) || v.N != x.n || !(0 <= v.Low && v.Low <= v.Mean && v.Mean <= v.High && v.High <= 1) {
			t.Errorf("%d of %d: %+v", x.k, x.n, v)
		}
		for _, p := range []float64{v.Low, v.High} {
			if p == 0 || p == 1 {
				continue
			}
			if got := math.Abs(v.Mean-p) / math.Sqrt(p*(1-p)/float64(x.n)); math.Abs(got-z) > 1e-9 {
				t.Errorf("%d of %d: limit %v is %v standard errors off, want %v", x.k, x.n, p, got, z)
			}
		}
	}
	if v := Share(0, 0); !math.IsNaN(v.Mean) || v.Low != 0 || v.High != 1 {
		t.Errorf("none of none: %+v", v)
	}
}

// R's binom.test prints these limits; those of none are 1 − 0.025^(1/n).
func TestExact(t *testing.T) {
	for _, x := range []struct {
		k, n      int
		low, high float64
	}{
		{7, 10, 0.3475471, 0.9332605}, {1, 10, 0.002528579, 0.445016117}, {0, 10, 0, 1 - math.Pow(0.025, 0.1)},
		{10, 10, math.Pow(0.025, 0.1), 1}, {1, 2, 0.01257912, 0.98742088},
	} {
		if v := Exact(x.k, x.n); v.Mean != float64(x.k)/float64(x.n) || math.Abs(v.Low-x.low) > 1e-7 || math.Abs(v.High-x.high) > 1e-7 {
			t.Errorf("%d of %d: %+v, want %v to %v", x.k, x.n, v, x.low, x.high)
		}
	}
	if v := Exact(0, 0); !math.IsNaN(v.Mean) || v.Low != 0 || v.High != 1 {
		t.Errorf("none of none: %+v", v)
	}
	for n := 1; n <= 30; n++ { // at its limits a share is as rare as it says
		for k := 1; k < n; k++ {
			v := Exact(k, n)
			below := distuv.Binomial{N: float64(n), P: v.High}.CDF(float64(k))
			above := 1 - distuv.Binomial{N: float64(n), P: v.Low}.CDF(float64(k-1))
			if math.Abs(below-0.025) > 1e-9 || math.Abs(above-0.025) > 1e-9 {
				t.Errorf("%d of %d: %v and %v beyond the limits", k, n, below, above)
			}
		}
	}
}

func TestBands(t *testing.T) {
	var b Bands
	b.Add([]float64{3, 1, 2}, 0.25)
	b.Add([]float64{5}, 0.05)
	if b.Mean[0] != 2 || b.SD[0] != 1 || b.Low[0] != 1.5 || b.Median[0] != 2 || b.High[0] != 2.5 {
		t.Errorf("of 1, 2 and 3: %+v", b)
	}
	if b.SD[1] != 0 || b.Low[1] != 5 || b.High[1] != 5 {
		t.Errorf("of one value: %+v", b)
	}
}
