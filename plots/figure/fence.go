package figure

import (
	"image"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// foreign is a plotter of another package, which may draw where it likes.
type foreign struct{ plot.Plotter }

// Plot implements plot.Plotter.
func (d foreign) Plot(c draw.Canvas, p *plot.Plot) {
	c.Canvas = &fence{Canvas: c.Canvas, area: c.Rectangle}
	d.Plotter.Plot(c, unlabelled(p))
}

// fence is a canvas of which nothing outside the area is seen: lines, fills and images are
// cut, texts left out; so is what is turned or scaled and not wholly inside.
type fence struct {
	vg.Canvas
	area  vg.Rectangle
	turns []turn // those in force
	saved []int  // how many were at each Push
}

// turn is a change of coordinates.
type turn func(vg.Point) vg.Point

func (f *fence) turn(t turn) { f.turns = append(f.turns, t) }

// Rotate implements vg.Canvas.
func (f *fence) Rotate(radians float64) {
	f.Canvas.Rotate(radians)
	s, c := math.Sincos(radians)
	sin, cos := vg.Length(s), vg.Length(c)
	f.turn(func(p vg.Point) vg.Point { return vg.Point{X: cos*p.X - sin*p.Y, Y: sin*p.X + cos*p.Y} })
}

// Translate implements vg.Canvas.
func (f *fence) Translate(by vg.Point) {
	f.Canvas.Translate(by)
	f.turn(by.Add)
}

// Scale implements vg.Canvas.
func (f *fence) Scale(x, y float64) {
	f.Canvas.Scale(x, y)
	f.turn(func(p vg.Point) vg.Point { return vg.Point{X: p.X * vg.Length(x), Y: p.Y * vg.Length(y)} })
}

// Push implements vg.Canvas.
func (f *fence) Push() {
	f.Canvas.Push()
	f.saved = append(f.saved, len(f.turns))
}

// Pop implements vg.Canvas.
func (f *fence) Pop() {
	f.Canvas.Pop()
	if n := len(f.saved) - 1; n >= 0 {
		f.turns, f.saved = f.turns[:f.saved[n]], f.saved[:n]
	}
}

// inside tells whether places lie in the area.
func (f *fence) inside(pts ...vg.Point) bool {
	for i := range pts {
		for k := len(f.turns) - 1; k >= 0; k-- {
			pts[i] = f.turns[k](pts[i])
		}
	}
	return all(draw.Canvas{Rectangle: f.area}, pts)
}

// Stroke implements vg.Canvas.
func (f *fence) Stroke(path vg.Path) {
	f.cut(path, func(c draw.Canvas, pts []vg.Point) {
		for _, line := range c.ClipLinesXY(pts) {
			f.Canvas.Stroke(outline(line))
		}
	}, f.Canvas.Stroke)
}

// Fill implements vg.Canvas.
func (f *fence) Fill(path vg.Path) {
	f.cut(path, func(c draw.Canvas, pts []vg.Point) {
		if area := c.ClipPolygonXY(pts); len(area) > 2 {
			f.Canvas.Fill(append(outline(area), vg.PathComp{Type: vg.CloseComp}))
		}
	}, f.Canvas.Fill)
}

// cut draws a path: whole where it lies inside, else its stretches one by one.
func (f *fence) cut(path vg.Path, stretch func(c draw.Canvas, pts []vg.Point), whole func(vg.Path)) {
	stretches, bounds := flat(path)
	switch {
	case f.inside(bounds...):
		whole(path)
	case len(f.turns) == 0:
		for _, pts := range stretches {
			stretch(draw.Canvas{Rectangle: f.area}, pts)
		}
	}
}

// flat returns a path's stretches as straight lines, and points that hold it.
func flat(path vg.Path) (stretches [][]vg.Point, bounds []vg.Point) {
	const steps = 16
	var pts []vg.Point
	end := func() {
		if len(pts) > 1 {
			stretches = append(stretches, pts)
		}
		pts = nil
	}
	for _, s := range path {
		switch s.Type {
		case vg.MoveComp:
			end()
			pts = []vg.Point{s.Pos}
		case vg.LineComp:
			pts = append(pts, s.Pos)
		case vg.CurveComp:
			if len(pts) == 0 {
				pts = []vg.Point{s.Pos}
			}
			curve := append(append([]vg.Point{pts[len(pts)-1]}, s.Control...), s.Pos)
			for i := 1; i <= steps; i++ {
				pts = append(pts, bezier(curve, vg.Length(i)/steps))
			}
		case vg.ArcComp:
			for i := 0; i <= 2*steps; i++ {
				sin, cos := math.Sincos(s.Start + s.Angle*float64(i)/(2*steps))
				pts = append(pts, s.Pos.Add(vg.Point{X: s.Radius * vg.Length(cos), Y: s.Radius * vg.Length(sin)}))
			}
		case vg.CloseComp:
			if len(pts) > 0 {
				pts = append(pts, pts[0])
			}
		}
	}
	end()
	for _, s := range stretches {
		bounds = append(bounds, s...)
	}
	return stretches, bounds
}

// bezier is a place on a curve by its control points (de Casteljau).
func bezier(pts []vg.Point, t vg.Length) vg.Point {
	pts = append([]vg.Point{}, pts...)
	for n := len(pts) - 1; n > 0; n-- {
		for i := range n {
			pts[i] = pts[i].Scale(1 - t).Add(pts[i+1].Scale(t))
		}
	}
	return pts[0]
}

func outline(pts []vg.Point) (p vg.Path) {
	for i, q := range pts {
		if i == 0 {
			p.Move(q)
		} else {
			p.Line(q)
		}
	}
	return p
}

// FillString implements vg.Canvas.
func (f *fence) FillString(face font.Face, at vg.Point, text string) {
	if f.inside(at, at.Add(vg.Point{X: face.Width(text)})) {
		f.Canvas.FillString(face, at, text)
	}
}

// DrawImage implements vg.Canvas.
func (f *fence) DrawImage(r vg.Rectangle, img image.Image) {
	seen := vg.Rectangle{Min: vg.Point{X: max(r.Min.X, f.area.Min.X), Y: max(r.Min.Y, f.area.Min.Y)}, Max: vg.Point{X: min(r.Max.X, f.area.Max.X), Y: min(r.Max.Y, f.area.Max.Y)}}
	switch {
	case f.inside(r.Min, r.Max, vg.Point{X: r.Min.X, Y: r.Max.Y}, vg.Point{X: r.Max.X, Y: r.Min.Y}):
		f.Canvas.DrawImage(r, img)
	case len(f.turns) == 0 && seen.Min.X < seen.Max.X && seen.Min.Y < seen.Max.Y:
		b, size := img.Bounds(), r.Size()
		share := func(from, to vg.Length, n int) int { return int(math.Round(float64(from / to * vg.Length(n)))) }
		f.Canvas.DrawImage(seen, cropped{img, image.Rect(
			b.Min.X+share(seen.Min.X-r.Min.X, size.X, b.Dx()), b.Min.Y+share(r.Max.Y-seen.Max.Y, size.Y, b.Dy()),
			b.Max.X-share(r.Max.X-seen.Max.X, size.X, b.Dx()), b.Max.Y-share(seen.Min.Y-r.Min.Y, size.Y, b.Dy()))})
	}
}

// cropped is a part of an image.
type cropped struct {
	image.Image
	part image.Rectangle
}

func (c cropped) Bounds() image.Rectangle { return c.part }
