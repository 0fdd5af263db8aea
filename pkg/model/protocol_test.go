package model

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// published is the schedule of the package's example.
func published() Protocol { return Days(60, Stress(0, 21), Dose(22, "ketamine", 1), Erase(23, 22)) }

func TestProtocolTimesAndLevels(t *testing.T) {
	p := published().With(Stress(20, 30).WithAmount(0.5), Infusion(40, 42, "brexanolone", 3), Block(21.9, 22.5, "rapamycin"))
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if got, want := p.Times(), []float64{0, 20, 21, 21.9, 22, 22.5, 23, 30, 40, 42, 60}; !slices.Equal(got, want) {
		t.Errorf("Times = %v, want %v", got, want)
	}
	for _, c := range []struct {
		kind  Kind
		name  string
		t     float64
		level float64
	}{
		{KindStress, "", 0, 1}, {KindStress, "", 20, 1.5}, {KindStress, "", 21, 0.5}, {KindStress, "", 29.99, 0.5}, {KindStress, "", 30, 0},
		{KindStress, "", -1, 0}, {KindInfusion, "brexanolone", 41, 1.5}, {KindInfusion, "ketamine", 41, 0}, {KindInfusion, "", 41, 1.5},
		{KindBlock, "rapamycin", 22, 1}, {KindBlock, "AMPAR", 22, 0}, {KindExperience, "", 22, 0},
	} {
		if got := p.Level(c.kind, c.name, c.t); got != c.level {
			t.Errorf("Level(%s, %q, %v) = %v, want %v", c.kind, c.name, c.t, got, c.level)
		}
	}
	if got := p.At(22); !slices.Equal(got, []Event{Dose(22, "ketamine", 1), Erase(23, 22)}) {
		t.Errorf("At(22) = %v, want the dose and the beginning of the erasure", got)
	}
	if got := p.At(23); len(got) != 1 || got[0] != Erase(23, 22) {
		t.Errorf("At(23) = %v, want the erasure", got)
	}
}

// The protocols that a builder returns share no events with the one it began with.
func TestBuildersCopy(t *testing.T) {
	base := Days(90, Stress(0, 21))
	weekly := base.Repeat(7, 4, Dose(22, "ketamine", 1))
	later := weekly.Shift(10)
	if len(base.Events) != 1 || weekly.Events[0] != base.Events[0] {
		t.Errorf("the first protocol became %v", base)
	}
	var days []float64
	for _, e := range later.Doses("ketamine") {
		days = append(days, e.From)
	}
	if want := []float64{32, 39, 46, 53}; !slices.Equal(days, want) || later.Length != 100 || later.Events[0] != Stress(10, 31) {
		t.Errorf("shifted: doses on %v of %v, want %v of 100 days and stress from 10 to 31", days, later, want)
	}
}

func TestWithdrawalCutsWhatIsToCome(t *testing.T) {
	p := Days(90, Drug(0, 60, "ssri", 2), Infusion(27, 29, "ketamine", 4)).Repeat(7, 6, Dose(21, "ketamine", 1)).
		With(Withdraw(28, "ketamine"), Withdraw(30, "ssri"), Withdraw(40, "ssri"))
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := p.Doses(""); len(got) != 1 || got[0].From != 21 {
		t.Errorf("doses given: %v, want the one on day 21", got)
	}
	if got := p.Steps(KindInfusion, "ketamine"); !slices.Equal(got.From, []float64{27, 28}) || got.At(27.5) != 2 {
		t.Errorf("cut infusion %v, want 2 a day from 27 to 28", got)
	}
	if got := p.Steps(KindDrug, "ssri"); !slices.Equal(got.From, []float64{0, 30}) || got.At(0) != 2 {
		t.Errorf("withdrawn drug %v, want 2 from 0 to 30", got)
	}
}

