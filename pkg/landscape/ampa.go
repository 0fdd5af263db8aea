package landscape

import "fmt"

// AMPADecay are the decay times, in ms, of the AMPA current in the ventral anterior
// cingulate of Ramirez-Mahaluf et al. 2017 (Cereb Cortex, 10.1093/cercor/bhv249;
// read in the code, ModelDB 240954): healthy, mild, moderate and severe depression.
var AMPADecay = [4]float64{2.00, 2.05, 2.10, 2.15}

// StrengthFromAMPADecay maps a decay time of that model to a connection strength of
// this one: a straight line from the strength above which only the healthy state
// exists, at 2.00 ms, to the strength below which only the ill one does, at 2.15
// ms. It is a mapping of convenience, so that degrees of severity can be named
// alike: there a slower current excites the area of negative bias, here weaker
// connections fail to hold it down. No measurement ties the two.
func StrengthFromAMPADecay(p Params, c Circuit, ms float64) (float64, error) {
	healthy, severe := AMPADecay[0], AMPADecay[3]
	if !(ms >= healthy && ms <= severe) {
		return 0, fmt.Errorf("landscape: AMPA decay of %v ms: want %.2f, healthy, to %.2f, severe", ms, healthy, severe)
	}
	low, high, err := Window(p, c)
	if err != nil {
		return 0, err
	}
	return high + (low-high)*(ms-healthy)/(severe-healthy), nil
}

// Window returns the strengths between which both states exist at rest: the folds
// at which the healthy and the ill state end.
func Window(p Params, c Circuit) (low, high float64, err error) {
	d, err := Bifurcation(p, c, "Strength", 0, 3)
	if err != nil {
		return 0, 0, err
	}
	folds := d.Folds()
	if len(folds) < 2 {
		return 0, 0, NoState{fmt.Sprintf("%d folds between strengths 0 and 3: want two, for a range in which both states exist", len(folds))}
	}
	return folds[0].Value, folds[len(folds)-1].Value, nil
}
