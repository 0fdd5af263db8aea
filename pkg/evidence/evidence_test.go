package evidence

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/data"
	"divergent/pkg/model"
	"divergent/pkg/uncertain"
)

func TestAnswersAreJudged(t *testing.T) {
	f := Fact{Name: "formation", Claim: "unchanged before 12 h", Source: "Moda-Sava 2019"}
	for _, test := range []struct {
		a             Answer
		expected, got string
		value         float64
		outcome       Outcome
	}{
		{Within(1.05, 0.9, 1.1, "of baseline"), "0.9 to 1.1 of baseline", "1.05 of baseline", 1.05, Pass},
		{Within(1.1, 0.9, 1.1, ""), "0.9 to 1.1", "1.1", 1.1, Pass},
		{Within(math.NaN(), 0.9, 1.1, ""), "0.9 to 1.1", "no number", math.NaN(), Fail},
		{Within(math.NaN(), math.Inf(-1), math.Inf(1), ""), "at most ∞", "no number", math.NaN(), Fail},
		{AtLeast(0.2, 0.3, "days"), "at least 0.3 days", "0.2 days", 0.2, Fail},
		{AtMost(0.2, 0.3, "days"), "at most 0.3 days", "0.2 days", 0.2, Pass},
		{Near(0.13, 0.14, 0.02, ""), "0.14 ± 0.02", "0.13", 0.13, Pass},
		{Near(0.11, 0.14, 0.02, ""), "0.14 ± 0.02", "0.11", 0.11, Fail},
		{Near(math.NaN(), 1, 0, "of it"), "1 ± 0 of it", "no number", math.NaN(), Fail},
		{Holds(true, "behaviour first", "3 h < 12 h"), "behaviour first", "3 h < 12 h", math.NaN(), Pass},
		{Holds(false, "behaviour first", "30 h"), "behaviour first", "30 h", math.NaN(), Fail},
		{Silence("no SV2A change", "the model has no PET signal"), "no SV2A change", "the model has no PET signal", math.NaN(), Silent},
		{Answer{Silent: "no part"}, "", "no part", math.NaN(), Silent},
	} {
		g := test.a.Of(f)
		same := g.Value == test.value || math.IsNaN(g.Value) && math.IsNaN(test.value)
		if g.Expected != test.expected || g.Got != test.got || g.Outcome != test.outcome || !same || g.Claim != f.Claim {
			t.Errorf("got %+v, want %+v", g, test)
		}
	}
}

func TestChecksAreCounted(t *testing.T) {
	ask := func(challenge bool, o Outcome) Check {
		return Check{Fact: Fact{Name: string(o), Challenge: challenge}, Outcome: o}
	}
	cs := Checks{ask(false, Pass), ask(true, Pass), ask(true, Fail), ask(false, Fail), ask(false, Silent), ask(true, Silent)}
	if got, want := cs.Count(), (Count{Pass: 2, Fail: 2, Silent: 2, Challenges: 1}); got != want {
		t.Errorf("Count = %+v, want %+v", got, want)
	}
	if got, want := cs.Count().String(), "2 pass, 2 fail, 2 silent; challenges among the failures: 1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if b := cs.Broken(); len(b) != 2 || b[0].Outcome != Fail || b[1].Outcome != Silent {
		t.Errorf("Broken = %+v, want the failure and the silence that are no challenges", b)
	}
	header, rows := cs.Table()
	if want := []string{"fail", "", "", "", "fail (challenge)", ""}; len(header) != len(want) || !slices.Equal(rows[2], want) {
		t.Errorf("row %q, want %q", rows[2], want)
	}
	cs[0].Hypothesis, cs[0].Fitted = "one", true
	if header, rows = cs.Table(); header[1] != "Observation" || rows[0][5] != "explained (fitted)" {
		t.Errorf("%q, %q: want an observation that is explained, by fit", header, rows[0])
	}
}

var rows = []data.Fact{
	{ID: "a", Name: "first", Observed: "up", Subject: "rat", Source: "A 2000", Evidence: data.Read, ReadOff: "p"},
	{ID: "b", Name: "second", Observed: "down", Subject: "people", Source: "B 2001", Evidence: data.Recomputed, ReadOff: "nothing"},
	{ID: "c", Name: "third", Observed: "gone", Subject: "people", Source: "C 2002", Evidence: data.SecondHand, ReadOff: "q"},
}

// bench is one parameter, of a hypothesis that may be silent.
type bench struct {
	p      float64
	silent bool
	err    error
}

