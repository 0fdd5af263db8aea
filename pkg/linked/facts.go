package linked

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"divergent/data"
	"divergent/internal/check"
	"divergent/internal/kept"
	"divergent/internal/par"
	"divergent/pkg/convergence"
	"divergent/pkg/evidence"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

type answer = evidence.Answer

// hamd is a baseline on the HAM-D, points, and spread the SD of a change between people,
// MADRS points, as package convergence has them.
const hamd, spread = 23.0, 10.5

// readings say how facts are read off the chain's ends. They count as challenges, since
// the chain is fitted to none of them but ketamine's days. All other facts are inherited
// (bench.inherit).
func readings() map[string]func(*bench) answer {
	of := func(arm string, early, late, low, high float64, unit string) func(*bench) answer {
		return func(b *bench) answer {
			return evidence.Within(b.relief(arm, early)/b.relief(arm, late), low, high, unit)
		}
	}
	agrees := func(row string) func(*bench) answer {
		return func(b *bench) answer {
			r := b.row(row)
			return evidence.Near(r.Predicted, r.Treated, 2*r.TreatedSE, "points")
		}
	}
	inf := math.Inf(1)
	return map[string]func(*bench) answer{
		"benefit-40min":           of("ket1", 2*minutes, 1, 0.5, inf, "of the relief at day 1"),
		"benefit-day-1":           (*bench).peak,
		"benefit-day-12":          of("ket1", 11, 1, -inf, 0.25, "of the relief at day 1"),
		"ketamine-days-1-3-7":     (*bench).decline,
		"low-dose":                func(b *bench) answer { return b.against(b.ketamine("0.2", 0.2), -inf, 0.5) },
		"double-dose":             func(b *bench) answer { return b.against(b.ketamine("1.0", 1), 0.5, inf) },
		"ampa-block":              func(b *bench) answer { return b.blocked(glutamate.AMPAR, 1, -inf, 0.5) },
		"rapamycin-rats":          func(b *bench) answer { return b.blocked(glutamate.MTORC1, 1, -inf, 0.5) },
		"rapamycin-people-day-1":  func(b *bench) answer { return b.blocked(glutamate.MTORC1, 1, 0.5, 2) },
		"rapamycin-people-day-14": func(b *bench) answer { return b.blocked(glutamate.MTORC1, 14, 1.1, inf) },
		"memantine":               (*bench).memantine,
		"relapse-one-dose":        (*bench).relapseOne,
		"relapse-six-infusions":   (*bench).relapseSix,
		"repeated-ketamine": func(b *bench) answer {
			return evidence.AtLeast(b.relief("ket6", 12)/b.relief("ket1", 1), 1, "times the relief of one")
		},
		"esketamine-2h":        func(b *bench) answer { return b.half("10") },
		"esketamine-japan":     agrees("22"),
		"transform-day-28":     func(b *bench) answer { return evidence.Within(-b.gap("20"), 1, 7.3, "points better") },
		"ketamine-karma-dep-2": func(b *bench) answer { return evidence.Within(-b.gap("7"), -2.22, 8.54, "points better") },
		"ketamine-anaesthesia": agrees("51"),
		"ssri-week-1": func(b *bench) answer {
			return evidence.Near(b.gap("23")/b.gap("24"), 1.0/3, 0.05, "of the difference at 6 weeks")
		},
		"escitalopram-elect-tdcs": agrees("47"),
		"cariprazine":             agrees("49"),
		"psilocybin-doses": func(b *bench) answer {
			y := [3]float64{b.relief("psi25", 21), b.relief("psi10", 21), b.relief("psi1", 21)}
			return evidence.Holds(y[0] > y[1] && y[1] > y[2], "more relief by more", fmt.Sprintf("%.3f, %.3f and %.3f", y[0], y[1], y[2]))
		},
		"psilocybin-day-43": agrees("30"),
		"psilocybin-day-2":  agrees("52"),
		"psilocybin-second-dose": func(b *bench) answer {
			one, two := b.row("33"), b.row("34")
			return evidence.Near(two.Predicted-one.Predicted, two.Treated-one.Treated, 2*math.Hypot(one.TreatedSE, two.TreatedSE), "points")
		},
		"neurosteroid-fades": func(b *bench) answer {
			return evidence.AtLeast(b.gap("35")/b.gap("36"), 1, "times the advantage of day 15 at day 3")
		},
		"zuranolone-mountain": agrees("38"),
		"neurosteroid-postpartum": func(b *bench) answer {
			return evidence.Holds(b.half("39").Outcome() == evidence.Pass && b.half("40").Outcome() == evidence.Pass, "at least half of both gaps",
				fmt.Sprintf("%.1f and %.1f points", -b.gap("39"), -b.gap("40")))
		},
		"coral": func(b *bench) answer {
			early, late := hamd*b.adds("zur", 3), hamd*b.adds("zur", 42)
			return evidence.Holds(early >= 1.9/2 && math.Abs(late) < 1, "at least half of 1.9 points at day 3, less than 1 at day 42",
				fmt.Sprintf("%.1f points at day 3, %.1f at day 42", early, late))
		},
		"ketect":  func(b *bench) answer { return evidence.AtLeast(b.overKetamine(4, 0, 2, 4), 0, "more relief by ECT") },
		"elekt-d": func(b *bench) answer { return evidence.AtMost(b.overKetamine(3, 0, 3), 0, "more relief by ECT") },
		"ketamine-ect": func(b *bench) answer {
			both := Events(must(convergence.ArmOf("ect9")))
			for _, e := range slices.Clone(both) {
				both = append(both, model.Infusion(e.From, e.From+minutes, "ketamine i.v.", 0.5))
			}
			return evidence.AtMost(b.read("ect9 with ketamine", both, nil, "relief.relief", 28)-b.relief("ect9", 28), 0.05, "of the score")
		},
		"celecoxib": func(b *bench) answer {
			return evidence.Within(hamd*b.adds("anti", 42), 1.81, 4.71, "HAM-D points more")
		},
		"therapy-added": func(b *bench) answer {
			if !b.has(Circuit) {
				return evidence.Silence("", "psychotherapy enters at the circuit")
			}
			return evidence.Within(33/spread*b.adds("psy", 84), 0.31, 0.56, "SD")
		},
		"plasticity-supportive": func(b *bench) answer { return b.interaction(1, 0.02, inf) },
		"plasticity-adverse":    func(b *bench) answer { return b.interaction(-1, -inf, -0.02) },
		"sv2a": func(b *bench) answer {
			if !b.has(Spines) {
				return evidence.Silence("", "no density")
			}
			return evidence.AtMost(100*(b.read("ket1", b.events("ket1"), nil, "spines.density over untreated", 1)-1), 8.5, "% above untreated")
		},
		"large-responders": (*bench).large,
		"no-treatment": func(b *bench) answer {
			largest := 0.0
			for _, d := range []float64{1, 7, 42, 90} {
				largest = max(largest, math.Abs(b.relief("none", d)))
			}
			return evidence.AtMost(largest, 1e-12, "relief")
		},
	}
}

