package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/internal/kept"
	"divergent/pkg/model"
	"divergent/pkg/stats"
)

// Treatment is a way to treat: events from day 0 on, of the amounts of the
// parameters.
type Treatment struct {
	Name   string
	Acts   string // on what
	Events []model.Event
}

// Treatments returns no treatment and five ways to treat, with courses such as they
// are given: tablets for twelve weeks, a single dose, two weeks, or daily
// stimulation for four weeks, taken as lasting.
func Treatments() []Treatment {
	return []Treatment{
		{"untreated", "nothing", nil},
		{"SSRI-like", "raises strength, slowly", []model.Event{model.Drug(0, 84, SSRI, 1)}},
		{"ketamine-like", "raises strength at once, for days", []model.Event{model.Dose(0, Ketamine, 1)}},
		{"psilocybin-like", "raises strength at once, for weeks", []model.Event{model.Dose(0, Psilocybin, 1)}},
		{"neurosteroid-like", "inhibits the negative-bias area", []model.Event{model.Drug(0, 14, Neurosteroid, 1)}},
		{"rTMS-like", "drives the control area", []model.Event{model.Stimulate(0, 28)}},
	}
}

// Setting is the experience that goes with a treatment.
type Setting struct {
	Name   string
	Events []model.Event
}

// Settings returns neutral, supportive and adverse experience of the given length.
func Settings(days float64) []Setting {
	return []Setting{
		{"neutral", nil},
		{"supportive", []model.Event{model.Experience(0, days, 1)}},
		{"adverse", []model.Event{model.Experience(0, days, -1)}},
	}
}

// Trial compares treatments in settings.
type Trial struct {
	Treatments []Treatment // the first one is the control; nil means Treatments()
	Settings   []Setting   // the first one is the usual; nil means Settings(28)
	Before     float64     // days before the treatment begins
	Days       float64     // days from the treatment's beginning to the end, which also ends treatments; 0 means 84
	Stress     float64     // level of stress throughout, on top of the background
}

// Cell is one treatment in one setting.
type Cell struct {
	Treatment string `csv:"treatment"`
	Setting   string `csv:"experience"`
	Result    *Result
	Well      Interval `csv:"healthy at the end (share)"`
	Remitted  Interval // share that ever were healthy
	Days      Interval `csv:"days healthy"` // mean
	Mood      Interval // mean at the end
}

// Contrast is a difference between cells over paths with the same noise, in the
// share that is healthy at the end.
type Contrast struct {
	Treatment     string   `csv:"treatment"`
	Setting       string   `csv:"experience"`
	Effect        Interval `csv:"effect of the treatment (share)"` // in this setting against the control in this setting
	SettingEffect Interval `csv:"effect of experience (share)"`    // this setting against the usual one, under the treatment
	Interaction   Interval `csv:"interaction (share)"`             // Effect against that in the usual setting
}

// Comparison is the result of a trial: cells and contrasts, by treatment and, in
// each, by setting.
type Comparison struct {
	Trial     Trial
	Cells     []Cell
	Contrasts []Contrast // of all cells but those of the control and the usual setting
}

// usualDays is the length of a trial that does not say.
const usualDays = 84

// Run simulates a trial. All cells have the same seed, so that differences are
// paired by path.
func (t Trial) Run(p Params, o Options) (*Comparison, error) {
	if t.Treatments == nil {
		t.Treatments = Treatments()
	}
	if t.Settings == nil {
		t.Settings = Settings(28)
	}
	if t.Days == 0 {
		t.Days = usualDays
	}
	if len(t.Treatments) < 1 || len(t.Settings) < 1 || !(t.Before >= 0) || !(t.Days > 0) || !(t.Stress >= 0) {
		return nil, fmt.Errorf("landscape: trial of %d treatments and %d settings, %v and %v days, stress %v: want one or more of each, and days of 0 or more", len(t.Treatments), len(t.Settings), t.Before, t.Days, t.Stress)
	}
	complete, err := o.complete(p)
	if err != nil {
		return nil, err
	}
	return kept.Of(o.context(), "landscape/trial", []any{t, p, complete.key()}, func() (*Comparison, error) { return t.run(p, o) })
}

func (t Trial) run(p Params, o Options) (*Comparison, error) {
	c := &Comparison{Trial: t}
	for i, a := range t.Treatments {
		for j, s := range t.Settings {
			r, err := Simulate(p, t.Protocol(a, s), o)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", a.Name, s.Name, err)
			}
			c.Cells = append(c.Cells, cell(a.Name, s.Name, r))
			if i > 0 && j > 0 {
				control, usual, both := c.Cells[j].Result, c.Cells[i*len(t.Settings)].Result, c.Cells[0].Result
				c.Contrasts = append(c.Contrasts, Contrast{a.Name, s.Name, contrast([]*Result{r, control}, 1, -1),
					contrast([]*Result{r, usual}, 1, -1), contrast([]*Result{r, control, usual, both}, 1, -1, -1, 1)})
			}
		}
	}
	return c, nil
}

