package spines

import (
	"math"
	"strings"
	"testing"

	"divergent/data"
	"divergent/internal/kept/kepttest"
	"divergent/pkg/fit"
)

func quick() FitOptions { return FitOptions{Intervals: fit.NoIntervals, Starts: 2} }

// Without memory new spines and lasting turnover cannot both be right; that
// imaging misses some spines explains it as well as memory does.
func TestTurnoverRivals(t *testing.T) {
	rivals, fits, err := TurnoverRivals(kepttest.Context("spines"), quick())
	if err != nil {
		t.Fatal(err)
	}
	sites, pools, missed := rivals[0], rivals[1], rivals[2]
	if sites.N != 16 || pools.AIC-sites.AIC < 30 || fits[1].P > 1e-4 || fits[0].P < 0.1 {
		t.Errorf("sites %v\ntwo pools %v", fits[0].Fitted, fits[1].Fitted)
	}
	if d := missed.ChiSquare - sites.ChiSquare; math.Abs(d) > 0.1 {
		t.Errorf("missed spines %v\nsites %v", fits[2].Fitted, fits[0].Fitted)
	}
	if i := 3; fits[0].Names[i] != "R" || !fits[0].AtBound[i] {
		t.Errorf("the control arm alone decides how fast sites return: %v %v", fits[0].Names, fits[0].Value)
	}
}

// In PT neurons under psilocybin elimination falls as formation rises: spines
// that return do that, missed spines do not.
func TestPulseNeedsMemoryInPTNeurons(t *testing.T) {
	ctx := kepttest.Context("spines")
	memory, err := Arms()[1].FitPulse(ctx, Remembered(), Targets()[0], quick())
	if err != nil {
		t.Fatal(err)
	}
	o := quick()
	o.Starts = 1 // the rival is slow where the data push it to its bounds
	missed, err := Arms()[1].FitPulse(ctx, TwoPoolsMissed(), Targets()[2], o)
	if err != nil {
		t.Fatal(err)
	}
	if memory.P < 0.1 || missed.AIC-memory.AIC < 20 {
		t.Errorf("memory %v\nmissed %v", memory.Fitted, missed.Fitted)
	}
	if e := memory.DensityExcess(); len(e) != 6 || math.Abs(e[0].Value-0.235) > 0.001 || e[0].Day != 1 || e[5].Day != 65 {
		t.Errorf("density excess %+v", e)
	}
}

// Data made by the model give its parameters back.
func TestFitFindsWhatItWasMadeOf(t *testing.T) {
	truth := Default()
	truth.Km, truth.B, truth.R, truth.D, truth.Drift, truth.TauPulse = 0.15, 0.06, 0.5, 0.05, 0.002, 20
	truth.GainReturn, truth.GainForm = 3, 3
	var made []series
	for _, drug := range []bool{false, true} {
		s, err := Shao().read(drug)
		if err != nil {
			t.Fatal(err)
		}
		if s.points, err = s.predict(truth); err != nil {
			t.Fatal(err)
		}
		for i := range s.points {
			p := &s.points[i]
			p.Value, p.Fitted = p.Model, p.SEM > 0 // of survival, too, the means
			p.Of = 0
		}
		made = append(made, s)
	}
	names := []string{"Km", "B", "R", "D", "Drift", "Gain", "TauPulse"}
	f, err := estimate(t.Context(), "made", quantities{Default(), 2, 1, Targets()[0]}, made, quick(), names...)
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{truth.Km, truth.B, truth.R, truth.D, truth.Drift, 3, truth.TauPulse}
	for i, v := range f.Value {
		if math.Abs(v/want[i]-1) > 1e-3 {
			t.Errorf("%s = %v, want %v", names[i], v, want[i])
		}
	}
}

// The deviance of the steps of survival is that of the binomial, and is zero
// where the model meets the data.
func TestResidualOfSurvival(t *testing.T) {
	p := Point{Seen: 20, Of: 36, Model: 20. / 36}
	if r := p.residual(1); math.Abs(r) > 1e-7 {
		t.Errorf("residual %v at the data", r)
	}
	p.Model = 0.5
	want := 2 * (20*math.Log(20./18) + 16*math.Log(16./18))
	if r := p.residual(1); math.Abs(r*r-want) > 1e-12 || r > 0 {
		t.Errorf("residual %v, want −√%v", r, want)
	}
	if r := p.residual(0.9); math.Abs(r) > 1e-7 { // 0.5 of 0.9 is 20 of 36
		t.Errorf("residual %v", r)
	}
}

// Every arm is read whole, and pooled with no other.
func TestArmsReadTheData(t *testing.T) {
	rows, err := data.Spines()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range Arms() {
		for _, drug := range []bool{false, true} {
			s, err := a.read(drug)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for _, r := range rows {
				rate := strings.HasSuffix(r.Measure, "_rate") || r.Measure == "spine_density" || r.Measure == "new_spine_survival" && a.Study == "Shao2021"
				if r.Study == a.Study && r.Cells == a.Cells && r.Arm == s.points[0].Arm && rate {
					want++
				}
			}
			if len(s.points) != want || len(s.protocol.Doses("")) != map[bool]int{true: 1}[drug] {
				t.Errorf("%s, drug %v: %d points, want %d", a, drug, len(s.points), want)
			}
		}
		if _, err := a.Params(); err != nil {
			t.Error(err)
		}
	}
	s, _ := Shao().read(false)
	if last := s.points[len(s.points)-1]; last.Seen != 14 || last.Of != 20 {
		t.Errorf("the last step of survival is %+v, want 14 of 20", last)
	}
}

func BenchmarkPredict(b *testing.B) { // a drug arm of Shao 2021
	s, err := Shao().read(true)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.predict(Default()); err != nil {
			b.Fatal(err)
		}
	}
}