func must[T any](x T, err error) T { return evidence.Try(x, err) }

func (b *bench) events(arm string) []model.Event { return Events(must(convergence.ArmOf(arm))) }

// read follows events and reads a series on a day after their beginning.
func (b *bench) read(key string, events []model.Event, change func(*Options), series string, day float64) float64 {
	return must(at(must(b.course(key, events, change)), series, day))
}

func (b *bench) relief(arm string, day float64) float64 {
	return b.read(arm, b.events(arm), nil, "relief.relief", day)
}

// ketamine is relief a day after one infusion of so many mg/kg.
func (b *bench) ketamine(key string, mgPerKg float64) float64 {
	return b.read("ketamine "+key, []model.Event{model.Infusion(0, minutes, "ketamine i.v.", mgPerKg)}, nil, "relief.relief", 1)
}

// against holds a relief at day 1 to that of the usual infusion.
func (b *bench) against(y, low, high float64) answer {
	return evidence.Within(y/b.relief("ket1", 1), low, high, "of the effect of 0.5 mg/kg")
}

func (b *bench) peak() answer {
	top, when := math.Inf(-1), 0.0
	for h := 1.0; h <= 14*24; h++ {
		if y := b.relief("ket1", h/24); y > top {
			top, when = y, h
		}
	}
	return evidence.Within(when, 12, 36, "h after the dose")
}

