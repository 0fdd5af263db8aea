package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"divergent/pkg/assay"
	"divergent/pkg/study"
)

// labels holds what the arms of the library are called: the published ones borrow a
// mechanism and are not the drug, those of its sweeps are named after what they do.
var labels = map[string]string{
	study.Dense: "dense", study.Untreated: "untreated",
	"ketamine": "ketamine-like", "ssri": "SSRI-like", "neurosteroid": "neurosteroid-like",
	"ketamine-115": "ketamine-like, 115 epochs", "ssri-110": "SSRI-like, 110 epochs", "ssri-115": "SSRI-like, 115 epochs",
	"neurosteroid-110": "neurosteroid-like, 110 epochs",

	"acute-60x1": "60 % × 1", "chronic-40x3": "40 % × 3", "chronic-40x6": "40 % × 6", "chronic-40x10": "40 % × 10", "acute-100x1": "100 % × 1",
	"neurosteroid-ssri": "neurosteroid-like then SSRI-like", "ssri-ketamine": "SSRI-like then ketamine-like", "ketamine-ssri": "ketamine-like then SSRI-like",
}

// courses holds what the library's courses are called.
var courses = map[string]string{
	assay.Chronic: "maintenance as published", assay.Chronic + "-equal": "10 epochs for every arm", assay.Chronic + "-none": "no maintenance",
	assay.Withdrawn: "each arm's protection",
	assay.Kindled:   "as published", assay.Kindled + "-severity": "severity 1 for all", assay.Kindled + "-constant": "constant trigger", assay.Kindled + "-rate": "one rate of maintenance",
}

// Course returns what tables and figures call a course; one that is not the library's keeps
// its name.
func Course(phase string) string {
	if label, ok := courses[phase]; ok {
		return label
	}
	return phase
}

// Cycle names a cycle of a course: after 25 epochs, episode 1, cycle 1.
func Cycle(phase string, cycle int) string {
	switch {
	case strings.HasPrefix(phase, assay.Withdrawn):
		return fmt.Sprintf("after %d epochs", cycle)
	case strings.HasPrefix(phase, assay.Kindled):
		return fmt.Sprintf("episode %d", cycle+1)
	}
	return fmt.Sprintf("cycle %d", cycle)
}

// Known tells whether the arm is one of the library's.
func Known(arm string) bool { return labels[arm] != "" }

// Label returns what tables and figures call an arm: a control is named after its arm,
// and an arm that is not the library's keeps its name.
func Label(arm string) string {
	if label, ok := labels[arm]; ok {
		return label
	}
	if of, kind := Control(arm); of != "" {
		return Label(of) + ", " + kind
	}
	return arm
}

// Letters returns a capital for each label, the first of its own that is not taken yet.
func Letters(labels ...string) []string {
	var out []string
	used := ""
	for _, label := range labels {
		letter := "?"
		for _, l := range strings.ToUpper(label) + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
			if unicode.IsLetter(l) && !strings.ContainsRune(used, l) {
				letter = string(l)
				break
			}
		}
		used += letter
		out = append(out, letter)
	}
	return out
}

// Control returns the arm that a control belongs to, one of the library's or of the
// others given, and what the control is; both are empty where it is none.
func Control(arm string, others ...string) (of, kind string) {
	for _, c := range []struct{ ending, kind string }{{"-sham", "sham"}, {"-random", "random sites"}, {"-burst", "one burst"},
		{"-gain1", "gain 1"}, {"-gain", "gain alone"}, {"-regrow", "regrowing"}} {
		if of, ok := strings.CutSuffix(arm, c.ending); ok && of != "" && (Known(of) || slices.Contains(others, of)) {
			return of, c.kind
		}
	}
	return "", ""
}
