package kernel

import "math"

// The portable twins. Each does what the assembly of the same name does; sums
// may run in another order.

func gatherGo(z, x, w []float32, site, row []int32, stride int, start float32) {
	n := len(z)
	for j := range z {
		z[j] = start
	}
	for k, i := range site {
		at := int(row[k]) * stride
		impl.Saxpy(n, w[i], x[at:at+n], 1, z, 1)
	}
}

func dotsGo(g, d, x []float32, row []int32, stride int, add bool) {
	n := len(d)
	for k, r := range row {
		at := int(r) * stride
		v := impl.Sdot(n, d, 1, x[at:at+n], 1)
		if add {
			v += g[k]
		}
		g[k] = v
	}
}

func transposeGo(dst []float32, dstStride int, src []float32, rows, n int) {
	for i := range 8 {
		for j := range n {
			var v float32
			if i < rows {
				v = src[i*n+j]
			}
			dst[j*dstStride+i] = v
		}
	}
}

func reluGo(z []float32) (some bool) {
	for i, v := range z {
		z[i] = max(v, 0)
		some = some || z[i] != 0
	}
	return some
}

func disturbGo(x, act, eps []float32, sd, mean, scale, shift float32) {
	for i, v := range act {
		x[i] = scale*(v+(sd*eps[i]+mean)) - shift
	}
}

func rescaleGo(x, act []float32, scale, shift float32) {
	for i, v := range act {
		x[i] = scale*v - shift
	}
}

func reluGradGo(d, act []float32, scale float32) {
	for i, v := range act {
		if v > 0 {
			d[i] *= scale
		} else {
			d[i] = 0
		}
	}
}

func tanhGo(z []float32) {
	for i, v := range z {
		z[i] = float32(math.Tanh(float64(v)))
	}
}

func tanhGradGo(d, act []float32, scale float32) {
	for i, t := range act {
		d[i] *= scale * (1 - t*t)
	}
}

func sumGo(x []float32) float32 {
	var s float32
	for _, v := range x {
		s += v
	}
	return s
}

func adamGo(w, g, m, v []float32, beta1, beta2, rate, invRoot, eps float32) {
	c1, c2 := 1-beta1, 1-beta2
	for k, gk := range g {
		m[k] += c1 * (gk - m[k])
		v[k] = beta2*v[k] + c2*gk*gk
		w[k] -= rate * m[k] / (float32(math.Sqrt(float64(v[k])))*invRoot + eps)
	}
}

// normalsGo writes 32 draws for every 8 counters; see Normals.
func normalsGo(dst []float32, keys *roundKeys, counter uint64) {
	for b := range len(dst) / 32 {
		block := dst[32*b : 32*b+32]
		for lane := range 8 {
			c := counter + uint64(8*b+lane)
			x := philox([4]uint32{uint32(c), uint32(c >> 32)}, keys)
			for h := range 2 {
				cos, sin := boxMuller(x[2*h], x[2*h+1])
				block[16*h+lane], block[16*h+8+lane] = cos, sin
			}
		}
	}
}

// philox is Philox4x32-7 (Salmon et al. 2011, Parallel random numbers: as easy
// as 1, 2, 3).
func philox(c [4]uint32, keys *roundKeys) [4]uint32 {
	for r := range rounds {
		p0, p1 := uint64(c[0])*0xD2511F53, uint64(c[2])*0xCD9E8D57
		c = [4]uint32{uint32(p1>>32) ^ c[1] ^ uint32(keys[2*r]), uint32(p1), uint32(p0>>32) ^ c[3] ^ uint32(keys[2*r+1]), uint32(p0)}
	}
	return c
}

// philoxKeys advances the key from round to round by the Weyl constants.
func philoxKeys(k0, k1 uint32) (keys roundKeys) {
	for r := range rounds {
		keys[2*r], keys[2*r+1] = uint64(k0), uint64(k1)
		k0 += 0x9E3779B9
		k1 += 0xBB67AE85
	}
	return keys
}

// boxMuller turns two words into two normal draws.
func boxMuller(u, t uint32) (cos, sin float32) {
	uniform := (float64(float32(u>>1)) + 0.5) / (1 << 31)
	radius := math.Sqrt(max(0, -2*math.Log(uniform)))
	s, c := math.Sincos(2 * math.Pi * float64(int32(t)) / (1 << 32))
	return float32(radius * c), float32(radius * s)
}

func maskGo(g, keep []float32) {
	for i, v := range keep {
		g[i] *= v
	}
}