func TestProtocolString(t *testing.T) {
	for _, c := range []struct {
		p    Protocol
		want string
	}{
		{published(), "60 days: stress from day 0 to 21, ketamine 1 on day 22, the spines formed since day 22 erased on day 23"},
		{Days(1), "1 day"},
		{Days(60).Repeat(7, 3, Dose(1, "ketamine", 0.5)), "60 days: ketamine 0.5 on days 1, 8 and 15"},
		{Days(60).Repeat(7, 8, Dose(1, "ketamine", 0.5)), "60 days: ketamine 0.5 on days 1, 8 ... 50 (8 doses)"},
		{Days(42, Drug(0, 42, "escitalopram", 1), Withdraw(28, "escitalopram")),
			"42 days: escitalopram from day 0 to 28, escitalopram withdrawn on day 28"},
		{Days(9, Infusion(1, 1+40.0/1440, "ketamine", 0.5), Block(0, 2, "AMPAR").WithAmount(0.5), Stimulate(2, 3), Experience(3, 9, -0.5)),
			"9 days: 50 % AMPAR block from day 0 to 2, ketamine 0.5 infused from day 1 to 1.02778, stimulation from day 2 to 3, 0.5 adverse experience from day 3 to 9"},
		{Days(9, Stress(0, 3).WithAmount(2), Erase(5, 4).WithAmount(0.4), Experience(3, 9, 1)),
			"9 days: 2 stress from day 0 to 3, supportive experience from day 3 to 9, 40 % of the spines formed since day 4 erased on day 5"},
	} {
		if got := c.p.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestBadProtocolsAreNamed(t *testing.T) {
	for _, c := range []struct {
		p    Protocol
		want []string
	}{
		{Protocol{}, []string{"Length = 0", "model.Days"}},
		{Days(math.NaN()), []string{"Length = NaN"}},
		{Days(60, Stress(21, 0)), []string{"event 1 (stress)", "To = 0", "after From, 21", "exchanged"}},
		{Days(60, Stress(0, 21), Stress(50, 90)), []string{"event 2", "To = 90", "up to 60"}},
		{Days(60, Dose(80, "ketamine", 1)), []string{`dose of "ketamine"`, "From = 80", "[0, 60]"}},
		{Days(60, Dose(-1, "ketamine", 1)), []string{"From = -1"}},
		{Days(60, Dose(1, "", 1)), []string{"Name is empty"}},
		{Days(60, Dose(1, "a\nb", 1)), []string{"Name", "one line"}},
		{Days(60, Dose(1, "ketamine", -1)), []string{"Amount = -1", "0 or more"}},
		{Days(60, Dose(1, "ketamine", math.Inf(1))), []string{"Amount = +Inf"}},
		{Days(60, Experience(1, 2, 50)), []string{"Amount = 50", "[-1, 1]"}},
		{Days(60, Erase(22, 23)), []string{"erase", "To = 22", "after From, 23"}},
		{Days(60, Dose(1, "ketamine", 1), Withdraw(2, "ketamin")), []string{`"ketamin"`, "gives ketamine"}},
		{Days(60, Withdraw(2, "ketamine")), []string{"gives none"}},
		{Days(60, Event{Kind: "shock", To: 1}), []string{`Kind = "shock"`}},
		{Days(60, Event{Kind: KindDose, Name: "x", From: 1, To: 2}), []string{"To = 2", "instant"}},
		{Days(60, Block(0, 5, "AMPAR"), Block(4, 6, "AMPAR")), []string{`overlapping events (block of "AMPAR")`, "2", "day 4", "[0, 1]"}},
		{Days(60, Experience(0, 5, -0.7), Experience(4, 6, -0.7)), []string{"overlapping events (experience)", "-1.4"}},
	} {
		err := c.p.Validate()
		if err == nil {
			t.Errorf("%v: no error", c.p)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: want one line with %q", err, w)
			}
		}
	}
}

func TestStepsRefuseInstants(t *testing.T) {
	for _, k := range []Kind{KindDose, KindErase, KindWithdraw, "shock"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Steps of %q did not panic", k)
				}
			}()
			published().Steps(k, "")
		}()
	}
}

// Whatever a valid protocol is made of: its times are ascending and within it, levels
// are constant between them and equal to the sum over the events that are on,
// and its caption is one line.
func FuzzProtocol(f *testing.F) {
	f.Add(60.0, uint8(0), 0.0, 21.0, 1.0, uint8(1), 22.0, 22.0, 1.0, uint8(5), 22.0, 23.0, 0.5)
	f.Add(42.0, uint8(3), 0.0, 42.0, 1.0, uint8(4), 28.0, 28.0, 0.0, uint8(2), 27.0, 29.0, 4.0)
	f.Add(9.0, uint8(8), 0.0, 5.0, -0.5, uint8(8), 4.0, 9.0, -0.5, uint8(6), 1.0, 2.0, 1.0)
	kinds := []Kind{KindStress, KindDose, KindInfusion, KindDrug, KindWithdraw, KindErase, KindBlock, KindStimulate, KindExperience}
	f.Fuzz(func(t *testing.T, length float64, k1 uint8, f1, t1, a1 float64, k2 uint8, f2, t2, a2 float64, k3 uint8, f3, t3, a3 float64) {
		event := func(k uint8, from, to, amount float64) Event {
			e := Event{Kind: kinds[int(k)%len(kinds)], Name: "x", From: from, To: to, Amount: amount}
			if !e.Kind.lasting() && e.Kind != KindErase {
				e.To = e.From
			}
			return e
		}
		p := Days(length, event(k1, f1, t1, a1), event(k2, f2, t2, a2), event(k3, f3, t3, a3))
		if p.Validate() != nil {
			_, _, _ = p.Times(), p.Given(), p.String() // must not panic
			return
		}
		times := p.Times()
		if !slices.IsSorted(times) || times[0] != 0 || times[len(times)-1] != length {
			t.Fatalf("%v: times %v", p, times)
		}
		for _, kind := range []Kind{KindStress, KindDrug, KindBlock, KindStimulate, KindExperience} {
			for i := range len(times) - 1 {
				a, b := times[i], times[i+1]
				if mid := a + (b-a)/2; mid > a && mid < b && p.Level(kind, "", a) != p.Level(kind, "", mid) {
					t.Fatalf("%v: %s is not constant from %v to %v", p, kind, a, b)
				}
				want := 0.0
				for _, e := range p.Given() {
					if e.Kind == kind && e.From <= a && a < e.To {
						want += e.Amount
					}
				}
				if got := p.Level(kind, "", a); got != want {
					t.Fatalf("%v: %s on day %v is %v, the sum of the events %v", p, kind, a, got, want)
				}
			}
		}
		if s := p.String(); strings.Contains(s, "\n") {
			t.Fatalf("caption of several lines: %q", s)
		}
	})
}

