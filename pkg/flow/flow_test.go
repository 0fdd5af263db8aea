package flow

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// cubic is y' = a y − y³ + h, which folds at h = ±2 (a/3)^{3/2}.
type cubic struct{ a, h float64 }

func (c cubic) Dim() int                           { return 1 }
func (c cubic) Rate(y, dy []float64)               { dy[0] = c.a*y[0] - y[0]*y[0]*y[0] + c.h }
func (c cubic) Jacobian(y []float64, j *mat.Dense) { j.Set(0, 0, c.a-3*y[0]*y[0]) }

func own(y []float64) float64 { return y[0] }

func TestFoldsInClosedForm(t *testing.T) {
	for _, a := range []float64{0.2, 1, 2.5} {
		d, err := Branches("h", -3, 3, func(h float64) (Field, error) { return cubic{a, h}, nil }, func(h float64) ([][]float64, error) {
			y := []float64{math.Copysign(2, h)} // the outer branch, which all values lead to
			if !Newton(cubic{a, h}, y) {
				t.Fatalf("no fixed point at h = %v", h)
			}
			return [][]float64{y}, nil
		}, own)
		if err != nil {
			t.Fatal(err)
		}
		folds, want := d.Folds(), 2*math.Pow(a/3, 1.5)
		if len(d.Branches) != 1 || len(folds) != 2 {
			t.Fatalf("a = %v: %d branches with %d folds, want one with two", a, len(d.Branches), len(folds))
		}
		for i, w := range []float64{-want, want} {
			if q := folds[i]; math.Abs(q.Value-w) > 1e-9 || q.Reading != q.State[0] { // the error of the state, squared
				t.Errorf("a = %v: fold at %v with reading %v of %v, want %v", a, q.Value, q.Reading, q.State, w)
			}
		}
		if low, high, ok := d.Window(); !ok || low != folds[0].Value || high != folds[1].Value {
			t.Errorf("a = %v: window from %v to %v, %v", a, low, high, ok)
		}
		for _, p := range d.Branches[0].Points {
			if inside := math.Abs(p.State[0]) < math.Sqrt(a/3); inside == p.Stable() && math.Abs(math.Abs(p.State[0])-math.Sqrt(a/3)) > 1e-6 {
				t.Errorf("a = %v: the point at %v is stable: %v", a, p.State, p.Stable())
			}
		}
	}
}

// Where no states are given the branches are those through FixedPoints.
func TestBranchesOfFixedPoints(t *testing.T) {
	at := func(h float64) (Field, error) { return cubic{1, h}, nil }
	d, err := Branches("h", 0.1, 0.2, at, nil, own)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range d.Branches {
		for _, q := range b.Points {
			if f := q.State[0] - q.State[0]*q.State[0]*q.State[0] + q.Value; math.Abs(f) > 1e-9 {
				t.Errorf("rate %v at %v, h = %v", f, q.State, q.Value)
			}
		}
	}
	if len(d.Branches) == 0 {
		t.Error("no branch")
	}
	for _, r := range [][2]float64{{1, 0}, {0, math.Inf(1)}, {math.NaN(), 1}} {
		if _, err := Branches("h", r[0], r[1], at, nil, own); err == nil {
			t.Errorf("from %v to %v is no error", r[0], r[1])
		}
	}
}

func TestFixedPointsOfACubic(t *testing.T) {
	// Of y' = −(y − 0.1)(y − 0.5)(y − 0.8).
	points, err := FixedPoints(shifted{}, own)
	if err != nil || len(points) != 3 {
		t.Fatalf("%d fixed points, %v, want 3", len(points), err)
	}
	for i, want := range []float64{0.1, 0.5, 0.8} {
		if q := points[i]; math.Abs(q.State[0]-want) > 1e-9 || q.Stable() != (i != 1) {
			t.Errorf("fixed point %d at %v, stable %v", i, q.State, q.Stable())
		}
	}
	y := []float64{0.55}
	if err := Settle(shifted{}, y, 1000); err != nil || math.Abs(y[0]-0.8) > 1e-9 {
		t.Errorf("settles at %v, %v, want 0.8", y, err)
	}
}

type shifted struct{}

func (shifted) Dim() int             { return 1 }
func (shifted) Rate(y, dy []float64) { dy[0] = -(y[0] - 0.1) * (y[0] - 0.5) * (y[0] - 0.8) }
func (shifted) Jacobian(y []float64, j *mat.Dense) {
	a, b, c := y[0]-0.1, y[0]-0.5, y[0]-0.8
	j.Set(0, 0, -a*b-b*c-a*c)
}

// Two states of which one drives the other: x' = −x/2 + noise, y' = x − 3y + noise.
// From the moments' equations: var x = q, cov = 2q/7, var y = (q + 2 cov)/6.
// Of dy = −a y dt + u dt + σ dW: variance σ²/2a, autocorrelation e^{−a lag}, response 1/a.
func TestLinearInClosedForm(t *testing.T) {
	const a, s2 = 1.7, 0.04
	l, err := Linearise(line(a), []float64{0}, s2)
	if err != nil {
		t.Fatal(err)
	}
	v, r := l.Fluctuation([]float64{2}, 0.5)
	if math.Abs(v-4*s2/(2*a)) > 1e-15 || math.Abs(r-math.Exp(-a*0.5)) > 1e-12 {
		t.Errorf("variance %v and autocorrelation %v", v, r)
	}
	m, err := l.Response(mat.NewDense(1, 1, []float64{1}))
	if err != nil || math.Abs(m.At(0, 0)-1/a) > 1e-15 || l.Correlation().At(0, 0) != 1 {
		t.Errorf("response %v, %v, correlation %v", m, err, l.Correlation())
	}
	if _, err := Linearise(line(-a), []float64{0}, s2); err == nil {
		t.Error("a state that is left is no error")
	}
	if _, err := Linearise(line(a), []float64{0, 0}, s2); err == nil {
		t.Error("a state of two numbers is no error")
	}
}

type line float64

func (line) Dim() int                             { return 1 }
func (a line) Rate(y, dy []float64)               { dy[0] = -float64(a) * y[0] }
func (a line) Jacobian(_ []float64, j *mat.Dense) { j.Set(0, 0, -float64(a)) }

func TestCovarianceInClosedForm(t *testing.T) {
	const q = 0.3
	c, err := Covariance(mat.NewDense(2, 2, []float64{-0.5, 0, 1, -3}), q)
	if err != nil {
		t.Fatal(err)
	}
	xx := q
	xy := xx / 3.5
	yy := (q + 2*xy) / 6
	if want := mat.NewDense(2, 2, []float64{xx, xy, xy, yy}); !mat.EqualApprox(c, want, 1e-14) {
		t.Errorf("covariance %v, want %v", mat.Formatted(c), mat.Formatted(want))
	}
}

func TestDiagramIsATable(t *testing.T) {
	at := func(value float64, unstable int) Point {
		return Point{FixedPoint{Reading: 2 * value, Unstable: unstable}, value}
	}
	d := &Diagram{Parameter: "strength", Branches: []Branch{{Points: []Point{at(0, 0), at(0.5, 0), at(1, 1)}, Special: []Special{{at(0.75, 0), Fold}}}, {}}}
	header, rows := d.Table()
	if got, want := fmt.Sprint(header, rows), "[Branch Point strength Reading Unstable directions] [[1 start 0 0 0] [1 fold 0.75 1.5 0] [1 end 1 2 1]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
