package assay

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

var (
	tonic        = network.State{Activation: network.Tanh, Damping: 0.6, Gain: 1.3, Protection: 0.2}
	stressed     = network.Stress{Input: 1, Internal: 0.5}
	combinedOnly = Battery{Combined: stressed}
)

// trained is a bench whose network knows the task, pruned and under a drug, so
// that every set, stress and state gives another accuracy.
func trained(t *testing.T) Bench {
	t.Helper()
	b := bench(t, treat.None())
	if _, err := train.Fit(b.Subject.Net, task.Four().Sample(400, 0.8, 1), train.Config{Epochs: 6, Rate: 1e-2}, rng.Stream(3, "test"), nil); err != nil {
		t.Fatal(err)
	}
	b.Template = b.Subject.Net.Clone()
	b.Subject.Net.State = tonic
	b.Standard, b.Clean = task.Four().Sample(2000, 1.2, 2), task.Four().Sample(100, 0, 3)
	b.Clean.Y[0] = 1 - b.Clean.Y[0]%2 // one point wrongly labelled, so that no set is all right
	return b
}

// expected computes one accuracy from the protocol: which set, which stress, and the
// stream that the test, its arm, phase and level name.
func expected(b Bench, n *network.Network, phase, test string, level float64, stress network.Stress) float64 {
	set := b.Standard
	if test == Clean {
		set = b.Clean
	}
	return n.Accuracy(set, stress, rng.Stream(b.Seed, "test", b.Arm, phase, test, fmt.Sprint(level)))
}

// published are the published tests with their stresses.
var published = []struct {
	test   string
	level  float64
	stress network.Stress
}{
	{Clean, 0, network.Stress{}}, {Standard, 0, network.Stress{}}, {Input, 1, network.Stress{Input: 1}}, {Input, 2, network.Stress{Input: 2}},
	{Internal, 0.3, network.Stress{Internal: 0.3}}, {Internal, 0.5, network.Stress{Internal: 0.5}}, {Internal, 1, network.Stress{Internal: 1}},
	{Internal, 1.5, network.Stress{Internal: 1.5}}, {Internal, 2.5, network.Stress{Internal: 2.5}},
	{Combined, 0, network.Stress{Input: 1, Internal: 0.5}}, {Biased, 1, network.Stress{Bias: 1}},
}

