package network

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/diff/fd"

	"divergent/pkg/task"
)

func small(t testing.TB, seed uint64) *Network {
	t.Helper()
	n, err := New([]int{2, 13, 9, 7, 4}, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// thin removes about the given share of the synapses.
func thin(n *Network, share float64, r *rand.Rand) {
	for k := range n.Layers {
		l := &n.Layers[k]
		for i := range l.W {
			if r.Float64() < share {
				l.W[i], l.Present[i] = 0, false
			}
		}
	}
}

func TestNewIsUniform(t *testing.T) {
	n, err := New(Published(), rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	weights, biases := 0, 0
	for k, l := range n.Layers {
		limit := 1 / math.Sqrt(float64(l.In))
		for what, x := range map[string][]float32{"weights": l.W, "biases": l.B} {
			var sum, sq, top float64
			for _, w := range x {
				v := float64(w) / limit
				sum, sq, top = sum+v, sq+v*v, max(top, math.Abs(v))
			}
			m := float64(len(x))
			// Draws from ±1 have variance 1/3, their squares variance 4/45; five standard errors.
			if math.Abs(sum/m) > 5*math.Sqrt(1/(3*m)) || math.Abs(sq/m-1.0/3) > 5*math.Sqrt(4/(45*m)) || top > 1 || m > 100 && top < 0.9 {
				t.Errorf("layer %d, %s over their limit: mean %.2g, largest %.4g, mean square %.3g: want uniform on ±1", k, what, sum/m, top, sq/m)
			}
		}
		var product float64 // biases are draws of their own: a correlation with standard error 1/√n
		for i, b := range l.B {
			product += float64(b) * float64(l.W[i]) / (limit * limit / 3)
		}
		if wb := product / float64(len(l.B)); math.Abs(wb) > 5/math.Sqrt(float64(len(l.B))) {
			t.Errorf("layer %d: correlation of biases and first weights %.3f", k, wb)
		}
		weights, biases = weights+len(l.W), biases+len(l.B)
	}
	if weights != 395264 || biases != 1284 { // published counts
		t.Errorf("%d weights and %d biases, want 395264 and 1284", weights, biases)
	}
	if n.Sparsity() != 0 || n.State != Neutral() {
		t.Errorf("a new network has sparsity %v and state %+v", n.Sparsity(), n.State)
	}
}

// fixedNoise gives each unit and sample the same draw at every call, so that the
// loss is a smooth function of the weights, whatever units are passed over.
type fixedNoise struct{ size int }

func (f fixedNoise) Normal(layer, first int, dst []float32) {
	for i := range dst {
		unit, sample := first+i/f.size, i%f.size
		dst[i] = float32(rand.New(rand.NewPCG(uint64(1000*layer+unit), uint64(sample))).NormFloat64())
	}
}

func TestGradientsAgainstFiniteDifferences(t *testing.T) {
	states := map[string]State{
		"tanh damped":         {Activation: Tanh, Damping: 0.7, Gain: 1},
		"tanh gain protected": {Activation: Tanh, Damping: 1, Gain: 1.6, Protection: 0.5},
		"relu":                Neutral(),
		"relu protected":      {Activation: ReLU, Damping: 1, Gain: 1.25, Protection: 0.5},
	}
	for name, state := range states {
		for trial := range 4 { // dense and sparse loops, with noise and, so that silent units drop out, without
			share, noise := []float64{0, 0.6}[trial%2], []float64{0.3, 0}[trial/2]
			n := small(t, 3)
			thin(n, share, rand.New(rand.NewPCG(4, 4)))
			n.State = state
			const batch = 24
			set := task.Four().Sample(batch, 0.8, 12) // no kink of a ReLU lies within a step
			index := make([]int, batch)
			for i := range index {
				index[i] = i
			}
			x, y := make([]float32, 2*batch), make([]uint8, batch)
			set.Gather(index, x, y)
			for i := range x {
				x[i] /= 3 // keeps tanh off saturation, where differences lose digits
			}
			pass := NewPass(n, batch, PresentSites)
			loss := func() float64 {
				pass.Load()
				pass.Forward(x, batch, Stress{Internal: noise}, fixedNoise{batch})
				return pass.Backward(x, y)
			}
			loss()
			for k := range n.Layers {
				l := &n.Layers[k]
				grads := pass.Grads[k]
				w := append([]float32{}, grads.W...)
				b := append([]float32{}, grads.B...)
				for e, g := range w {
					i := e
					if grads.Site != nil {
						i = int(grads.Site[e])
					}
					if !l.Present[i] {
						if g != 0 {
							t.Errorf("%s: gradient %g at an absent synapse", name, g)
						}
						continue
					}
					checkDerivative(t, name, &l.W[i], float64(g), loss)
				}
				for i, g := range b {
					checkDerivative(t, name, &l.B[i], float64(g), loss)
				}
			}
		}
	}
}

func checkDerivative(t *testing.T, name string, p *float32, want float64, loss func() float64) {
	t.Helper()
	at := *p
	got := fd.Derivative(func(v float64) float64 {
		*p = float32(v)
		return loss()
	}, float64(at), &fd.Settings{Formula: fd.Central, Step: 1.0 / 4096})
	*p = at
	// The float32 loss has about 1e-7 of rounding: 1e-7·4096 = 4e-4 in the
	// quotient. The step is that small so that a ReLU's kink seldom lies in it.
	if math.Abs(got-want) > 2e-3*(1+math.Abs(want)) {
		t.Errorf("%s: gradient %.6g, finite difference %.6g", name, want, got)
	}
}

// A network with absent synapses gives the same on the sparse and on the dense
// loops; the sums run in another order, hence a few float32 roundings.
func TestSparseAndDenseLoopsAgree(t *testing.T) {
	n := small(t, 5)
	thin(n, 0.8, rand.New(rand.NewPCG(6, 6)))
	full := n.Clone()
	for k := range full.Layers {
		for i := range full.Layers[k].Present {
			full.Layers[k].Present[i] = true
		}
	}
	x := make([]float32, 2*33)
	for i := range x {
		x[i] = float32(i%7) - 3
	}
	a := NewPass(n, 33, PresentSites).Forward(x, 33, Stress{Internal: 1}, fixedNoise{33})
	b := NewPass(full, 33, PresentSites).Forward(x, 33, Stress{Internal: 1}, fixedNoise{33})
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > 1e-5 {
			t.Fatalf("logit %d: sparse %v, dense %v", i, a[i], b[i])
		}
	}
}

// Leaving out units without a path to the output changes nothing: not the
// logits, not the loss, not one gradient, whatever mixture of full, thin and cut
// layers there is and however the batch size changes.
func TestUnitsWithoutPathAffectNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	dead := 0
	for trial := range 60 {
		n := small(t, uint64(trial))
		for k := range n.Layers {
			share := []float64{0, 0.1, 0.5, 0.9}[r.IntN(4)]
			l := &n.Layers[k]
			for i := range l.W {
				if r.Float64() < share {
					l.W[i], l.Present[i] = 0, false
				}
			}
		}
		few, all := NewPass(n, 64, PresentSites), NewPass(n, 64, EverySite)
		for _, has := range n.paths() {
			if has != nil {
				dead++
			}
		}
		for i, size := range []int{64, 48, 64, 5} {
			stress := Stress{Internal: []float64{0.5, 0}[i%2]}
			x, y := make([]float32, 2*size), make([]uint8, size)
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
			for i := range y {
				y[i] = uint8(r.IntN(4))
			}
			a := few.Forward(x, size, stress, fixedNoise{size})
			b := all.Forward(x, size, stress, fixedNoise{size})
			near := func(what string, got, want float32) {
				t.Helper()
				// The loops differ, so sums of up to 64 terms run in another order.
				if !(math.Abs(float64(got-want)) <= 2e-6*(1+math.Abs(float64(want)))) {
					t.Fatalf("trial %d, %d samples, %s = %v, with all units %v", trial, size, what, got, want)
				}
			}
			for i := range a {
				near("logit", a[i], b[i])
			}
			near("loss", float32(few.Backward(x, y)), float32(all.Backward(x, y)))
			for k := range n.Layers {
				got := make([]float32, len(n.Layers[k].W))
				for e, v := range few.Grads[k].W {
					if site := few.Grads[k].Site; site != nil {
						e = int(site[e])
					}
					got[e] = v
				}
				for i, p := range n.Layers[k].Present {
					if p {
						near("gradient", got[i], all.Grads[k].W[i])
					}
				}
				for i, v := range few.Grads[k].B {
					near("bias gradient", v, all.Grads[k].B[i])
				}
			}
		}
	}
	if dead < 20 {
		t.Errorf("only %d layers with units left out: the trials do not test it", dead)
	}
}

// Effective gains stand in the published protocol (section on protection).
func TestEffectiveGain(t *testing.T) {
	for _, tc := range []struct{ gain, protection, want float64 }{
		{1.25, 0, 1.25}, {1.6, 0, 1.6}, {1.25, 1, 1.05}, {1.6, 1, 1.05}, {0.85, 1, 0.85}, {1, 1, 1}, {1.6, 0.25, 1.4625},
	} {
		s := State{Damping: 1, Gain: tc.gain, Protection: tc.protection}
		if got := s.effectiveGain(); math.Abs(got-tc.want) > 1e-12 {
			t.Errorf("effective gain of %v under protection %v = %v, want %v", tc.gain, tc.protection, got, tc.want)
		}
	}
}

// Every name of the published protocol that a state without a drug stands for.
func TestOffDrug(t *testing.T) {
	if got, want := Neutral(), (State{Activation: ReLU, Damping: 1, Gain: 1}); got != want {
		t.Errorf("Neutral() = %+v, want %+v", got, want)
	}
	drug := State{Activation: Tanh, Damping: 0.7, Gain: 1.6, Protection: 0.5}
	if got, want := drug.OffDrug(), (State{Activation: ReLU, Damping: 1, Gain: 1, Protection: 0.5}); got != want {
		t.Errorf("off the drug: %+v, want %+v", got, want)
	}
}

// A clone is equal and shares nothing.
func TestClone(t *testing.T) {
	build := func() *Network {
		n := small(t, 1)
		thin(n, 0.5, stream(1))
		n.State = State{Activation: Tanh, Damping: 0.7, Gain: 1.25, Protection: 0.5}
		return n
	}
	n := build()
	c := n.Clone()
	if !reflect.DeepEqual(n, c) {
		t.Fatal("a clone differs")
	}
	c.State = Neutral()
	for k := range c.Layers {
		l := &c.Layers[k]
		for i := range l.W {
			l.W[i], l.Present[i] = 7, !l.Present[i]
		}
		for i := range l.B {
			l.B[i] = 7
		}
	}
	if !reflect.DeepEqual(n, build()) {
		t.Error("changing a clone changed the network")
	}
}

// 5 of 14 weights are absent; biases do not count, nor what a weight is.
func TestSparsity(t *testing.T) {
	n, err := New([]int{2, 3, 2, 1}, stream(1))
	if err != nil {
		t.Fatal(err)
	}
	m := n.Clone()
	for k, sites := range [][]int{{0, 5}, {1, 2}, {1}} {
		for _, i := range sites {
			n.Layers[k].W[i], n.Layers[k].Present[i] = 0, false
		}
	}
	n.Layers[0].W[1] = 0
	if got := n.Sparsity(); math.Abs(got-100*5.0/14) > 1e-12 {
		t.Errorf("sparsity = %v, want 5 of 14", got)
	}
	if n.SameSynapses(m) || !n.SameSynapses(n.Clone()) {
		t.Error("SameSynapses does not tell by what is present")
	}
	other := n.Clone()
	for i := range other.Layers[2].W {
		other.Layers[2].W[i] *= 2
	}
	if !n.SameSynapses(other) {
		t.Error("SameSynapses looks at weights")
	}
	wider, _ := New([]int{1, 6, 1, 2}, stream(1))
	flat, _ := New([]int{2, 3, 2, 1}, stream(1))
	if wider.SameSynapses(flat) {
		t.Error("networks of other widths have the same synapses")
	}
}

func TestWidthsAreRefused(t *testing.T) {
	for _, sizes := range [][]int{nil, {2}, make([]int, 65), {2, 0, 4}, {2, -1, 4}, {2, 1<<16 + 1}} {
		if _, err := New(sizes, stream(1)); err == nil {
			t.Errorf("New(%v): no error", sizes)
		}
	}
	n, err := New([]int{2, 5, 3}, stream(1))
	if err != nil || !slices.Equal(n.Sizes(), []int{2, 5, 3}) || CheckSizes([]int{1, 1 << 16}) != nil {
		t.Errorf("widths %v (%v), want 2, 5, 3", n.Sizes(), err)
	}
}

// What a network from elsewhere must satisfy.
func TestValidate(t *testing.T) {
	if err := small(t, 1).Validate(); err != nil {
		t.Fatal(err)
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for what, spoil := range map[string]func(n *Network){
		"no layers":               func(n *Network) { n.Layers = nil },
		"weight NaN":              func(n *Network) { n.Layers[1].W[3] = nan },
		"weight infinite":         func(n *Network) { n.Layers[1].W[3] = -inf },
		"absent weight not 0":     func(n *Network) { n.Layers[2].Present[0] = false },
		"bias NaN":                func(n *Network) { n.Layers[3].B[0] = nan },
		"bias infinite":           func(n *Network) { n.Layers[0].B[0] = inf },
		"layers that do not join": func(n *Network) { n.Layers = append(n.Layers[:1:1], n.Layers[2:]...) },
		"weights missing":         func(n *Network) { n.Layers[1].W = n.Layers[1].W[1:] },
		"mask too short":          func(n *Network) { n.Layers[1].Present = n.Layers[1].Present[1:] },
		"bias missing":            func(n *Network) { n.Layers[1].B = n.Layers[1].B[1:] },
		"rows missing": func(n *Network) {
			n.Layers[1].W, n.Layers[1].Present = n.Layers[1].W[13:], n.Layers[1].Present[13:]
		},
		"layer without units": func(n *Network) { n.Layers = []Layer{{In: 2, Out: 0}} },
		"state":               func(n *Network) { n.State.Gain = 0 },
	} {
		n := small(t, 1)
		spoil(n)
		if n.Validate() == nil {
			t.Errorf("%s: Validate() = nil, want an error", what)
		}
		if _, err := n.MarshalBinary(); err == nil {
			t.Errorf("%s: MarshalBinary wrote it", what)
		}
	}
}

func TestStateAndStressAreRefused(t *testing.T) {
	for _, s := range []State{{}, {Damping: 1}, {Damping: 2, Gain: 1}, {Damping: math.NaN(), Gain: 1},
		{Damping: 1, Gain: 1, Protection: 2}, {Damping: 1, Gain: 1, Protection: -0.1}, {Activation: 2, Damping: 1, Gain: 1},
		{Damping: -0.5, Gain: 1}, {Damping: 1, Gain: -1}, {Damping: 1, Gain: 10.5}, {Damping: 1, Gain: math.NaN()}, {Damping: 1, Gain: 1, Protection: math.NaN()}} {
		if s.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", s)
		}
	}
	for _, x := range []Stress{{Input: -1}, {Input: 10.5}, {Internal: math.NaN()}, {Internal: -0.1}, {Internal: 11}, {Bias: math.Inf(1)}, {Bias: -10.5}} {
		if x.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", x)
		}
	}
	for _, v := range []interface{ Validate() error }{Neutral(), State{Activation: Tanh, Damping: 0.01, Gain: 10, Protection: 1},
		Stress{}, Stress{Input: 10, Internal: 10, Bias: -10}} {
		if err := v.Validate(); err != nil {
			t.Errorf("Validate(%+v) = %v, want nil", v, err)
		}
	}
}

