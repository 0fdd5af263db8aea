package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// slack is how far something may lie outside the data area by rounding, in points.
const slack vg.Length = 1e-6

// holds tells whether a place is in the data area; NaN is not.
func holds(c draw.Canvas, q vg.Point) bool {
	return q.X >= c.Min.X-slack && q.X <= c.Max.X+slack && q.Y >= c.Min.Y-slack && q.Y <= c.Max.Y+slack
}

// all tells whether all places are in the data area.
func all(c draw.Canvas, pts []vg.Point) bool {
	for _, q := range pts {
		if !holds(c, q) {
			return false
		}
	}
	return true
}

// pieces places the points of a line, a list for each stretch without NaN.
func pieces(c draw.Canvas, at func(x, y float64) vg.Point, xs, ys []float64) (out [][]vg.Point) {
	open := false
	for i := range xs {
		if math.IsNaN(xs[i]) || math.IsNaN(ys[i]) {
			open = false
			continue
		}
		if !open {
			out, open = append(out, nil), true
		}
		out[len(out)-1] = append(out[len(out)-1], at(xs[i], ys[i]))
	}
	return out
}

// clipped cuts a line to the data area.
func clipped(c draw.Canvas, pts []vg.Point) [][]vg.Point {
	if all(c, pts) {
		return [][]vg.Point{pts}
	}
	return c.ClipLinesXY(pts)
}

// within cuts a polygon to the data area.
func within(c draw.Canvas, pts []vg.Point) []vg.Point {
	if all(c, pts) {
		return pts
	}
	return c.ClipPolygonXY(pts)
}

// box is the rectangle between two places, cut to the data area; it is empty outside.
func box(c draw.Canvas, a, b vg.Point) vg.Rectangle {
	cut := func(v, low, high vg.Length) vg.Length { return min(max(v, low), high) }
	return vg.Rectangle{
		Min: vg.Point{X: cut(min(a.X, b.X), c.Min.X, c.Max.X), Y: cut(min(a.Y, b.Y), c.Min.Y, c.Max.Y)},
		Max: vg.Point{X: cut(max(a.X, b.X), c.Min.X, c.Max.X), Y: cut(max(a.Y, b.Y), c.Min.Y, c.Max.Y)},
	}
}
