package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lengths of a legend.
const (
	swatchLine vg.Length = 16
	swatchMark vg.Length = 7
	swatchRamp vg.Length = 60
	entryGap   vg.Length = 10
	entryLine  vg.Length = 10.5
)

// LineEntry shows the look's line.
func LineEntry(label string, l Look) Entry { return Entry{Label: label, Look: l, line: true} }

// MarkEntry shows the look's mark.
func MarkEntry(label string, l Look) Entry { return Entry{Label: label, Look: l, marked: true} }

// MarkedLineEntry shows the look's line with its mark on it.
func MarkedLineEntry(label string, l Look) Entry {
	return Entry{Label: label, Look: l, line: true, marked: true}
}

// FilledEntry shows a patch of the look's colour.
func FilledEntry(label string, l Look) Entry { return Entry{Label: label, Look: l, filled: true} }

// SwatchEntry shows a filled patch with the open mark on it.
func SwatchEntry(label string, l Look) Entry {
	return Entry{Label: label, Look: l, filled: true, marked: true}
}

// RampEntry shows a colour scale between the names of its ends.
func RampEntry(low, high string, scale func(share float64) Color) Entry {
	return Entry{Low: low, Label: high, scale: scale}
}

// For returns the entry for a legend that is to explain what is drawn, see Explain: of the
// numbers of a series, "" for any, and of the kinds, none for any.
func (e Entry) For(series string, kinds ...Kind) Entry {
	e.of = func(d Datum) bool {
		return (series == "" || d.Series == series) && (len(kinds) == 0 || slices.Contains(kinds, d.Kind))
	}
	return e
}

// Explain adds to the legend those of the entries of which the panels hold a number, and
// those that are for none.
func (f *Figure) Explain(entries ...Entry) {
	for _, e := range entries {
		if e.of == nil || slices.ContainsFunc(f.Table(), e.of) {
			f.Legend = append(f.Legend, e)
		}
	}
}

// legend is Legend or, where that is nil, what the panels' series and lines say.
func (f *Figure) legend() []Entry {
	if f.Legend != nil {
		return f.Legend
	}
	all := &Panel{}
	for _, p := range f.panels() {
		for _, e := range p.entries {
			if e.own {
				e.Look = p.lookOf(e.Label, e.published)
			}
			if e.published && slices.Contains(p.series, e.Label) {
				e.Label += ", published"
			}
			all.entry(e)
		}
	}
	return all.entries
}

// join adds what another entry of the same label shows.
func (e *Entry) join(o Entry) {
	e.line, e.marked, e.filled, e.shaded = e.line || o.line, e.marked || o.marked, e.filled || o.filled, e.shaded || o.shaded
}

// lineLook is the look of a line of the style.
func lineLook(s draw.LineStyle) Look {
	c, ok := s.Color.(Color)
	if !ok {
		c = Ink
	}
	return Look{Color: c, Dashes: s.Dashes}
}

// swatch is the width of the entry's sample.
func (e Entry) swatch() vg.Length {
	switch {
	case e.scale != nil:
		return swatchRamp + e.lowWidth()
	case e.line || e.filled || e.shaded || e.sample != nil:
		return swatchLine
	}
	return swatchMark
}

// lowWidth is the width of the name at the low end of a colour scale.
func (e Entry) lowWidth() vg.Length { return Sans(SmallType, Ink).Width(e.Low) + 3 }

func (e Entry) width() vg.Length {
	w := vg.Length(0)
	for line := range strings.Lines(e.Label) {
		w = max(w, Sans(SmallType, Ink).Width(strings.TrimSuffix(line, "\n")))
	}
	return e.swatch() + 3 + w
}

// wrapped breaks a label that is wider than the page into lines.
func (e Entry) wrapped(width vg.Length) Entry {
	if e.width() > width {
		e.Label = wrap(e.Label, width-e.swatch()-3, Sans(SmallType, Ink))
	}
	return e
}

// height is the number of lines of the highest entry.
func height(line []Entry) (n int) {
	for _, e := range line {
		n = max(n, 1+strings.Count(e.Label, "\n"))
	}
	return n
}

// legendLines breaks the legend into lines of at most the given width.
func legendLines(entries []Entry, width vg.Length) [][]Entry {
	var lines [][]Entry
	used := vg.Length(0)
	for _, e := range entries {
		e = e.wrapped(width)
		if len(lines) == 0 || used+entryGap+e.width() > width {
			lines, used = append(lines, nil), -entryGap
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		used += entryGap + e.width()
	}
	return lines
}

func legendHeight(entries []Entry, width vg.Length) vg.Length {
	n := 0
	for _, line := range legendLines(entries, width) {
		n += height(line)
	}
	return entryLine * vg.Length(n)
}

// drawLegend draws the entries in lines from the top left.
func drawLegend(c draw.Canvas, entries []Entry) {
	style := Aligned(Sans(SmallType, Ink), draw.XLeft, draw.YCenter)
	y := c.Max.Y - entryLine/2
	for _, line := range legendLines(entries, c.Max.X-c.Min.X) {
		x := c.Min.X
		for _, e := range line {
			e.draw(c, x, y)
			for i, text := range strings.Split(e.Label, "\n") {
				c.FillText(style, vg.Point{X: x + e.swatch() + 3, Y: y + 0.5 - entryLine*vg.Length(i)}, text)
			}
			x += e.width() + entryGap
		}
		y -= entryLine * vg.Length(height(line))
	}
}

// draw draws the entry's sample.
func (e Entry) draw(c draw.Canvas, x, y vg.Length) {
	w := e.swatch()
	if e.sample != nil {
		e.sample(c, x, y)
	}
	if e.scale != nil {
		c.FillText(Aligned(Sans(SmallType, Ink), draw.XLeft, draw.YCenter), vg.Point{X: x, Y: y + 0.5}, e.Low)
		const steps = 24
		x += e.lowWidth()
		for i := range steps {
			from, to := x+swatchRamp*vg.Length(i)/steps, x+swatchRamp*vg.Length(i+1)/steps
			c.SetColor(e.scale((float64(i) + 0.5) / steps))
			c.Fill(vg.Rectangle{Min: vg.Point{X: from, Y: y - 3}, Max: vg.Point{X: to, Y: y + 3}}.Path())
		}
	}
	if e.filled {
		c.SetColor(e.Color)
		c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: y - 3}, Max: vg.Point{X: x + w, Y: y + 3}}.Path())
	}
	if e.shaded {
		c.SetColor(Fade(e.Color, 0.18))
		c.Fill(vg.Rectangle{Min: vg.Point{X: x, Y: y - 3}, Max: vg.Point{X: x + w, Y: y + 3}}.Path())
	}
	if e.line {
		c.StrokeLine2(e.Look.Line(), x, y, x+w, y)
	}
	if e.marked && e.filled {
		e.Mark.Open().Draw(c, Look{Color: Black}, vg.Point{X: x + w/2, Y: y}, MarkRadius)
	} else if e.marked {
		e.Mark.Draw(c, e.Look, vg.Point{X: x + w/2, Y: y}, MarkRadius)
	}
}
