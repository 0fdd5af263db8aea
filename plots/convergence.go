package plots

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/convergence"
	"divergent/pkg/model"
	"divergent/plots/figure"
)

// The looks of trials.
var (
	treatedLook = figure.Look{Color: figure.Vermilion}
	controlLook = figure.Look{Color: figure.Grey, Mark: figure.Box.Open(), Dashes: figure.Dashed}
	givenLook   = figure.Look{Color: figure.Vermilion, Mark: figure.Cross}
	weakLook    = figure.Look{Color: figure.Black, Mark: figure.TriangleDown.Open()}
)

// trajectories are the panels of Trajectories: the arm whose course is drawn, and the
// beginnings of those arms whose trials stand beside it.
var trajectories = []struct{ title, course, rows string }{
	{"Ketamine, once", "ket1", "ket1"}, {"Ketamine, repeated", "ket2w8", "ket2w ket3w ket2w8"}, {"Esketamine", "esk84x8", "esk28 esk56 esk84 esk84x8"}, {"Psilocybin", "psi25", "psi10 psi25 psi25x2"},
	{"SSRI", "ssri", "ssri"}, {"Dextromethorphan-bupropion", "dxm", "dxm"}, {"Zuranolone", "zur", "zur zur30"}, {"Zuranolone, postpartum", "zurppd", "zurppd zurppd30"}, {"Brexanolone, postpartum", "brex", "brex"},
	{"SNT", "snt", "snt"}, {"tDCS", "tdcs", "tdcs"}, {"Aripiprazole", "ari", "ari"},
}

// Trajectories returns the score by treatment: the model's treated arm and its control
// response over time, the trials' treated arms with 95 % intervals and their control arms,
// and what the model expects of each trial given its own control arm. Values that are
// recalled or rest on a company's release have a mark of their own.
func Trajectories(courses []convergence.ArmCourse, rows []convergence.Row) (*figure.Figure, error) {
	if len(courses) == 0 || len(rows) == 0 {
		return nil, fmt.Errorf("plots: Trajectories: no courses or no trials: want what convergence.Courses and Params.Rows return")
	}
	f := figure.New("trajectories", figure.DoubleColumn, 150)
	f.Title = "Trajectories and control arms"
	f.Caption = "Improvement in percent of the baseline score. Lines: the model's treated arm, and the control response that it assumes where no trial gives one. Diamonds: treated arms of trials with 95 % intervals (no line: within the mark); triangles: the same, where a value is recalled or rests on a company's release; squares: the trials' own control arms. Crosses: what the model expects of a trial's treated arm given that control arm, which is what was fitted. Group means of trials: no patient, no advice."
	f.Looks = map[string]figure.Look{"model, treated": treatedLook, "model, control response": controlLook, "trial, control arm": controlLook, "model, given the trial's control arm": givenLook, "trial, weak evidence": weakLook}
	drawn := 0
	for _, x := range trajectories {
		i := slices.IndexFunc(courses, func(c convergence.ArmCourse) bool { return c.ID == x.course })
		if i < 0 {
			continue
		}
		if drawn > 0 && drawn%4 == 0 {
			f.Row()
		}
		last := 14.0
		var here []convergence.Row
		for _, r := range rows {
			if slices.Contains(strings.Fields(x.rows), r.Arm) {
				here, last = append(here, r), max(last, 7*math.Ceil((r.Day+1)/7))
			}
		}
		y := figure.Axis{Min: -5, Max: 85, Ticks: []float64{0, 20, 40, 60, 80}}.NamedOnly(drawn%4 == 0)
		if drawn%4 == 0 {
			y.Label = "improved (% of score)"
		}
		p := f.Panel(x.title, figure.Axis{Label: "time (days)", Min: -0.03 * last, Max: 1.03 * last, About: 4}, y)
		drawTrajectory(p, courses[i], here, last)
		drawn++
	}
	if drawn == 0 {
		return nil, fmt.Errorf("plots: Trajectories: none of the courses is of an arm with trials: want those of convergence.StudyArms")
	}
	for drawn%4 != 0 {
		f.Rows[len(f.Rows)-1] = append(f.Rows[len(f.Rows)-1], nil)
		drawn++
	}
	f.Height = 12 + 44*float64(len(f.Rows))
	return f, nil
}

