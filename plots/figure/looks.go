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
}

// ArmLook returns the look that an arm of the library has in all figures, by its name
// in a design or in figures, in upper or lower case: ketamine or ketamine-like.
func ArmLook(name string) (l Look, ok bool) {
	for _, a := range arms {
		if slices.Contains(a.names, strings.ToLower(name)) {
			return a.look, true
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

// assign gives each series of the figure its look: that of Looks, that of its arm, or
// the next free one.
func (f *Figure) assign() {
	looks, fresh := map[string]Look{}, 0
	for _, p := range f.panels() {
		p.looks = looks
		for _, name := range p.series {
			if _, ok := looks[name]; ok {
				continue
			}
			l, ok := f.Looks[name]
			if !ok {
				l, ok = ArmLook(name)
			}
			if !ok {
				l, fresh = FreeLook(fresh%FreeLooks), fresh+1
			}
			looks[name] = l
			if fresh > FreeLooks {
				p.fail(name, "%d series without a look of their own: want at most %d in a figure, or looks for them in Looks", fresh, FreeLooks)
			}
		}
	}
}
