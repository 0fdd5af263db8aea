package fit

import (
	"math"
	"strings"
	"testing"

	"divergent/pkg/model"
)

func TestEstimatesSayWhatIsOpen(t *testing.T) {
	in := model.Range{Low: 0, High: 100}
	_, rows := Estimates{{Name: "a", Value: 0.21441, Low: 0.113, High: 0.3576, Range: in}, {Name: "b", Value: 56.14, Low: math.Inf(-1), High: math.Inf(1), Range: in}}.Table()
	for i, want := range []string{"0.113 to 0.358", "open"} {
		if rows[i][2] != want {
			t.Errorf("row %d: %q, want %q", i, rows[i][2], want)
		}
	}
}

// An estimate that its range decides is shown as such, and an open end is that of the
// range.
func TestEstimatesSayWhatIsAtTheEndOfItsRange(t *testing.T) {
	card := model.Parameters{{Field: "Lag", Low: 0.05, High: 1.5, Log: true}}
	list, err := Estimates{{Name: "Lag", Value: 0.05, Low: math.Inf(-1), High: 0.2523}, {Name: "Lag", Value: 0.1045, Low: 0.07, High: math.Inf(1)}}.In(card)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows := list.Table(); rows[0][1] != "0.05, the end of its range" || rows[1][1] != "0.104" {
		t.Errorf("estimates %q and %q", rows[0][1], rows[1][1])
	}
	r := list.Uncertain()
	if r[0].Low != 0.05 || r[0].High != 0.2523 || r[1].Low != 0.07 || r[1].High != 1.5 || !r[0].Log {
		t.Errorf("ranges %+v", r)
	}
	if _, err := list.In(nil); err == nil {
		t.Error("estimates on a card that has them not")
	}
}

func TestStored(t *testing.T) {
	list, err := Stored("spines", "Default")
	if names, x := list.Values(); err != nil || len(names) != len(x) || len(x) == 0 {
		t.Error(names, x, err)
	}
	if _, err := Stored("spines", "none"); err == nil || !strings.Contains(err.Error(), `spines: no estimates for "none": want one of "Default", `) {
		t.Error(err)
	}
}

// The fit of a struct's fields to residuals is that of the line they are made of, and
// a field that is not there is an error.
func TestResiduals(t *testing.T) {
	type line struct {
		A float64 `card:"symbol=a; unit=1; low=0; high=10; status=fit; source=x; meaning=height"`
		B float64 `card:"symbol=b; unit=1; low=-5; high=5; status=fit; source=x; meaning=slope"`
	}
	card, err := model.Card(line{A: 10, B: 0})
	if err != nil {
		t.Fatal(err)
	}
	y := []float64{1.1, 2.9, 5.1, 6.9} // least squares: 1.06 + 1.96 x
	away := func(l line) (out []float64, _ error) {
		for x, v := range y {
			out = append(out, l.A+l.B*float64(x)-v)
		}
		return out, nil
	}
	best, f, err := Residuals(t.Context(), Problem{Starts: 2}, line{A: 10}, card, away, "A", "B")
	if err != nil || math.Abs(best.A-1.06) > 1e-6 || math.Abs(best.B-1.96) > 1e-6 || f.N != 4 || f.K != 2 {
		t.Errorf("%+v, %v, %v", best, f, err)
	}
	if _, _, err := Residuals(t.Context(), Problem{}, line{}, card, away, "C"); err == nil {
		t.Error("a field that is not there was fitted")
	}
}

// The square is the binomial deviance, and there is no distance at the data.
func TestBinomial(t *testing.T) {
	if d := Binomial(20, 36, 20./36); math.Abs(d) > 1e-7 {
		t.Errorf("distance %v at the data", d)
	}
	want := 2 * (20*math.Log(20./18) + 16*math.Log(16./18))
	if d := Binomial(20, 36, 0.5); math.Abs(d*d-want) > 1e-12 || d > 0 {
		t.Errorf("distance %v, want −√%v", d, want)
	}
	if d := Binomial(0, 5, 0.5); math.Abs(d*d+10*math.Log(0.5)) > 1e-12 || d < 0 { // −2 × 5 log ½
		t.Errorf("none of five: %v", d)
	}
}
