package assay

import (
	"math"
	"slices"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/pkg/treat"
)

func bench(t *testing.T, arm treat.Treatment) Bench {
	t.Helper()
	n, err := network.New([]int{2, 40, 30, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := plasticity.Prune(n, 0.5); err != nil {
		t.Fatal(err)
	}
	return Bench{Seed: 1, Arm: "x", Subject: &treat.Subject{Net: n, Rand: rng.Stream(2, "test")}, Therapy: arm,
		Standard: task.Four().Sample(400, 0.8, 2), Clean: task.Four().Sample(100, 0, 3)}
}

func find(rs []Reading, phase, test string, level float64, metric string) []float64 {
	var out []float64
	for _, r := range rs {
		if r.Phase == phase && r.Test == test && r.Level == level && r.Metric == metric {
			out = append(out, r.Value)
		}
	}
	return out
}

// Every published test gives one accuracy, in percent.
func TestBatteryIsComplete(t *testing.T) {
	got, err := AcuteTests{Battery: PublishedBattery()}.Measure(bench(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		test  string
		level float64
	}{{Clean, 0}, {Standard, 0}, {Input, 1}, {Input, 2}, {Internal, 0.3}, {Internal, 0.5}, {Internal, 1}, {Internal, 1.5}, {Internal, 2.5}, {Combined, 0}, {Biased, 1}} {
		if v := find(got, Acute, x.test, x.level, Accuracy); len(v) != 1 || v[0] < 0 || v[0] > 100 {
			t.Errorf("%s %v: %v, want one percentage", x.test, x.level, v)
		}
	}
	if v := find(got, Acute, "", 0, Sparsity); len(v) != 1 || math.Abs(v[0]-50) > 1 {
		t.Errorf("sparsity %v, want about 50", v)
	}
	if v := find(got, Acute, "", 0, Tied); v != nil {
		t.Errorf("tied %v for a subject that regrew nothing", v)
	}
}

// A test's draws belong to it: dropping other tests changes no number, and the
// same test on another arm's name draws anew.
func TestTestsHaveTheirOwnDraws(t *testing.T) {
	measure := func(b Battery, arm string) []float64 {
		x := bench(t, nil)
		x.Arm = arm
		got, err := AcuteTests{Battery: b}.Measure(x)
		if err != nil {
			t.Fatal(err)
		}
		return find(got, Acute, Internal, 2.5, Accuracy)
	}
	all := measure(PublishedBattery(), "a")
	if one := measure(Battery{Internal: []float64{2.5}}, "a"); !slices.Equal(all, one) {
		t.Errorf("internal 2.5 alone gives %v, in the battery %v", one, all)
	}
	if other := measure(PublishedBattery(), "b"); slices.Equal(all, other) {
		t.Error("two arms share their draws")
	}
}

func TestOffDrugLeavesTheSubjectAlone(t *testing.T) {
	arm := treat.Neurosteroid()
	b := bench(t, arm)
	b.Subject.Net.State = arm.Drug
	got, err := OffDrugTests{Battery: PublishedBattery()}.Measure(b)
	if err != nil || len(find(got, OffDrug, Standard, 0, Accuracy)) != 1 {
		t.Fatalf("readings %v, error %v", got, err)
	}
	if b.Subject.Net.State != arm.Drug {
		t.Error("the test took the subject off its drug")
	}
	off := b.Subject.Net.Clone()
	off.State = network.Neutral()
	if want := off.Accuracy(b.Standard, network.Stress{}, nil); find(got, OffDrug, Standard, 0, Accuracy)[0] != want {
		t.Errorf("standard accuracy off the drug is %v, want %v", find(got, OffDrug, Standard, 0, Accuracy), want)
	}
	for _, arm := range []treat.Treatment{treat.SSRI(), nil} {
		if got, err := (OffDrugTests{Battery: PublishedBattery()}).Measure(bench(t, arm)); err != nil || got != nil {
			t.Errorf("an arm without a drug: %v, %v", got, err)
		}
	}
}

func TestRelapse(t *testing.T) {
	tests := RelapseTests{Battery: Battery{Combined: network.Stress{Input: 1, Internal: 0.5}}, Fraction: 0.4, Cap: 0.99}
	b := bench(t, treat.SSRI())
	b.Readings = []Reading{{Acute, Combined, 0, Accuracy, 80, 0}}
	before := b.Subject.Net.Sparsity()
	got, err := tests.Measure(b)
	if err != nil {
		t.Fatal(err)
	}
	after := find(got, Relapse, Combined, 0, Accuracy)
	if drop := find(got, Relapse, Combined, 0, Drop); len(drop) != 1 || len(after) != 1 || drop[0] != 80-after[0] {
		t.Errorf("drop %v with accuracy %v after 80: want their difference, positive for a loss", drop, after)
	}
	if v := find(got, Relapse, "", 0, Sparsity); len(v) != 1 || math.Abs(v[0]-(before+0.4*(100-before))) > 0.5 {
		t.Errorf("sparsity %v after %v, want 40 percent of the rest gone", v, before)
	}
	if b.Subject.Net.Sparsity() != before {
		t.Error("the test pruned the subject itself")
	}
	tests.Cap = 0.6
	if got, err = tests.Measure(b); err != nil {
		t.Fatal(err)
	}
	if v := find(got, Relapse, "", 0, Sparsity); math.Abs(v[0]-60) > 0.5 {
		t.Errorf("sparsity %v under a cap of 60", v)
	}
	if got, err := tests.Measure(bench(t, nil)); err != nil || got != nil {
		t.Errorf("a condition that is no arm: %v, %v", got, err)
	}
}

func TestBadSettingsAreRefused(t *testing.T) {
	for _, a := range []Assay{
		AcuteTests{Battery: Battery{Internal: []float64{-1}}}, OffDrugTests{Battery: Battery{Input: []float64{math.NaN()}}},
		RelapseTests{Fraction: 40, Cap: 0.99}, RelapseTests{Fraction: 0.4}, RelapseTests{Fraction: 0.4, Cap: 0.99, Battery: Battery{Bias: []float64{99}}},
	} {
		if a.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", a)
		}
	}
}

// Three weights of known change: one untouched, one by exactly a tenth, one
// regrown where there was none.
func TestDose(t *testing.T) {
	b := bench(t, treat.None())
	n := b.Subject.Net.Clone()
	b.Template = b.Subject.Net.Clone()
	total := 0
	for _, l := range n.Layers {
		total += len(l.W)
	}
	absent := slices.Index(n.Layers[1].Present, false)
	first := slices.Index(n.Layers[0].Present, true)
	second := first + 1 + slices.Index(n.Layers[0].Present[first+1:], true)
	b.Template.Layers[0].W[first], n.Layers[0].W[first] = 0.5, 0.5625 // changes that float32 holds exactly
	b.Template.Layers[0].W[second], n.Layers[0].W[second] = -0.5, -0.53125
	n.Layers[1].W[absent], n.Layers[1].Present[absent] = 0.25, true
	b.Subject.Net = n
	got, err := DoseTests{}.Measure(b)
	if err != nil {
		t.Fatal(err)
	}
	all := float64(total)
	for _, x := range []struct {
		metric string
		want   float64
	}{{Dose, (0.0625 + 0.03125 + 0.25) / all}, {DoseL2, math.Sqrt(0.0625*0.0625+0.03125*0.03125+0.25*0.25) / all}, {Turnover, 100 * 2 / all}} {
		if v := find(got, Acute, "", 0, x.metric); len(v) != 1 || math.Abs(v[0]-x.want) > 1e-15 {
			t.Errorf("%s %v, want %v", x.metric, v, x.want)
		}
	}
	b.Therapy = nil
	if got, err := (DoseTests{}).Measure(b); err != nil || got != nil {
		t.Errorf("a network that was not treated has the dose %v, %v", got, err)
	}
}

// The exact rule leaves the count of section 2 of the protocol: of a matrix's
// survivors, ⌊0.4 × survivors⌋ fewer.
func TestExactRelapse(t *testing.T) {
	b := bench(t, treat.None())
	left, all := 0, 0
	for _, l := range b.Subject.Net.Layers {
		present := 0
		for _, p := range l.Present {
			if p {
				present++
			}
		}
		left += present - present*2/5
		all += len(l.W)
	}
	got, err := RelapseTests{Battery: Battery{}, Fraction: 0.4, Cap: 1, Exact: true}.Measure(b)
	if err != nil {
		t.Fatal(err)
	}
	want := 100 * (1 - float64(left)/float64(all))
	if v := find(got, Relapse, "", 0, Sparsity); len(v) != 1 || math.Abs(v[0]-want) > 1e-9 {
		t.Errorf("sparsity %v, want %v", v, want)
	}
}
