//go:build !amd64 || noasm

package kernel

const loops = portable

func tile(c []float32, crow []int, a []float32, arow []int, b []float32, at []int, add bool) int {
	panic("kernel: no tiles without vector loops")
}

func gather(z, x, w []float32, site, row []int32, start float32) {
	gatherGo(z, x, w, site, row, len(z), start)
}

func dots(g, d, x []float32, row []int32) { dotsGo(g, d, x, row, len(d), false) }

func transposeRows(dst []float32, stride int, src []float32, rows, n int) {
	transposeGo(dst, stride, src, rows, n)
}

func normals(dst []float32, keys *roundKeys, counter uint64) { normalsGo(dst, keys, counter) }

func sum(x []float32) float32 { return sumGo(x) }

func relu(z []float32) bool { return reluGo(z) }

func tanh(z []float32) { tanhGo(z) }

func disturb(x, act, eps []float32, sd, mean, scale, shift float32) {
	disturbGo(x, act, eps, sd, mean, scale, shift)
}

func rescale(x, act []float32, scale, shift float32) { rescaleGo(x, act, scale, shift) }

func reluGrad(d, act []float32, scale float32) { reluGradGo(d, act, scale) }

func tanhGrad(d, act []float32, scale float32) { tanhGradGo(d, act, scale) }

func adam(w, g, m, v []float32, beta1, beta2, rate, invRoot, eps float32) {
	adamGo(w, g, m, v, beta1, beta2, rate, invRoot, eps)
}

func mask(g, keep []float32) { maskGo(g, keep) }
