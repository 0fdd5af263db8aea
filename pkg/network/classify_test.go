package network

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/task"
)

// identity is a network without hidden layers: its logits are its inputs.
func identity(width int) *Network {
	n := &Network{Layers: []Layer{newLayer(width, width)}, State: Neutral()}
	for i := range width {
		n.Layers[0].W[i*width+i], n.Layers[0].Present[i*width+i] = 1, true
	}
	return n
}

// deaf is a network of so many hidden units that hear no input; the logits are
// what the hidden units hand on.
func deaf(hidden int) *Network {
	n := &Network{Layers: []Layer{newLayer(1, hidden), identity(hidden).Layers[0]}, State: Neutral()}
	n.Layers[0].Present[0] = true
	return n
}

func repeated(n int, x ...float32) []float32 { return slices.Repeat(x, n) }

func stream(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }

// swept returns the logits of all points, one slice for each output.
func swept(n *Network, points []float32, x Stress, r *rand.Rand) [][]float64 {
	out := make([][]float64, n.Layers[len(n.Layers)-1].Out)
	n.sweep(points, x, r, PresentSites, func(_, size int, _ *Pass, logits []float32) {
		for c := range out {
			for _, v := range logits[c*size : (c+1)*size] {
				out[c] = append(out[c], float64(v))
			}
		}
	})
	return out
}

// isNormal compares draws with N(mean, sd²). Standard errors: sd/√n of the mean,
// sd/√(2n) of the SD, √15/√n and √96/√n of the third and fourth moment; five each.
func isNormal(t *testing.T, what string, draws []float64, mean, sd float64) {
	t.Helper()
	root := math.Sqrt(float64(len(draws)))
	var m1, m2, m3, m4 float64
	for _, v := range draws {
		z := (v - mean) / sd
		m1, m2, m3, m4 = m1+z, m2+z*z, m3+z*z*z, m4+z*z*z*z
	}
	n := float64(len(draws))
	for _, m := range []struct {
		name            string
		got, want, unit float64
	}{{"mean", m1 / n, 0, 1}, {"variance", m2 / n, 1, math.Sqrt2}, {"third moment", m3 / n, 0, math.Sqrt(15)}, {"fourth moment", m4 / n, 3, math.Sqrt(96)}} {
		if !(math.Abs(m.got-m.want) <= 5*m.unit/root) {
			t.Errorf("%s: standardised %s %.4f, want %v ± %.4f", what, m.name, m.got, m.want, 5*m.unit/root)
		}
	}
}

// unrelated: the correlation of n pairs of independent draws has standard error
// 1/√n.
func unrelated(t *testing.T, what string, a, b []float64) {
	t.Helper()
	if r := stat.Correlation(a, b, nil); !(math.Abs(r) <= 5/math.Sqrt(float64(len(a)))) {
		t.Errorf("%s: correlation %.4f, want 0", what, r)
	}
}

// The input noise is normal with the SD asked for, fresh for every coordinate and
// point, and the points come in order.
func TestInputNoise(t *testing.T) {
	const points = 40000
	out := swept(identity(2), repeated(points, 3, -2), Stress{Input: 1.5}, stream(1))
	isNormal(t, "first coordinate", out[0], 3, 1.5)
	isNormal(t, "second coordinate", out[1], -2, 1.5)
	unrelated(t, "coordinates", out[0], out[1])
	unrelated(t, "neighbours", out[0][1:], out[0][:points-1])
	unrelated(t, "batches", out[0][testBatch:], out[0][:points-testBatch])
	other := swept(identity(2), repeated(points, 3, -2), Stress{Input: 1.5}, stream(2))
	unrelated(t, "streams", out[0], other[0])

	clean := []float32{1, 2, 3, 4, 5, 6}
	if got := swept(identity(2), clean, Stress{}, nil); !slices.Equal(got[0], []float64{1, 3, 5}) || !slices.Equal(got[1], []float64{2, 4, 6}) {
		t.Errorf("without noise the logits are %v, want the points", got)
	}
}

// Every hidden unit has internal noise of its own, normal with the SD asked for;
// the biased pass has SD 1 around its bias in its place. Output units have none.
func TestInternalNoise(t *testing.T) {
	const points = 40000
	for _, tc := range []struct {
		name     string
		x        Stress
		state    State
		mean, sd float64
	}{
		{"internal", Stress{Internal: 0.5}, Neutral(), 0, 0.5},
		{"internal under damping and gain", Stress{Internal: 0.5}, State{Damping: 0.7, Gain: 1.2}, 0, 0.5 * 0.7 * 1.2},
		{"internal under protection", Stress{Internal: 2}, State{Damping: 1, Gain: 1, Protection: 0.5}, -0.075, 2},
		{"biased", Stress{Bias: 2}, Neutral(), 2, 1},
		{"biased in place of internal", Stress{Bias: -1, Internal: 3}, Neutral(), -1, 1},
		{"biased under protection", Stress{Bias: 1}, State{Damping: 1, Gain: 1, Protection: 1}, 0.7 - 0.15, 1},
	} {
		n := deaf(3)
		n.State = tc.state
		out := swept(n, make([]float32, points), tc.x, stream(3))
		for _, v := range out {
			isNormal(t, tc.name, v, tc.mean, tc.sd)
		}
		unrelated(t, tc.name+", units", out[0], out[1])
		unrelated(t, tc.name+", units", out[1], out[2])
		unrelated(t, tc.name+", neighbours", out[0][1:], out[0][:points-1])
		unrelated(t, tc.name+", batches", out[0][testBatch:], out[0][:points-testBatch])
		unrelated(t, tc.name+", streams", out[0], swept(n, make([]float32, points), tc.x, stream(4))[0])
	}
}

