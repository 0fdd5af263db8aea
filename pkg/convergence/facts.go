package convergence

import (
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/data"
	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

type (
	reading = evidence.Reading[*bench]
	answer  = evidence.Answer
)

const (
	required  = evidence.Required
	challenge = evidence.Challenge
	fitted    = evidence.Fitted
)

// spread is the SD of a change in a score between people of a trial, points of the
// MADRS: an assumption, by which effects in SD are read.
const spread = 10.5

// readings say how trials and meta-analyses are read. The change of a treated arm passes
// within two standard errors, and what was seen to be large if half of it is there.
func readings() []reading {
	return []reading{
		{Fact: "benefit-day-1", Role: required, Name: "ketamine peaks at day 1", Read: (*bench).peak},
		{Fact: "benefit-day-12", Role: required, Name: "ketamine's lead is lost by day 11", Read: func(b *bench) answer {
			return evidence.AtMost(b.relief("ket1", 11)/b.relief("ket1", 1), 0.25, "of the relief at day 1")
		}},
		{Fact: "ketamine-days-1-3-7", Role: required, Read: (*bench).decline},
		{Fact: "ssri-week-1", Role: required, Read: func(b *bench) answer {
			return evidence.Near(b.gap("23")/b.gap("24"), 1.0/3, 0.05, "of the difference at 6 weeks")
		}},
		{Fact: "transform-day-28", Role: required, Read: func(b *bench) answer {
			return evidence.Within(-b.gap("20"), 1, 7.3, "points better")
		}},
		{Fact: "psilocybin-doses", Role: required, Read: func(b *bench) answer {
			y := [3]float64{b.relief("psi25", 21), b.relief("psi10", 21), b.relief("psi1", 21)}
			return evidence.Holds(y[0] > y[1] && y[1] > y[2], "more relief by more", fmt.Sprintf("%.3f, %.3f and %.3f", y[0], y[1], y[2]))
		}},
		{Fact: "neurosteroid-fades", Role: required, Read: func(b *bench) answer {
			return evidence.AtLeast(b.gap("35")/b.gap("36"), 1, "times the advantage of day 15 at day 3")
		}},
		{Fact: "repeated-ketamine", Role: required, Read: func(b *bench) answer {
			return evidence.AtLeast(b.relief("ket6", 12)/b.relief("ket1", 1), 1, "times the relief of one")
		}},
		{Fact: "no-treatment", Role: required, Read: (*bench).untreated},

		{Fact: "esketamine-2h", Role: challenge, Read: func(b *bench) answer { return b.half("10") }},
		{Fact: "psilocybin-day-43", Role: challenge, Read: func(b *bench) answer { return b.agrees("30") }},
		{Fact: "psilocybin-day-2", Role: challenge, Read: func(b *bench) answer { return b.agrees("52") }},
		{Fact: "psilocybin-second-dose", Role: challenge, Read: (*bench).secondDose},
		{Fact: "esketamine-japan", Role: challenge, Read: func(b *bench) answer { return b.agrees("22") }},
		{Fact: "ketamine-karma-dep-2", Role: challenge, Read: func(b *bench) answer {
			return evidence.Within(-b.gap("7"), -2.22, 8.54, "points better")
		}},
		{Fact: "zuranolone-mountain", Role: challenge, Read: func(b *bench) answer { return b.agrees("38") }},
		{Fact: "ketamine-anaesthesia", Role: challenge, Read: func(b *bench) answer { return b.agrees("51") }},
		{Fact: "relapse-six-infusions", Role: challenge, Read: (*bench).relapse},
		{Fact: "sustain-1", Role: challenge, LooksFor: "a hazard ratio", Silent: "one mean patient has no hazard; that takes people who differ"},
		{Fact: "ketect", Role: challenge, Read: func(b *bench) answer {
			return evidence.AtLeast(b.overKetamine(4, 0, 2, 4), 0, "more relief by ECT")
		}},
		{Fact: "elekt-d", Role: challenge, Read: func(b *bench) answer {
			return evidence.AtMost(b.overKetamine(3, 0, 3), 0, "more relief by ECT")
		}},
		{Fact: "escitalopram-elect-tdcs", Role: challenge, Read: func(b *bench) answer { return b.agrees("47") }},
		{Fact: "cariprazine", Role: challenge, Read: func(b *bench) answer { return b.agrees("49") }},
		{Fact: "celecoxib", Role: challenge, Read: func(b *bench) answer {
			return evidence.Within(hamd*b.adds("anti", 42), 1.81, 4.71, "HAM-D points more")
		}},
		{Fact: "infliximab", Role: challenge, Read: (*bench).infliximab},
		{Fact: "neurosteroid-postpartum", Role: challenge, Read: func(b *bench) answer {
			r, s := b.row("39"), b.row("40")
			return evidence.Holds(b.half("39").Outcome() == evidence.Pass && b.half("40").Outcome() == evidence.Pass, "at least half of both gaps",
				fmt.Sprintf("%.1f of %.1f and %.1f of %.1f points", -b.gap("39"), r.Control-r.Treated, -b.gap("40"), s.Control-s.Treated))
		}},
		{Fact: "ketamine-ect", Role: challenge, Read: (*bench).ketamineAtECT},
		{Fact: "coral", Role: challenge, Read: func(b *bench) answer {
			early, late := hamd*b.adds("zur", 3), hamd*b.adds("zur", 42)
			return evidence.Holds(early >= 1.9/2 && math.Abs(late) < 1, "at least half of 1.9 points at day 3, less than 1 at day 42",
				fmt.Sprintf("%.1f points at day 3, %.1f at day 42", early, late))
		}},
		{Fact: "therapy-added", Role: challenge, Read: func(b *bench) answer {
			return evidence.Within(33/spread*b.adds("psy", 84), 0.31, 0.56, "SD")
		}},
		{Fact: "rapamycin-people-day-14", Role: challenge, LooksFor: "an effect of mTOR", Silent: "no mTOR; if rapamycin were a block of ketamine's strength, the model would say the opposite"},
		{Fact: "ketanserin", Role: challenge, LooksFor: "an effect of 5-HT2A", Silent: "the model has no receptors"},
		{Fact: "sv2a", Role: challenge, LooksFor: "density after a day", Silent: "strength need not be density; were it, the model would fail"},
		{Fact: "memantine", Role: challenge, LooksFor: "a difference between two blockers", Silent: "the model has no receptors"},
		{Fact: "vns-recover", Role: challenge, LooksFor: "relief by VNS", Silent: "no number for VNS was readable"},
		{Fact: "itbs-d-cycloserine", Role: challenge, LooksFor: "what D-cycloserine adds", Silent: "the model has no such drug"},
		{Fact: "dextromethorphan-added", Role: challenge, LooksFor: "what dextromethorphan adds", Silent: "no arm with bupropion alone was readable"},
	}
}

// hamd is a baseline on the HAM-D, points, of the meta-analyses.
const hamd = 23.0

// bench holds the model's experiments at one set of parameters, each made once.
type bench struct {
	p    Params
	rows Rows // of data.Trials
	done map[string]float64
}

func newBench(p Params) (*bench, error) {
	all, err := data.Trials()
	if err != nil {
		return nil, err
	}
	rows, err := p.Rows(all, 2)
	return &bench{p, rows, map[string]float64{}}, err
}

// row returns a trial's row, and what the model makes of it.
func (b *bench) row(id string) Row {
	return b.rows[slices.IndexFunc(b.rows, func(r Row) bool { return r.ID == id })]
}

// gap is the model's difference of a row's arms, points; below 0 is better than control.
func (b *bench) gap(id string) float64 {
	r := b.row(id)
	return r.Predicted - r.Control
}

// agrees asks that the change of the treated arm, given that of the control arm, lies
// within two of its standard errors.
func (b *bench) agrees(id string) answer {
	r := b.row(id)
	return evidence.Near(r.Predicted, r.Treated, 2*r.TreatedSE, "points")
}

// half asks for half of the trial's difference at least.
func (b *bench) half(id string) answer {
	seen, _ := b.row(id).Difference()
	return evidence.AtLeast(-b.gap(id), -seen/2, "points better")
}

// relief of an arm on a day, at the bench's parameters.
func (b *bench) relief(arm string, day float64) float64 {
	key := fmt.Sprint(arm, " ", day)
	y, known := b.done[key]
	if !known {
		y = evidence.Try(evidence.Try(ArmOf(arm)).reliefs(b.p, day))[0]
		b.done[key] = y
	}
	return y
}

// adds is the share of the score by which an SSRI with another arm that begins with it
// improves more than alone, at the model's control response.
func (b *bench) adds(arm string, day float64) float64 {
	c := b.p.Control(day)
	return b.p.Improved(c, b.relief("ssri+"+arm, day)) - b.p.Improved(c, b.relief("ssri", day))
}

func (b *bench) peak() answer {
	var days []float64
	for h := 1.0; h <= 14*24; h++ {
		days = append(days, h/24)
	}
	y := evidence.Try(evidence.Try(ArmOf("ket1")).reliefs(b.p, days...))
	return evidence.Within(days[slices.Index(y, slices.Max(y))]*24, 12, 36, "h after the dose")
}

func (b *bench) decline() answer {
	day1 := b.relief("ket1", 1)
	three, seven := b.relief("ket1", 3)/day1, b.relief("ket1", 7)/day1
	return evidence.Holds(math.Abs(three-0.75) <= 0.15 && math.Abs(seven-0.43) <= 0.15, "0.75 ± 0.15 and 0.43 ± 0.15 of day 1",
		fmt.Sprintf("%.2f and %.2f", three, seven))
}

func (b *bench) untreated() answer {
	largest := 0.0
	for _, y := range evidence.Try(evidence.Try(ArmOf("none")).reliefs(b.p, 1, 7, 42, 365)) {
		largest = max(largest, math.Abs(y))
	}
	return evidence.AtMost(largest-math.Abs(b.p.baseRelief()), 1e-12, "relief")
}

func (b *bench) secondDose() answer {
	one, two := b.row("33"), b.row("34")
	seen, se := two.Treated-one.Treated, math.Hypot(one.TreatedSE, two.TreatedSE)
	return evidence.Near(two.Predicted-one.Predicted, seen, 2*se, "points")
}

// relapse is read with a control response of a fifth of the score, as the trial had no
// control arm.
func (b *bench) relapse() answer {
	const last, control = 11.0, 0.2
	var days []float64
	for d := last + 1; d <= last+90; d += 0.25 {
		days = append(days, d)
	}
	y := evidence.Try(evidence.Try(ArmOf("ket6")).reliefs(b.p, days...))
	for i, d := range days {
		if b.p.Improved(control*(1-math.Exp(-d/b.p.TauCtl)), y[i]) < 0.5 {
			return evidence.Near(d-last, 18, 4.5, "days")
		}
	}
	return evidence.Near(math.Inf(1), 18, 4.5, "days")
}

func (b *bench) infliximab() answer {
	gain := func(iota float64) float64 {
		p := b.p
		p.Iota = iota
		y := evidence.Try(evidence.Try(ArmOf("anti")).reliefs(p, 84))[0]
		return y - p.baseRelief()
	}
	low, high := gain(1), gain(2)
	return evidence.Holds(low < 0.05 && high > 0.1, "less than 5 % of the score in patients with inflammation 1, more than 10 % with 2",
		fmt.Sprintf("%.1f %% and %.1f %%", 100*low, 100*high))
}

// overKetamine is the relief by ECT, thrice a week, less that by ketamine on the given
// days of each week, after so many weeks.
func (b *bench) overKetamine(weeks int, days ...float64) float64 {
	ect, ketamine := Arm{ID: "ect"}, Arm{ID: "ketamine"}
	for w := range weeks {
		from := 7 * float64(w)
		for _, d := range []float64{0, 2, 4} {
			ect.Events = append(ect.Events, Stimulate("ect", from+d, from+d+0.04))
		}
		for _, d := range days {
			ketamine.Events = append(ketamine.Events, model.Dose(from+d, "ketamine", 1))
		}
	}
	end := 7 * float64(weeks)
	return evidence.Try(ect.reliefs(b.p, end))[0] - evidence.Try(ketamine.reliefs(b.p, end))[0]
}

// ketamineAtECT gives ketamine at each of nine sessions.
func (b *bench) ketamineAtECT() answer {
	both := evidence.Try(ArmOf("ect9"))
	for _, e := range slices.Clone(both.Events) {
		both.Events = append(both.Events, model.Dose(e.From, "ketamine", 1))
	}
	const end = 21 + 7 // a week after the course
	y := evidence.Try(both.reliefs(b.p, end))[0]
	return evidence.AtMost(y-b.relief("ect9", end), 0.05, "of the score")
}

// Checks holds the model to what trials and meta-analyses report, and to facts that
// speak against it, as challenges, which may fail.
func Checks(p Params) (evidence.Checks, error) {
	b, err := newBench(p)
	if err != nil {
		return nil, err
	}
	return evidence.Trial[*bench]{Readings: readings()}.Judge(b)
}

// Robustness asks over which share of what is uncertain each check passes: the ranges are
// those of Uncertain with all free parameters of the card. Findings are those of the
// default parameters.
func Robustness(ctx context.Context, draws int, seed uint64, workers int) (*evidence.Shares, error) {
	card, err := Card()
	if err != nil {
		return nil, err
	}
	ranges, err := Uncertain(card.Fields(model.StatusFree)...)
	if err != nil {
		return nil, err
	}
	d := evidence.Draws{Ranges: ranges, N: draws, Seed: seed, Label: "convergence", Workers: workers}
	shares, err := evidence.Trial[*bench]{Readings: readings()}.Over(ctx, d, func(x []float64) ([]*bench, func(), error) {
		p, err := model.With(Default(), d.Fields(), x)
		if err != nil {
			return nil, nil, err
		}
		b, err := newBench(p)
		return []*bench{b}, nil, err
	})
	if err != nil {
		return nil, err
	}
	shares.Findings, err = Checks(Default())
	return shares, err
}
