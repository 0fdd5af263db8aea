package convergence

import (
	"context"
	"math"
	"strconv"
	"testing"

	"divergent/pkg/model"
)

// constant is an arm of one drive of so much strength a day, at once and for good, all of
// it labile.
func constant(name string, perDay float64) Arm {
	return Arm{ID: name, Name: name, Events: []model.Event{model.Drug(0, ongoing, name, 1)},
		Own: []Treatment{{Name: name, Kind: model.KindDrug, Lag: 0.05, Strength: perDay}}}
}

// TestOnePoolExcludesSynergy: constant drives a and b, in units of what is lost, give
// (a + b)/(1 + a + b) of one pool; so Bliss' excess is −ab/((1 + a + b)(1 + a)(1 + b)) and
// Loewe's index 1.
func TestOnePoolExcludesSynergy(t *testing.T) {
	p := Default()
	for _, x := range [][2]float64{{1, 1}, {0.3, 0.3}, {0.3, 1}, {5, 0.01}} {
		a, b := x[0], x[1]
		c, err := Combine(context.Background(), p, constant("one", a/p.TauS), constant("two", b/p.TauS), CombineOptions{Day: 120, Draws: 1})
		if err != nil {
			t.Fatal(err)
		}
		// 120 days are 23 time constants of the pool; the solver's tolerance is 1e-8
		if want := (a + b) / (1 + a + b); math.Abs(c.Both-want) > 1e-7 {
			t.Errorf("a, b = %v: both %v, want %v", x, c.Both, want)
		}
		if want := -a * b / ((1 + a + b) * (1 + a) * (1 + b)); math.Abs(c.Bliss-want) > 1e-7 {
			t.Errorf("a, b = %v: Bliss excess %v, want %v", x, c.Bliss, want)
		}
		if math.Abs(c.Loewe-1) > 1e-5 { // two divisions by a root of a solution at 1e-8
			t.Errorf("a, b = %v: Loewe index %v, want 1", x, c.Loewe)
		}
	}
}

// TestCombinationsAgreeWithReference holds relief and Bliss' excess of 21 pairs to the
// independent program's, whose parameters have more digits and whose steps are 0.25 d.
func TestCombinationsAgreeWithReference(t *testing.T) {
	ids := map[string]string{"SSRI": "ssri", "ketamine6": "ket6", "psilocybin": "psi25", "SNT": "snt", "DXM": "dxm", "anti": "anti", "psy": "psy"}
	for _, row := range table(t, "reference_combinations.csv") {
		a, err := ArmOf(ids[row["a"]])
		if err != nil {
			t.Fatal(err)
		}
		b, err := ArmOf(ids[row["b"]])
		if err != nil {
			t.Fatal(err)
		}
		c, err := combine(Default(), [2]Arm{a, b}, CombineOptions{Day: 42})
		if err != nil {
			t.Fatal(err)
		}
		both, _ := strconv.ParseFloat(row["relief"], 64)
		excess, _ := strconv.ParseFloat(row["bliss_default"], 64)
		if math.Abs(c.Both-both) > 2e-4 || math.Abs(c.Bliss-excess) > 2e-4 {
			t.Errorf("%s + %s: relief %.5f, excess %.5f, want %v, %v", row["a"], row["b"], c.Both, c.Bliss, both, excess)
		}
	}
}

// Draws are the same for any number of workers, and A, B is B, A on the other side.
func TestCombinationsAreReproducible(t *testing.T) {
	arms := PairArms()[:3]
	one, err := Combinations(t.Context(), Default(), arms, CombineOptions{Draws: 40, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	three, err := Combinations(t.Context(), Default(), arms, CombineOptions{Draws: 40, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i := range one {
		a, b := one[i], three[i]
		if a.Loewe, b.Loewe = 0, 0; a != b { // NaN where not defined
			t.Errorf("one worker %+v\nthree %+v", a, b)
		}
	}
	ab, err := Combine(t.Context(), Default(), arms[1], arms[2], CombineOptions{Later: 5, Draws: 1})
	if err != nil {
		t.Fatal(err)
	}
	ba, err := Combine(t.Context(), Default(), arms[2], arms[1], CombineOptions{Later: -5, Draws: 1})
	if err != nil || math.Abs(ab.Both-ba.Both) > 1e-7 || math.Abs(ab.Bliss-ba.Bliss) > 1e-7 { // the solver's tolerance
		t.Errorf("%+v\n%+v (%v)", ab, ba, err)
	}
}

// An order effect: short-lived synapses take the sites that SNT would have filled for good.
func TestOrderMatters(t *testing.T) {
	both := map[float64]float64{}
	for _, later := range []float64{0, -21, 21} {
		c, err := combine(Default(), [2]Arm{PairArms()[3], PairArms()[1]}, CombineOptions{Day: 63, Later: later}) // SNT, ketamine later
		if err != nil {
			t.Fatal(err)
		}
		both[later] = c.Bliss
	}
	if !(both[0] < both[21] && both[0] < both[-21]) {
		t.Errorf("Bliss excess %v: want the worst together", both)
	}
}