// Every published test runs on its own set, under its own stress and with its own
// draws, in each phase on the network and in the state of that phase.
func TestEveryTestRunsAsPublished(t *testing.T) {
	b := trained(t)
	same := func(n *network.Network) *network.Network { return n }
	off := func(n *network.Network) *network.Network {
		n.State = network.State{Damping: 1, Gain: 1, Protection: 0.2}
		return n
	}
	prune := func(rule func(*network.Network, float64) error, f float64) func(n *network.Network) *network.Network {
		return func(n *network.Network) *network.Network {
			if err := rule(n, f); err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	s := b.Subject.Net.Sparsity() / 100
	battery := PublishedBattery()
	for _, tc := range []struct {
		assay Assay
		phase string
		net   func(*network.Network) *network.Network
	}{
		{AcuteTests{Battery: battery}, "acute", same},
		{AcuteTests{Battery: battery, Label: "again"}, "again", same},
		{OffDrugTests{Battery: battery}, "off-drug", off},
		{OffDrugTests{Battery: battery, Label: "washed out"}, "washed out", off},
		{RelapseTests{Battery: battery, Fraction: 0.4, Cap: 0.99}, "relapse", prune(plasticity.Prune, 0.4)},
		{RelapseTests{Battery: battery, Fraction: 0.4, Cap: 0.99, Exact: true}, "relapse", prune(plasticity.PruneCount, 0.4)},
		{RelapseTests{Battery: battery, Fraction: 0.4, Cap: s + 0.1}, "relapse", prune(plasticity.Prune, 0.1/(1-s))},
		{RelapseTests{Battery: battery, Fraction: 0.4, Cap: s - 0.1}, "relapse", same},
		{RelapseTests{Battery: battery, Fraction: 0.7, Cap: 0.99, Label: "deep"}, "deep", prune(plasticity.Prune, 0.7)},
	} {
		before := b.Subject.Net.Clone()
		b.Subject.Rand = rng.Stream(4, "test")
		got, err := tc.assay.Measure(b)
		if err != nil {
			t.Fatal(err)
		}
		n := tc.net(b.Subject.Net.Clone())
		for _, x := range published {
			w := expected(b, n, tc.phase, x.test, x.level, x.stress)
			if v := find(got, tc.phase, x.test, x.level, Accuracy); len(v) != 1 || v[0] != w {
				t.Errorf("%+v: %s %v: %v, want %v", tc.assay, x.test, x.level, v, w)
			}
		}
		if v := find(got, tc.phase, "", 0, Sparsity); len(v) != 1 || v[0] != n.Sparsity() {
			t.Errorf("%+v: sparsity %v, want %v", tc.assay, v, n.Sparsity())
		}
		if len(got) != len(published)+1 {
			t.Errorf("%+v: %d readings, want %d", tc.assay, len(got), len(published)+1)
		}
		was, _ := before.MarshalBinary()
		is, _ := b.Subject.Net.MarshalBinary()
		if !bytes.Equal(was, is) || b.Subject.Rand.Uint64() != rng.Stream(4, "test").Uint64() || len(b.Subject.Trace) > 0 {
			t.Errorf("%+v changed the subject", tc.assay)
		}
	}
}

// The tests of the published battery are far enough apart here that an exchange
// shows: no two of them are equal.
func TestPublishedTestsDiffer(t *testing.T) {
	b := trained(t)
	got, err := AcuteTests{Battery: PublishedBattery()}.Measure(b)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]string{}
	for _, r := range got {
		if other := seen[r.Value]; other != "" {
			t.Errorf("%s %v and %s both give %v", r.Test, r.Level, other, r.Value)
		}
		seen[r.Value] = fmt.Sprint(r.Test, " ", r.Level)
	}
}

// stopping is a drug of a reader's own, outside the state, whose withdrawal draws.
type stopping struct{ err bool }

func (stopping) Name() string                 { return "x" }
func (stopping) Apply(s *treat.Subject) error { return nil }
func (w stopping) Withdraw(s *treat.Subject) {
	s.Net.Layers[0].B[0] += float32(s.Rand.NormFloat64())
	if w.err {
		s.Prune(50)
	}
}

// Off the drug is measured wherever the arm left one on, by the arm's own rule if
// it has one.
func TestOffDrugFollowsTheState(t *testing.T) {
	neutral, gain, protected := network.Neutral(), network.Neutral(), network.Neutral()
	gain.Gain, protected.Protection = 1.25, 0.8
	for _, tc := range []struct {
		arm   treat.Treatment
		state network.State
		rows  bool
	}{
		{treat.Ketamine(), neutral, false}, {treat.Ketamine(), gain, true}, {treat.SSRI(), protected, false}, {treat.SSRI(), tonic, true},
		{treat.Func("x", func(*treat.Subject) error { return nil }), tonic, true},
		{treat.Neurosteroid(), treat.Neurosteroid().Drug, true}, {treat.Sham(treat.Neurosteroid()), neutral, false},
		{treat.Sequence("x", treat.SSRI(), treat.Neurosteroid()), treat.Neurosteroid().Drug, true}, {treat.Sequence("x", treat.Neurosteroid(), treat.SSRI()), neutral, false},
		{stopping{}, neutral, true}, {nil, tonic, false},
	} {
		b := bench(t, tc.arm)
		b.Subject.Net.State = tc.state
		got, err := OffDrugTests{Battery: combinedOnly}.Measure(b)
		if err != nil || len(got) > 0 != tc.rows {
			t.Errorf("%+v in state %+v: %d readings, error %v: want some %v", tc.arm, tc.state, len(got), err, tc.rows)
		}
	}
	b := bench(t, stopping{})
	was := b.Subject.Net.Layers[0].B[0]
	if _, err := (OffDrugTests{Battery: combinedOnly}).Measure(b); err != nil || b.Subject.Net.Layers[0].B[0] != was || b.Subject.Rand.Uint64() != rng.Stream(2, "test").Uint64() {
		t.Errorf("withdrawal changed the subject or drew from its stream, error %v", err)
	}
	b.Therapy = stopping{err: true}
	if _, err := (OffDrugTests{Battery: combinedOnly}).Measure(b); err == nil || b.Subject.Err() != nil {
		t.Errorf("a withdrawal that fails: error %v, kept by the subject itself %v: want one and none", err, b.Subject.Err())
	}
}

// Tied sites are averaged by the sites that gradient chose.
func TestTiedIsWeightedByRegrownSites(t *testing.T) {
	b := bench(t, treat.None())
	report := func(rule plasticity.Rule, regrown, tied int) plasticity.Report {
		return plasticity.Report{Rule: rule, Matrices: []plasticity.MatrixReport{{Absent: 200, Regrown: regrown, Tied: tied}}}
	}
	b.Subject.Reports = []plasticity.Report{report(plasticity.Gradient, 10, 5), report(plasticity.Random, 100, 0), report(plasticity.Gradient, 30, 0)}
	got, err := AcuteTests{Battery: combinedOnly, Label: "x"}.Measure(b)
	if v := find(got, "x", "", 0, Tied); err != nil || len(v) != 1 || v[0] != 12.5 {
		t.Errorf("tied %v, error %v: want 5 of 40 sites, 12.5 percent", v, err)
	}
	b.Subject.Reports = b.Subject.Reports[1:2]
	if got, err = (AcuteTests{Battery: combinedOnly}).Measure(b); err != nil || find(got, Acute, "", 0, Tied) != nil {
		t.Errorf("random regrowth has no ties: %v, error %v", got, err)
	}
}

// The drop is from the same combined test before pruning, whichever phase that is.
func TestDropIsFromTheSameTestBefore(t *testing.T) {
	b := trained(t)
	b.Readings = []Reading{{"acute", Standard, 0, Accuracy, 1, 0}, {"acute", Combined, 0, Drop, 2, 0}, {"strong", Combined, 0, Accuracy, 70, 0}, {"acute", Combined, 0, Accuracy, 80, 0}}
	for _, tc := range []struct {
		relapse RelapseTests
		phase   string
		before  float64
	}{
		{RelapseTests{Battery: combinedOnly, Fraction: 0.4, Cap: 0.99}, "relapse", 80},
		{RelapseTests{Battery: combinedOnly, Fraction: 0.6, Cap: 0.99, Label: "deep"}, "deep", 80},
		{RelapseTests{Battery: combinedOnly, Fraction: 0.4, Cap: 0.99, From: "strong"}, "relapse", 70},
	} {
		got, err := tc.relapse.Measure(b)
		if err != nil {
			t.Fatal(err)
		}
		after, drop := find(got, tc.phase, Combined, 0, Accuracy), find(got, tc.phase, Combined, 0, Drop)
		if len(after) != 1 || len(drop) != 1 || drop[0] != tc.before-after[0] {
			t.Errorf("%+v: drop %v after %v: want %v less what is left", tc.relapse, drop, after, tc.before)
		}
	}
	// Without stress nothing is combined, and nothing drops.
	bare := Battery{Internal: []float64{1}}
	got, err := RelapseTests{Battery: bare, Fraction: 0.4, Cap: 0.99}.Measure(b)
	if err != nil || find(got, Relapse, Combined, 0, Accuracy) != nil || find(got, Relapse, Combined, 0, Drop) != nil || len(got) != 4 {
		t.Errorf("relapse without a combined test: %v, error %v: want clean, standard, internal and sparsity", got, err)
	}
	b.Readings = nil
	got, err = RelapseTests{Battery: combinedOnly, Fraction: 0.4, Cap: 0.99}.Measure(b)
	if err != nil || find(got, Relapse, Combined, 0, Drop) != nil {
		t.Errorf("a drop from nothing: %v, error %v", got, err)
	}
}

// own is a test that a reader wrote.
type own struct{ AcuteTests }

func TestRelapseAsksForTheTestBefore(t *testing.T) {
	strong := Battery{Combined: network.Stress{Input: 2, Internal: 1}}
	acute, relapse := AcuteTests{Battery: combinedOnly}, RelapseTests{Battery: combinedOnly, Fraction: 0.4, Cap: 0.99}
	from := relapse
	from.From = "strong"
	var _ Follower = relapse
	for _, tc := range []struct {
		before  []Assay
		relapse RelapseTests
		want    string
	}{
		{[]Assay{acute}, relapse, ""},
		{[]Assay{DoseTests{}, AcuteTests{Label: "strong", Battery: strong}, acute}, relapse, ""},
		{nil, relapse, `"relapse" has no test "acute" before it`},
		{[]Assay{OffDrugTests{Battery: combinedOnly}}, relapse, `has no test "acute"`},
		{[]Assay{acute}, from, `has no test "strong"`},
		{[]Assay{acute, AcuteTests{Label: "strong", Battery: strong}}, from, `want {Input:2 Internal:1 Bias:0} as of "strong"`},
		{[]Assay{AcuteTests{Battery: strong}}, relapse, `Battery.Combined of "relapse" = {Input:1 Internal:0.5 Bias:0}`},
		{[]Assay{AcuteTests{}}, relapse, "want {Input:0 Internal:0 Bias:0}"},
		{[]Assay{own{AcuteTests{Battery: strong}}}, relapse, ""}, // only its writer knows
		{nil, RelapseTests{Fraction: 0.4, Cap: 0.99}, ""},
	} {
		err := tc.relapse.After(tc.before)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%+v after %+v: error %v, want %q", tc.relapse, tc.before, err, tc.want)
		}
	}
}