// drawTrajectory draws a course up to a day, and trials.
func drawTrajectory(p *figure.Panel, c convergence.ArmCourse, rows []convergence.Row, last float64) {
	n, _ := slices.BinarySearch(c.Day, last+1e-9)
	percent := func(x []float64) (out []float64) {
		for _, v := range x[:n] {
			out = append(out, 100*v)
		}
		return out
	}
	p.Line("model, control response", c.Day[:n], percent(c.Control))
	p.Line("model, treated", c.Day[:n], percent(c.Improved))
	for _, r := range rows {
		share := func(points float64) float64 { return -100 * points / r.Baseline }
		half := 1.96 * r.TreatedSE
		day := []float64{r.Day}
		p.Points("trial, control arm", day, []float64{share(r.Control)}, figure.Value)
		name, kind := "trial, treated arm", figure.Published
		if r.Weak() {
			name, kind = "trial, weak evidence", figure.Value
		}
		p.Intervals(name, day, []float64{share(r.Treated)}, []float64{share(r.Treated + half)}, []float64{share(r.Treated - half)}, kind)
		p.Points("model, given the trial's control arm", day, []float64{share(r.Predicted)}, figure.Value)
	}
}

// ControlArms returns the treated arms of trials against their control arms, with
// standard errors, and three expectations: that both responses add, that the treated arm
// does not heed the control arm, and the model's, for a baseline of 35 points.
func ControlArms(a *convergence.Additivity, p convergence.Params) (*figure.Figure, error) {
	if a == nil || len(a.Arms) == 0 {
		return nil, fmt.Errorf("plots: ControlArms: no trials: want what convergence.Additive returns")
	}
	const baseline = 35.0
	f := figure.New("control-arms", figure.SingleColumn, 84)
	f.Title = "Treated arm against control arm"
	f.Caption = fmt.Sprintf("Change of the MADRS in %d comparisons of ketamine or esketamine with a control arm, with standard errors. Over trials the treated arms change by %s (SD %s) points and the control arms by %s (SD %s). If both responses added, the points would lie along the line of slope 1 (χ² %s); a treated arm that does not heed its control is flat (χ² %s), each on %d degrees of freedom with an SD between trials of 2 points. With errors in both the slope is %s (SE %s). Blinding, co-medication and patients differ between these trials as well.",
		len(a.Arms), signed(a.TreatedMean), signed(a.TreatedSD), signed(a.ControlMean), signed(a.ControlSD), signed(a.Additive), signed(a.Constant), len(a.Arms)-1, model.Decimals(a.Slope, 2), model.Decimals(a.SE, 2))
	f.Looks = map[string]figure.Look{"slope 1: responses add": {Color: figure.Blue, Dashes: figure.Dashed}, "slope 0: no heed": {Color: figure.Ink, Dashes: figure.Dotted}, "the model": {Color: figure.Vermilion}}
	q := f.Panel("", figure.Axis{Label: "change of the control arm (points)", Min: -19, Max: 1, Ticks: []float64{-15, -10, -5, 0}}, figure.Axis{Label: "change of the treated arm (points)", Min: -26, Max: -5, Ticks: []float64{-25, -20, -15, -10, -5}})
	q.Name = "trials"
	x := []float64{-18, 0}
	q.Line("slope 1: responses add", x, []float64{x[0] + a.AdditiveDifference, x[1] + a.AdditiveDifference}, figure.Reference)
	q.Line("slope 0: no heed", x, []float64{a.ConstantChange, a.ConstantChange}, figure.Reference)
	var at, expected []float64
	for c := x[0]; c <= x[1]; c += 0.5 {
		at, expected = append(at, c), append(expected, a.Expected(p, c, baseline))
	}
	q.Line("the model", at, expected)
	for _, t := range a.Arms {
		q.Stroke(draw.LineStyle{Color: figure.Grey, Width: figure.ThinLine}, []float64{t.Control - t.ControlSE, t.Control + t.ControlSE}, []float64{t.Treated, t.Treated})
		q.Intervals("a trial", []float64{t.Control}, []float64{t.Treated}, []float64{t.Treated - t.TreatedSE}, []float64{t.Treated + t.TreatedSE}, figure.Published)
	}
	return f, nil
}

