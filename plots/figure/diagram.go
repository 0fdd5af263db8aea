package figure

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	stdfont "golang.org/x/image/font"

	"divergent/internal/check"
)

// Role is what a node of a diagram stands for.
type Role int

// The roles.
const (
	State    Role = iota // a state variable, which has a differential equation: a box
	Function             // what follows at once from others: a box with round corners
	Input                // what comes from outside the model: a grey box
)

// Effect is what an edge of a diagram does to its end.
type Effect int

// The effects.
const (
	Raises  Effect = iota // ends in an arrow
	Lowers                // ends in a bar
	Scales                // multiplies, such as a rate: ends in a ring
	Becomes               // what leaves one node arrives at the other: a wide arrow
)

// Node is a box of a diagram.
type Node struct {
	Name   string  // what it is, and what edges call it; \n breaks the line
	Symbol string  // in the equations, such as τ_s, where _ lowers what follows; "" for none
	X, Y   float64 // centre, in units of the panel's axes
	Role   Role
}

// Edge is an arrow of a diagram.
type Edge struct {
	From   string // a node's name, or an earlier edge's label
	To     string // the same; a node's own name makes a loop
	Effect Effect
	Label  string  // such as its parameters; written like a symbol
	At     float64 // where the label stands on the way, a share in (0, 1); 0 means 0.5
	Bend   float64 // how far it leaves the straight line, to the left of its way, as a share of its length
	Drug   bool    // only under a drug or another intervention: dashed
}

// The looks of a diagram, and its lengths in points.
var effects = [...]struct {
	name  string
	color Color
	width vg.Length
}{Raises: {"raises", Vermilion, DataLine}, Lowers: {"lowers", Blue, DataLine}, Scales: {"multiplies", Ink, DataLine}, Becomes: {"becomes", Black, 2}}

var roles = [...]string{State: "state", Function: "follows at once", Input: "from outside"}

const (
	nodeLine vg.Length = 8.5 // from one line of text to the next
	nodePad  vg.Length = 4
	edgeGap  vg.Length = 1.5 // between an edge and the box that it meets
	loopRoom vg.Length = 26
)

// Diagram draws boxes and the arrows between them, such as the schematic of a model. The
// legend explains what was drawn, and the numbers hold each arrow with the sign of its
// effect. A name that no node and no edge before has is an error of the figure.
func (p *Panel) Diagram(nodes []Node, edges []Edge) {
	if p == nil {
		return
	}
	var names []string
	for _, n := range nodes {
		switch {
		case slices.Contains(names, n.Name):
			p.fail("", "node %q is there twice: want one of each name", n.Name)
			return
		case n.Role < 0 || int(n.Role) >= len(roles):
			p.fail("", "node %q: Role = %d: want State, Function or Input", n.Name, n.Role)
			return
		}
		names = append(names, n.Name)
		p.Reach([]float64{n.X}, []float64{n.Y})
	}
	for _, e := range edges {
		for _, end := range []string{e.From, e.To} {
			if err := check.Known("node or label", end, names); err != nil {
				p.fail("", "edge from %q to %q: %v", e.From, e.To, err)
				return
			}
		}
		if e.Effect < 0 || int(e.Effect) >= len(effects) {
			p.fail("", "edge from %q to %q: Effect = %d: want Raises, Lowers, Scales or Becomes", e.From, e.To, e.Effect)
			return
		}
		if e.Label != "" {
			names = append(names, e.Label)
		}
		sign := [...]float64{Raises: 1, Lowers: -1, Scales: 1, Becomes: 1}[e.Effect]
		p.Record(oneLine(e.From)+" to "+oneLine(e.To), Value, strings.TrimSpace(effects[e.Effect].name+" "+e.Label), sign)
	}
	for i, name := range roles {
		if r := Role(i); slices.ContainsFunc(nodes, func(n Node) bool { return n.Role == r }) {
			p.entry(Entry{Label: name, sample: func(c draw.Canvas, x, y vg.Length) {
				r.draw(c, vg.Rectangle{Min: vg.Point{X: x, Y: y - 3.5}, Max: vg.Point{X: x + swatchLine, Y: y + 3.5}})
			}})
		}
	}
	for i, look := range effects {
		if sample := (Edge{Effect: Effect(i)}); slices.ContainsFunc(edges, func(e Edge) bool { return e.Effect == sample.Effect }) {
			p.entry(Entry{Label: look.name, sample: func(c draw.Canvas, x, y vg.Length) {
				sample.draw(c, []vg.Point{{X: x, Y: y}, {X: x + swatchLine, Y: y}})
			}})
		}
	}
	if slices.ContainsFunc(edges, func(e Edge) bool { return e.Drug }) {
		p.entry(Entry{Label: "drug or other intervention", Look: Look{Color: Ink, Dashes: Dashed}, line: true})
	}
	p.Draw(func(c draw.Canvas, at func(x, y float64) vg.Point) { drawDiagram(c, at, nodes, edges) })
}

