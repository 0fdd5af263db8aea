package plots

import (
	"math"
	"slices"
	"testing"

	"divergent/pkg/convergence"
)

// convergenceStudy computes parts of the study of the default parameters.
func convergenceStudy(t *testing.T, parts ...string) *convergence.Study {
	t.Helper()
	s, err := convergence.StudyOf(convergence.Default())
	if err == nil {
		err = s.Parts().ComputeNamed(t.Context(), 0, parts...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every fitted row of the trials stands in Trajectories, weak ones under a name of their
// own, each with its control arm and what the model expects.
func TestTrajectoriesShowEveryTrial(t *testing.T) {
	s := convergenceStudy(t, "courses", "trials")
	f, err := Trajectories(s.Courses, s.Rows)
	whole(t, "trajectories", f, err)
	count := map[string]int{}
	for _, d := range f.Table() {
		count[d.Series]++
	}
	weak, all := 0, 0
	for _, r := range s.Rows {
		if r.Arm == "anti" { // a check of an arm without trials of its own
			continue
		}
		if all++; r.Weak() {
			weak++
		}
	}
	if count["trial, weak evidence"] != weak || count["trial, treated arm"] != all-weak || count["trial, control arm"] != all || count["model, given the trial's control arm"] != all {
		t.Errorf("%d trials, %d of them weak, are drawn as %v", all, weak, count)
	}
	f, err = Trajectories(nil, nil)
	refused(t, "no courses", f, err)
}

func TestConvergenceFigures(t *testing.T) {
	s := convergenceStudy(t, "courses", "trials", "inflammation")
	f, err := ControlArms(s.Additivity, s.Params)
	whole(t, "control-arms", f, err)
	// at the mean of the control arms the model meets the mean of the treated arms
	if got := s.Additivity.Expected(s.Params, s.Additivity.ControlMean, 35); math.Abs(got-s.Additivity.TreatedMean) > 1e-9 {
		t.Errorf("the model expects %v, want %v", got, s.Additivity.TreatedMean)
	}
	list, err := convergence.Combinations(t.Context(), s.Params, convergence.PairArms()[:3], convergence.CombineOptions{Draws: 20})
	if err != nil {
		t.Fatal(err)
	}
	f, err = Combinations(list)
	whole(t, "combinations", f, err)
	f, err = Inflammation(s.Inflamed)
	whole(t, "inflammation", f, err)
	f, err = Pathways(s.Pathways)
	whole(t, "pathways", f, err)
	f, err = Pathways(nil)
	refused(t, "no arms", f, err)
	f, err = Combinations(nil)
	refused(t, "no pairs", f, err)
	f, err = Inflammation(nil)
	refused(t, "no forms", f, err)
	f, err = Rivals(nil)
	refused(t, "no variants", f, err)
	f, err = ControlArms(nil, s.Params)
	refused(t, "no trials", f, err)
}

// Only what the structure lets an arm reach is moved.
func TestPathwaysTellTheStructure(t *testing.T) {
	s := convergenceStudy(t, "courses")
	f, err := Pathways(s.Pathways)
	if err != nil {
		t.Fatal(err)
	}
	var moved []string
	for _, w := range s.Pathways {
		if w.Hub == "inflammation" && !math.IsNaN(w.Day) {
			moved = append(moved, w.Arm)
		}
	}
	if !slices.Equal(moved, []string{"anti-inflammatory drug"}) {
		t.Errorf("inflammation is moved by %q", moved)
	}
	if d := find(f, "pathways", "largest change (% of the arm that moves the hub most)", ""); len(f.Table()) == 0 {
		t.Errorf("no numbers are kept: %v", d)
	}
}
