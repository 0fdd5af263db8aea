package plots_test

import (
	"log"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/linked"
	"divergent/plots"
)

// linkedOf computes parts of the study of the default parameters.
func linkedOf(parts ...string) *linked.Study {
	s, err := linked.StudyOf(linked.Default())
	if err == nil {
		err = s.Parts().ComputeNamed(kepttest.Context("linked"), 0, parts...)
	}
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// One dose through every level, from minutes to months.
func ExampleChain() { saveSchematic(plots.Chain(linkedOf("draws").Uncertainty)) }

// Which level is needed for which fact?
func ExampleLevels() { saveSchematic(plots.Levels(linkedOf("ablation").Ablation)) }

// Which level does the uncertainty come from?
func ExampleShares() { saveSchematic(plots.Shares(linkedOf("draws").Uncertainty)) }

// Six classes of treatment on one scale, beside trials.
func ExampleClasses() {
	s := linkedOf("ablation", "classes")
	saveSchematic(plots.Classes(s.Classes, s.Ablation.Rows[0], s.Params))
}
