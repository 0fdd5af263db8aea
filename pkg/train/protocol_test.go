package train

import (
	"math"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
)

// frozen is a learning rate at which no weight moves by a float32 step, so that
// the losses of a trace depend on order, noise and gain alone.
const frozen = 1e-12

// layer is dense with the given weights and biases.
func layer(in, out int, w, b []float32) network.Layer {
	l := network.Layer{In: in, Out: out, W: w, B: b, Present: make([]bool, in*out)}
	for i := range l.Present {
		l.Present[i] = true
	}
	return l
}

// softplus is the cross-entropy of class 0 of two at a margin of −x.
func softplus(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// fit trains and returns the trace.
func fit(t *testing.T, n *network.Network, set task.Set, c Config, seed uint64) Trace {
	t.Helper()
	trace, err := Fit(n, set, c, rng.Stream(seed, "test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(trace) != c.Epochs {
		t.Fatalf("%d epochs in the trace, want %d", len(trace), c.Epochs)
	}
	return trace
}

// Every epoch uses every sample once, in an order of its own. Five samples with
// losses a to e in batches of two leave one alone, e, whose loss then counts
// twice: the mean of the batch means is (a + b + c + d + 2e)/6. So an epoch's loss
// tells which one was last, and over the epochs each is last in its turn.
func TestEpochsShuffleTheWholeSet(t *testing.T) {
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{layer(2, 2, []float32{0, 0, 1, 0}, []float32{0, 0})}}
	set := task.Set{X: []float32{0, 0, 3, 0, 6, 0, 9, 0, 12, 0}, Y: make([]uint8, 5)}
	var loss [5]float64
	var all float64
	for i := range loss {
		loss[i] = softplus(float64(3 * i))
		all += loss[i]
	}
	const epochs = 500
	var last [5]int
	stays, before := 0, -1
	for e, now := range fit(t, n, set, Config{Epochs: epochs, Batch: 2, Rate: frozen}, 1) {
		alone := -1
		for i, l := range loss {
			if math.Abs(now.Loss-(all+l)/6) < 1e-5 {
				alone = i
			}
		}
		if alone < 0 {
			t.Fatalf("epoch %d: loss %v is not that of five samples in batches of 2, 2 and 1", e+1, now.Loss)
		}
		last[alone]++
		if alone == before {
			stays++
		}
		before = alone
	}
	// Binomial with p = 1/5: SD 8.9 of a mean of 100; five of these.
	for i, count := range append(last[:], stays) {
		if math.Abs(float64(count)-100) > 45 {
			t.Errorf("sample %d of 5 was last in %d of %d epochs, and so often as in the epoch before: %d; want about a fifth", i, count, epochs, stays)
		}
	}
}

// With no batch size given batches hold 128, as published: of 129 samples one is
// alone.
func TestPublishedBatch(t *testing.T) {
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{layer(2, 2, []float32{0, 0, 1, 0}, []float32{0, 0})}}
	set := task.Set{X: make([]float32, 2*129), Y: make([]uint8, 129)}
	for i := range set.Len() {
		set.X[2*i] = 1
	}
	set.X[0] = 1000
	rare := 0
	for _, now := range fit(t, n, set, Config{Epochs: 400, Rate: frozen}, 2) {
		switch one := softplus(1); {
		case math.Abs(now.Loss-(one+1000)/2) < 1e-3: // the large one alone
			rare++
		case math.Abs(now.Loss-(one+(127*one+1000)/128)/2) > 1e-3:
			t.Fatalf("loss %v: want that of batches of 128 and 1", now.Loss)
		}
	}
	if rare > 14 { // Poisson with mean 3.1, probability 1e-6 beyond
		t.Errorf("the first sample was alone in %d of 400 epochs, want about 3", rare)
	}
}

