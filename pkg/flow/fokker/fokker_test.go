package fokker

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// bowl pulls two states back to their own places: independent, each with the variance
// σ²/(2 pull).
type bowl struct{ pull float64 }

func (bowl) Dim() int                         { return 2 }
func (b bowl) Rate(y, dy []float64)           { dy[0], dy[1] = -b.pull*(y[0]-0.3), -b.pull*(y[1]-0.6) }
func (b bowl) Jacobian([]float64, *mat.Dense) {}
func (b bowl) variance(noise float64) float64 { return noise * noise / (2 * b.pull) }
func normal(x, mean, variance float64) float64 {
	return math.Exp(-(x-mean)*(x-mean)/(2*variance)) / math.Sqrt(2*math.Pi*variance)
}

// Along the difference of two independent normal states the density is normal, and the
// potential a parabola.
func TestAlong(t *testing.T) {
	const noise = 0.3
	f := bowl{1}
	g, err := Around(f, noise, 0, 96)
	if err != nil {
		t.Fatal(err)
	}
	d, err := g.Density(f, noise)
	if err != nil {
		t.Fatal(err)
	}
	v := d.Along([]float64{-1, 1}, noise)
	variance := 2 * f.variance(noise)
	for i, m := range v.At {
		if want := normal(m, 0.3, variance); math.Abs(v.Density[i]-want) > 0.01*normal(0.3, 0.3, variance) { // cells of 0.025
			t.Errorf("density %v at %v, want %v", v.Density[i], m, want)
		}
		if want := noise * noise / 2 * (m - 0.3) * (m - 0.3) / (2 * variance); want < 0.1 && math.Abs(v.Potential[i]-want) > 0.002 {
			t.Errorf("potential %v at %v, want %v", v.Potential[i], m, want)
		}
	}
	k := len(v.At) / 2
	if got, want := v.Height((v.At[k]+v.At[k+1])/2), (v.Potential[k]+v.Potential[k+1])/2; math.Abs(got-want) > 1e-12 {
		t.Errorf("height %v between two, want %v", got, want)
	}
}

// The mean time up a parabola, on the plane and on the line, on which the difference of
// two independent states moves with √2 times their noise.
func TestPassage(t *testing.T) {
	const noise = 0.5
	f := bowl{1}
	g, err := Around(f, noise, 0, 120)
	if err != nil {
		t.Fatal(err)
	}
	parabola := func(y float64) float64 { return (y - 0.3) * (y - 0.3) / 2 }
	for _, x := range []struct {
		level float64
		up    bool
	}{{0.8, true}, {-0.2, false}} {
		got := g.Passage(f, noise, []float64{0.3, 0.6}, []float64{-1, 1}, x.level, x.up)
		want := MeanTime(parabola, noise*math.Sqrt2, 0.3, x.level, 5)
		if math.Abs(got/want-1) > 0.01 { // of the cells
			t.Errorf("mean time to %v: %v on the plane, %v on the line", x.level, got, want)
		}
	}
}

func TestHistogram(t *testing.T) {
	d, err := Histogram([]float64{-2, 0.5, 3}, []float64{0.5, 0.5, 0.5}, 20)
	if err != nil {
		t.Fatal(err)
	}
	h, sum := d.X[1]-d.X[0], 0.0
	for _, row := range d.P {
		for _, p := range row {
			sum += p * h * h
		}
	}
	if math.Abs(sum-1) > 1e-12 || !(d.X[0] <= -2+h && d.X[19] >= 3-h) {
		t.Errorf("mass %v between %v and %v, want 1 as far as the points", sum, d.X[0], d.X[19])
	}
	for _, bad := range [][]float64{nil, {1}} {
		if _, err := Histogram(bad, []float64{1, 2}, 20); err == nil {
			t.Errorf("%v is no error", bad)
		}
	}
}

func TestAroundRefuses(t *testing.T) {
	for _, x := range []struct {
		noise, beyond float64
		cells         int
		want          string
	}{{0, 0, 50, "Noise = 0"}, {1, 2, 50, "Noise = 1"}, {1, 1, 5, "5 cells"}, {1, 1, 500, "500 cells"}} {
		if _, err := Around(bowl{1}, x.noise, x.beyond, x.cells); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%+v: %v", x, err)
		}
	}
}
