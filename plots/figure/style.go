package figure

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	stdfont "golang.org/x/image/font"
)

// The house style: everything that decides how a figure looks, at final size.

// Type sizes in points. 7 is the smallest that stays readable in print.
const (
	SmallType vg.Length = 7
	LabelType vg.Length = 7.5
	TitleType vg.Length = 8
)

// Widths of lines and radii of markers, in points.
const (
	ThinLine        vg.Length = 0.5
	DataLine        vg.Length = 1.1
	MarkRadius      vg.Length = 2.4
	SeedRadius      vg.Length = 1.1
	PublishedRadius vg.Length = 3.2
	AroundRadius    vg.Length = 4.2 // of a published number around a mean
	tickLength      vg.Length = 2.5
)

// Color is an opaque or translucent colour.
type Color struct{ R, G, B, A uint8 }

// RGBA implements image/color's Color.
func (c Color) RGBA() (r, g, b, a uint32) { return color.NRGBA(c).RGBA() }

// The palette of Okabe and Ito (2008), chosen to be told apart by colour-blind
// readers, without its yellow, which is too pale for lines on white; brown and indigo are
// darker than its further colours, and are told apart from them in grey, too.
var (
	Black         = Color{A: 255}
	Ink           = Color{R: 38, G: 38, B: 38, A: 255}
	Grey          = Color{R: 125, G: 125, B: 125, A: 255}
	PaleGrey      = Color{R: 226, G: 226, B: 226, A: 255}
	White         = Color{R: 255, G: 255, B: 255, A: 255}
	Vermilion     = Color{R: 213, G: 94, A: 255}
	Blue          = Color{G: 114, B: 178, A: 255}
	Green         = Color{G: 158, B: 115, A: 255}
	Purple        = Color{R: 204, G: 121, B: 167, A: 255}
	Orange        = Color{R: 230, G: 159, A: 255}
	Sky           = Color{R: 86, G: 180, B: 233, A: 255}
	Brown         = Color{R: 120, G: 94, B: 40, A: 255}
	Indigo        = Color{R: 75, G: 60, B: 145, A: 255}
	PublishedLook = Look{Color: Black, Mark: Diamond.SeeThrough()}
	Dashed        = []vg.Length{3, 1.8}
	Dotted        = []vg.Length{0.8, 1.6}
	DashDotted    = []vg.Length{4, 1.5, 0.8, 1.5}
)

// Look is how one condition is drawn: colour and mark, colour and dashes.
type Look struct {
	Color  Color
	Mark   Mark
	Dashes []vg.Length // nil is a full line
}

// Line returns the look's line style.
func (l Look) Line() draw.LineStyle {
	return draw.LineStyle{Color: l.Color, Width: DataLine, Dashes: l.Dashes}
}

// Tint mixes the colour with white; share is how much of the colour is left.
func Tint(c Color, share float64) Color {
	mix := func(v uint8) uint8 { return uint8(255 - (255-float64(v))*share + 0.5) }
	return Color{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 255}
}

// Between mixes two colours; share 0 is a, share 1 is b.
func Between(a, b Color, share float64) Color {
	mix := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*share + 0.5) }
	return Color{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

// Fade returns the colour with the given opacity.
func Fade(c Color, opacity float64) Color {
	c.A = uint8(255*opacity + 0.5)
	return c
}

// Sans returns the house type: Liberation Sans, which gonum/plot carries with
// it, so that no system font is needed.
func Sans(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler, XAlign: text.XLeft, YAlign: text.YBottom}
}

// Bold returns the house type in bold.
func Bold(size vg.Length, c color.Color) text.Style {
	s := Sans(size, c)
	s.Font.Weight = stdfont.WeightBold
	return s
}

// Aligned returns the style with the given alignment.
func Aligned(s text.Style, x text.XAlignment, y text.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

// axisStyle puts one axis into the house style.
func axisStyle(a *plot.Axis) {
	a.LineStyle = draw.LineStyle{Color: Ink, Width: ThinLine}
	a.Padding = 0
	label, tick := Sans(LabelType, Ink), Sans(SmallType, Ink)
	label.XAlign, label.YAlign = a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign
	tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Label.TextStyle, a.Label.Padding = label, 2
	a.Tick.Label, a.Tick.Length = tick, tickLength
	a.Tick.LineStyle = draw.LineStyle{Color: Ink, Width: ThinLine}
}