// The internal noise reaches the loss with the SD of its epoch: one deaf hidden
// unit hands on nothing but noise, so the loss of class 0 is the mean of
// softplus(SD·z) over normal z. Batches and epochs have draws of their own.
func TestNoiseOfTheRampReachesTheLoss(t *testing.T) {
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{
		layer(2, 1, []float32{0, 0}, []float32{0}), layer(1, 2, []float32{0, 8}, []float32{0, 0})}}
	const samples = 128 * 40
	set := task.Set{X: make([]float32, 2*samples), Y: make([]uint8, samples)}
	moments := func(sd float64) (mean, se float64) {
		var sum, square, weight float64
		for z := -8.0; z <= 8; z += 1.0 / 256 {
			p, v := math.Exp(-z*z/2), softplus(8*sd*z)
			weight, sum, square = weight+p, sum+p*v, square+p*v*v
		}
		mean = sum / weight
		return mean, math.Sqrt((square/weight - mean*mean) / samples)
	}
	for _, noise := range []Ramp{{From: 0.5}, {From: 0.2, To: 1}, {From: 0.5, To: 0.5}} {
		trace := fit(t, n, set, Config{Epochs: 6, Rate: frozen, Noise: noise}, 3)
		for e, now := range trace {
			sd := noise.From + (noise.To-noise.From)*float64(e)/5
			mean, se := moments(sd)
			if math.Abs(now.Noise-sd) > 1e-12 || math.Abs(now.Loss-mean) > 5*se+1e-6 {
				t.Errorf("ramp %+v, epoch %d: SD %v, loss %v, want SD %v and %v ± %v", noise, e+1, now.Noise, now.Loss, sd, mean, 5*se)
			}
		}
	}
	var losses []float64
	for _, seed := range []uint64{4, 5} {
		for _, now := range fit(t, n, set, Config{Epochs: 30, Rate: frozen, Noise: Ramp{From: 0.5, To: 0.5}}, seed) {
			losses = append(losses, now.Loss)
		}
	}
	var square float64
	mean, se := moments(0.5)
	for _, v := range losses {
		square += (v - mean) * (v - mean) / (se * se)
	}
	// χ² with 60 degrees of freedom over 60 has SD 0.18: the spread between epochs
	// is that of 5,120 draws each. Equal epochs or equal batches have another.
	if ratio := square / 60; ratio < 0.35 || ratio > 2 {
		t.Errorf("variance of the epochs' losses over that of independent draws = %v, want about 1", ratio)
	}
	for i, v := range losses[1:] {
		if v == losses[i] {
			t.Errorf("epochs %d and %d have the same loss: the noise repeats itself", i+1, i+2)
		}
	}
}

// The gain of the ramp is the network's in each epoch: a hidden unit of constant
// activity 1 gives a loss of softplus(gain).
func TestGainOfTheRampReachesTheLoss(t *testing.T) {
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{
		layer(2, 1, []float32{0, 0}, []float32{1}), layer(1, 2, []float32{0, 1}, []float32{0, 0})}}
	set := task.Set{X: make([]float32, 20), Y: make([]uint8, 10)}
	check := func(c Config, gains ...float64) {
		t.Helper()
		for e, now := range fit(t, n, set, c, 4) {
			if want := softplus(gains[e]); math.Abs(now.Loss-want) > 1e-6 {
				t.Errorf("gain %+v, epoch %d: loss %v, want %v of gain %v", c.Gain, e+1, now.Loss, want, gains[e])
			}
		}
	}
	check(Config{Epochs: 4, Rate: frozen, Gain: Ramp{From: 1, To: 1.6}}, 1, 1.2, 1.4, 1.6)
	check(Config{Epochs: 2, Rate: frozen}, 1.6, 1.6) // kept
	check(Config{Epochs: 3, Rate: frozen, Gain: Ramp{From: 2, To: 0.5}}, 2, 1.25, 0.5)
	if n.State != (network.State{Damping: 1, Gain: 0.5}) {
		t.Errorf("state after the ramp: %+v", n.State)
	}
}

// Training goes on in the drug state that the network is in, and leaves it: a
// hidden unit with a constant input of 1 hands on damping·tanh(1) − 0.15·protection.
func TestTrainingIsUnderTheDrug(t *testing.T) {
	for state, want := range map[network.State]float64{
		network.Neutral(): 1,
		{Activation: network.Tanh, Damping: 0.7, Gain: 1}:                 0.7 * math.Tanh(1),
		{Activation: network.ReLU, Damping: 1, Gain: 0.85, Protection: 1}: 0.85 - 0.15,
	} {
		n := &network.Network{State: state, Layers: []network.Layer{
			layer(2, 1, []float32{0, 0}, []float32{1}), layer(1, 2, []float32{0, 3}, []float32{0, 0})}}
		set := task.Set{X: make([]float32, 20), Y: make([]uint8, 10)}
		for _, now := range fit(t, n, set, Config{Epochs: 2, Rate: frozen}, 6) {
			if want := softplus(3 * want); math.Abs(now.Loss-want) > 1e-6 {
				t.Errorf("%+v: loss %v, want %v", state, now.Loss, want)
			}
		}
		if n.State != state {
			t.Errorf("state %+v after training, want %+v", n.State, state)
		}
	}
}

// textbook is Adam as in Kingma & Ba 2015, algorithm 1, in float64.
type textbook struct {
	t    int
	m, v []float64
}

func (o *textbook) step(x, g []float64, rate float64) {
	if o.m == nil {
		o.m, o.v = make([]float64, len(x)), make([]float64, len(x))
	}
	o.t++
	for i := range x {
		o.m[i] = 0.9*o.m[i] + 0.1*g[i]
		o.v[i] = 0.999*o.v[i] + 0.001*g[i]*g[i]
		mHat := o.m[i] / (1 - math.Pow(0.9, float64(o.t)))
		vHat := o.v[i] / (1 - math.Pow(0.999, float64(o.t)))
		x[i] -= rate * mHat / (math.Sqrt(vHat) + 1e-8)
	}
}

