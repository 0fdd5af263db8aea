package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// The measures of imaging that Turnover draws, as in the data.
var imaged = []struct{ Measure, Title, Unit string }{
	{"formation_rate", "Formation", "formed since last session (%)"},
	{"elimination_rate", "Elimination", "lost since last session (%)"},
	{"spine_density", "Density", "change since first session (%)"},
	{"new_spine_survival", "Survival of new spines", "still there (%)"},
}

// armLooks are the looks of control and drug arm, rivalLooks those of rivals
// without drug.
var (
	armLooks   = [2]figure.Look{{Color: figure.Blue, Mark: figure.Box, Dashes: figure.Dashed}, {Color: figure.Vermilion, Mark: figure.Circle}}
	rivalLooks = []figure.Look{{Color: figure.Black, Dashes: figure.Dotted}, {Color: figure.Green, Dashes: figure.DashDotted}, {Color: figure.Purple, Dashes: figure.Dashed}}
)

// Turnover returns spine imaging of a drug arm and its control beside the fitted
// model, by day after the dose: formation, elimination, density and, where it was
// measured, the survival of new spines. Data are means with SEM; the model is
// imaged in the same sessions. Rivals are fits of the control arm alone, as
// spines.TurnoverRivals returns them; of these the memoryless ones are drawn, and
// the caption compares all by AIC. It is an error if the fit has no imaging of two arms
// or the rivals are of different data.
func Turnover(fit *spines.Fit, rivals ...*spines.Fit) (*figure.Figure, error) {
	if fit == nil || !slices.ContainsFunc(fit.Points, func(p spines.Point) bool { return p.Drug }) {
		return nil, errors.New("plots: Turnover: no fit of a drug arm: want one, such as that of spines.FitShao or Arm.FitPulse")
	}
	if !slices.ContainsFunc(fit.Points, func(p spines.Point) bool { return !p.Drug }) {
		return nil, errors.New("plots: Turnover: no control arm in the fit: want points of both arms, as spines.FitShao or Arm.FitPulse give them")
	}
	for i, r := range rivals {
		if r == nil || r.Fitted == nil {
			return nil, fmt.Errorf("plots: Turnover: rival %d is empty: want fits such as those of spines.TurnoverRivals", i+1)
		}
	}
	versus, err := againstRivals(rivals)
	if err != nil {
		return nil, fmt.Errorf("plots: Turnover: %w", err)
	}
	rivals = slices.DeleteFunc(slices.Clone(rivals), func(r *spines.Fit) bool { return r.Params.Memory })
	k := fitSessions(fit)
	f := &figure.Figure{
		Name:  "turnover",
		Title: "Turnover of spines in imaging and model",
		Caption: "Spine imaging of unstressed mice beside the model (" + imagingSizes(fit) + "). Marks are means with SEM; lines are the fitted model, imaged in the same sessions and broken where sessions lie far apart. " +
			"Rates count what changed since the session before, whatever its distance. The dose is on day 0." + fitQuality(fit) + versus,
		Width: figure.DoubleColumn, Legend: turnoverLegend(fit, rivals),
	}
	var drawn []*figure.Panel
	for _, m := range imaged {
		if slices.ContainsFunc(fit.Points, func(p spines.Point) bool { return p.Measure == m.Measure }) {
			drawn = append(drawn, imagingPanel(fit, rivals, m.Measure, m.Title, m.Unit, k))
		}
	}
	stackImaging(f, drawn, k)
	return f, nil
}

// stackImaging sets panels in two columns below a strip of the dose each.
func stackImaging(f *figure.Figure, panels []*figure.Panel, k timeline.Clock) {
	dose := model.Protocol{Events: []model.Event{model.Dose(0, "dose", 1)}}
	rows, mm := [][]*figure.Panel{{timeline.Strip("", dose, k), timeline.Strip("", dose, k)}}, []float64{timeline.LaneHeight}
	for i := 0; i < len(panels); i += 2 {
		row := []*figure.Panel{panels[i], nil}
		if i+1 < len(panels) {
			row[1] = panels[i+1]
		}
		rows, mm = append(rows, row), append(mm, 36)
	}
	f.Stack(rows, mm...)
}

// fitSessions returns the clock of a fit's sessions.
func fitSessions(fit *spines.Fit) timeline.Clock {
	var days []float64
	for _, p := range fit.Points {
		days = append(days, p.Day)
		if !math.IsNaN(p.From) {
			days = append(days, p.From)
		}
	}
	return timeline.Sessions("day after the dose", days)
}

// imagingPanel draws one measure: rivals below, then model, then data.
func imagingPanel(fit *spines.Fit, rivals []*spines.Fit, measure, title, unit string, k timeline.Clock) *figure.Panel {
	y := valueAxis(unit, 0)
	if measure == "new_spine_survival" {
		y = figure.PercentAxis(unit)
	}
	p := timeline.NewPanel(title, "", k, true, y)
	if measure == "spine_density" {
		p.Horizontal(figure.ZeroLine, 0, "no change")
	}
	for i, r := range rivals {
		drawSession(p, turnoverName(r), rivalLooks[i%len(rivalLooks)], k, pointsOf(r, measure, false))
	}
	for drug, l := range armLooks {
		points := pointsOf(fit, measure, drug == 1)
		if len(points) == 0 {
			continue
		}
		drawSession(p, points[0].Arm+", model", l, k, points)
		drawImaging(p, l, k, points, 0.22*float64(2*drug-1))
	}
	return p
}

