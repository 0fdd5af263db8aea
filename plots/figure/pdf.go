package figure

import (
	"image"
	"image/color"
	"io"
	"sync"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/encoding/charmap"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

// steadyPDF makes fpdf write equal documents as equal bytes: fixed dates, and
// catalogues in sorted order. fpdf takes these from package variables.
var steadyPDF = sync.OnceFunc(func() {
	day := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	fpdf.SetDefaultCreationDate(day)
	fpdf.SetDefaultModificationDate(day)
	fpdf.SetDefaultCatalogSort(true)
})

func (f *Figure) writePDF(w io.Writer) (err error) {
	defer recovered(&err) // vgpdf panics where a font cannot be prepared, such as without a writable temporary folder
	steadyPDF()
	c := &pdfCanvas{Canvas: vgpdf.New(f.size())}
	f.Draw(draw.New(c))
	_, err = c.WriteTo(w)
	return err
}

// pdfCanvas mends five things in vgpdf, which writes text byte by byte in the
// Western code page, embeds only one font file whatever the number of fonts,
// darkens translucent colours, leaves images of one width in random order, and
// draws images upside down.
type pdfCanvas struct {
	*vgpdf.Canvas
	images int
}

// FillString writes regular text in the code page's letters as text, any other
// as outlines.
func (c *pdfCanvas) FillString(f plotfont.Face, at vg.Point, s string) {
	coded, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil || f.Font.Weight != font.WeightNormal || f.Font.Style != font.StyleNormal {
		c.fillOutlines(f, at, s)
		return
	}
	c.Canvas.FillString(f, at, coded)
}

// fillOutlines draws the text's glyphs as filled paths.
func (c *pdfCanvas) fillOutlines(f plotfont.Face, at vg.Point, s string) {
	var buf sfnt.Buffer
	em := fixed.Int26_6(f.Face.UnitsPerEm())
	scale := f.Font.Size / vg.Length(em)
	for i, r := range s {
		glyph, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		segments, err := f.Face.LoadGlyph(&buf, glyph, em, nil)
		if err != nil {
			continue
		}
		origin := vg.Point{X: at.X + f.Width(s[:i]), Y: at.Y}
		on := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: origin.X + vg.Length(p.X)*scale, Y: origin.Y - vg.Length(p.Y)*scale}
		}
		var p vg.Path
		for _, g := range segments {
			switch g.Op {
			case sfnt.SegmentOpMoveTo:
				p.Move(on(g.Args[0]))
			case sfnt.SegmentOpLineTo:
				p.Line(on(g.Args[0]))
			case sfnt.SegmentOpQuadTo:
				p.QuadTo(on(g.Args[0]), on(g.Args[1]))
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(on(g.Args[0]), on(g.Args[1]), on(g.Args[2]))
			}
		}
		c.Fill(p)
	}
}

// SetColor hands on the colour as it is meant, its opacity apart.
func (c *pdfCanvas) SetColor(v color.Color) {
	if v == nil {
		v = color.Black
	}
	c.Canvas.SetColor(straight(color.NRGBAModel.Convert(v).(color.NRGBA)))
}

// DrawImage draws the image, each one a pixel wider than the one before: fpdf
// sorts images by width only.
func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	c.Canvas.DrawImage(r, turned{img, c.images})
	c.images++
}

// turned is an image upside down, stretched by some columns.
type turned struct {
	image.Image
	columns int
}

func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	b.Max.X += t.columns
	return b
}

func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	return t.Image.At(b.Min.X+(x-b.Min.X)*b.Dx()/(b.Dx()+t.columns), b.Max.Y-1-(y-b.Min.Y))
}

// straight is a colour whose RGBA method leaves red, green and blue as they are
// instead of multiplying them by the opacity.
type straight color.NRGBA

func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}