// Rivals returns how much worse each rival fits than the full model, with the line at
// which one quantity less is excluded at 5 %, and what the fits of all variants come to
// for two quantities.
func Rivals(variants model.List[convergence.VariantRow]) (*figure.Figure, error) {
	if len(variants) == 0 {
		return nil, fmt.Errorf("plots: Rivals: no variants: want what convergence.VariantRows returns")
	}
	var rivals, all []string
	var above, theta, tau []float64
	for _, v := range variants {
		all, theta, tau = append(all, v.Variant), append(theta, v.Theta), append(tau, v.TauS)
		if !math.IsNaN(v.Above) {
			rivals, above = append(rivals, v.Variant), append(above, v.Above)
		}
	}
	const excluded = 3.841 // 95 % point of chi-square with one degree of freedom
	f := figure.New("rivals", figure.DoubleColumn, 74)
	f.Title = "Rivals of the convergence model"
	f.Caption = fmt.Sprintf("a: rise of χ² (full model: %s, %d data, %d quantities) when one quantity is fixed to what a rival says; right of the line the rival is excluded at 5 %%, under the assumed SD between trials. b, c: estimates of the full model, its rivals and the same model fitted to fewer rows or with another SD between trials. Weak rows are those recalled or of a company's release.",
		signed(variants[0].ChiSquare), variants[0].N, variants[0].K)
	look := figure.Look{Color: figure.Blue, Mark: figure.Circle}
	f.Looks = map[string]figure.Look{"χ² above the full model": look, "estimate": look}
	f.Legend = []figure.Entry{}
	empty := func(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }
	a := f.Panel("Rise of χ²", figure.Axis{Label: "χ² above the full model", Min: 0, Max: 1.15 * slices.Max(append(above, excluded))}, figure.Rows(rivals...))
	a.Hairlines()
	a.Vertical(figure.ChanceLine, excluded, "excluded at 5 %")
	a.Estimates("χ² above the full model", rivals, above, empty(len(rivals)), empty(len(rivals)), figure.Value)
	for i, x := range []struct {
		title, label string
		v            []float64
	}{{"Overlap of control and drug", "θ", theta}, {"Loss of labile strength", "τs (days)", tau}} {
		p := f.Panel(x.title, figure.Axis{Label: x.label, Hold: []float64{0}, Margin: 0.08}, figure.Rows(all...).NamedOnly(i == 0))
		p.Hairlines()
		p.Vertical(figure.ZeroLine, x.v[0], "")
		p.Estimates("estimate", all, x.v, empty(len(all)), empty(len(all)), figure.Value)
	}
	return f, nil
}