func (b *bench) decline() answer {
	day1 := b.relief("ket1", 1)
	three, seven := b.relief("ket1", 3)/day1, b.relief("ket1", 7)/day1
	return evidence.Holds(math.Abs(three-0.75) <= 0.15 && math.Abs(seven-0.43) <= 0.15, "0.75 ± 0.15 and 0.43 ± 0.15 of day 1",
		fmt.Sprintf("%.2f and %.2f", three, seven))
}

// blocked reads what the block of a target for a day leaves of the relief.
func (b *bench) blocked(target string, day, low, high float64) answer {
	if !b.has(Glutamate) {
		return evidence.Silence("", "no "+target)
	}
	y := b.read("ket1 "+target, append(b.events("ket1"), model.Block(0, 1, target)), nil, "relief.relief", day)
	return evidence.Within(y/b.relief("ket1", day), low, high, "of the effect")
}

func (b *bench) memantine() answer {
	if !b.has(Glutamate) {
		return evidence.Silence("", "any dose makes the pulse, whatever the drug")
	}
	d := glutamate.Memantine()
	d.Name = glutamate.Ketamine().Name // so that its doses are these
	y := b.read("memantine", b.events("ket1"), func(o *Options) { o.Hypothesis = glutamate.Both().With(d) }, "relief.relief", 1)
	return evidence.Within(y/b.relief("ket1", 1), math.Inf(-1), 0.5, "of ketamine's effect")
}

// relapseOne is when relief is back to half of its largest.
func (b *bench) relapseOne() answer {
	top, day := 0.0, 0.0
	for d := 0.25; d <= 90; d += 0.25 {
		if y := b.relief("ket1", d); y > top {
			top, day = y, d
		}
	}
	for ; day <= 90; day += 0.25 {
		if b.relief("ket1", day) < top/2 {
			break
		}
	}
	return evidence.Within(day, 3, 14, "days")
}

// relapseSix is read with a control response of a fifth of the score, as the trial had no
// control arm.
func (b *bench) relapseSix() answer {
	const last, control = 11.0, 0.2
	p := b.score()
	for d := last + 1; d <= 90; d += 0.25 {
		if p.Improved(control*(1-math.Exp(-d/p.TauCtl)), b.relief("ket6", d)) < 0.5 {
			return evidence.Near(d-last, 18, 4.5, "days")
		}
	}
	return evidence.Near(math.Inf(1), 18, 4.5, "days")
}

// score is (4) as package convergence has it.
func (b *bench) score() convergence.Params {
	p := convergence.Default()
	p.Theta, p.CInf, p.TauCtl = b.Params.Score.Theta, b.Params.Score.CInf, b.Params.Score.TauCtl
	return p
}

// adds is the share of the score by which an SSRI with another arm improves more than alone.
func (b *bench) adds(arm string, day float64) float64 {
	p := b.score()
	c := p.Control(day)
	both := append(b.events("ssri"), b.events(arm)...)
	return p.Improved(c, b.read("ssri+"+arm, both, nil, "relief.relief", day)) - p.Improved(c, b.relief("ssri", day))
}

