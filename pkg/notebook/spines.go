package notebook

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// Memory compares, on the data of a drug arm and its control, the model whose
// lost sites remember with the one without memory whose imaging misses spines.
type Memory struct {
	Arm        string
	N          int     `table:"n"`
	K          int     `table:"Memory: K"`    // estimated quantities
	P          float64 `table:"p of its fit"` // small where the model does not fit
	AIC        float64 `table:"AIC"`
	KWithout   int     `table:"No memory: K"`
	PWithout   float64 `table:"p of its fit"`
	AICWithout float64 `table:"AIC"`
	ForMemory  float64 `table:"ΔAIC for memory"` // AICWithout − AIC; below 0 it speaks against
}

// Memories fits both models to each arm. With memory the pulse raises formation
// and return, and of turnover elimination and drift are fitted; without, all of
// turnover is, and the pulse raises formation, or formation and settling: the
// better of the two counts.
func Memories(arms []spines.Arm, o spines.FitOptions) []Memory {
	targets := spines.Targets()
	var out []Memory
	for _, a := range arms {
		with := Must(a.FitPulse(context.Background(), spines.Remembered(), targets[0], o))
		var without *spines.Fit
		for _, t := range targets {
			if t.Return > 0 {
				continue // nothing returns without memory
			}
			if f := Must(a.FitPulse(context.Background(), spines.TwoPoolsMissed(), t, o)); without == nil || f.AIC < without.AIC {
				without = f
			}
		}
		out = append(out, Memory{Arm: a.String(), N: with.N, K: with.K, P: with.P, AIC: with.AIC,
			KWithout: without.K, PWithout: without.P, AICWithout: without.AIC, ForMemory: without.AIC - with.AIC})
	}
	return out
}

// Intervals lays out fitted quantities with their 95 % intervals; a limit that the
// data leave open, and an estimate at an end of its range, are said to be so.
func Intervals(list []spines.Estimate) Grid {
	g := Grid{Header: []string{"Quantity", "Estimate", "95 % interval"}}
	for _, e := range list {
		low, high := figures(e.Low), figures(e.High)
		if math.IsInf(e.Low, -1) {
			low = "open"
		}
		if math.IsInf(e.High, 1) {
			high = "open"
		}
		value := figures(e.Value)
		if e.AtBound() {
			value += ", the end of its range"
		}
		g.Rows = append(g.Rows, []string{e.Name, value, low + " to " + high})
	}
	return g
}

// figures writes three significant digits.
func figures(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// LongerLived is spines.LongerLived.
func LongerLived(p spines.Params, doses ...int) []spines.RelapseTime {
	return Must(spines.LongerLived(p, doses...))
}

// MoreOften is spines.MoreOften.
func MoreOften(p spines.Params, every []float64, doses ...int) []spines.RelapseTime {
	return Must(spines.MoreOften(p, every, doses...))
}

// RelapseAfter tells for a sentence when behaviour relapses under a schedule:
// 38.8 days, or none in 180 days.
func RelapseAfter(p spines.Params, s spines.Schedule) string {
	t := Must(spines.RelapseTimes(p, s))[0]
	if !t.Relapsed {
		return fmt.Sprintf("none in %.0f days", t.Days)
	}
	return fmt.Sprintf("%.1f days", t.Days)
}

// OnDays lays out a course on the given days, each the first report that is not
// before it: with a dose on that day, the state just before.
func OnDays(c spines.Course, days ...float64) Grid {
	g := Grid{Header: []string{"Day", "Spines (%)", "Formation (% a day)", "Ensembles (%)", "Immobility (%)"}}
	for _, day := range days {
		i := reportOn(c, day)
		if i < 0 {
			Check(fmt.Errorf("notebook: day %v of a course of %v days: want a day within it", day, c.Protocol.Length))
		}
		row := []string{strconv.FormatFloat(day, 'g', -1, 64)}
		for _, x := range [][]float64{c.Density, c.Formation, c.Ensembles, c.Immobility} {
			row = append(row, model.Decimals(100*x[i], 1))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// reportOn returns the first report that is not before a day, but for rounding,
// and −1 if there is none.
func reportOn(c spines.Course, day float64) int {
	for i, d := range c.Day {
		if d >= day-1e-9 {
			return i
		}
	}
	return -1
}