// The combined test has both noises: a unit far from its kink hands on the sum.
func TestInputAndInternalNoiseAdd(t *testing.T) {
	n := deaf(1)
	n.Layers[0].W[0], n.Layers[0].B[0] = 1, 20
	out := swept(n, make([]float32, 40000), Stress{Input: 1, Internal: 0.5}, stream(11))
	isNormal(t, "input and internal noise", out[0], 20, math.Sqrt(1.25))
}

// Each layer draws afresh: what the second adds has nothing to do with what the
// first handed on.
func TestLayersHaveTheirOwnNoise(t *testing.T) {
	n := deaf(1)
	n.Layers = append(n.Layers, identity(1).Layers[0])
	n.Layers[0].B[0] = 20 // far from the ReLU's kink, so that the layers add up
	out := swept(n, make([]float32, 40000), Stress{Internal: 0.5}, stream(6))
	isNormal(t, "two layers", out[0], 20, 0.5*math.Sqrt2)
}

// The batch of a test decides which draw a sample gets: unit by unit, 128 samples
// each. Another size changes results, and so needs another study.Engine.
func TestTestBatch(t *testing.T) {
	const points = 300
	var batches []int
	n := deaf(3) // thin enough for the sparse loops, which go unit by unit
	n.sweep(make([]float32, points), Stress{}, nil, PresentSites, func(first, size int, _ *Pass, _ []float32) {
		batches = append(batches, first, size)
	})
	if want := []int{0, 128, 128, 128, 256, 44}; !slices.Equal(batches, want) {
		t.Errorf("first points and sizes of the batches: %v, want %v", batches, want)
	}
	noise, out := NewNoise(stream(7)), swept(n, make([]float32, points), Stress{Internal: 1}, stream(7))
	for first := 0; first < points; first += 128 {
		draw := make([]float32, min(128, points-first))
		for unit := range 3 {
			noise.Normal(0, unit, draw)
			for j, v := range draw {
				if got := out[unit][first+j]; got != float64(v) {
					t.Fatalf("sample %d, unit %d: noise %v, want the stream's %v", first+j, unit, got, v)
				}
			}
		}
	}
}

// The class is the largest logit, the first among equal ones, for every point of
// any number of batches.
func TestClassify(t *testing.T) {
	const points, classes = 300, 5
	r := stream(8)
	x, want := make([]float32, points*classes), make([]uint8, points)
	for i := range points {
		row := x[i*classes : (i+1)*classes]
		for c := range row {
			row[c] = float32(r.IntN(4)) - 2 // often equal
		}
		want[i] = uint8(slices.Index(row, slices.Max(row)))
	}
	n := identity(classes)
	if got := n.Classify(x, Stress{}, nil); !slices.Equal(got, want) {
		t.Errorf("classes %v, want %v", got, want)
	}
}

// 75 of 300 points are labelled otherwise than they are classified.
func TestAccuracy(t *testing.T) {
	s := task.Set{X: repeated(300, 1, 2), Y: slices.Repeat([]uint8{1, 0, 1, 1}, 75)}
	if got := identity(2).Accuracy(s, Stress{}, nil); got != 75 {
		t.Errorf("accuracy = %v, want 75 percent", got)
	}
}

// The stresses reach the classes: of points at a distance of 1 from the border a
// share of Φ(1/SD) stays right, with binomial standard error.
func TestStressesReachTheAccuracy(t *testing.T) {
	const points = 20000
	outer := identity(2) // class 0 where x₀ > x₁
	inner := deaf(1)     // class 0 where the unit hands on more than −1
	inner.Layers[1] = newLayer(1, 2)
	inner.Layers[1].W[0], inner.Layers[1].Present[0], inner.Layers[1].B[1] = 1, true, -1
	for _, tc := range []struct {
		name  string
		n     *Network
		width int
		x     Stress
		want  float64 // standard deviations from the border
	}{
		{"input", outer, 2, Stress{Input: 1}, 1 / math.Sqrt2}, {"input", outer, 2, Stress{Input: 2}, 0.5 / math.Sqrt2},
		{"internal", inner, 1, Stress{Internal: 0.5}, 2}, {"internal", inner, 1, Stress{Internal: 2.5}, 0.4},
		{"biased", inner, 1, Stress{Bias: 1}, 2}, {"biased", inner, 1, Stress{Bias: -0.5}, 0.5},
	} {
		s := task.Set{X: make([]float32, tc.width*points), Y: make([]uint8, points)}
		if tc.width == 2 {
			s.X = repeated(points, 1, 0)
		}
		p := 100 * (1 + math.Erf(tc.want/math.Sqrt2)) / 2
		if got := tc.n.Accuracy(s, tc.x, stream(9)); !(math.Abs(got-p) <= 5*math.Sqrt(p*(100-p)/points)) {
			t.Errorf("%s noise %+v: accuracy %.2f, want %.2f", tc.name, tc.x, got, p)
		}
	}
}

