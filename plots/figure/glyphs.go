package figure

import (
	"fmt"
	"slices"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// Warning says in a line which characters of the figure's text PNG and PDF cannot show;
// it is empty if there are none.
func (f *Figure) Warning() (line string, err error) {
	if err := f.Validate(); err != nil {
		return "", err
	}
	defer recovered(&err)
	var c recorder.Canvas
	w, h := f.size()
	f.Draw(draw.NewCanvas(&c, w, h))
	face := font.DefaultCache.Lookup(Sans(SmallType, Ink).Font, SmallType).Face
	var b sfnt.Buffer
	var found []rune
	for _, action := range c.Actions {
		s, ok := action.(*recorder.FillString)
		if !ok {
			continue
		}
		for _, r := range s.String {
			if i, err := face.GlyphIndex(&b, r); (err != nil || i == 0) && !slices.Contains(found, r) {
				found = append(found, r)
			}
		}
	}
	if len(found) == 0 {
		return "", nil
	}
	return fmt.Sprintf("“%s”: blank in PNG and boxes in PDF, as the type of figures, Liberation Sans, has Latin, Greek and Cyrillic letters only; an SVG shows them where a font has them", string(found)), nil
}
