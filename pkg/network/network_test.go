package network

import (
	"bytes"
	"math"
	"math/rand/v2"
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
		var sum, sq, top float64
		for _, w := range l.W {
			v := float64(w)
			sum, sq, top = sum+v, sq+v*v, max(top, math.Abs(v))
		}
		m := float64(len(l.W))
		// The mean of m uniform draws has standard error limit/√(3m); five of these.
		if math.Abs(sum/m) > 5*limit/math.Sqrt(3*m) || top > limit || math.Abs(sq/m/(limit*limit/3)-1) > 0.2 {
			t.Errorf("layer %d: mean %.2g, largest %.4g, variance ratio %.3g: want uniform on ±%.4g", k, sum/m, top, sq/m/(limit*limit/3), limit)
		}
		weights, biases = weights+len(l.W), biases+len(l.B)
	}
	if weights != 395264 || biases != 1284 { // published counts
		t.Errorf("%d weights and %d biases, want 395264 and 1284", weights, biases)
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

// Protection does not enter the activity, damping scales it: with one hidden
// layer exactly.
func TestActivity(t *testing.T) {
	n, err := New([]int{2, 9, 4}, rand.New(rand.NewPCG(8, 8)))
	if err != nil {
		t.Fatal(err)
	}
	set := task.Four().Sample(300, 0.8, 5)
	n.State.Activation = Tanh
	plain := n.Activity(set)
	n.State.Damping = 0.5
	if got := n.Activity(set); math.Abs(got-plain/2) > 1e-9 { // halving is exact in float32; the sums are float64
		t.Errorf("activity at damping 0.5 = %v, want %v", got, plain/2)
	}
	n.State.Damping = 1
	n.State.Protection = 0.5
	if got := n.Activity(set); got != plain {
		t.Errorf("activity under protection = %v, want %v", got, plain)
	}
	if plain <= 0 || plain >= 1 {
		t.Errorf("activity of tanh units = %v, want it within (0, 1)", plain)
	}
}

func TestStateAndStressAreRefused(t *testing.T) {
	for _, s := range []State{{}, {Damping: 1}, {Damping: 2, Gain: 1}, {Damping: math.NaN(), Gain: 1},
		{Damping: 1, Gain: 1, Protection: 2}, {Activation: 9, Damping: 1, Gain: 1}} {
		if s.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", s)
		}
	}
	for _, x := range []Stress{{Input: -1}, {Internal: math.NaN()}, {Bias: math.Inf(1)}} {
		if x.Validate() == nil {
			t.Errorf("Validate(%+v) = nil, want an error", x)
		}
	}
	if Neutral().Validate() != nil || (Stress{}).Validate() != nil {
		t.Error("the neutral state or the zero stress is refused")
	}
}

func TestCodecRoundTrip(t *testing.T) {
	n := small(t, 1)
	thin(n, 0.5, rand.New(rand.NewPCG(2, 2)))
	n.State = State{Activation: Tanh, Damping: 0.7, Gain: 1}
	b, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var m Network
	if err := m.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	again, err := m.MarshalBinary()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("a network read and written again differs (%v)", err)
	}
	for i := range b { // each byte is under the checksum or is it
		c := bytes.Clone(b)
		c[i] ^= 1
		if new(Network).UnmarshalBinary(c) == nil {
			t.Fatalf("a file with byte %d changed was read without an error", i)
		}
		if i < len(b) && new(Network).UnmarshalBinary(b[:i]) == nil {
			t.Fatalf("a file cut at byte %d was read without an error", i)
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	n := small(f, 1)
	b, _ := n.MarshalBinary()
	f.Add(b)
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		var n Network
		if n.UnmarshalBinary(sealed(b)) == nil && n.Validate() != nil {
			t.Error("an invalid network was read without an error")
		}
	})
}

// sealed puts a right checksum at the end, so that the fuzzer gets past it.
func sealed(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	return appendChecksum(bytes.Clone(b[:len(b)-4]))
}