// overKetamine is the relief by ECT, thrice a week, less that by ketamine on the given
// days of each week, after so many weeks.
func (b *bench) overKetamine(weeks int, days ...float64) float64 {
	var ect, ketamine []model.Event
	for w := range weeks {
		from := 7 * float64(w)
		for _, d := range []float64{0, 2, 4} {
			ect = append(ect, convergence.Stimulate("ect", from+d, from+d+0.04))
		}
		for _, d := range days {
			ketamine = append(ketamine, model.Infusion(from+d, from+d+minutes, "ketamine i.v.", 0.5))
		}
	}
	end := 7 * float64(weeks)
	return b.read(fmt.Sprint("ect ", weeks), ect, nil, "relief.relief", end) - b.read(fmt.Sprint("ketamine ", weeks, days), ketamine, nil, "relief.relief", end)
}

// interaction of ketamine with four weeks of experience in the share that is healthy after
// twelve weeks.
func (b *bench) interaction(experience, low, high float64) answer {
	if !b.has(Circuit) {
		return evidence.Silence("", "experience enters at the circuit")
	}
	e := model.Experience(0, 28, experience)
	name := fmt.Sprint("experience ", experience)
	well := func(key string, events ...model.Event) float64 {
		return b.read(key, events, nil, "landscape.healthy", 84)
	}
	x := well("ket1 "+name, append(b.events("ket1"), e)...) - well(name, e) - well("ket1", b.events("ket1")...) + well("none")
	return evidence.Within(x, low, high, "of the people")
}

// large asks that an SSRI makes some people healthy and leaves the others, half to twice as
// many as seen.
func (b *bench) large() answer {
	if !b.has(Circuit) {
		return evidence.Silence("", "all people respond alike")
	}
	const day, seen = 42, 24.5 - 9.6
	more := b.read("ssri", b.events("ssri"), nil, "landscape.healthy", day) - b.read("ssri", b.events("ssri"), nil, "untreated.healthy", day)
	return evidence.Within(100*more, seen/2, 2*seen, "points more people healthy than untreated")
}

// Row is a trial's comparison beside a variant.
type Row = convergence.Row

// rows are the trials, the change of the treated arm being that of the variant given the
// trial's own control arm, and z in the standard deviations of package convergence.
func (b *bench) rows() ([]Row, error) {
	all, err := data.Trials()
	if err != nil {
		return nil, err
	}
	out, err := convergence.Default().Rows(all, 2)
	if err != nil {
		return nil, err
	}
	p := b.score()
	for i, r := range out {
		arm, err := convergence.ArmOf(r.Arm)
		if err != nil {
			return nil, err
		}
		c, err := b.course(r.Arm, Events(arm), nil)
		if err != nil {
			return nil, err
		}
		y, err := at(c, "relief.relief", r.Day)
		if err != nil {
			return nil, err
		}
		out[i].Relief, out[i].Predicted = y, -r.Baseline*p.Improved(-r.Control/r.Baseline, y)
		out[i].Z = (out[i].Predicted - r.Treated) / r.SD
	}
	return out, nil
}

func (b *bench) row(id string) Row {
	if b.trials == nil {
		b.trials = must(b.rows())
	}
	return b.trials[slices.IndexFunc(b.trials, func(r Row) bool { return r.ID == id })]
}

func (b *bench) gap(id string) float64 {
	r := b.row(id)
	return r.Predicted - r.Control
}

// half asks for half of the trial's difference at least.
func (b *bench) half(id string) answer {
	seen, _ := b.row(id).Difference()
	return evidence.AtLeast(-b.gap(id), -seen/2, "points better")
}

// judgement is what a package says of a fact about its own level.
type judgement struct {
	Level
	evidence.Check
}

