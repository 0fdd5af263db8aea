package model

// Quantile interpolates ascending values linearly, as type 7 of R (Hyndman & Fan
// 1996): of three values the median is the middle one, of two it is half way.
func Quantile(q float64, x []float64) float64 {
	h := q * float64(len(x)-1)
	i := min(int(h), max(len(x)-2, 0))
	low, high, share := x[i], x[min(i+1, len(x)-1)], h-float64(i)
	if share == 0 || low == high { // either may be infinite
		return low
	}
	return low + share*(high-low)
}