// Each test by its name, the published phase where it has none; errors name it.
func TestLabels(t *testing.T) {
	twice := Battery{Internal: []float64{0.5, 1, 0.5}}
	for _, tc := range []struct {
		assay Assay
		name  string
		want  string // of the error; empty for none
	}{
		{AcuteTests{Battery: PublishedBattery()}, "acute", ""}, {AcuteTests{Label: "x"}, "x", ""},
		{OffDrugTests{}, "off-drug", ""}, {OffDrugTests{Label: "x"}, "x", ""},
		{RelapseTests{Fraction: 1, Cap: 1}, "relapse", ""}, {RelapseTests{Label: "x", Fraction: 0.4, Cap: 0.99}, "x", ""},
		{DoseTests{}, "dose", ""},
		{AcuteTests{Label: "x", Battery: twice}, "x", `assay: Battery of "x": test internal at 0.5 stands twice`},
		{OffDrugTests{Battery: twice}, "off-drug", `assay: Battery of "off-drug": test internal at 0.5 stands twice`},
		{RelapseTests{Fraction: 1, Cap: 1, Battery: Battery{Input: []float64{2, 2}}}, "relapse", `assay: Battery of "relapse": test input at 2 stands twice`},
		{AcuteTests{Battery: Battery{Bias: []float64{1, -1, 1}}}, "acute", "test biased at 1 stands twice"},
		{AcuteTests{Battery: Battery{Combined: network.Stress{Input: 99}}}, "acute", "test combined: network: Input = 99"},
		{RelapseTests{Label: "deep", Fraction: 40, Cap: 1}, "deep", `assay: Fraction of "deep" = 40: want a share in (0, 1]; did you mean 0.4?`},
		{RelapseTests{Label: "deep", Fraction: 0.4, Cap: 99}, "deep", `assay: Cap of "deep" = 99: want a share in (0, 1]; did you mean 0.99?`},
		{RelapseTests{Fraction: 0.4}, "relapse", `assay: Cap of "relapse" = 0`},
	} {
		err := tc.assay.Validate()
		if got := tc.assay.Name(); got != tc.name {
			t.Errorf("%+v is named %q, want %q", tc.assay, got, tc.name)
		}
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%+v: error %v, want %q", tc.assay, err, tc.want)
		}
	}
	if err := twice.Validate(); err == nil || errors.Unwrap(err) != nil || !strings.HasPrefix(err.Error(), "assay: Battery: ") {
		t.Errorf("a battery alone: error %v", err)
	}
}

