package network_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/task"
	"divergent/pkg/train"
)

// oracle is one case computed by PyTorch in float64; testdata/oracle/README.md
// says how its inputs come from an integer hash.
type oracle struct {
	Name      string
	Kind      string
	Sizes     []int
	Salt      uint64
	MaskEvery uint32 `json:"mask_every"`
	Steps     int
	Batch     int
	Samples   int
	Rate      float64
	State     struct {
		Activation                             network.Activation
		Damping, Gain, Noise, Bias, Protection float64
	}
	Expected struct {
		Loss         []float64
		WeightSum    []float64   `json:"weight_sum"`
		WeightSquare []float64   `json:"weight_sum_of_squares"`
		BiasSum      []float64   `json:"bias_sum"`
		Logits       [][]float64 `json:"logits"`
		ScoreSum     []float64   `json:"score_sum_at_pruned_sites"`
		ZeroScores   []int       `json:"zero_scores_at_pruned_sites"`
		BestSites    [][]int     `json:"best_sites"`
	}
	Spread float64 `json:"float32_relative_spread"`
}

func hash(i, s uint64) uint32 {
	x := uint32(i*0x9E3779B1 + s*0x85EBCA77)
	x ^= x >> 16
	x *= 0x7FEB352D
	x ^= x >> 15
	x *= 0x846CA68B
	return x ^ x>>16
}

func unit(i, s uint64) float64 { return float64(hash(i, s)>>8) / (1 << 24) }

// uniform has mean 0 and the given SD times √3 as its limit: SD 1 for 1.
func uniform(i, s uint64) float64 { return math.Sqrt(3) * (2*unit(i, s) - 1) }

func (o oracle) network() *network.Network {
	n := &network.Network{State: network.State{Activation: o.State.Activation, Damping: o.State.Damping,
		Gain: o.State.Gain, Protection: o.State.Protection}}
	for k := range len(o.Sizes) - 1 {
		in, out := o.Sizes[k], o.Sizes[k+1]
		l := network.Layer{In: in, Out: out, W: make([]float32, in*out), B: make([]float32, out), Present: make([]bool, in*out)}
		root := math.Sqrt(float64(in))
		for i := range l.W {
			l.Present[i] = o.MaskEvery <= 1 || hash(uint64(i), o.Salt+30+uint64(k))%o.MaskEvery == 0
			if l.Present[i] {
				l.W[i] = float32((2*unit(uint64(i), o.Salt+10+uint64(k)) - 1) / root)
			}
		}
		for i := range l.B {
			l.B[i] = float32((2*unit(uint64(i), o.Salt+20+uint64(k)) - 1) / root)
		}
		n.Layers = append(n.Layers, l)
	}
	return n
}

func (o oracle) set() task.Set {
	s := task.Set{X: make([]float32, 2*o.Samples), Y: make([]uint8, o.Samples)}
	for i := range s.Y {
		s.Y[i] = uint8(hash(uint64(i), o.Salt+40) % 4)
		for c := range 2 {
			s.X[2*i+c] = float32(task.Four().Centres[s.Y[i]][c] + 0.8*uniform(uint64(2*i+c), o.Salt+41))
		}
	}
	return s
}

// hashNoise is the case's noise source: step, layer, sample and unit decide.
type hashNoise struct {
	o           oracle
	step, layer int
}

func (h *hashNoise) Normal(layer, first int, dst []float32) {
	if layer < h.layer { // the next sweep
		h.step++
	}
	h.layer = layer
	b, units := h.o.Batch, h.o.Sizes[layer+1]
	for i := range dst {
		unit, sample := first+i/b, i%b
		dst[i] = float32(uniform(uint64(((8*h.step+layer)*b+sample)*units+unit), h.o.Salt+50))
	}
}

func (o oracle) stress() network.Stress {
	return network.Stress{Internal: o.State.Noise, Bias: o.State.Bias}
}

func (o oracle) batch(step int) []int {
	index := make([]int, o.Batch)
	for j := range index {
		index[j] = (step*o.Batch + j) % o.Samples
	}
	return index
}