// Combinations returns the excess of pairs of arms over what independent arms do, in
// points of a baseline score, with the 5th to 95th percentile over draws of the
// parameters; and the algebra behind it: two constant drives of equal size that fill one
// pool, or one each.
func Combinations(list model.List[convergence.Combination]) (*figure.Figure, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("plots: Combinations: no pairs: want what convergence.Combinations returns")
	}
	const baseline = 33.0
	f := figure.New("combinations", figure.DoubleColumn, max(70, 20+4.4*float64(len(list))))
	f.Title = "Combinations of two arms"
	f.Caption = fmt.Sprintf("a: relief on day %s by two arms together above what they would do if they were independent (Bliss), in points of a baseline of 33 before the control response: default parameters (mark) and 5th to 95th percentile over draws (line), which may leave out the default where it is at an end of a range; numbers: percent of draws above 0. b: two constant drives of strength a each, in units of what is lost; that share a pool their excess is −a²/((1 + 2a)(1 + a)²), below 0 whatever a is. All of it follows from the assumed shapes of the arms and from one pool: it is no finding about patients.", model.Number(list[0].Day))
	var rows []string
	var v, low, high []float64
	for _, c := range list {
		e, l, h := c.Points(baseline)
		rows, v, low, high = append(rows, shorter(c.A)+" + "+shorter(c.B)), append(v, e), append(low, l), append(high, h)
	}
	look := figure.Look{Color: figure.Blue, Mark: figure.Circle}
	f.Looks = map[string]figure.Look{"excess of the pair": look, "one pool": look, "a pool each": {Color: figure.Vermilion, Dashes: figure.Dashed}}
	top := slices.Max(append(slices.Clone(high), v...))
	ends := figure.Axis{Label: "Bliss excess (points)", Hold: append(append([]float64{0, top + 1.6}, low...), v...), Margin: 0.04}
	a := f.Panel("Pairs of arms", ends, figure.Rows(rows...))
	a.Width = 1.5
	a.Hairlines()
	a.Vertical(figure.ZeroLine, 0, "")
	a.Estimates("excess of the pair", rows, v, low, high, figure.Value)
	a.Of = "draws (%)"
	for i, c := range list {
		a.Record("share of draws above 0 (%)", figure.Value, rows[i], 100*c.Positive)
		a.Write(percentOf(c.Positive)+" %", figure.Aligned(figure.Sans(figure.SmallType, figure.Ink), draw.XRight, draw.YCenter), top+1.6, a.At(rows[i]), vg.Point{Y: 0.5})
	}
	b := f.Panel("Two constant drives", figure.Axis{Label: "drive of each, a"}, figure.Axis{Label: "Bliss excess (share of score)", Above: 0.1})
	var x, one, own []float64
	for i := range 61 {
		d := float64(i) / 20
		x, one, own = append(x, d), append(one, -d*d/((1+2*d)*(1+d)*(1+d))), append(own, 0)
	}
	b.Line("one pool", x, one, figure.Reference)
	b.Line("a pool each", x, own, figure.Reference)
	return f, nil
}

// shorter is an arm's name without its schedule.
func shorter(name string) string {
	head, _, _ := strings.Cut(name, ",")
	return strings.TrimSuffix(strings.TrimSuffix(head, " drug"), " 25 mg")
}

// Inflammation returns the relief by an SSRI, an anti-inflammatory drug and both, by how
// inflamed the patient is, a panel for each form of what a lower burden relieves by itself.
func Inflammation(forms []convergence.Inflamed) (*figure.Figure, error) {
	if len(forms) == 0 {
		return nil, fmt.Errorf("plots: Inflammation: no forms: want what convergence.ByInflammation returns")
	}
	f := figure.New("inflammation", figure.DoubleColumn, 64)
	f.Title = "Relief by how inflamed the patient is"
	f.Caption = "Relief on day 42, above what the patient's own burden makes of the score without treatment. 1 is the reference patient. a: the default, where a lower burden relieves nothing by itself and an anti-inflammatory drug alone does nothing; b: with such relief in everybody; c: with such relief in the inflamed alone, as infliximab's trial asks for. Of the three forms none is fitted."
	f.Looks = map[string]figure.Look{"SSRI": {Color: figure.Blue}, "anti-inflammatory drug": {Color: figure.Orange, Dashes: figure.Dashed}, "both": {Color: figure.Black, Dashes: figure.DashDotted}}
	var all []float64
	for _, x := range forms {
		all = slices.Concat(all, x.SSRI, x.Anti, x.Both)
	}
	y := figure.Axis{}.Span(append(all, 0)...)
	for i, x := range forms {
		if len(x.Iota) != len(x.SSRI) || len(x.Iota) != len(x.Anti) || len(x.Iota) != len(x.Both) {
			return nil, fmt.Errorf("plots: Inflammation: form %q has lists of unequal lengths: want what convergence.ByInflammation returns", x.Form)
		}
		at := y.NamedOnly(i == 0)
		if i == 0 {
			at.Label = "relief (share of score)"
		}
		p := f.Panel(x.Form, figure.Axis{Label: "inflammation, ι (reference patient)"}, at)
		p.Vertical(figure.ChanceLine, 1, "")
		p.Line("SSRI", x.Iota, x.SSRI)
		p.Line("anti-inflammatory drug", x.Iota, x.Anti)
		p.Line("both", x.Iota, x.Both)
	}
	return f, nil
}

