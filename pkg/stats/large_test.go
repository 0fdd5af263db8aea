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