// pointsOf returns a fit's points of a measure in the drug arm or not.
func pointsOf(f *spines.Fit, measure string, drug ...bool) (out []spines.Point) {
	for _, p := range f.Points {
		if p.Measure == measure && slices.Contains(drug, p.Drug) {
			out = append(out, p)
		}
	}
	return out
}

// armName is what the fit calls the arm of the drug, or its control.
func armName(f *spines.Fit, drug bool) string {
	return f.Points[slices.IndexFunc(f.Points, func(p spines.Point) bool { return p.Drug == drug })].Arm
}

// drawSession draws what the model says of sessions: a line where they follow each
// other, a dash where one stands alone.
func drawSession(p *figure.Panel, label string, l figure.Look, k timeline.Clock, points []spines.Point) {
	var xs, ys []float64
	end := func() {
		if len(xs) == 1 {
			xs, ys = []float64{xs[0] - 0.6, xs[0] + 0.6}, []float64{ys[0], ys[0]}
		}
		if len(xs) > 0 {
			p.Stroke(l.Line(), xs, ys)
		}
		xs, ys = nil, nil
	}
	for i, pt := range points {
		if i > 0 && slices.ContainsFunc(k.Breaks, func(b timeline.Break) bool { return points[i-1].Day <= b.From && pt.Day >= b.To }) {
			end()
		}
		p.Record(label, figure.Value, k.Text(pt.Day), 100*pt.Model)
		xs, ys = append(xs, k.At(pt.Day)), append(ys, 100*pt.Model)
	}
	end()
}

// drawImaging draws means with SEM, shifted aside so that arms lie apart.
func drawImaging(p *figure.Panel, l figure.Look, k timeline.Clock, points []spines.Point, aside float64) {
	for _, pt := range points {
		x, v, sem := k.At(pt.Day)+aside, 100*pt.Value, 100*pt.SEM
		n := pt.Dendrites
		if sem == 0 { // what density is given relative to: no mean
			n = 0
		}
		p.RecordRange(pt.Arm+", imaging", figure.Mean, k.Text(pt.Day), v, v-sem, v+sem, n)
		if sem > 0 {
			drawBar(p, l.Color, x, v-sem, v+sem)
		}
		p.Marks(l, figure.MarkRadius, []float64{x}, []float64{v})
	}
}

// imagingSizes tells how many dendrites, mice and new spines were imaged.
func imagingSizes(fit *spines.Fit) string {
	var parts []string
	for _, drug := range []bool{false, true} {
		points := pointsOf(fit, "spine_density", drug)
		var dendrites, mice []int
		for _, r := range points {
			if r.Dendrites > 0 {
				dendrites, mice = append(dendrites, r.Dendrites), append(mice, r.Mice)
			}
		}
		text := armName(fit, drug)
		if len(dendrites) > 0 {
			text += fmt.Sprintf(", %s dendrites of %s mice", numbers(dendrites), numbers(mice))
		}
		if followed := pointsOf(fit, "new_spine_survival", drug); len(followed) > 0 {
			text += fmt.Sprintf(", %d new spines followed", followed[0].Of)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// numbers writes the range of some counts.
func numbers(n []int) string {
	if low, high := slices.Min(n), slices.Max(n); low < high {
		return fmt.Sprintf("%d to %d", low, high)
	}
	return fmt.Sprint(n[0])
}

// fitQuality tells how well the fit fits.
func fitQuality(fit *spines.Fit) string {
	if fit.Fitted == nil {
		return ""
	}
	return " Fit of both arms: " + fit.Fitted.String() + "."
}

// againstRivals compares the fits of the control arm alone.
func againstRivals(rivals []*spines.Fit) (string, error) {
	if len(rivals) < 2 {
		return "", nil
	}
	list, err := fit.Compare(names(rivals, turnoverName), names(rivals, func(r *spines.Fit) *fit.Fitted { return r.Fitted }))
	if err != nil {
		return "", err
	}
	least := slices.MinFunc(list, func(a, b fit.Rival) int { return cmp.Compare(a.AICc, b.AICc) }).AICc
	parts := names(list, func(r fit.Rival) string {
		return fmt.Sprintf("%s %.1f (K = %d, ΔAICc %.1f)", r.Name, r.Delta, r.K, r.AICc-least)
	})
	return fmt.Sprintf(" Models of the control arm alone (%d data), ΔAIC from the best: %s.", list[0].N, strings.Join(parts, "; ")), nil
}

// turnoverName is the name of a fit's model, without that of the data.
func turnoverName(f *spines.Fit) string {
	if _, name, ok := strings.Cut(f.Name, ": "); ok {
		return name
	}
	return f.Name
}

func turnoverLegend(fit *spines.Fit, rivals []*spines.Fit) (out []figure.Entry) {
	for drug, l := range armLooks {
		out = append(out, figure.MarkedLineEntry(armName(fit, drug == 1), l))
	}
	for i, r := range rivals {
		out = append(out, figure.LineEntry(turnoverName(r)+" (control arm alone)", rivalLooks[i%len(rivalLooks)]))
	}
	return out
}