// Turnover counts changes above a tenth of the old weight, and above 1e-9 where
// there was next to none; biases do not count.
func TestTurnoverThreshold(t *testing.T) {
	for _, tc := range []struct {
		was, is float32
		moved   bool
	}{
		{10, 11, false}, {10, 11.25, true}, {-10, -11, false}, {-10, -8.75, true}, {1, 1.125, true}, {1, 0.90625, false},
		{0, 5e-10, false}, {0, 2e-9, true}, {5e-9, 5.8e-9, false}, {0.25, 0, true}, {0.25, -0.25, true}, {0.9, 1, true}, {1, 0.905, false}, {0.5, 0.5, false},
	} {
		b := bench(t, treat.None())
		b.Template = b.Subject.Net.Clone()
		b.Template.Layers[1].W[7], b.Subject.Net.Layers[1].W[7] = tc.was, tc.is
		b.Subject.Net.Layers[1].B[0] += 3
		got, err := DoseTests{}.Measure(b)
		if err != nil {
			t.Fatal(err)
		}
		d, all := math.Abs(float64(tc.is)-float64(tc.was)), float64(2*40+40*30+30*4)
		w := []float64{d / all, d / all, 0}
		if tc.moved {
			w[2] = 100 / all
		}
		v := slices.Concat(find(got, Acute, "", 0, Dose), find(got, Acute, "", 0, DoseL2), find(got, Acute, "", 0, Turnover))
		if !slices.EqualFunc(v, w, func(a, b float64) bool { return math.Abs(a-b) <= 1e-15*max(1, b) }) { // one rounding of a root
			t.Errorf("%v became %v: dose, dose-l2 and turnover %v, want %v", tc.was, tc.is, v, w)
		}
	}
}