// inherited are the facts as the packages of the levels read them.
func inherited(ctx context.Context, p Params) (map[string][]judgement, error) {
	out := map[string][]judgement{}
	add := func(l Level, list evidence.Checks, err error) error {
		for _, c := range list {
			out[c.ID] = append(out[c.ID], judgement{l, c})
		}
		return err
	}
	s, err := spines.Checks(p.Spines)
	g, err2 := glutamate.Evidence(p.Glutamate, []glutamate.Hypothesis{{Name: "", Switches: glutamate.Both()}}, glutamate.Criteria{})
	g2, err3 := glutamate.Checks(p.Glutamate)
	c, err4 := landscape.Checks(p.Circuit, landscape.Options{Paths: 50, Seed: 1, Workers: 1}.Under(kept.Without(ctx)))
	if errors.As(err4, &landscape.NoState{}) { // then what holds of two states fails
		c, err4 = landscape.Checks(landscape.Default(), landscape.Options{Paths: 20, Workers: 1}.Under(kept.Without(ctx)))
		for i := range c {
			if c[i].Outcome != evidence.Silent {
				c[i].Outcome, c[i].Got = evidence.Fail, "one state only"
			}
		}
	}
	return out, cmp.Or(add(Spines, s, err), add(Glutamate, g, err2), add(Glutamate, g2, err3), add(Circuit, c, err4))
}

// inherit answers as the packages of the levels do that are in the variant: the worst
// counts, and what is silent only if all are.
func (b *bench) inherit(fact string) answer {
	why := "no level of the chain speaks of it"
	var worst *judgement
	for _, j := range b.inherited[fact] {
		switch {
		case !b.has(j.Level):
			why = "the level is left out"
		case j.Outcome == evidence.Silent:
			why = cmp.Or(j.Got, why)
		case worst == nil || j.Outcome == evidence.Fail:
			worst = &j
		}
	}
	if worst == nil {
		return evidence.Silence("", why)
	}
	return evidence.Holds(worst.Outcome == evidence.Pass, worst.Expected, string(worst.Level)+": "+worst.Got)
}

// Ablation is what becomes of every fact, and of every trial's comparison, by variant.
type Ablation struct {
	Variants []string
	Checks   evidence.Checks // by variant and fact
	Rows     [][]Row         // by variant
	Ends     []string        // names of the facts that are read off the ends of the chain; packages read the others
}

// facts is how many there are.
func (a *Ablation) facts() int { return len(a.Checks) / len(a.Variants) }

// Check returns that of a variant and a fact, by their numbers.
func (a *Ablation) Check(variant, fact int) evidence.Check { return a.Checks[variant*a.facts()+fact] }

// Table lays out the outcomes, a fact a row.
func (a *Ablation) Table() (header []string, rows [][]string) {
	return a.where(func(int) bool { return true }).Table()
}