// Even divisions, whose ends differ by rounding, neither overlap nor leave a gap,
// nor pass the end.
func TestIntervalsThatAbut(t *testing.T) {
	for n := 2; n <= 60; n++ {
		part := 60.0 / float64(n)
		divided := func(first Event) Protocol { return Days(60).Repeat(part, n, first) }
		for _, c := range []struct {
			kind  Kind
			first Event
			level float64
		}{
			{KindExperience, Experience(0, part, 1), 1},
			{KindBlock, Block(0, part, "AMPAR"), 1},
			{KindStress, Stress(0, part), 1},
			{KindInfusion, Infusion(0, part, "ketamine", 1), float64(n) / 60},
		} {
			p := divided(c.first)
			if err := p.Validate(); err != nil {
				t.Errorf("%s in %d parts: %v", c.kind, n, err)
				continue
			}
			given := 0.0
			times, s := p.Times(), p.Steps(c.kind, "")
			if len(times) != n+1 || times[n] != 60 {
				t.Errorf("%s in %d parts changes on %d days, the last %v", c.kind, n, len(times), times[len(times)-1])
			}
			for i, at := range times[:len(times)-1] {
				if v := s.At(at); math.Abs(v/c.level-1) > 1e-12 {
					t.Errorf("%s in %d parts: level %v on day %v, want %v", c.kind, n, v, at, c.level)
				}
				given += s.At(at) * (times[i+1] - at)
			}
			if math.Abs(given/(60*c.level)-1) > 1e-12 {
				t.Errorf("%s in %d parts: %v in all, want %v", c.kind, n, given, 60*c.level)
			}
		}
		if p := Days(60, Dose(60*(1+1e-16*float64(n)), "ketamine", 1)); p.Validate() != nil || p.Doses("")[0].From != 60 {
			t.Errorf("a dose at the end but for rounding: %v, %v", p.Validate(), p.Doses(""))
		}
	}
	// More than rounding still is an overlap, and an interval shorter than that is left alone.
	if err := Days(60, Experience(0, 10, 1), Experience(10-1e-6, 20, 1)).Validate(); err == nil {
		t.Error("an overlap of 0.1 s is accepted")
	}
	if p := Days(60, Infusion(0, 10, "a", 1), Infusion(10-5e-10, 10+1e-10, "a", 1)); p.Steps(KindInfusion, "a").At(10-1e-10) < 1e9 {
		t.Errorf("a short infusion is cut: %+v", p.Steps(KindInfusion, "a"))
	}
}

// Every ends on the last day, whether steps come out even or not.
func TestEvery(t *testing.T) {
	if got := Days(1).Every(0.25); !slices.Equal(got, []float64{0, 0.25, 0.5, 0.75, 1}) {
		t.Errorf("quarters of a day: %v", got)
	}
	if got := Days(0.9).Every(0.4); !slices.Equal(got, []float64{0, 0.4, 0.8, 0.9}) {
		t.Errorf("steps that do not come out even: %v", got)
	}
}

func TestWithin(t *testing.T) {
	p := Days(10)
	for _, days := range [][]float64{nil, {}, {0, 10}, {3, 3}, {0, math.Nextafter(10, 11)}} {
		if err := p.Within("x: Days", &days); err != nil || len(days) > 1 && days[1] > 10 {
			t.Error(err)
		}
	}
	for _, days := range [][]float64{{0, 11}, {-1, 2}, {3, 2}, {math.NaN()}} {
		if err := p.Within("x: Days", &days); err == nil || !strings.HasPrefix(err.Error(), "x: Days[") || !strings.Contains(err.Error(), "want ascending times in [0, 10]") {
			t.Errorf("%v: %v", days, err)
		}
	}
}