// close compares with the tolerance the cases ask of a float32 implementation:
// ten times PyTorch's own float32 spread or 1e-4, whichever is larger, relative
// to the value or, where a sum cancels, to scale.
func (o oracle) close(t *testing.T, what string, got, want, scale float64) {
	t.Helper()
	tol := max(10*o.Spread, 1e-4)
	if !(math.Abs(got-want) <= tol*max(math.Abs(want), scale)) {
		t.Errorf("%s = %.9g, PyTorch has %.9g: off by more than %.1e", what, got, want, tol)
	}
}

func TestOracle(t *testing.T) {
	folders := []string{"testdata/oracle"}
	if more := os.Getenv("DIVERGENT_ORACLES"); more != "" {
		folders = append(folders, more)
	}
	for _, dir := range folders {
		files, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no oracle cases in %s (%v)", dir, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) { testOracle(t, file) })
		}
	}
}

func testOracle(t *testing.T, file string) {
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var o oracle
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	switch o.Kind {
	case "train":
		o.testTrain(t)
	case "forward":
		o.testForward(t)
	case "scores":
		o.testScores(t)
	default:
		t.Fatalf("unknown kind %q", o.Kind)
	}
}

func (o oracle) testTrain(t *testing.T) {
	n, set, noise := o.network(), o.set(), &hashNoise{o: o}
	opt := train.NewStepper(n, o.Batch, o.Rate)
	for step, want := range o.Expected.Loss {
		o.close(t, "loss", opt.Step(set, o.batch(step), o.stress(), noise), want, 0)
	}
	opt.Store()
	for k, l := range n.Layers {
		var sum, square, bias float64
		for i, w := range l.W {
			if !l.Present[i] && w != 0 {
				t.Fatalf("matrix %d: absent weight %d = %v, want exactly 0", k, i, w)
			}
			sum += float64(w)
			square += float64(w) * float64(w)
		}
		for _, v := range l.B {
			bias += float64(v)
		}
		o.close(t, "weight sum", sum, o.Expected.WeightSum[k], 1)
		o.close(t, "weight sum of squares", square, o.Expected.WeightSquare[k], 0)
		o.close(t, "bias sum", bias, o.Expected.BiasSum[k], 1)
	}
}

func (o oracle) testForward(t *testing.T) {
	n, set := o.network(), o.set()
	x, y := make([]float32, 2*o.Batch), make([]uint8, o.Batch)
	set.Gather(o.batch(0), x, y)
	logits := network.NewPass(n, o.Batch, network.PresentSites).Forward(x, o.Batch, o.stress(), &hashNoise{o: o})
	for i, row := range o.Expected.Logits {
		top := 0.0
		for _, v := range row {
			top = max(top, math.Abs(v))
		}
		for c, want := range row {
			o.close(t, "logit", float64(logits[c*o.Batch+i]), want, top)
		}
	}
}

func (o oracle) testScores(t *testing.T) {
	n, set := o.network(), o.set()
	order := make([]int, o.Samples)
	for i := range order {
		order[i] = i
	}
	for k, score := range plasticity.Scores(n, set, order, o.Steps, o.Batch) {
		var sum float64
		var absent []int
		zeros := 0
		for i, s := range score {
			if n.Layers[k].Present[i] {
				continue
			}
			absent = append(absent, i)
			sum += float64(s)
			if s == 0 {
				zeros++
			}
		}
		o.close(t, "score sum", sum, o.Expected.ScoreSum[k], 0)
		if zeros != o.Expected.ZeroScores[k] {
			t.Errorf("matrix %d: %d scores are exactly 0, PyTorch has %d", k, zeros, o.Expected.ZeroScores[k])
		}
		slices.SortStableFunc(absent, func(a, b int) int {
			switch {
			case score[a] > score[b]:
				return -1
			case score[a] < score[b]:
				return 1
			}
			return 0
		})
		if best := absent[:len(o.Expected.BestSites[k])]; !slices.Equal(best, o.Expected.BestSites[k]) {
			t.Errorf("matrix %d: best sites %v, PyTorch has %v", k, best, o.Expected.BestSites[k])
		}
	}
}