// Whole-set epochs of logistic regression follow the textbook's Adam with the
// gradient in closed form: weights, biases, and the loss before each step. The
// second coordinate is so small that its gradient is as small as Adam's ε.
func TestFitIsAdam(t *testing.T) {
	x := [][2]float64{{1, 2e-8}, {-0.5, 1e-8}, {2, -1e-8}, {0.25, 3e-8}}
	y := []uint8{0, 1, 1, 0}
	set := task.Set{Y: y}
	for _, p := range x {
		set.X = append(set.X, float32(p[0]), float32(p[1]))
	}
	par := []float64{0.5, -0.25, 0.125, 0.75, 0.1, -0.1} // w row by row, then b
	n := &network.Network{State: network.Neutral(), Layers: []network.Layer{
		layer(2, 2, []float32{0.5, -0.25, 0.125, 0.75}, []float32{0.1, -0.1})}}
	const epochs, rate = 30, 0.02
	trace := fit(t, n, set, Config{Epochs: epochs, Batch: 4, Rate: rate}, 5)
	var opt textbook
	for e := range epochs {
		g, loss := make([]float64, 6), 0.0
		for i, p := range x {
			var z [2]float64
			for c := range z {
				z[c] = par[2*c]*p[0] + par[2*c+1]*p[1] + par[4+c]
			}
			loss += softplus(z[1-y[i]]-z[y[i]]) / 4
			for c := range z {
				d := 1 / (1 + math.Exp(z[1-c]-z[c])) / 4
				if int(y[i]) == c {
					d -= 0.25
				}
				g[2*c], g[2*c+1], g[4+c] = g[2*c]+d*p[0], g[2*c+1]+d*p[1], g[4+c]+d
			}
		}
		opt.step(par, g, rate)
		if math.Abs(trace[e].Loss-loss) > 1e-6 || trace[e].Rate != rate {
			t.Errorf("epoch %d: %+v, want loss %v and rate %v", e+1, trace[e], loss, rate)
		}
	}
	for i, want := range par {
		got := append(append([]float32{}, n.Layers[0].W...), n.Layers[0].B...)[i]
		// 30 steps of about 0.02 and a float32 rounding each, of numbers around 1; near ε
		// a relative error of the gradient counts in full.
		if math.Abs(float64(got)-want) > 2e-5 {
			t.Errorf("parameter %d after %d steps = %v, want %v", i, epochs, got, want)
		}
	}
}

// In a deep network every matrix and bias vector has moments of its own: steps
// follow the textbook's Adam over the gradients of network.Pass.
func TestStepsOfEveryLayerAreAdams(t *testing.T) {
	n := circuit(t)
	set := task.Four().Sample(60, 0.8, 3)
	const batch, rate = 20, 0.01
	o := NewStepper(n, batch, rate)
	ref := n.Clone()
	opt := make([]textbook, 2*len(n.Layers))
	for step := range 6 {
		index, x, y := make([]int, batch), make([]float32, 2*batch), make([]uint8, batch)
		for i := range index {
			index[i] = (step*batch + i) % set.Len()
		}
		got := o.Step(set, index, network.Stress{}, nil)
		o.Store()
		set.Gather(index, x, y)
		pass := network.NewPass(ref, batch, network.PresentSites)
		pass.Forward(x, batch, network.Stress{}, nil)
		if want := pass.Backward(x, y); math.Abs(got-want) > 1e-6 {
			t.Errorf("step %d: loss %v, want %v", step, got, want)
		}
		for k := range ref.Layers {
			for j, part := range [][2][]float32{{ref.Layers[k].W, pass.Grads[k].W}, {ref.Layers[k].B, pass.Grads[k].B}} {
				par, g := widen(part[0]), widen(part[1])
				opt[2*k+j].step(par, g, rate)
				for i, v := range par {
					part[0][i] = float32(v)
				}
				now := [][]float32{n.Layers[k].W, n.Layers[k].B}[j]
				for i, v := range par {
					if math.Abs(float64(now[i])-v) > 1e-5 { // steps of 0.01 and float32 gradients
						t.Fatalf("step %d, layer %d, part %d, parameter %d = %v, want %v", step, k, j, i, now[i], v)
					}
				}
			}
		}
		for k := range ref.Layers { // go on from the same point
			copy(ref.Layers[k].W, n.Layers[k].W)
			copy(ref.Layers[k].B, n.Layers[k].B)
		}
	}
}

func widen(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