// oneLine is a name on one line.
func oneLine(name string) string { return strings.ReplaceAll(name, "\n", " ") }

// drawDiagram draws lines first, then what is written on them, then boxes.
func drawDiagram(c draw.Canvas, at place, nodes []Node, edges []Edge) {
	boxes := map[string]vg.Rectangle{}
	for _, n := range nodes {
		boxes[n.Name] = n.box(at(n.X, n.Y))
	}
	var labels []func()
	for _, e := range edges {
		pts := e.way(boxes[e.From], boxes[e.To])
		if len(pts) < 2 {
			continue // boxes lie on each other
		}
		e.draw(c, pts)
		if e.Label == "" {
			continue
		}
		mid := along(pts, cmp.Or(e.At, 0.5))
		half := vg.Point{X: runsWidth(e.Label)/2 + 1.5, Y: nodeLine / 2}
		box := vg.Rectangle{Min: mid.Sub(half), Max: mid.Add(half)}
		if _, taken := boxes[e.Label]; !taken {
			boxes[e.Label] = box
		}
		labels = append(labels, func() {
			c.SetColor(White)
			c.Fill(box.Path())
			drawRuns(c, e.Label, mid)
		})
	}
	for _, draw := range labels {
		draw()
	}
	for _, n := range nodes {
		n.draw(c, boxes[n.Name])
	}
}

// box is what the node covers.
func (n Node) box(centre vg.Point) vg.Rectangle {
	lines, width := strings.Split(n.Name, "\n"), vg.Length(0)
	for _, line := range lines {
		width = max(width, Sans(SmallType, Ink).Width(line))
	}
	rows := len(lines)
	if n.Symbol != "" {
		width, rows = max(width, runsWidth(n.Symbol)), rows+1
	}
	half := vg.Point{X: width/2 + nodePad, Y: nodeLine*vg.Length(rows)/2 + nodePad/2}
	return vg.Rectangle{Min: centre.Sub(half), Max: centre.Add(half)}
}

func (n Node) draw(c draw.Canvas, box vg.Rectangle) {
	n.Role.draw(c, box)
	mid := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: box.Max.Y - nodePad/2 - nodeLine/2}
	for _, line := range strings.Split(n.Name, "\n") {
		c.FillText(Aligned(Sans(SmallType, Ink), draw.XCenter, draw.YCenter), mid, line)
		mid.Y -= nodeLine
	}
	if n.Symbol != "" {
		drawRuns(c, n.Symbol, mid)
	}
}

// draw draws an empty box of the role.
func (r Role) draw(c draw.Canvas, box vg.Rectangle) {
	path, fill, line := box.Path(), White, draw.LineStyle{Color: Black, Width: DataLine}
	switch r {
	case Input:
		fill, line = PaleGrey, draw.LineStyle{}
	case Function:
		path, line.Width = rounded(box, 3.5), ThinLine
	}
	c.SetColor(fill)
	c.Fill(path)
	if line.Width > 0 {
		c.SetLineStyle(line)
		c.Stroke(path)
	}
}

// rounded is a box with round corners, of cubic curves, as vgpdf misplaces arcs.
func rounded(box vg.Rectangle, r vg.Length) (p vg.Path) {
	const k = 0.4477152502 // what a quarter circle's controls lack of its radius
	x0, y0, x1, y1 := box.Min.X, box.Min.Y, box.Max.X, box.Max.Y
	at := func(x, y vg.Length) vg.Point { return vg.Point{X: x, Y: y} }
	p.Move(at(x0+r, y0))
	p.Line(at(x1-r, y0))
	p.CubeTo(at(x1-k*r, y0), at(x1, y0+k*r), at(x1, y0+r))
	p.Line(at(x1, y1-r))
	p.CubeTo(at(x1, y1-k*r), at(x1-k*r, y1), at(x1-r, y1))
	p.Line(at(x0+r, y1))
	p.CubeTo(at(x0+k*r, y1), at(x0, y1-k*r), at(x0, y1-r))
	p.Line(at(x0, y0+r))
	p.CubeTo(at(x0, y0+k*r), at(x0+k*r, y0), at(x0+r, y0))
	p.Close()
	return p
}

