package plots

import (
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/report"
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

// The published arms.
const (
	ketamine     = "ketamine"
	ssri         = "ssri"
	neurosteroid = "neurosteroid"
)

// known holds the arms whose place does not depend on the result, in the order of all
// figures.
var known = []condition{
	armOf(study.Dense), armOf(study.Untreated), armOf(ketamine), armOf(ssri), armOf(neurosteroid),
	armOf("ketamine-115"), armOf("ssri-110"), armOf("ssri-115"), armOf("neurosteroid-110"),
}

// armOf returns the acute condition of an arm that has a look of its own.
func armOf(name string) condition {
	l, _ := figure.ArmLook(name)
	return condition{name, assay.Acute, report.Label(name), l}
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
		out = append(out, condition{name, assay.Acute, report.Label(name), l})
	}
	for _, name := range names {
		if isControl(name, names) {
			out = append(out, control(name, names, out))
		}
	}
	return out
}

// Label returns what tables and figures call an arm, see report.Label.
func Label(arm string) string { return report.Label(arm) }

// label is Label as a function.
func (c condition) label() string { return c.Label }

// off returns the condition off the drug: the same colour, dashed and open.
func (c condition) off() condition {
	c.Phase = assay.OffDrug
	c.Label += ", off"
	c.Look = c.Look.Off()
	return c
}

// isControl tells whether the arm is the control of an arm that the library
// knows or of one of the others.
func isControl(name string, names []string) bool {
	of, _ := report.Control(name, names...)
	return of != ""
}

// control returns a control's condition, in a look that comes from its arm's.
func control(name string, names []string, others []condition) condition {
	arm, kind := report.Control(name, names...)
	l, label := figure.Look{Color: figure.Grey}, report.Label(arm)
	for _, c := range append(slices.Clone(known), others...) {
		if c.Arm == arm {
			l, label = c.Look, c.Label
		}
	}
	look := map[string]func(figure.Look) figure.Look{"sham": figure.Look.Sham, "one burst": figure.Look.Burst, "random sites": figure.Look.Random,
		"gain 1": figure.Look.GainOne, "gain alone": figure.Look.GainAlone, "regrowing": figure.Look.Regrowing}[kind]
	return condition{name, assay.Acute, label + ", " + kind, look(l)}
}