// made holds two hypotheses to facts: p decides the first, nothing decides the second,
// and the second hypothesis is silent on both.
func made() Trial[bench] {
	speak := func(read func(b bench) Answer) func(bench) Answer {
		return func(b bench) Answer {
			if b.silent {
				return Silence("", "no part")
			}
			return read(b)
		}
	}
	return Trial[bench]{Facts: rows, Hypotheses: []string{"one", "two"}, Readings: []Reading[bench]{
		{Fact: "a", Role: Challenge, Here: ": here p", Note: ", abstract", Read: speak(func(b bench) Answer { return AtLeast(Try(b.p, b.err), 0.5, "of p") })},
		{Fact: "b", Role: Fitted, Read: speak(func(bench) Answer { return Within(1, 0, 2, "") })},
	}}
}

func benches(p float64) []bench { return []bench{{p: p}, {silent: true}} }

func TestJudge(t *testing.T) {
	list, err := made().List()
	if err != nil {
		t.Fatal(err)
	}
	if want := (Fact{ID: "a", Name: "first", Claim: "up: here p", Source: "A 2000, abstract", Evidence: "A", Challenge: true}); list[0] != want || !list[1].Fitted || list[1].Challenge {
		t.Errorf("facts %+v, want the first to be %+v", list, want)
	}
	c, err := made().Judge(benches(0.7)...)
	if err != nil || len(c) != 4 {
		t.Fatal(c, err)
	}
	if c[0].Outcome != Pass || c[0].Hypothesis != "one" || c[0].Got != "0.7 of p" || c[3].Outcome != Silent || c[3].Hypothesis != "two" || c[3].Got != "no part" {
		t.Errorf("%+v", c)
	}
	want := errors.New("no")
	if _, err := made().Judge(bench{err: want}, bench{}); err != want {
		t.Errorf("error of an experiment: %v", err)
	}
	defer func() {
		if recover() != "a slip" {
			t.Error("a panic that is no failure of an experiment was swallowed")
		}
	}()
	slip := Trial[bench]{Facts: rows, Readings: []Reading[bench]{{Fact: "a", Role: Required, Read: func(bench) Answer { panic("a slip") }}}}
	slip.Judge(bench{})
}

