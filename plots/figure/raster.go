package figure

import (
	"image"
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Raster is a grid of colours, cells by row, top row first. It is drawn as one
// image, which keeps SVG and PDF files small.
type Raster struct {
	Cols, Rows int
	Cells      []Color // Cols×Rows
}

// enlarged is the number of pixels that a cell takes per side: viewers smooth
// the pixels of an image, and this keeps the smoothing at the cells' edges.
const enlarged = 6

// image returns the raster as an image.
func (g Raster) image() image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, g.Cols*enlarged, g.Rows*enlarged))
	for y := range g.Rows * enlarged {
		for x := range g.Cols * enlarged {
			img.SetNRGBA(x, y, color.NRGBA(g.Cells[y/enlarged*g.Cols+x/enlarged]))
		}
	}
	return img
}

// perRow is the largest number of rasters in a row of a double column.
const PerRow = 6

// RasterSide returns the side in mm of n square data areas in a row of a double
// column, the first with the numbers of its axis.
func RasterSide(n int) float64 {
	n = min(n, PerRow)
	free := float64(millimetres(DoubleColumn)-2*margin) - 36 - 14*float64(n-1)
	return free / float64(n) / float64(vg.Millimeter)
}

// InRows breaks panels into rows of perRow, the last filled up with empty places
// so that columns line up.
func InRows(panels []*Panel) [][]*Panel {
	var rows [][]*Panel
	for len(panels) > PerRow {
		rows, panels = append(rows, panels[:PerRow:PerRow]), panels[PerRow:]
	}
	for len(rows) > 0 && len(panels) < PerRow {
		panels = append(panels, nil)
	}
	return append(rows, panels)
}

// NarrowTitle breaks a label into lines that fit over one of n rasters in a row,
// after the panel's letter.
func NarrowTitle(label string, n int) string {
	return wrap(label, millimetres(RasterSide(n)), Sans(TitleType, Ink))
}

// wrap breaks a text into lines of at most the given width, where it has words.
func wrap(label string, width vg.Length, style draw.TextStyle) string {
	var lines []string
	for word := range strings.FieldsSeq(label) {
		if last := len(lines) - 1; last >= 0 && style.Width(lines[last]+" "+word) < width {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n")
}

// FillRaster covers the panel's data area with the raster and frames it.
func (p *Panel) FillRaster(g Raster) {
	img := g.image()
	p.Draw(func(c draw.Canvas, _ func(x, y float64) vg.Point) {
		c.DrawImage(c.Rectangle, img)
		c.SetLineStyle(draw.LineStyle{Color: Ink, Width: ThinLine})
		c.Stroke(c.Rectangle.Path())
	})
}