// recorder is a noise of zeros that notes what it is asked for.
type recorder struct{ asked [][3]int } // layer, first unit, draws

func (r *recorder) Normal(layer, first int, dst []float32) {
	r.asked = append(r.asked, [3]int{layer, first, len(dst)})
	clear(dst)
}

// Noise is drawn once for each hidden unit and sample, layer by layer, not for
// the output, and not at all where none is asked for.
func TestNoiseIsDrawnForHiddenUnits(t *testing.T) {
	n := small(t, 1)
	p := NewPass(n, 5, PresentSites)
	x := make([]float32, 2*5)
	for _, tc := range []struct {
		x    Stress
		want int
	}{{Stress{Internal: 1}, 13 + 9 + 7}, {Stress{Bias: -1}, 13 + 9 + 7}, {Stress{}, 0}, {Stress{Input: 1}, 0}} {
		r := &recorder{}
		p.Forward(x, 5, tc.x, r)
		drawn := map[[2]int]bool{}
		for i, a := range r.asked {
			if i > 0 && (a[0] < r.asked[i-1][0] || a[0] == r.asked[i-1][0] && a[1] <= r.asked[i-1][1]) {
				t.Errorf("%+v: %v after %v, want ascending layers and units", tc.x, a, r.asked[i-1])
			}
			for u := range a[2] / 5 {
				drawn[[2]int{a[0], a[1] + u}] = a[0] < 3
			}
		}
		if len(drawn) != tc.want {
			t.Errorf("%+v: noise for %d units, want %d", tc.x, len(drawn), tc.want)
		}
		for unit, hidden := range drawn {
			if !hidden {
				t.Errorf("%+v: noise for output unit %d", tc.x, unit[1])
			}
		}
	}
}