// What a list of readings gets wrong is one line.
func TestReadingsAreChecked(t *testing.T) {
	for want, list := range map[string][]Reading[bench]{
		`evidence: fact = "d": no such id`:                        {{Fact: "d", Role: Required}},
		`evidence: role of a = ""`:                                {{Fact: "a"}},
		`evidence: two readings are called "first"`:               {{Fact: "a", Role: Required}, {Fact: "a", Role: Challenge}},
		`evidence: two readings are called "second"`:              {{Fact: "b", Role: Required}, {Fact: "a", Role: Challenge, Name: "second"}},
		`evidence: reading of b has both Read and Silent or none`: {{Fact: "b", Role: Required}},
		`evidence: reading of c has both Read and Silent or none`: {{Fact: "c", Role: Required, Silent: "no part", Read: func(bench) Answer { return Silence("", "") }}},
		`evidence: 1 benches of 2 hypotheses`:                     nil,
	} {
		trial := Trial[bench]{Facts: rows, Readings: list}
		if list == nil {
			trial = made()
		}
		_, err := trial.Judge(bench{})
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestSharesCount(t *testing.T) {
	for _, workers := range []int{1, 3} {
		d := Draws{Ranges: []model.Range{{Name: "p", High: 1}, {Name: "q", Low: 2, High: 4}}, N: 4, Seed: 1, Label: "test", Workers: workers}
		read := 0
		s, err := made().Over(t.Context(), d, func(x []float64) ([]bench, func(), error) {
			return benches(x[0]), func() {
				if workers == 1 {
					read++
				}
			}, nil
		})
		if err != nil || workers == 1 && read != 4 {
			t.Fatal(err, read)
		}
		x, err := uncertain.LatinHypercube(d.Ranges, 4, 1, "test")
		if err != nil {
			t.Fatal(err)
		}
		var high, low float64 // two draws each, one in every quarter
		for i, u := range x {
			want := Fail
			if u[0] >= 0.5 {
				want, high = Pass, high+u[0]/2
			} else {
				low += u[0] / 2
			}
			if s.Outcome(i, 0, 0) != want || s.Outcome(i, 0, 1) != Pass || s.Outcome(i, 1, 1) != Silent {
				t.Errorf("draw %d: an outcome is not that of its draw", i)
			}
		}
		if s.Explained[0][0] != 0.5 || s.Contradicted[0][0] != 0.5 || s.Explained[0][1] != 1 || s.Explained[1][0] != 0 || s.Contradicted[1][1] != 0 {
			t.Errorf("explained %v, contradicted %v", s.Explained, s.Contradicted)
		}
		if d := s.Decides(0, 0); d.Field != "p" || math.Abs(d.Difference-(high-low)) > 1e-15 {
			t.Errorf("decided by %+v, want p by %v", d, high-low)
		}
		if d := s.Decides(0, 1); d.Field != "" {
			t.Errorf("%+v decides what all draws explain", d)
		}
		if got, err := s.Joint("one", []string{"first"}, []string{"second"}); err != nil || got != 0.5 {
			t.Errorf("the first among draws that explain the second: %v, %v", got, err)
		}
		if got, err := s.Joint("two", []string{"first"}, []string{"second"}); err != nil || !math.IsNaN(got) {
			t.Errorf("of no draws: %v, %v", got, err)
		}
		for _, names := range [][2]string{{"three", "first"}, {"one", "third"}} {
			if _, err := s.Joint(names[0], []string{names[1]}, nil); err == nil || !strings.Contains(err.Error(), "did you mean") {
				t.Errorf("%v: %v, want an error that names the nearest", names, err)
			}
		}
		tally := s.Tallies()[0]
		if tally.Explained != 1.5 || tally.Unfitted != 0.5 || tally.Contradicted != 0.5 || tally.Most != 2 || tally.Fewest != 0 || tally.Never != 0 {
			t.Errorf("tally %+v", tally)
		}
		if holds := s.Holds(0); !slices.Equal(holds, []Hold{{"first", true, 2, 4}, {"second", false, 4, 4}}) || s.Holds(1) != nil {
			t.Errorf("holds %+v and %+v", holds, s.Holds(1))
		}
		if _, rows := s.Table(); rows[0][2] != "50 %" || rows[0][3] != "silent" {
			t.Errorf("without findings the table says %q", rows[0])
		}
		if s.Findings, err = made().Judge(benches(1)...); err != nil {
			t.Fatal(err)
		}
		if _, rows := s.Table(); rows[0][2] != "50 %, explained" || rows[1][0] != "second (fitted)" {
			t.Errorf("table %q", rows)
		}
		if r := s.Rows()[0]; r.Outcome != "explained" || r.Value != 1 || r.Explained != 0.5 || r.Field != "p" {
			t.Errorf("row %+v", r)
		}
	}
}

// Draws that cannot be judged are left out, and an error is one.
func TestUnusableDraws(t *testing.T) {
	d := Draws{Ranges: []model.Range{{Name: "p", High: 1}}, N: 3, Label: "test"}
	want := errors.New("no two states")
	over := func(ctx context.Context, fails func(p float64) error, made Trial[bench]) (*Shares, error) {
		return made.Over(ctx, d, func(x []float64) ([]bench, func(), error) { return benches(x[0]), nil, fails(x[0]) })
	}
	third := func(p float64) error {
		if p > 1./3 && p < 2./3 {
			return want
		}
		return nil
	}
	if _, err := over(t.Context(), third, made()); err != want {
		t.Errorf("error %v", err)
	}
	lenient := made()
	lenient.Unusable = func(err error) bool { return errors.Is(err, want) }
	s, err := over(t.Context(), third, lenient)
	if err != nil || s.Unusable != 1 || s.Draws != 2 || s.Explained[0][0] != 0.5 {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := over(t.Context(), func(float64) error { return errors.New("another") }, lenient); err == nil || err == want {
		t.Errorf("error %v", err)
	}
	few := made()
	few.Hypotheses = []string{"one"}
	if _, err := over(t.Context(), third, few); err == nil || !strings.Contains(err.Error(), "2 benches of 1 hypotheses") {
		t.Errorf("two benches of one hypothesis: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := over(ctx, third, made()); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestMatrix(t *testing.T) {
	rival, err := made().Judge(benches(0.7)...)
	if err != nil {
		t.Fatal(err)
	}
	single, err := Trial[bench]{Facts: rows, Readings: []Reading[bench]{
		{Fact: "c", Role: Required, Read: func(bench) Answer { return Holds(true, "", "") }},
		{Fact: "a", Role: Required, Read: func(b bench) Answer { return AtLeast(b.p, 0.1, "") }},
		{Fact: "a", Role: Challenge, Name: "another way", Read: func(b bench) Answer { return AtLeast(b.p, 0.9, "") }},
	}}.Judge(bench{p: 0.7})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Matrix(rows, Judged{"rivals", rival}, Judged{"single", single})
	if err != nil {
		t.Fatal(err)
	}
	header, got := m.Table()
	if want := []string{"Fact", "In", "Evidence", "Read off a model", "rivals: one", "rivals: two", "single"}; !slices.Equal(header, want) {
		t.Errorf("header %q, want %q", header, want)
	}
	for i, want := range []string{"first rat A p pass silent fail", "second people D nothing pass silent silent", "third people S q silent silent pass"} {
		if row := strings.Join(got[i], " "); row != want {
			t.Errorf("%q, want %q", row, want)
		}
	}
}

// What is judged is what notebooks lay out as a table.
var _ = []model.Tabler{Checks{}, &Shares{}, &FactsByModel{}}
