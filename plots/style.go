package plots

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

// Type sizes. 7 pt is the smallest that stays readable in print.
const (
	smallType vg.Length = 7
	labelType vg.Length = 7.5
	titleType vg.Length = 8
)

// Line widths and marker sizes.
const (
	thinLine    vg.Length = 0.5
	dataLine    vg.Length = 1.1
	markRadius  vg.Length = 2.4
	seedRadius  vg.Length = 1.1
	quoteRadius vg.Length = 3.2
	tickLength  vg.Length = 2.5
)

// paint is an opaque or translucent colour.
type paint struct{ R, G, B, A uint8 }

// RGBA implements image/color's Color.
func (c paint) RGBA() (r, g, b, a uint32) { return color.NRGBA(c).RGBA() }

// The palette of Okabe and Ito (2008), chosen to be told apart by colour-blind
// readers; its yellow is too pale for lines on white and is left out.
var (
	black      = paint{A: 255}
	ink        = paint{R: 38, G: 38, B: 38, A: 255}
	grey       = paint{R: 125, G: 125, B: 125, A: 255}
	paleGrey   = paint{R: 226, G: 226, B: 226, A: 255}
	white      = paint{R: 255, G: 255, B: 255, A: 255}
	vermilion  = paint{R: 213, G: 94, A: 255}
	blue       = paint{G: 114, B: 178, A: 255}
	green      = paint{G: 158, B: 115, A: 255}
	purple     = paint{R: 204, G: 121, B: 167, A: 255}
	orange     = paint{R: 230, G: 159, A: 255}
	sky        = paint{R: 86, G: 180, B: 233, A: 255}
	published  = look{Color: black, Mark: diamond.seeThrough()}
	dashed     = []vg.Length{3, 1.8}
	dotted     = []vg.Length{0.8, 1.6}
	dashDotted = []vg.Length{4, 1.5, 0.8, 1.5}
)

// look is how one condition is drawn: colour and mark, colour and dashes.
type look struct {
	Color  paint
	Mark   mark
	Dashes []vg.Length // nil is a full line
}

// line returns the look's line style.
func (l look) line() draw.LineStyle {
	return draw.LineStyle{Color: l.Color, Width: dataLine, Dashes: l.Dashes}
}

// tint mixes the colour with white; share is how much of the colour is left.
func tint(c paint, share float64) paint {
	mix := func(v uint8) uint8 { return uint8(255 - (255-float64(v))*share + 0.5) }
	return paint{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 255}
}

// between mixes two colours; share 0 is a, share 1 is b.
func between(a, b paint, share float64) paint {
	mix := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*share + 0.5) }
	return paint{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 255}
}

// fade returns the colour with the given opacity.
func fade(c paint, opacity float64) paint {
	c.A = uint8(255*opacity + 0.5)
	return c
}

// sans returns the house type: Liberation Sans, which gonum/plot carries with
// it, so that no system font is needed.
func sans(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler, XAlign: text.XLeft, YAlign: text.YBottom}
}

// bold returns the house type in bold.
func bold(size vg.Length, c color.Color) text.Style {
	s := sans(size, c)
	s.Font.Weight = stdfont.WeightBold
	return s
}

// aligned returns the style with the given alignment.
func aligned(s text.Style, x text.XAlignment, y text.YAlignment) text.Style {
	s.XAlign, s.YAlign = x, y
	return s
}

// axisStyle puts one axis into the house style.
func axisStyle(a *plot.Axis) {
	a.LineStyle = draw.LineStyle{Color: ink, Width: thinLine}
	a.Padding = 0
	label, tick := sans(labelType, ink), sans(smallType, ink)
	label.XAlign, label.YAlign = a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign
	tick.XAlign, tick.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
	a.Label.TextStyle, a.Label.Padding = label, 2
	a.Tick.Label, a.Tick.Length = tick, tickLength
	a.Tick.LineStyle = draw.LineStyle{Color: ink, Width: thinLine}
}
