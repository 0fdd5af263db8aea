package landscape

import (
	"fmt"
	"math"
)

// Curve is a line in the plane of two regions.
type Curve struct {
	Region string    // whose activity does not change along the curve
	X, Y   []float64 // activity of the first and the second region
}

// Nullclines returns, for two regions, the curves on which one activity does not
// change, with the given number of points each, where they lie within [0, 1] in
// both; where a curve leaves the square and comes back, there is one Curve for
// each part. For region i with f⁻¹ the inverse of the response,
//
//	y_j = (f⁻¹(y_i) − in_i − W_ii y_i) / W_ij.
func (f *Field) Nullclines(points int) ([]Curve, error) {
	if f.n != 2 {
		return nil, fmt.Errorf("landscape: %s has %d regions: want two for a phase plane", f.Circuit.Name, f.n)
	}
	if points < 2 {
		return nil, fmt.Errorf("landscape: %d points: want 2 or more", points)
	}
	var out []Curve
	for i := range 2 {
		j := 1 - i
		across := f.w[i*2+j]
		if across == 0 {
			return nil, fmt.Errorf("landscape: nothing goes from %s to %s: want a connection for a nullcline", f.Circuit.Regions[j].Name, f.Circuit.Regions[i].Name)
		}
		open := false
		for k := range points {
			// Even in the argument of the response, so that the ends, where the activity
			// hardly changes, are as smooth as the middle.
			u := -8 + 16*float64(k)/float64(points-1)
			own := 1 / (1 + math.Exp(-u))
			other := (f.p.Threshold + u/f.p.Gain - f.in[i] - f.w[i*2+i]*own) / across
			if other < 0 || other > 1 {
				open = false
				continue
			}
			if !open {
				out = append(out, Curve{Region: f.Circuit.Regions[i].Name})
				open = true
			}
			c := &out[len(out)-1]
			x, y := own, other
			if i == 1 {
				x, y = other, own
			}
			c.X, c.Y = append(c.X, x), append(c.Y, y)
		}
	}
	return out, nil
}

// Arrow is the vector field at one state of two regions.
type Arrow struct {
	X, Y   float64 // state
	DX, DY float64 // rate, per day
}

// Arrows returns the vector field of two regions on n×n states between low and
// high in both activities.
func (f *Field) Arrows(n int, low, high float64) ([]Arrow, error) {
	if f.n != 2 {
		return nil, fmt.Errorf("landscape: %s has %d regions: want two for a phase plane", f.Circuit.Name, f.n)
	}
	if n < 2 || !(low < high) {
		return nil, fmt.Errorf("landscape: %d×%d arrows from %v to %v: want 2 or more, and the smaller end first", n, n, low, high)
	}
	var out []Arrow
	var dy [2]float64
	for i := range n {
		for j := range n {
			a := Arrow{X: low + (high-low)*float64(i)/float64(n-1), Y: low + (high-low)*float64(j)/float64(n-1)}
			f.Rate([]float64{a.X, a.Y}, dy[:])
			a.DX, a.DY = dy[0], dy[1]
			out = append(out, a)
		}
	}
	return out, nil
}
