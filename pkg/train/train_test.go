package train

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
)

func circuit(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New([]int{2, 24, 16, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The SSRI-like ramp's values at epochs 25, 50, 75 and 100 are check constants
// of the published protocol.
func TestRamp(t *testing.T) {
	noise, gain := Ramp{From: 0.5}, Ramp{From: 1, To: 1.6}
	for _, tc := range []struct {
		epoch       int // from 1
		noise, gain float64
	}{{1, 0.5, 1}, {25, 0.379, 1.145}, {50, 0.253, 1.297}, {75, 0.126, 1.448}, {100, 0, 1.6}} {
		if got := noise.At(tc.epoch-1, 100); math.Abs(got-tc.noise) > 5e-4 { // printed to three decimals
			t.Errorf("noise in epoch %d = %v, want %v", tc.epoch, got, tc.noise)
		}
		if got := gain.At(tc.epoch-1, 100); math.Abs(got-tc.gain) > 5e-4 {
			t.Errorf("gain in epoch %d = %v, want %v", tc.epoch, got, tc.gain)
		}
	}
	if got := noise.At(0, 1); got != 0.5 {
		t.Errorf("the only epoch's noise = %v, want 0.5", got)
	}
}

func TestFitLearnsTheTask(t *testing.T) {
	n, set := circuit(t), task.Four().Sample(2000, 0.8, 1)
	trace, err := Fit(n, set, Config{Epochs: 8, Rate: 1e-2}, rng.Stream(2, "test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(trace) != 8 || !(trace[7].Loss < trace[0].Loss/3) || trace[0].Rate != 1e-2 {
		t.Errorf("trace %+v: want eight epochs and a loss that falls", trace)
	}
	if got := n.Accuracy(set, network.Stress{}, nil); got < 99 {
		t.Errorf("training accuracy %.1f, want at least 99 as the clusters are apart", got)
	}
}

// Absent synapses stay exactly 0 over many steps on either kind of loop, while
// present ones and biases train.
func TestMaskedWeightsStayZero(t *testing.T) {
	for _, every := range []int{2, 9} { // above and below the share that takes sparse loops
		n := circuit(t)
		for k := range n.Layers {
			l := &n.Layers[k]
			for i := range l.W {
				if (every == 2 && i%9 == 0) || (every == 9 && i%9 != 0) {
					l.W[i], l.Present[i] = 0, false
				}
			}
		}
		was := n.Clone()
		set := task.Four().Sample(500, 0.8, 1)
		before := was
		watch := func(Epoch) error { // the network has the new weights after every epoch
			for k, l := range n.Layers {
				if slices.Equal(l.W, before.Layers[k].W) {
					t.Errorf("weights of matrix %d stand still in an epoch", k)
				}
			}
			before = n.Clone()
			return nil
		}
		if _, err := Fit(n, set, Config{Epochs: 3, Rate: 1e-2, Noise: Ramp{From: 0.5}}, rng.Stream(2, "test"), watch); err != nil {
			t.Fatal(err)
		}
		for k, l := range n.Layers {
			for i, w := range l.W {
				if !l.Present[i] && w != 0 {
					t.Fatalf("absent weight %d of matrix %d = %v", i, k, w)
				}
			}
			if slices.Equal(l.B, was.Layers[k].B) || slices.Equal(l.W, was.Layers[k].W) {
				t.Errorf("biases or weights of layer %d did not train", k)
			}
		}
	}
}

// Zero epochs change nothing and draw nothing.
func TestZeroEpochs(t *testing.T) {
	n, r := circuit(t), rng.Stream(1, "x")
	was := n.Clone()
	if trace, err := Fit(n, task.Four().Sample(10, 0.8, 1), Config{}, r, nil); err != nil || len(trace) != 0 {
		t.Fatalf("trace %v, error %v", trace, err)
	}
	for k := range n.Layers {
		for i, w := range n.Layers[k].W {
			if w != was.Layers[k].W[i] {
				t.Fatal("a weight changed")
			}
		}
	}
	if r.Uint64() != rng.Stream(1, "x").Uint64() {
		t.Error("the random stream moved")
	}
}

func TestGainIsKept(t *testing.T) {
	n := circuit(t)
	if _, err := Fit(n, task.Four().Sample(200, 0.8, 1), Config{Epochs: 3, Rate: 1e-5, Gain: Ramp{From: 1, To: 1.6}}, rng.Stream(2, "test"), nil); err != nil {
		t.Fatal(err)
	}
	if n.State.Gain != 1.6 {
		t.Errorf("gain after the ramp = %v, want 1.6", n.State.Gain)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	for _, tc := range []struct {
		bias float32
		is   func(loss float64) bool
	}{{float32(math.NaN()), math.IsNaN}, {math.MaxFloat32, func(l float64) bool { return math.IsInf(l, 1) }}} {
		n := circuit(t)
		last := &n.Layers[2]
		clear(last.W)
		last.B[0] = tc.bias
		last.B[1] = -last.B[0] // the difference of the two is beyond float32
		trace, err := Fit(n, task.Four().Sample(200, 0.8, 1), Config{Epochs: 3, Rate: frozen}, rng.Stream(2, "test"), nil)
		var d *Diverged
		if !errors.As(err, &d) || d.Epoch != 1 || !tc.is(d.Loss) || len(trace) != 0 {
			t.Errorf("output biases ±%v: error %v and %d epochs, want a divergence in epoch 1", tc.bias, err, len(trace))
		}
	}
}

func TestWatchStopsTraining(t *testing.T) {
	stop := errors.New("stop")
	epochs := 0
	var told Trace
	trace, err := Fit(circuit(t), task.Four().Sample(200, 0.8, 1), Config{Epochs: 50, Rate: 1e-3}, rng.Stream(2, "test"),
		func(e Epoch) error {
			told = append(told, e)
			if epochs++; epochs == 3 {
				return stop
			}
			return nil
		})
	if !errors.Is(err, stop) || len(trace) != 3 || !slices.Equal(trace, told) {
		t.Errorf("%d epochs, error %v: want the 3 that the watcher saw and its error", len(trace), err)
	}
}

func TestConfigIsRefused(t *testing.T) {
	for _, c := range []Config{{Epochs: -1}, {Epochs: 1}, {Epochs: 1, Rate: 2}, {Epochs: 1, Rate: math.NaN()},
		{Epochs: 1, Rate: 1e-3, Batch: -1}, {Epochs: 1, Rate: 1e-3, Noise: Ramp{From: -1}},
		{Epochs: 100001, Rate: 1e-3}, {Epochs: 1, Rate: 1e-3, Batch: 4097}, {Epochs: 1, Rate: -1e-3},
		{Epochs: 1, Rate: 1e-3, Noise: Ramp{From: 11}}, {Epochs: 1, Rate: 1e-3, Noise: Ramp{To: 11}}, {Epochs: 1, Rate: 1e-3, Noise: Ramp{To: -1}},
		{Epochs: 1, Rate: 1e-3, Gain: Ramp{From: 11, To: 1}}, {Epochs: 1, Rate: 1e-3, Gain: Ramp{From: 1, To: 11}}, {Epochs: 1, Rate: 1e-3, Gain: Ramp{To: 1}},
		{Epochs: 1, Rate: 1e-3, Gain: Ramp{From: 1}}, {Epochs: 1, Rate: 1e-3, Noise: Ramp{To: math.NaN()}},
		{Gain: Ramp{From: 1.25, To: 1.25}}} {
		n := circuit(t)
		if _, err := Fit(n, task.Four().Sample(10, 0.8, 1), c, rng.Stream(1, "x"), nil); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Fit(%+v): error %v, want one line", c, err)
		}
		if n.State != network.Neutral() {
			t.Errorf("Fit(%+v) was refused, yet the state is %+v", c, n.State)
		}
	}
	for _, c := range []Config{{}, {Epochs: 100000, Batch: 4096, Rate: 1, Noise: Ramp{From: 10, To: 10}, Gain: Ramp{From: 10, To: 10}}} {
		if err := c.Validate(); err != nil {
			t.Errorf("Validate(%+v) = %v, want nil", c, err)
		}
	}
	var diverged *Diverged
	if _, err := Fit(circuit(t), task.Set{}, Config{Epochs: 1, Rate: 1e-3}, rng.Stream(1, "x"), nil); err == nil || errors.As(err, &diverged) {
		t.Errorf("an empty training set: error %v, want one that says so", err)
	}
}

// A step allocates nothing, on dense and sparse loops, with and without noise.
func TestStepsDoNotAllocate(t *testing.T) {
	for _, absent := range []int{0, 9} { // of ten synapses
		n := circuit(t)
		for k := range n.Layers {
			l := &n.Layers[k]
			for i := range l.W {
				if i%10 < absent {
					l.W[i], l.Present[i] = 0, false
				}
			}
		}
		set, noise := task.Four().Sample(256, 0.8, 1), network.NewNoise(rng.Stream(3, "test"))
		index := make([]int, 128)
		for i := range index {
			index[i] = i
		}
		o := NewStepper(n, 128, 1e-3)
		for _, sd := range []float64{0, 0.5} {
			step := func() { o.Step(set, index, network.Stress{Internal: sd}, noise) }
			step()
			if got := testing.AllocsPerRun(20, step); got != 0 {
				t.Errorf("%d of ten synapses absent, noise %v: %v allocations a step, want none", absent, sd, got)
			}
		}
	}
}

// BenchmarkStep is one optimiser step of the published network: dense, at 95
// percent sparsity, and there under internal noise.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		prune float64
		noise float64
	}{{"dense", 0, 0}, {"sparse", 0.95, 0}, {"sparse-noise", 0.95, 0.5}} {
		b.Run(c.name, func(b *testing.B) {
			n, err := network.New(network.Published(), rng.Stream(1, "bench"))
			if err != nil {
				b.Fatal(err)
			}
			thin(n, c.prune)
			set, noise := task.Four().Sample(PublishedBatch, 0.8, 1), network.NewNoise(rng.Stream(3, "bench"))
			index := make([]int, PublishedBatch)
			for i := range index {
				index[i] = i
			}
			o := NewStepper(n, PublishedBatch, 1e-5)
			present := 0
			for k := range n.Layers {
				present += n.Layers[k].Count()
			}
			for b.Loop() {
				o.Step(set, index, network.Stress{Internal: c.noise}, noise)
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(PublishedBatch/seconds, "samples/s")
			// Forward, input gradient and weight gradient, two operations a synapse each.
			b.ReportMetric(6*float64(present)*PublishedBatch/seconds/1e9, "GFLOP/s")
		})
	}
}

// thin removes the given share of each matrix, smallest weights first.
func thin(n *network.Network, share float64) {
	for k := range n.Layers {
		l := &n.Layers[k]
		size := make([]float32, len(l.W))
		for i, w := range l.W {
			size[i] = max(w, -w)
		}
		slices.Sort(size)
		cut := size[int(share*float64(len(size)))]
		for i, w := range l.W {
			if max(w, -w) < cut {
				l.W[i], l.Present[i] = 0, false
			}
		}
	}
}