// Activity is the mean of |gain·damping·f(affine map)| over samples, units and
// then layers, computed here in float64; protection does not enter, silent units
// and those without a path to the output count.
func TestActivity(t *testing.T) {
	set := task.Four().Sample(300, 0.8, 5)
	for _, state := range []State{Neutral(), {Activation: Tanh, Damping: 0.7, Gain: 1}, {Activation: Tanh, Damping: 1, Gain: 0.85, Protection: 1},
		{Activation: ReLU, Damping: 0.5, Gain: 1.25}} {
		n := small(t, 8)
		thin(n, 0.6, stream(10))
		n.State = state
		bare := state
		bare.Protection = 0
		var want float64
		hidden := len(n.Layers) - 1
		for i := range set.Y {
			x := []float64{float64(set.X[2*i]), float64(set.X[2*i+1])}
			for k := range hidden {
				x = n.Layers[k].handOn(x, bare, func(int) float64 { return 0 })
				for _, v := range x {
					want += math.Abs(v) / float64(set.Len()*len(x)*hidden)
				}
			}
		}
		if got := n.Activity(set); math.Abs(got-want) > 1e-6*want { // float32 sums of a dozen terms
			t.Errorf("activity in state %+v = %v, want %v", state, got, want)
		}
	}
}

// affine is a layer's affine map in float64.
func (l *Layer) affine(x []float64) []float64 {
	out := make([]float64, l.Out)
	for r := range out {
		out[r] = float64(l.B[r])
		for c, in := range x {
			out[r] += float64(l.W[r*l.In+c]) * in
		}
	}
	return out
}

// handOn is a hidden layer in float64: affine map, activation, noise, damping and
// effective gain, protection shift.
func (l *Layer) handOn(x []float64, s State, noise func(unit int) float64) []float64 {
	out := l.affine(x)
	for r, v := range out {
		if s.Activation == Tanh {
			v = math.Tanh(v)
		} else {
			v = max(v, 0)
		}
		out[r] = (v+noise(r))*s.Damping*s.effectiveGain() - 0.15*s.Protection
	}
	return out
}

// The logits are those of the published order of steps, for every drug state with
// and without noise, on dense and on sparse loops.
func TestForwardAgainstFloat64(t *testing.T) {
	const batch = 20
	set := task.Four().Sample(batch, 0.8, 14)
	for _, state := range []State{Neutral(), {Activation: Tanh, Damping: 0.7, Gain: 1}, {Damping: 0.7, Gain: 1.25, Protection: 1},
		{Activation: Tanh, Damping: 1, Gain: 1.6, Protection: 0.5}} {
		for _, stress := range []Stress{{}, {Internal: 0.5}, {Bias: 1}, {Bias: -2, Internal: 3}} {
			sd, mean := stress.Internal, 0.0
			if stress.Bias != 0 {
				sd, mean = 1, stress.Bias*(1-0.3*state.Protection)
			}
			for _, absent := range []float64{0, 0.7} {
				n := small(t, 15)
				thin(n, absent, stream(16))
				n.State = state
				index, x, y := make([]int, batch), make([]float32, 2*batch), make([]uint8, batch)
				for i := range index {
					index[i] = i
				}
				set.Gather(index, x, y)
				logits := NewPass(n, batch, PresentSites).Forward(x, batch, stress, fixedNoise{batch})
				for i := range batch {
					v := []float64{float64(x[i]), float64(x[batch+i])}
					last := len(n.Layers) - 1
					for k := range last {
						v = n.Layers[k].handOn(v, state, func(unit int) float64 {
							draw := make([]float32, batch)
							fixedNoise{batch}.Normal(k, unit, draw)
							return sd*float64(draw[i]) + mean
						})
					}
					for c, want := range n.Layers[last].affine(v) {
						// Three layers of float32 sums of up to 13 terms of size 1 to 10.
						if got := float64(logits[c*batch+i]); math.Abs(got-want) > 1e-5*(1+math.Abs(want)) {
							t.Fatalf("%+v, %+v, %v absent: logit %v, want %v", state, stress, absent, got, want)
						}
					}
				}
			}
		}
	}
}
