package model

import (
	"math"
	"slices"
	"strings"
	"testing"
)

type turnover struct {
	Ku      float64 `card:"symbol=ku; unit=1/day; low=0.3; high=3; scale=log; status=fit; source=Shao 2021 saline arms, fitted by FitTurnover; meaning=loss of new spines"`
	Days    int     `card:"meaning=length of stress; symbol=T; unit=day; low=1; high=60; status=data; source=doi 10.1126/science.aat8078"`
	Kb      float64 `card:"symbol=kb; unit=1; low=0; high=5; status=free; source=no percentage was readable; meaning=effect of stress on b"`
	Strict  bool
	Scratch []int `card:"-"`
	private float64
}

func good() turnover { return turnover{Ku: 1.21, Days: 21, Kb: 1.5, private: 1} }

func TestCard(t *testing.T) {
	p := good()
	card, err := Card(&p)
	if err != nil {
		t.Fatal(err)
	}
	want := Parameter{Field: "Ku", Symbol: "ku", Unit: "1/day", Meaning: "loss of new spines", Value: 1.21, Low: 0.3, High: 3, Log: true,
		Status: StatusFit, Source: "Shao 2021 saline arms, fitted by FitTurnover"}
	if len(card) != 3 || card[0] != want {
		t.Errorf("card %+v\nwant 3 parameters, the first %+v", card, want)
	}
	if got := card.Fields(StatusData, StatusFree); !slices.Equal(got, []string{"Days", "Kb"}) {
		t.Errorf("fields of data and free: %v", got)
	}
	if r, err := card.Ranges("Kb", "Ku"); err != nil || r[0] != (Range{"Kb", 0, 5, false}) || r[1] != (Range{"Ku", 0.3, 3, true}) {
		t.Errorf("ranges %v, error %v", r, err)
	}
	if _, err := card.Ranges("Kx"); err == nil || !strings.Contains(err.Error(), `"Kx": want one of "Ku", "Days", "Kb"`) {
		t.Errorf("unknown range: %v", err)
	}
	header, rows := card.Table()
	row := []string{"kb", "Kb", "effect of stress on b", "1.5", "0 to 5", "1", "free", "no percentage was readable"}
	if len(header) != len(row) || !slices.Equal(rows[2], row) {
		t.Errorf("row %q under %q, want %q", rows[2], header, row)
	}
}

func TestBadCardsAreNamed(t *testing.T) {
	tooHigh := good()
	tooHigh.Kb = 50
	for _, c := range []struct {
		params any
		want   []string
	}{
		{tooHigh, []string{"turnover.Kb", "kb = 50", "[0, 5]", "effect of stress"}},
		{turnover{Ku: math.NaN()}, []string{"Ku", "NaN"}},
		{struct{ A float64 }{1}, []string{".A: has no card", "symbol="}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=5; status=free; source=x"`
		}{1}, []string{"no meaning"}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=5; status=guess; source=x; meaning=y"`
		}{1}, []string{"status=guess", "data, fit, calibrated or free"}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=zero; high=5; status=free; source=x; meaning=y"`
		}{1}, []string{"low=zero"}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=; status=free; source=x; meaning=y"`
		}{1}, []string{`"high="`}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=5; high=0; status=free; source=x; meaning=y"`
		}{1}, []string{"[5, 0]", "smaller first"}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=5; scale=log; status=free; source=x; meaning=y"`
		}{1}, []string{"above 0"}},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=5; scale=sqrt; status=free; source=x; meaning=y"`
		}{1}, []string{"scale=sqrt"}},
		{struct {
			A float64 `card:"symbol=a; symbol=b; unit=1; low=0; high=5; status=free; source=x; meaning=y"`
		}{1}, []string{"symbol twice", `"symbol"`}[1:]},
		{struct {
			A float64 `card:"symbol=a; unit=1; low=0; high=5; status=free; source=Shao 2021; Liao 2025; meaning=y"`
		}{1}, []string{`"Liao 2025"`, "semicolons"}},
		{struct {
			A float64 `card:"symbol=a; units=1; low=0; high=5; status=free; source=x; meaning=y"`
		}{1}, []string{`"units"`, "want one of symbol, unit"}},
		{struct{ A []float64 }{}, []string{"[]float64", "flat"}},
		{struct{ turnover }{good()}, []string{"flat"}},
		{struct{ A bool }{}, []string{"at least one"}},
		{1.5, []string{"float64", "struct"}},
		{nil, []string{"struct"}},
		{(*turnover)(nil), []string{"struct"}},
	} {
		err := Validate(c.params)
		if err == nil {
			t.Errorf("%+v: no error", c.params)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: want one line with %q", err, w)
			}
		}
	}
}

func TestValuesAndWith(t *testing.T) {
	fields := []string{"Kb", "Days"}
	p := good()
	q, err := With(p, fields, []float64{2.5, 30})
	if err != nil {
		t.Fatal(err)
	}
	if x, err := Values(q, fields...); err != nil || !slices.Equal(x, []float64{2.5, 30}) || p.Kb != 1.5 || q.Ku != p.Ku {
		t.Errorf("after With: %v, error %v, the first struct %+v", x, err, p)
	}
	for _, c := range []struct {
		fields []string
		x      []float64
		want   string
	}{
		{[]string{"Kc"}, []float64{1}, `"Kc": want one of "Ku", "Days", "Kb"`},
		{[]string{"Strict"}, []float64{1}, "numeric field of model.turnover"},
		{[]string{"private"}, []float64{1}, "numeric field of model.turnover"},
		{[]string{"Days"}, []float64{1.5}, "Days = 1.5: want a whole number"},
		{[]string{"Days"}, []float64{math.NaN()}, "whole number"},
		{[]string{"Days"}, nil, "0 values for 1 fields"},
	} {
		if _, err := With(p, c.fields, c.x); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("With(%v, %v): error %v, want %q", c.fields, c.x, err, c.want)
		}
	}
	if _, err := With(&p, fields, []float64{1, 1}); err == nil {
		t.Error("With of a pointer: no error, though a copy would share the struct")
	}
	if _, err := Values(p, "Kc"); err == nil {
		t.Error("Values of an unknown field: no error")
	}
}

// What the models show is what notebooks lay out as a table.
var _ = []interface {
	Table() (header []string, rows [][]string)
}{Parameters{}}

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{0, "0"}, {21, "21"}, {0.0034, "0.0034"}, {1.23456, "1.235"}, {1234.5, "1234"}, {999.96, "1000"}, {123456, "123456"}, {1e7, "1e+07"},
		{-0.5, "−0.5"}, {1e-5, "1e−05"}, {math.NaN(), "–"}, {math.Inf(-1), "−∞"}, {math.Inf(1), "∞"},
	} {
		if got := Figures(c.x); got != c.want {
			t.Errorf("Figures(%v) = %q, want %q", c.x, got, c.want)
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	p := good()
	for b.Loop() {
		if Validate(p) != nil {
			b.Fatal()
		}
	}
}

func BenchmarkWith(b *testing.B) {
	p, fields, x := good(), []string{"Kb", "Days"}, []float64{2.5, 30}
	for b.Loop() {
		if _, err := With(p, fields, x); err != nil {
			b.Fatal(err)
		}
	}
}
