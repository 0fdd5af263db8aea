package kernel

// AdamStep holds what one step of Adam shares between all parameters, in the
// bias-corrected form of Kingma & Ba 2015, algorithm 1, as PyTorch computes it.
type AdamStep struct {
	Beta1, Beta2, Eps float32
	Rate              float32 // learning rate / (1 − β1^t)
	Root              float32 // √(1 − β2^t)
}

// Adam updates the weights w from their gradients g and the moments m and v.
func Adam(w, g, m, v []float32, s AdamStep) {
	adam(w, g, m, v, s.Beta1, s.Beta2, s.Rate, 1/s.Root, s.Eps)
}

// ReLU sets z = max(z, 0) and tells whether any is above 0.
func ReLU(z []float32) bool { return relu(z) }

// ReLUGrad turns d, the derivative by the scaled activation, into the one by
// its argument: scale·d where the activation act is above 0.
func ReLUGrad(d, act []float32, scale float32) { reluGrad(d, act, scale) }

// Tanh sets z = tanh z.
func Tanh(z []float32) { tanh(z) }

// TanhGrad is ReLUGrad for tanh: scale·d·(1 − act²).
func TanhGrad(d, act []float32, scale float32) { tanhGrad(d, act, scale) }

// Disturb sets x = scale·(act + sd·eps + mean) − shift.
func Disturb(x, act, eps []float32, sd, mean, scale, shift float32) {
	disturb(x, act, eps, sd, mean, scale, shift)
}

// Mask sets g *= keep, with keep 1 or 0.
func Mask(g, keep []float32) { mask(g, keep) }

// Rescale sets x = scale·act − shift.
func Rescale(x, act []float32, scale, shift float32) { rescale(x, act, scale, shift) }

// Sum returns the sum of x.
func Sum(x []float32) float32 { return sum(x) }

// Normals is a counter-based stream of standard normal draws: Philox4x32-7
// under a 64-bit key, then the Box-Muller transform. Uniforms have 24
// significant bits, the smallest is 2⁻³², so draws reach ±6.66.
type Normals struct {
	keys    roundKeys
	counter uint64
	spare   [32]float32
}

// rounds is the number at which the authors of Philox4x32 find it
// crush-resistant; roundKeys holds the two 32-bit keys of each.
const rounds = 7

type roundKeys [2 * rounds]uint64

// NewNormals returns the stream of the key.
func NewNormals(key uint64) *Normals { return &Normals{keys: philoxKeys(uint32(key), uint32(key>>32))} }

// Fill writes len(dst) draws. Every call takes whole blocks of 32 draws from
// the stream.
func (s *Normals) Fill(dst []float32) {
	whole := len(dst) / 32 * 32
	if whole > 0 {
		normals(dst[:whole], &s.keys, s.counter)
		s.counter += uint64(whole / 4)
	}
	if whole < len(dst) {
		normals(s.spare[:], &s.keys, s.counter)
		s.counter += 8
		copy(dst[whole:], s.spare[:])
	}
}
