package glutamate

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

func TestChecksPass(t *testing.T) {
	checks, err := Checks(Default())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks.Broken() {
		t.Errorf("%s: expected %s, got %s", c.Name, c.Expected, c.Got)
	}
}

// What follows from the switches alone, and so has to hold in every draw.
func TestEvidenceBySwitches(t *testing.T) {
	s, err := Uncertainty(context.Background(), append(Hypotheses(), Null()), Criteria{}, Sampling{Draws: 60, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		observation string
		outcomes    string // of the hypotheses, then of neither arm: e, c, s or . for either of e and c
	}{
		{"inverted U of glutamate", "..ss..s"},
		{"surge over by 3 h", "..ss..s"},
		{"glutamate enrichment unchanged", "sssssss"},
		{"eEF2 by ketamine, not memantine", "sseeees"},
		{"potentiation at rest", "cc....c"},
		{"AMPA block", "ee....s"},
		{"memantine fails", "ccee..s"},
		{"rapamycin in rats", "ecececs"},
		{"rapamycin in people, day 1", "cececec"},
		{"rapamycin in people, day 14", "ccccccc"},
		{"benefit gone by day 12", "eeeeees"},
		{"spines over two weeks", "......c"},
		{"SV2A at 24 h", "......e"},
		{"anaesthetic dose works", "..ee..c"},
		{"trials without a difference", "sssssss"},
	} {
		o := slices.IndexFunc(s.Facts, func(x Observation) bool { return x.Name == c.observation })
		if o < 0 {
			t.Errorf("no observation %q", c.observation)
			continue
		}
		want := c.outcomes
		for h, hyp := range s.Hypotheses {
			e, k := s.Explained[h][o], s.Contradicted[h][o]
			ok := map[byte]bool{'e': k == 0 && e > 0, 'c': e == 0 && k > 0, 's': e == 0 && k == 0, '.': e+k > 0}[want[h]]
			if !ok {
				t.Errorf("%s, %s: explained in %v, contradicted in %v of the draws, want %q", c.observation, hyp, e, k, want[h])
			}
		}
	}
}

func TestObservationsAreSourced(t *testing.T) {
	all, err := must(newTrial(nil, Criteria{})).List()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	fitted := 0
	for _, o := range all {
		if o.Name == "" || o.Claim == "" || o.Source == "" || seen[o.Name] {
			t.Errorf("%+v: want a name of its own, a claim and a source", o)
		}
		if !slices.Contains([]string{"A", "D", "S"}, string(o.Evidence)) {
			t.Errorf("%s: evidence %q: nothing that is only recalled may be tested against", o.Name, o.Evidence)
		}
		seen[o.Name] = true
		if o.Fitted {
			fitted++
		}
	}
	if fitted != 3 {
		t.Errorf("%d are fitted, want the three of Calibrate", fitted)
	}
}

// The numbers that the facts type are those of the literature's tables.
func TestFactsAreTheTables(t *testing.T) {
	l := must(read())
	percent := l.fact("Abdallah2020", "response").Values
	density := l.meanDensity(func(i int) float64 { return l.density[i].value })
	for name, want := range map[string]string{
		"glutamine cycling +13 %":     fmt.Sprintf("13C enrichment of glutamine %+.0f %%", 100*l.cycling.value),
		"rapamycin in people, day 14": fmt.Sprintf("in %v against %v %%", percent[0], percent[1]),
		"spines over two weeks":       fmt.Sprintf("up by %.0f %% on average over days %v to %v", 100*density.value, l.days[0], l.days[len(l.days)-1]),
	} {
		all := must(must(newTrial(nil, Criteria{})).List())
		i := slices.IndexFunc(all, func(o Observation) bool { return o.Name == name })
		if i < 0 || !strings.Contains(all[i].Claim, want) {
			t.Errorf("%s: want %q in what was observed", name, want)
		}
	}
}

func TestFindings(t *testing.T) {
	f, err := Evidence(Default(), nil, Criteria{})
	if err != nil {
		t.Fatal(err)
	}
	all := must(must(newTrial(nil, Criteria{})).List())
	if len(f) != 6*len(all) {
		t.Fatalf("%d findings, want %d", len(f), 6*len(all))
	}
	header, rows := f.Table()
	if len(rows) != len(f) || len(rows[0]) != len(header) {
		t.Errorf("table of %d rows of %d, header %d", len(rows), len(rows[0]), len(header))
	}
	for _, x := range f {
		if (x.Outcome == evidence.Silent) != math.IsNaN(x.Value) || x.Got == "" {
			t.Errorf("%+v", x)
		}
	}
	if got := f[0].Got; got != "1.43 at 10, 1.47 at 20, 1.35 at 30, 1.00 at 50, 0.13 at 200" {
		t.Errorf("inverted U: %s", got)
	}
	// Every combination of the switches has findings too, without a number that is none.
	f, err = Evidence(Default(), Combinations(), Criteria{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, x := range f {
		names[x.Hypothesis] = true
		if x.Outcome != evidence.Silent && math.IsNaN(x.Value) {
			t.Errorf("%+v", x)
		}
	}
	if len(names) != 64 {
		t.Errorf("%d combinations, want 64", len(names))
	}
	bad := Default()
	bad.Hill = 9
	if _, err := Evidence(bad, nil, Criteria{}); err == nil || !strings.Contains(err.Error(), "h = 9") {
		t.Errorf("error = %v, want one about Hill", err)
	}
	if _, err := Evidence(Default(), []Hypothesis{{Name: "x"}}, Criteria{}); err == nil || !strings.Contains(err.Error(), `hypothesis "x"`) {
		t.Errorf("error = %v, want one about the hypothesis", err)
	}
}

// The shares come from the same findings: of one draw, its outcomes.
func TestUncertaintyIsEvidence(t *testing.T) {
	sampling := Sampling{Draws: 8, Seed: 5}
	s, err := Uncertainty(context.Background(), nil, Criteria{}, sampling)
	if err != nil {
		t.Fatal(err)
	}
	draws := must(Sample(context.Background(), sampling))
	for i, p := range draws {
		f, err := Evidence(p, nil, Criteria{})
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range f {
			n := len(s.Facts)
			if got := s.Outcome(i, k/n, k%n); x.Outcome != got {
				t.Errorf("draw %d, %s, %s: %v and %v", i, x.Hypothesis, x.Name, x.Outcome, got)
			}
		}
	}
	if header, rows := s.Table(); len(rows) != len(s.Facts) || len(header) != 8 || len(rows[0]) != 8 {
		t.Errorf("table of %d rows", len(rows))
	}
	tallies := s.Tallies()
	for h, x := range tallies {
		sum := 0.0
		for o := range s.Facts {
			sum += s.Explained[h][o] + s.Contradicted[h][o]
		}
		if math.Abs(sum-x.Explained-x.Contradicted) > 1e-9 || float64(x.Most) < x.Explained || float64(x.Fewest) > x.Contradicted || x.Unfitted > x.Explained {
			t.Errorf("%+v", x)
		}
	}
	both := "both arms, strict gate"
	one, err := s.Joint(both, []string{"AMPA block"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if o := slices.IndexFunc(s.Facts, func(x Observation) bool { return x.Name == "AMPA block" }); one != s.Explained[4][o] {
		t.Errorf("joint share of one observation %v, its share %v", one, s.Explained[4][o])
	}
	given, _ := s.Joint(both, []string{"AMPA block"}, []string{"AMPA block"})
	none, _ := s.Joint(both, []string{"AMPA block"}, []string{"rapamycin in people, day 1"})
	if given != 1 || !math.IsNaN(none) {
		t.Errorf("share among those that explain it %v, among none %v", given, none)
	}
	if _, err := s.Joint("none", nil, nil); err == nil {
		t.Error("took a hypothesis that is none")
	}
	if _, err := s.Joint(both, []string{"none"}, nil); err == nil {
		t.Error("took an observation that is none")
	}
}

// The parameter that decides is the one that the equations name.
func TestDecides(t *testing.T) {
	s, err := Uncertainty(context.Background(), []Hypothesis{{"inhibition", Inhibition()}, {"both", Both()}}, Criteria{}, Sampling{Draws: 300})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hypothesis  int
		observation string
		field       string
		sign        float64
	}{
		{0, "AMPA block", "Insertion", 1},
		{0, "potentiation at rest", "KinaseBDNF", 1},
		{1, "surge over by 3 h", "TauSurge", -1},
		{1, "benefit at day 1", "TauCapacity", 1},
		{0, "rapamycin in rats", "", 0},
	} {
		o := slices.IndexFunc(s.Facts, func(x Observation) bool { return x.Name == c.observation })
		if d := s.Decides(c.hypothesis, o); d.Field != c.field || d.Difference*c.sign < 0 {
			t.Errorf("%s: decided by %+v, want %s", c.observation, d, c.field)
		}
	}
}

// Any number of workers gives the same bytes.
func TestWorkers(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name string
		run  func(Sampling) (any, error)
	}{
		{"Uncertainty", func(s Sampling) (any, error) {
			x, err := Uncertainty(ctx, nil, Criteria{}, s)
			var decide []Decider
			for h := range x.Hypotheses {
				for o := range x.Facts {
					decide = append(decide, x.Decides(h, o))
				}
			}
			return []any{x.Explained, x.Contradicted, x.Tallies(), decide}, err
		}},
		{"Sample", func(s Sampling) (any, error) { return Sample(ctx, s) }},
		{"all drawn", func(s Sampling) (any, error) { s.Fitted = true; return Sample(ctx, s) }},
		{"CascadeBands", func(s Sampling) (any, error) {
			return CascadeBands(ctx, Both(), Infused(Ketamine(), 0.5, 60), Options{}, s)
		}},
		{"Arms", func(s Sampling) (any, error) {
			arms, err := Arms(ctx, Strict, s)
			for i := range arms {
				arms[i].Blocker.change = nil
				if math.IsNaN(arms[i].Agrees) {
					arms[i].Agrees = -1 // is not equal to itself
				}
			}
			return arms, err
		}},
		{"DoseResponse", func(s Sampling) (any, error) { return DoseResponse(ctx, Default(), Both(), []float64{1, 100}, s) }},
	} {
		one, err := c.run(Sampling{Draws: 40, Seed: 9, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		three, err := c.run(Sampling{Draws: 40, Seed: 9, Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one, three) {
			t.Errorf("%s differs between 1 and 3 workers", c.name)
		}
	}
}

func TestSample(t *testing.T) {
	free := must(Card()).Fields("free")
	low, high, measured := map[string]float64{}, map[string]float64{}, Default().FreePlasma
	for _, p := range must(Sample(context.Background(), Sampling{Draws: 200})) {
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		for i, x := range must(model.Values(p, free...)) {
			f := free[i]
			if _, seen := low[f]; !seen {
				low[f], high[f] = x, x
			}
			low[f], high[f] = min(low[f], x), max(high[f], x)
		}
		if p.FreePlasma != measured {
			t.Fatal("drew what was measured")
		}
	}
	ranges := must(must(Card()).Ranges(free...))
	for _, r := range ranges { // of 200 parts the first and the last hold one draw each
		if r.Position(low[r.Name]) > 0.005 || r.Position(high[r.Name]) < 0.995 {
			t.Errorf("%s drawn from %v to %v, want all of [%v, %v]", r.Name, low[r.Name], high[r.Name], r.Low, r.High)
		}
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Uncertainty(canceled, nil, Criteria{}, Sampling{Draws: 10}); err == nil {
		t.Error("a canceled context is no error")
	}
	if _, err := Sample(context.Background(), Sampling{Draws: -1}); err == nil {
		t.Error("accepted -1 draws")
	}
}
