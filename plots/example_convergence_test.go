package plots_test

import (
	"log"

	"divergent/internal/kept/kepttest"
	"divergent/pkg/convergence"
	"divergent/plots"
)

// convergenceOf computes parts of the study of the default parameters.
func convergenceOf(parts ...string) *convergence.Study {
	s, err := convergence.StudyOf(convergence.Default())
	if err == nil {
		err = s.Parts().ComputeNamed(kepttest.Context("convergence"), 0, parts...)
	}
	if err != nil {
		log.Fatal(err)
	}
	return s
}

// Trials beside the model's treated arms, and their control arms.
func ExampleTrajectories() {
	s := convergenceOf("courses", "trials")
	saveSchematic(plots.Trajectories(s.Courses, s.Rows))
}

// Does the treated arm of a trial follow its control arm?
func ExampleControlArms() {
	s := convergenceOf("trials")
	saveSchematic(plots.ControlArms(s.Additivity, s.Params))
}

// How much worse does a rival fit, and what do other rows and errors change?
func ExampleRivals() {
	s := convergenceOf("variants")
	saveSchematic(plots.Rivals(convergence.VariantRows(s.Variants, s.Fits)))
}

// Pairs of arms against what independent arms would do.
func ExampleCombinations() {
	saveSchematic(plots.Combinations(convergenceOf("combinations").Combinations))
}

// Relief by how inflamed the patient is, in three forms of the model.
func ExampleInflammation() {
	saveSchematic(plots.Inflammation(convergenceOf("inflammation").Inflamed))
}

// Which hub does each arm move, how far and when?
func ExamplePathways() { saveSchematic(plots.Pathways(convergenceOf("courses").Pathways)) }