// wholeDays writes a day, one under two with a decimal.
func wholeDays(d float64) string {
	if d < 2 {
		return short(math.Round(10*d) / 10)
	}
	return short(math.Round(d))
}

// Pathways returns arms by hubs: how far each arm moves each hub, in percent of the arm
// that moves it most, and on which day. It is the claim of convergence as a picture: a
// hub on which all converge would be a full column.
func Pathways(list model.List[convergence.Pathway]) (*figure.Figure, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("plots: Pathways: no arms: want what convergence.Pathways returns")
	}
	var arms, hubs []string
	most := map[string]float64{}
	for _, w := range list {
		if !slices.Contains(arms, w.Arm) {
			arms = append(arms, w.Arm)
		}
		if !slices.Contains(hubs, w.Hub) {
			hubs = append(hubs, w.Hub)
		}
		most[w.Hub] = max(most[w.Hub], math.Abs(w.Most))
	}
	z, days := make([][]float64, len(arms)), make([][]string, len(arms))
	for i := range z {
		z[i], days[i] = slices.Repeat([]float64{math.NaN()}, len(hubs)), make([]string, len(hubs))
	}
	for _, w := range list {
		if i, k := slices.Index(arms, w.Arm), slices.Index(hubs, w.Hub); !math.IsNaN(w.Day) && most[w.Hub] > 0 {
			z[i][k], days[i][k] = 100*w.Most/most[w.Hub], wholeDays(w.Day)
		}
	}
	var heads []string
	for _, h := range hubs { // all in as many lines
		lines := strings.Split(strings.ReplaceAll(h, " for ", "\nfor "), " ")
		heads = append(heads, strings.Join(append(lines, slices.Repeat([]string{" "}, 2-strings.Count(strings.Join(lines, "\n"), "\n"))...), "\n"))
	}
	f := figure.New("pathways", figure.DoubleColumn, 30+5.2*float64(len(arms)))
	f.Title = "Which hub each arm moves, how far and when"
	f.Caption = "Largest change of each hub over twelve weeks, in percent of the arm that moves it most (colour), and the day of it (number; 84 is the end, where what is taken on still rises); grey: not moved at all. Were all treatments to converge on a hub, its column would be full. In this model they do so on restored strength, less the neurosteroids and the anti-inflammatory drug; the stress axis, inflammation and oxidative stress, which the review names as common ground, are moved by one arm unless a reader gives others a way there. The model's structure decides this picture, and no measurement of hubs under treatment does."
	p := f.Panel("", figure.Columns(heads...), figure.Rows(arms...))
	p.Name = "pathways"
	p.Cells("largest change (% of the arm that moves the hub most)", z)
	for i := range arms {
		for k := range hubs {
			colour := figure.Black
			if z[i][k] > 60 {
				colour = figure.White
			}
			p.Write(days[i][k], figure.Aligned(figure.Sans(figure.SmallType, colour), draw.XCenter, draw.YCenter), float64(k), p.At(arms[i]), vg.Point{})
		}
	}
	return f, nil
}
