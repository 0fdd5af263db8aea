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

// known holds the arms whose place does not depend on the result, in the order of all
// figures.
var known = []condition{
	armOf(study.Dense, "dense"), armOf(study.Untreated, "untreated"),
	armOf(ketamine, "ketamine-like"), armOf(ssri, "SSRI-like"), armOf(neurosteroid, "neurosteroid-like"),
	armOf("ketamine-115", "ketamine-like, 115 epochs"), armOf("ssri-110", "SSRI-like, 110 epochs"), armOf("ssri-115", "SSRI-like, 115 epochs"),
	armOf("neurosteroid-110", "neurosteroid-like, 110 epochs"),
}

// armOf returns the acute condition of an arm that has a look of its own.
func armOf(name, label string) condition {
	l, _ := figure.ArmLook(name)
	return condition{name, assay.Acute, label, l}
}

// named holds the labels of further arms that the library's studies have.
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
// figures, each with its look: that of its own, or the next one free. An arm's look
// depends on the library's arms and on the arms before it only.
func ordered(names []string) []condition {
	var out []condition
	for _, c := range known {
		if slices.Contains(names, c.Arm) {
			out = append(out, c)
		}
	}
	var taken []figure.Look
	for _, name := range names {
		if l, ok := figure.ArmLook(name); ok {
			taken = append(taken, l)
		}
	}
	for _, name := range names {
		isKnown := slices.ContainsFunc(known, func(c condition) bool { return c.Arm == name })
		if isKnown || isControl(name, names) {
			continue
		}
		l, ok := figure.ArmLook(name)
		if !ok {
			l = figure.NextLook(&taken)
		}
		out = append(out, condition{name, assay.Acute, nameOf(name), l})
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
	c.Look = c.Look.Off()
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

// control returns a control's condition, in a look that comes from its arm's.
func control(name string, others []condition) condition {
	arm, kind := parent(name)
	l, label := figure.Look{Color: figure.Grey}, nameOf(arm)
	for _, c := range append(slices.Clone(known), others...) {
		if c.Arm == arm {
			l, label = c.Look, c.Label
		}
	}
	switch kind {
	case "sham":
		l = l.Sham()
	case "one burst":
		l = l.Burst()
	default:
		l = l.Random()
	}
	return condition{name, assay.Acute, label + ", " + kind, l}
}
