package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

// arms holds the looks of the library's arms by their names in a design and in figures.
var arms = []struct {
	names []string
	look  Look
}{
	{[]string{"dense"}, Look{Color: Black, Mark: Box}},
	{[]string{"untreated"}, Look{Color: Grey, Mark: Cross}},
	{[]string{"ketamine", "ketamine-like"}, Look{Color: Vermilion, Mark: Circle}},
	{[]string{"ssri", "ssri-like"}, Look{Color: Blue, Mark: TriangleUp}},
	{[]string{"neurosteroid", "neurosteroid-like"}, Look{Color: Green, Mark: TriangleDown}},
	{[]string{"ketamine-115", "ketamine-like, 115 epochs"}, Look{Color: Vermilion, Mark: Pentagon, Dashes: DashDotted}},
	{[]string{"ssri-110", "ssri-like, 110 epochs"}, Look{Color: Blue, Mark: TriangleRight, Dashes: DashDotted}},
	{[]string{"ssri-115", "ssri-like, 115 epochs"}, Look{Color: Blue, Mark: TriangleLeft, Dashes: DashDotted}},
	{[]string{"neurosteroid-110", "neurosteroid-like, 110 epochs"}, Look{Color: Green, Mark: Pentagon, Dashes: DashDotted}},
	{[]string{"acute-60x1", "60 % × 1"}, FreeLook(0)},
	{[]string{"chronic-40x3", "40 % × 3"}, FreeLook(1)},
	{[]string{"chronic-40x6", "40 % × 6"}, FreeLook(2)},
	{[]string{"chronic-40x10", "40 % × 10"}, Look{Color: Brown, Mark: Box, Dashes: DashDotted}},
	{[]string{"acute-100x1", "100 % × 1"}, Look{Color: Indigo, Mark: Circle, Dashes: DashDotted}},
	{[]string{"neurosteroid-ssri", "neurosteroid-like then ssri-like"}, FreeLook(5)},
	{[]string{"ssri-ketamine", "ssri-like then ketamine-like"}, FreeLook(6)},
	{[]string{"ketamine-ssri", "ketamine-like then ssri-like"}, FreeLook(7)},
}

// derived are the endings of names, in a design and in figures, of what belongs to an arm.
var derived = []struct {
	endings []string
	look    func(Look) Look
}{
	{[]string{", off"}, Look.Off},
	{[]string{"-sham", ", sham"}, Look.Sham},
	{[]string{"-random", ", random sites"}, Look.Random},
	{[]string{"-burst", ", one burst"}, Look.Burst},
	{[]string{"-gain1", ", gain 1"}, Look.GainOne},
	{[]string{"-gain", ", gain alone"}, Look.GainAlone},
	{[]string{"-regrow", ", regrowing"}, Look.Regrowing},
}

// Off is the look of an arm off its drug: the same colour, dashed and open.
func (l Look) Off() Look { return Look{Color: l.Color, Mark: l.Mark.Open(), Dashes: Dashed} }

// Sham is the look of an arm's sham: its colour, paler, so that it is seen over the arm.
func (l Look) Sham() Look {
	return Look{Color: Tint(l.Color, 0.6), Mark: Box.Open(), Dashes: DashDotted}
}

// Random is the look of an arm with regrowth at random sites: its colour, darker.
func (l Look) Random() Look {
	return Look{Color: Between(l.Color, Black, 0.5), Mark: Pentagon, Dashes: Dotted}
}

// Burst is the look of an arm whose bursts are one.
func (l Look) Burst() Look { return Look{Color: l.Color, Mark: Circle.Open(), Dashes: Dashed} }

// GainOne is the look of an arm without its gain.
func (l Look) GainOne() Look { return Look{Color: l.Color, Mark: l.Mark.Open(), Dashes: Dotted} }

// GainAlone is the look of an arm's gain on its sham: its colour, paler.
func (l Look) GainAlone() Look {
	return Look{Color: Tint(l.Color, 0.6), Mark: TriangleRight.Open(), Dashes: Dashed}
}

// Regrowing is the look of an arm that goes on regrowing: its colour, darker.
func (l Look) Regrowing() Look {
	return Look{Color: Between(l.Color, Black, 0.5), Mark: Box, Dashes: Dashed}
}

// ArmLook returns the look that an arm of the library has in all figures, by its name
// in a design or in figures, in upper or lower case: ketamine or ketamine-like. Its
// controls and the arm off its drug have looks derived from it.
func ArmLook(name string) (l Look, ok bool) {
	name = strings.ToLower(name)
	for _, a := range arms {
		if slices.Contains(a.names, name) {
			return a.look, true
		}
	}
	for _, d := range derived {
		for _, end := range d.endings {
			if of, found := strings.CutSuffix(name, end); found {
				l, ok = ArmLook(of)
				return d.look(l), ok
			}
		}
	}
	return Look{}, false
}

// FreeLooks is how many looks there are beside those of the library's arms.
const FreeLooks = 36

// FreeLook returns the i-th look beside those of the library's arms, for series and
// arms of a reader's own, from 0 to FreeLooks − 1; no two are the same, and the marks
// of any eight in a row differ.
func FreeLook(i int) Look {
	colors := [3]Color{Purple, Orange, Sky}
	if i < 6 { // the order of all figures so far
		mark := [6]Mark{Pentagon, TriangleRight, TriangleLeft, Box, Circle, TriangleUp}[i]
		return Look{Color: colors[i%3], Mark: mark, Dashes: [2][]vg.Length{nil, DashDotted}[i/3]}
	}
	marks := [9]Mark{TriangleDown, Cross, Pentagon.Open(), TriangleRight.Open(), TriangleLeft.Open(), Box.Open(), Circle.Open(), TriangleUp.Open(), TriangleDown.Open()}
	i -= 6
	dashes := [4][]vg.Length{Dotted, Dashed, DashDotted, nil}
	return Look{Color: colors[i%3], Mark: marks[i%9], Dashes: dashes[i/9%4]}
}

// NextLook returns the first of the free looks that is not taken, and takes it.
func NextLook(taken *[]Look) Look {
	for i := range FreeLooks {
		l := FreeLook(i)
		if !slices.ContainsFunc(*taken, l.same) {
			*taken = append(*taken, l)
			return l
		}
	}
	return Look{Color: Ink, Mark: Circle} // more than can be told apart
}

// same tells whether two looks cannot be told apart.
func (l Look) same(o Look) bool {
	return l.Color == o.Color && l.Mark.same(o.Mark) && slices.Equal(l.Dashes, o.Dashes)
}

// assign gives each series of the figure its look: that of Looks, that of its arm, or
// the next free one.
func (f *Figure) assign() {
	looks, taken := map[string]Look{}, []Look{}
	for _, p := range f.panels() {
		p.looks = looks
		for _, name := range p.series {
			if l, ok := f.Looks[name]; ok {
				looks[name], taken = l, append(taken, l)
			} else if l, ok := ArmLook(name); ok {
				looks[name], taken = l, append(taken, l)
			}
		}
	}
	for _, p := range f.panels() {
		for _, name := range p.series {
			if _, ok := looks[name]; !ok {
				looks[name] = NextLook(&taken)
			}
		}
		if len(looks) > FreeLooks {
			p.fail("", "%d series: want at most %d in a figure", len(looks), FreeLooks)
			return
		}
	}
}