// way is the edge's line between two boxes, or its loop beside one.
func (e Edge) way(from, to vg.Rectangle) (pts []vg.Point) {
	a, b := centre(from), centre(to)
	control := []vg.Point{a, b}
	switch d := b.Sub(a); {
	case e.From == e.To:
		side, edge := vg.Length(1), from.Max.Y
		if e.Bend < 0 {
			side, edge = -1, from.Min.Y
		}
		control = []vg.Point{{X: a.X - 6, Y: edge}, {X: a.X - 26, Y: edge + side*loopRoom}, {X: a.X + 26, Y: edge + side*loopRoom}, {X: a.X + 6, Y: edge + side*edgeGap}}
		from, to = vg.Rectangle{}, vg.Rectangle{}
	case e.Bend != 0:
		off := vg.Point{X: -d.Y, Y: d.X}.Scale(2 * vg.Length(e.Bend))
		control = []vg.Point{a, a.Add(d.Scale(0.5)).Add(off), b}
	}
	const steps = 240
	for i := range steps + 1 {
		q := bezier(control, vg.Length(i)/steps)
		if !inside(from, q, 0) && !inside(to, q, edgeGap) {
			pts = append(pts, q)
		}
	}
	if len(pts) > 2 && len(control) == 2 {
		pts = []vg.Point{pts[0], pts[len(pts)-1]}
	}
	return pts
}

func centre(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

func inside(r vg.Rectangle, q vg.Point, gap vg.Length) bool {
	return r != vg.Rectangle{} && q.X > r.Min.X-gap && q.X < r.Max.X+gap && q.Y > r.Min.Y-gap && q.Y < r.Max.Y+gap
}

// along is the place at a share of a line's way.
func along(pts []vg.Point, share float64) vg.Point {
	at := share * float64(len(pts)-1)
	i := min(max(int(at), 0), len(pts)-2)
	return pts[i].Add(pts[i+1].Sub(pts[i]).Scale(vg.Length(at) - vg.Length(i)))
}

// draw draws the line and its end.
func (e Edge) draw(c draw.Canvas, pts []vg.Point) {
	look := effects[e.Effect]
	line, tip := draw.LineStyle{Color: look.color, Width: look.width}, pts[len(pts)-1]
	back := pts[0]
	for _, q := range slices.Backward(pts) { // far enough to give a direction
		if back = q; length(tip.Sub(q)) > 4 {
			break
		}
	}
	ahead := tip.Sub(back)
	ahead = ahead.Scale(1 / length(ahead))
	across := vg.Point{X: -ahead.Y, Y: ahead.X}
	head, ends := line, vg.Length(0)
	switch e.Effect {
	case Raises, Becomes:
		ends = 4
	case Scales:
		ends = 4.4
	}
	body := slices.Clone(pts)
	for len(body) > 2 && length(tip.Sub(body[len(body)-1])) < ends {
		body = body[:len(body)-1]
	}
	if len(body) == 2 {
		body[1] = tip.Sub(ahead.Scale(ends))
	}
	if e.Drug {
		line.Dashes = Dashed
	}
	c.StrokeLines(line, body)
	switch e.Effect {
	case Lowers:
		head.Width *= 1.5
		c.StrokeLines(head, []vg.Point{tip.Add(across.Scale(3.4)), tip.Sub(across.Scale(3.4))})
	case Scales:
		Circle.Open().Draw(c, Look{Color: look.color}, tip.Sub(ahead.Scale(2.2)), 2.2)
	default:
		root, half := tip.Sub(ahead.Scale(5.5)), across.Scale(1.6+0.6*look.width)
		c.FillPolygon(look.color, []vg.Point{tip, root.Add(half), root.Sub(half)})
	}
}

func length(v vg.Point) vg.Length { return vg.Length(math.Hypot(float64(v.X), float64(v.Y))) }

// run is a stretch of a symbol.
type run struct {
	text    string
	lowered bool
}

// runs splits a symbol at what is lowered: after _, as far as letters and digits go.
func runs(symbol string) (out []run) {
	for i, part := range strings.Split(symbol, "_") {
		if i == 0 {
			out = append(out, run{text: part})
			continue
		}
		end := strings.IndexAny(part, " ,()·/+−=")
		if end < 0 {
			end = len(part)
		}
		out = append(out, run{part[:end], true}, run{text: part[end:]})
	}
	return out
}

// symbols is the type of symbols.
func symbols() draw.TextStyle {
	s := Sans(SmallType, Ink)
	s.Font.Style = stdfont.StyleItalic
	return s
}

func runsWidth(symbol string) (w vg.Length) {
	for _, r := range runs(symbol) {
		w += symbols().Width(r.text)
	}
	return w
}

// drawRuns writes a symbol around a place.
func drawRuns(c draw.Canvas, symbol string, mid vg.Point) {
	style := Aligned(symbols(), draw.XLeft, draw.YCenter)
	mid.X -= runsWidth(symbol) / 2
	for _, r := range runs(symbol) {
		q := mid
		if r.lowered {
			q.Y -= 2
		}
		c.FillText(style, q, r.text)
		mid.X += style.Width(r.text)
	}
}