// Logits of any size have a finite loss: with a single large one it is the
// distance to it. The gradient is softmax minus one-hot over the samples.
func TestSoftmaxLoss(t *testing.T) {
	const classes, n = 3, 2
	logits := []float32{1000, -1, -1000, -1, 0, -1} // samples (1000, −1000, 0) and (−1, −1, −1)
	delta := make([]float32, len(logits))
	if got, want := softmaxLoss(delta, logits, []uint8{2, 1}, classes, n), (1000+math.Log(3))/2; math.Abs(got-want) > 1e-12*want {
		t.Errorf("loss %v, want %v", got, want)
	}
	for i, want := range []float64{0.5, 1.0 / 6, 0, -1.0 / 3, -0.5, 1.0 / 6} {
		if math.Abs(float64(delta[i])-want) > 1e-7 {
			t.Errorf("gradient %d = %v, want %v", i, delta[i], want)
		}
	}
}

// EverySite gives the gradient at absent synapses, too, on dense and on sparse
// loops; PresentSites gives none there.
func TestGradientsAtAbsentSynapses(t *testing.T) {
	for _, share := range []float64{0.3, 0.8} {
		n := small(t, 11)
		n.State.Activation = Tanh
		thin(n, share, stream(12))
		set := task.Four().Sample(24, 0.8, 12)
		index, x, y := make([]int, 24), make([]float32, 48), make([]uint8, 24)
		for i := range index {
			index[i] = i
		}
		set.Gather(index, x, y)
		for i := range x {
			x[i] /= 3
		}
		every := NewPass(n, 24, EverySite)
		every.Forward(x, 24, Stress{}, nil)
		every.Backward(x, y)
		full := n.Clone() // the same function with all synapses, some of them 0
		for k := range full.Layers {
			for i := range full.Layers[k].Present {
				full.Layers[k].Present[i] = true
			}
		}
		pass := NewPass(full, 24, PresentSites)
		loss := func() float64 {
			pass.Forward(x, 24, Stress{}, nil)
			return pass.Backward(x, y)
		}
		for k := range n.Layers {
			for i, p := range n.Layers[k].Present {
				if !p {
					checkDerivative(t, "absent synapse", &full.Layers[k].W[i], float64(every.Grads[k].W[i]), loss)
				}
			}
		}
	}
}