// Protocol returns a treatment in a setting as it goes in the trial, without what
// would come after the trial's end.
func (t Trial) Protocol(a Treatment, s Setting) model.Protocol {
	if t.Days == 0 {
		t.Days = usualDays
	}
	p := model.Days(t.Before+t.Days).Fit(t.Before, slices.Concat(a.Events, s.Events)...)
	if t.Stress > 0 {
		p = p.With(model.Stress(0, p.Length).WithAmount(t.Stress))
	}
	return p
}

func cell(treatment, setting string, r *Result) Cell {
	well, remitted := 0, 0
	var days, mood []float64
	for _, x := range r.Outcomes {
		if x.Well {
			well++
		}
		if !math.IsInf(x.Remitted, 1) {
			remitted++
		}
		days, mood = append(days, x.WellDays), append(mood, x.Mood)
	}
	n := len(r.Outcomes)
	return Cell{treatment, setting, r, stats.Share(well, n), stats.Share(remitted, n), stats.Large(days), stats.Large(mood)}
}

// contrast is a weighted sum of the shares that are healthy at the end.
func contrast(r []*Result, weights ...float64) Interval {
	d := make([]float64, len(r[0].Outcomes))
	for k, w := range weights {
		for i, x := range r[k].Outcomes {
			d[i] += w * share(x.Well)
		}
	}
	return stats.Large(d)
}

func share(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// Cell returns a cell.
func (c *Comparison) Cell(treatment, setting string) (Cell, error) {
	for _, x := range c.Cells {
		if x.Treatment == treatment && x.Setting == setting {
			return x, nil
		}
	}
	return Cell{}, cmp.Or(check.Known("landscape: treatment", treatment, c.Treatments()), check.Known("landscape: setting", setting, c.Settings()))
}

// Treatments returns the names of the treatments that the cells have, the control first.
func (c *Comparison) Treatments() []string {
	return distinct(c.Cells, func(x Cell) string { return x.Treatment })
}

// Settings returns the names of the settings, from adverse to supportive; others follow.
func (c *Comparison) Settings() []string {
	order := []string{"adverse", "neutral", "supportive"}
	out := distinct(c.Cells, func(x Cell) string { return x.Setting })
	slices.SortStableFunc(out, func(a, b string) int {
		return cmp.Compare(uint(slices.Index(order, a)), uint(slices.Index(order, b))) // -1 is the largest
	})
	return out
}

func distinct(cells []Cell, name func(Cell) string) (out []string) {
	for _, x := range cells {
		if !slices.Contains(out, name(x)) {
			out = append(out, name(x))
		}
	}
	return out
}

// Days returns the days from the treatment's beginning to the end.
func (c *Comparison) Days() float64 {
	t := c.Cells[0].Result.T
	return t[len(t)-1] - c.Trial.Before
}

// Effect returns by how much the share that is healthy at the end is larger in a
// cell than in the control in the same setting.
func (c *Comparison) Effect(x Cell) (Interval, error) {
	control, err := c.Cell(c.Cells[0].Treatment, x.Setting)
	if err != nil {
		return Interval{}, err
	}
	return contrast([]*Result{x.Result, control.Result}, 1, -1), nil
}

// Table lays out the trial, a row for each treatment in each setting: the share that is
// healthy at the end, and what the treatment changes in it against the control in the
// same setting; with several settings also how much more that is than in the usual one.
func (c *Comparison) Table() (header []string, rows [][]string) {
	header = []string{"Treatment", "Experience", "Healthy at the end (%)", "Effect of the treatment (points)", "Interaction with experience (points)"}
	if len(c.Contrasts) == 0 {
		header = header[:4]
	}
	tell := func(x Interval) string { return x.Text(percent(1)) }
	for _, x := range c.Cells {
		row := []string{x.Treatment, x.Setting, tell(x.Well), "", ""}
		if effect, err := c.Effect(x); err == nil && x.Treatment != c.Cells[0].Treatment {
			row[3] = tell(effect)
		}
		for _, y := range c.Contrasts {
			if y.Treatment == x.Treatment && y.Setting == x.Setting {
				row[4] = tell(y.Interaction)
			}
		}
		rows = append(rows, row[:len(header)])
	}
	return header, rows
}

// percent writes shares in percent.
func percent(decimals int) func(share float64) string {
	return func(share float64) string { return model.Decimals(100*share, decimals) }
}
