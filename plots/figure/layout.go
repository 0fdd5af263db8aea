package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// edges is the room that axes and their labels take around a data area.
type edges struct{ left, right, bottom, top vg.Length }

// edges measures the room around the panel's data area on a typical canvas.
func (p *Panel) edges(c draw.Canvas) edges {
	d := p.Plot.DataCanvas(c)
	return edges{left: d.Min.X - c.Min.X, right: c.Max.X - d.Max.X, bottom: d.Min.Y - c.Min.Y, top: c.Max.Y - d.Max.Y}
}

// slot is where one panel goes: the whole plot, its data area within, and the
// left edge of its column.
type slot struct {
	plot, data draw.Canvas
	left       vg.Length
}

// layout divides the canvas: data areas of a row share top and bottom, and those
// of a column share left and right wherever the rows have the same columns.
func (f *Figure) layout(c draw.Canvas) [][]slot {
	rooms := make([][]edges, len(f.Rows))
	bottoms, heads, weights := make([]vg.Length, len(f.Rows)), make([]vg.Length, len(f.Rows)), make([]vg.Length, len(f.Rows))
	total := vg.Length(0)
	free := c.Max.Y - c.Min.Y - gapY*vg.Length(len(f.Rows)-1)
	for j, row := range f.Rows {
		rooms[j] = make([]edges, len(row))
		for i, p := range row {
			if p != nil {
				cell := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
					Max: vg.Point{X: (c.Max.X - c.Min.X) / vg.Length(len(row)), Y: (c.Max.Y - c.Min.Y) / vg.Length(len(f.Rows))}}}
				rooms[j][i] = p.edges(cell)
				bottoms[j] = max(bottoms[j], rooms[j][i].bottom)
				heads[j] = max(heads[j], p.headroom())
			}
		}
		weights[j] = 1
		if f.Heights != nil {
			weights[j] = vg.Length(f.Heights[j])
		}
		total += weights[j]
		free -= bottoms[j] + heads[j]
	}
	f.shareColumns(rooms)
	places := make([][]slot, len(f.Rows))
	top := c.Max.Y
	for j, row := range f.Rows {
		high := top - heads[j]
		low := high - max(1, free*weights[j]/total)
		places[j] = f.layoutRow(c, row, rooms[j], low, high)
		top = low - bottoms[j] - gapY
	}
	return places
}

// DataAreas returns where the data areas of the panels lie on the page, in points from
// its lower left corner, by row; an empty place has an empty rectangle.
func (f *Figure) DataAreas() [][]vg.Rectangle {
	f.settle()
	w, h := f.size()
	out := make([][]vg.Rectangle, len(f.Rows))
	for j, row := range f.layout(f.body(draw.NewCanvas(new(recorder.Canvas), w, h))) {
		for _, p := range row {
			out[j] = append(out[j], p.data.Rectangle)
		}
	}
	return out
}

// shareColumns widens the rooms of each column to the widest, so that the data
// areas of equally divided rows line up.
func (f *Figure) shareColumns(rooms [][]edges) {
	for j := range rooms {
		for k := range rooms {
			if !sameColumns(f.Rows[j], f.Rows[k]) {
				continue
			}
			for i := range rooms[j] {
				rooms[j][i].left = max(rooms[j][i].left, rooms[k][i].left)
				rooms[j][i].right = max(rooms[j][i].right, rooms[k][i].right)
			}
		}
	}
}

func sameColumns(a, b []*Panel) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].weight() != b[i].weight() {
			return false
		}
	}
	return true
}

func (p *Panel) weight() vg.Length {
	if p == nil || p.Width == 0 {
		return 1
	}
	return vg.Length(p.Width)
}

// layoutRow places the panels of one row between two heights of the data area.
func (f *Figure) layoutRow(c draw.Canvas, row []*Panel, rooms []edges, low, high vg.Length) []slot {
	free, total := c.Max.X-c.Min.X-gapX*vg.Length(len(row)-1), vg.Length(0)
	for i, p := range row {
		free -= rooms[i].left + rooms[i].right
		total += p.weight()
	}
	places := make([]slot, len(row))
	x := c.Min.X
	for i, p := range row {
		edge := x
		from := edge + rooms[i].left
		to := from + max(1, free*p.weight()/total)
		x = to + rooms[i].right + gapX
		if p == nil {
			continue
		}
		data := vg.Rectangle{Min: vg.Point{X: from, Y: low}, Max: vg.Point{X: to, Y: high}}
		if p.Square {
			side := min(to-from, high-low)
			data.Max.X, data.Min.Y = from+side, high-side
		}
		places[i] = p.fit(c, data)
		places[i].left = edge
	}
	return places
}

// fit returns the canvas on which the plot's data area is the given one. The
// room that gonum/plot keeps for labels depends a little on the canvas, hence
// the repeats.
func (p *Panel) fit(c draw.Canvas, data vg.Rectangle) slot {
	out := draw.Canvas{Canvas: c.Canvas, Rectangle: data}
	for range 4 {
		d := p.Plot.DataCanvas(out)
		out.Min.X += data.Min.X - d.Min.X
		out.Min.Y += data.Min.Y - d.Min.Y
		out.Max.X += data.Max.X - d.Max.X
		out.Max.Y += data.Max.Y - d.Max.Y
		if math.Abs(float64(data.Max.X-d.Max.X))+math.Abs(float64(data.Min.Y-d.Min.Y)) < 1e-6 {
			break
		}
	}
	return slot{plot: out, data: draw.Canvas{Canvas: c.Canvas, Rectangle: data}}
}

// Stack sets rows of panels with data areas of the given heights in mm, and the
// figure's height so that they have them.
func (f *Figure) Stack(rows [][]*Panel, mm ...float64) {
	f.Rows, f.Heights = rows, mm
	f.settle()
	width := millimetres(f.Width) - 2*margin
	total := 2*margin + gapY*vg.Length(len(rows)-1)
	if entries := f.legend(); len(entries) > 0 {
		total += legendHeight(entries, width) + legendGap
	}
	for j, row := range rows {
		var head, bottom vg.Length
		for _, p := range row {
			if p != nil {
				page := draw.NewCanvas(new(recorder.Canvas), width/vg.Length(len(row)), width)
				head, bottom = max(head, p.headroom()), max(bottom, p.edges(page).bottom)
			}
		}
		total += head + bottom + millimetres(mm[j])
	}
	f.Height = math.Ceil(float64(total/vg.Millimeter)*10) / 10
}
