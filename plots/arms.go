package plots

import (
	"slices"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// condition is one line of a figure: an arm, on its drug or off it.
type condition struct {
	Arm   string
	Phase string // assay.Acute or assay.OffDrug
	Label string
	figure.Look
}

// The published arms, and the endings that mark a control of another arm.
const (
	ketamine     = "ketamine"
	ssri         = "ssri"
	neurosteroid = "neurosteroid"
	shamEnding   = "-sham"
	randomEnding = "-random"
	burstEnding  = "-burst"
)

// known holds the looks and labels that do not depend on the result, in the
// order of all figures.
var known = []condition{
	{study.Dense, assay.Acute, "dense", figure.Look{Color: figure.Black, Mark: figure.Box}},
	{study.Untreated, assay.Acute, "untreated", figure.Look{Color: figure.Grey, Mark: figure.Cross}},
	{ketamine, assay.Acute, "ketamine-like", figure.Look{Color: figure.Vermilion, Mark: figure.Circle}},
	{ssri, assay.Acute, "SSRI-like", figure.Look{Color: figure.Blue, Mark: figure.TriangleUp}},
	{neurosteroid, assay.Acute, "neurosteroid-like", figure.Look{Color: figure.Green, Mark: figure.TriangleDown}},
	{"ketamine-115", assay.Acute, "ketamine-like, 115 epochs", figure.Look{Color: figure.Vermilion, Mark: figure.Pentagon, Dashes: figure.DashDotted}},
	{"ssri-110", assay.Acute, "SSRI-like, 110 epochs", figure.Look{Color: figure.Blue, Mark: figure.TriangleRight, Dashes: figure.DashDotted}},
	{"ssri-115", assay.Acute, "SSRI-like, 115 epochs", figure.Look{Color: figure.Blue, Mark: figure.TriangleLeft, Dashes: figure.DashDotted}},
	{"neurosteroid-110", assay.Acute, "neurosteroid-like, 110 epochs", figure.Look{Color: figure.Green, Mark: figure.Pentagon, Dashes: figure.DashDotted}},
}

// named holds the labels of further arms that the library's studies have; they
// take their looks in turn, as arms of a reader's do.
var named = map[string]string{
	"acute-60x1":        "60 % × 1",
	"chronic-40x3":      "40 % × 3",
	"chronic-40x6":      "40 % × 6",
	"chronic-40x10":     "40 % × 10",
	"acute-100x1":       "100 % × 1",
	"neurosteroid-ssri": "neurosteroid-like then SSRI-like",
	"ssri-ketamine":     "SSRI-like then ketamine-like",
	"ketamine-ssri":     "ketamine-like then SSRI-like",
}

// further holds the looks that unknown arms take in turn.
var further = []figure.Look{
	{Color: figure.Purple, Mark: figure.Pentagon},
	{Color: figure.Orange, Mark: figure.TriangleRight},
	{Color: figure.Sky, Mark: figure.TriangleLeft},
	{Color: figure.Purple, Mark: figure.Box, Dashes: figure.DashDotted},
	{Color: figure.Orange, Mark: figure.Circle, Dashes: figure.DashDotted},
	{Color: figure.Sky, Mark: figure.TriangleUp, Dashes: figure.DashDotted},
}

// conditions returns what the result measured, in the order of all figures:
// dense, untreated, the published arms, further arms as the design has them, each
// followed by itself off the drug. Controls come along only on request.
func conditions(r *study.Result, controls bool) []condition {
	var names []string
	offDrug := map[string]bool{}
	for _, row := range r.Rows {
		if !slices.Contains(names, row.Arm) {
			names = append(names, row.Arm)
		}
		offDrug[row.Arm] = offDrug[row.Arm] || row.Phase == assay.OffDrug
	}
	var out []condition
	for _, c := range ordered(names) {
		if isControl(c.Arm, names) && !controls {
			continue
		}
		out = append(out, c)
		if offDrug[c.Arm] {
			out = append(out, c.off())
		}
	}
	return out
}

// ordered returns the acute conditions of the named arms in the order of all
// figures, each with its look. An arm's look depends on the arms before it only.
func ordered(names []string) []condition {
	var out []condition
	for _, c := range known {
		if slices.Contains(names, c.Arm) {
			out = append(out, c)
		}
	}
	fresh := 0
	for _, name := range names {
		isKnown := slices.ContainsFunc(known, func(c condition) bool { return c.Arm == name })
		if isKnown || isControl(name, names) {
			continue
		}
		out = append(out, condition{name, assay.Acute, nameOf(name), further[fresh%len(further)]})
		fresh++
	}
	for _, name := range names {
		if isControl(name, names) {
			out = append(out, control(name, out))
		}
	}
	return out
}

// Label returns what figures call an arm: the published arms borrow a mechanism
// and are not the drug, a control is named after its arm, the arms of the
// library's sweeps after what they do, and any other arm keeps its name.
func Label(arm string) string { return ordered([]string{arm})[0].Label }

// nameOf returns the label of an arm that is not among the known.
func nameOf(arm string) string {
	if label, ok := named[arm]; ok {
		return label
	}
	return arm
}

// label is Label as a function.
func (c condition) label() string { return c.Label }

// off returns the condition off the drug: the same colour, dashed and open.
func (c condition) off() condition {
	c.Phase = assay.OffDrug
	c.Label += ", off"
	c.Dashes, c.Mark = figure.Dashed, c.Mark.Open()
	return c
}

// parent returns the arm that a control belongs to, and what the control is.
func parent(name string) (arm, kind string) {
	if p, ok := strings.CutSuffix(name, shamEnding); ok {
		return p, "sham"
	}
	if p, ok := strings.CutSuffix(name, randomEnding); ok {
		return p, "random sites"
	}
	if p, ok := strings.CutSuffix(name, burstEnding); ok {
		return p, "one burst"
	}
	return "", ""
}

// isControl tells whether the arm is the control of an arm that the library
// knows or of one of the others.
func isControl(name string, names []string) bool {
	p, _ := parent(name)
	_, ours := named[p]
	return p != "" && (ours || slices.Contains(names, p) || slices.ContainsFunc(known, func(c condition) bool { return c.Arm == p }))
}

// control returns a control's condition: its parent's colour, paler for shams,
// with a mark and dashes of its own.
func control(name string, others []condition) condition {
	arm, kind := parent(name)
	look := figure.Look{Color: figure.Grey, Mark: figure.Diamond, Dashes: figure.Dotted}
	label := nameOf(arm)
	for _, c := range append(slices.Clone(known), others...) {
		if c.Arm == arm {
			look.Color, label = c.Color, c.Label
		}
	}
	switch kind {
	case "sham":
		look.Mark, look.Dashes = figure.Box.Open(), figure.DashDotted
	case "one burst":
		look.Mark, look.Dashes = figure.Circle.Open(), figure.Dashed
	}
	return condition{name, assay.Acute, label + ", " + kind, look}
}