func (a *Ablation) where(counts func(fact int) bool) model.Table {
	t := model.Table{Header: append([]string{"Fact", "Observed"}, a.Variants...)}
	for i := range a.facts() {
		if !counts(i) {
			continue
		}
		row := []string{a.Check(0, i).Name, a.Check(0, i).Claim}
		for v := range a.Variants {
			row = append(row, string(a.Check(v, i).Outcome))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// Turned are the facts read off the ends of the chain of which the variants do not all
// say the same.
func (a *Ablation) Turned() model.Table {
	return a.where(func(i int) bool {
		differs := false
		for v := range a.Variants {
			differs = differs || a.Check(v, i).Outcome != a.Check(0, i).Outcome
		}
		return differs && slices.Contains(a.Ends, a.Check(0, i).Name)
	})
}

// Never are the facts that some variant speaks of and none explains.
func (a *Ablation) Never() model.Table {
	return a.where(func(i int) bool {
		fails := false
		for v := range a.Variants {
			switch a.Check(v, i).Outcome {
			case evidence.Pass:
				return false
			case evidence.Fail:
				fails = true
			}
		}
		return fails
	})
}

// Passes is how many of the facts, by their ids, a variant explains.
func (a *Ablation) Passes(variant string, ids ...string) (n int, err error) {
	if err := check.Known("linked: variant", variant, a.Variants); err != nil {
		return 0, err
	}
	for _, c := range a.Checks {
		if c.Hypothesis == variant && slices.Contains(ids, c.ID) && c.Outcome == evidence.Pass {
			n++
		}
	}
	return n, nil
}

// Count sums a variant up.
type Count struct {
	Variant   string  `table:"Chain" csv:"variant"`
	Pass      int     `table:"Explained" csv:"pass"`
	Fail      int     `table:"Contradicted" csv:"fail"`
	Silent    int     `table:"Silent" csv:"silent"`
	Ends      int     `table:"Explained at the chain's ends" csv:"pass, read off the ends"`
	Trials    int     `table:"Trials within 2 SD" csv:"trials within two standard deviations"` // of Rows
	ChiSquare float64 `table:"χ² of the trials" decimals:"0" csv:"chi-square of the trials"`
}

// Counts sums the variants up.
func (a *Ablation) Counts() (out model.List[Count]) {
	for v, name := range a.Variants {
		c := Count{Variant: name}
		for i := range a.facts() {
			switch x := a.Check(v, i); x.Outcome {
			case evidence.Pass:
				if c.Pass++; slices.Contains(a.Ends, x.Name) {
					c.Ends++
				}
			case evidence.Fail:
				c.Fail++
			default:
				c.Silent++
			}
		}
		for _, r := range a.Rows[v] {
			if r.Z*r.Z <= 4 {
				c.Trials++
			}
			c.ChiSquare += r.Z * r.Z
		}
		out = append(out, c)
	}
	return out
}

// Ablate holds variants to every fact of facts.csv and every row of trials.csv. Circuits
// have so many paths; 0 for 100.
func Ablate(ctx context.Context, variants []Variant, paths, workers int) (*Ablation, error) {
	paths = cmp.Or(paths, 100)
	key := []any{paths}
	for _, v := range variants {
		if v.Options.Given != nil { // functions cannot be kept
			return ablate(ctx, variants, paths, workers)
		}
		key = append(key, v.Name, v.Options.Without, v.Options.Hypothesis, v.Options.Areas, v.Params, v.Ill)
	}
	return kept.Of(ctx, "linked/ablation", key, func() (*Ablation, error) { return ablate(ctx, variants, paths, workers) })
}

func ablate(ctx context.Context, variants []Variant, paths, workers int) (*Ablation, error) {
	facts, err := data.Facts()
	if err != nil {
		return nil, err
	}
	at, out := readings(), &Ablation{}
	var list []evidence.Reading[*bench]
	for _, f := range facts {
		r := evidence.Reading[*bench]{Fact: f.ID, Role: evidence.Challenge, Read: at[f.ID]}
		if r.Read == nil {
			r.Read = func(b *bench) answer { return b.inherit(f.ID) }
		} else {
			out.Ends = append(out.Ends, f.Name)
		}
		list = append(list, r)
	}
	checks := make([]evidence.Checks, len(variants))
	out.Rows = make([][]Row, len(variants))
	var once sync.Map // of each set of parameters, what is inherited
	err = par.Each(ctx, len(variants), workers, func(i int) error {
		v := variants[i]
		own := v.Params // a circuit's own facts are read in units of its time constant, in which noise spreads as far
		own.Circuit.Tau, own.Circuit.Noise = 1, math.Round(v.Params.Circuit.Noise*math.Sqrt(v.Params.Circuit.Tau)*1e9)/1e9
		known, _ := once.LoadOrStore(own, sync.OnceValues(func() (map[string][]judgement, error) { return inherited(ctx, own) }))
		all, err := known.(func() (map[string][]judgement, error))()
		if err != nil {
			return err
		}
		b := &bench{Variant: v, paths: paths, ctx: ctx, inherited: all, done: map[string]*model.Course{}}
		if checks[i], err = (evidence.Trial[*bench]{Readings: list, Hypotheses: []string{v.Name}}).Judge(b); err != nil {
			return err
		}
		out.Rows[i], err = b.rows()
		return err
	})
	for i, v := range variants {
		out.Variants, out.Checks = append(out.Variants, v.Name), append(out.Checks, checks[i]...)
	}
	return out, err
}
