package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Mark is a marker: a polygon on the unit circle, or the circle itself where it has
// no corners. A hollow one is an outline filled with white.
type Mark struct {
	corners []vg.Point
	hollow  bool
	clear   bool // a hollow one that leaves visible what lies below
	strokes bool // draw the spokes to the corners instead of the polygon
}

// The markers.
var (
	Circle        = Mark{}
	Box           = ngon(4, 45)
	Diamond       = ngon(4, 90)
	TriangleUp    = ngon(3, 90)
	TriangleDown  = ngon(3, -90)
	TriangleRight = ngon(3, 0)
	TriangleLeft  = ngon(3, 180)
	Pentagon      = ngon(5, 90)
	Cross         = Mark{corners: ngon(4, 45).corners, strokes: true}
)

// Open returns the marker as an outline.
func (m Mark) Open() Mark {
	m.hollow = true
	return m
}

// SeeThrough returns the marker as an outline over whatever lies below.
func (m Mark) SeeThrough() Mark {
	m.hollow, m.clear = true, true
	return m
}

// ngon returns the regular polygon of n corners, the first at the angle given in
// degrees, of about the circle's area.
func ngon(n int, first float64) Mark {
	r := math.Sqrt(2 * math.Pi / (float64(n) * math.Sin(2*math.Pi/float64(n))))
	r = 1 + (r-1)*0.8 // optical size: corners count for less than their area
	var m Mark
	for i := range n {
		s, c := math.Sincos(first*math.Pi/180 + 2*math.Pi*float64(i)/float64(n))
		m.corners = append(m.corners, vg.Point{X: vg.Length(r * c), Y: vg.Length(r * s)})
	}
	return m
}

// same tells whether two markers are the same.
func (m Mark) same(o Mark) bool {
	return slices.Equal(m.corners, o.corners) && m.hollow == o.hollow && m.strokes == o.strokes
}

// Draw draws the marker in the given look's colour.
func (m Mark) Draw(c draw.Canvas, l Look, at vg.Point, radius vg.Length) {
	if m.strokes {
		for _, p := range m.corners[:2] {
			d := p.Scale(radius * 0.95)
			c.StrokeLine2(draw.LineStyle{Color: l.Color, Width: radius * 0.5}, at.X-d.X, at.Y-d.Y, at.X+d.X, at.Y+d.Y)
		}
		return
	}
	path := m.path(at, radius)
	if !m.hollow {
		c.SetColor(l.Color)
		c.Fill(path)
		return
	}
	if !m.clear {
		c.SetColor(White)
		c.Fill(path)
	}
	c.SetLineStyle(draw.LineStyle{Color: l.Color, Width: min(1, max(0.5, radius*0.3))})
	c.Stroke(path)
}

// path returns the marker's outline.
func (m Mark) path(at vg.Point, r vg.Length) vg.Path {
	var p vg.Path
	if len(m.corners) > 0 {
		for i, v := range m.corners {
			if q := at.Add(v.Scale(r)); i == 0 {
				p.Move(q)
			} else {
				p.Line(q)
			}
		}
		p.Close()
		return p
	}
	const k = 0.5522847498 // control points of a quarter circle as a cubic
	on := func(x, y vg.Length) vg.Point { return vg.Point{X: at.X + x*r, Y: at.Y + y*r} }
	p.Move(on(1, 0))
	p.CubeTo(on(1, k), on(k, 1), on(0, 1))
	p.CubeTo(on(-k, 1), on(-1, k), on(-1, 0))
	p.CubeTo(on(-1, -k), on(-k, -1), on(0, -1))
	p.CubeTo(on(k, -1), on(1, -k), on(1, 0))
	p.Close()
	return p
}
