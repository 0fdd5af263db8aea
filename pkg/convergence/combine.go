package convergence

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/internal/kept"
	"divergent/internal/scalar"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/uncertain"
)

// Combination is two arms together, on one day, against two expectations of what they
// would do if they did not interact. All of it follows from the assumed shapes of the arms
// and from one pool that they share: never show it without the range.
type Combination struct {
	A      string  `table:"First arm" csv:"first arm"`
	B      string  `table:"Second arm" csv:"second arm"`
	Later  float64 `table:"Later (days)" csv:"later (days)"` // that B begins after A; below 0 before it
	Day    float64 `csv:"day"`
	First  float64 `table:"Relief by first" csv:"relief by the first"` // y of A alone
	Second float64 `table:"by second" csv:"relief by the second"`
	Both   float64 `table:"by both" csv:"relief by both"`

	// Bliss is the excess of Both over what independent arms do, yA + yB − yA yB, with the
	// 5th and 95th percentile over the draws.
	Bliss    float64 `table:"Bliss excess" csv:"Bliss excess"`
	Low      float64 `table:"5th percentile" csv:"5th percentile"`
	High     float64 `table:"95th percentile" csv:"95th percentile"`
	Positive float64 `table:"Draws above 0 (share)" csv:"share of draws above 0"`

	// Loewe is dA/DA + dB/DB, the amounts given over those that do as much alone: below 1
	// is synergy, NaN where one of the arms cannot do as much alone.
	Loewe float64 `table:"Loewe index" csv:"Loewe index"`
}

// Points returns the Bliss excess and its limits in points of a baseline score, before
// the control response.
func (c Combination) Points(baseline float64) (excess, low, high float64) {
	return baseline * c.Bliss, baseline * c.Low, baseline * c.High
}

// CombineOptions say what is read. Zero fields take their defaults.
type CombineOptions struct {
	Later   float64       // days that B begins after A; below 0 before it
	Day     float64       // of the reading, from the beginning of the first; 0 for 42
	Draws   int           // of the parameters; 0 for 400
	Ranges  []model.Range // of the draws; nil for CombinationRanges
	Seed    uint64
	Workers int
}

// CombinationRanges are those over which combinations are drawn: the 95 % intervals of
// what is fitted, and the card's ranges of what burden and experience do.
func CombinationRanges() ([]model.Range, error) {
	return Uncertain("ChiSNT", "TauC", "KH", "KI", "KO", "KM", "DI", "VPsy", "Lam", "AIO", "AIH", "TauI")
}

// Combine puts two arms together.
func Combine(ctx context.Context, p Params, a, b Arm, o CombineOptions) (Combination, error) {
	out, err := combineAll(ctx, p, [][2]Arm{{a, b}}, o)
	if err != nil {
		return Combination{}, err
	}
	return out[0], nil
}

// Combinations puts every pair of arms together, over the same draws.
func Combinations(ctx context.Context, p Params, arms []Arm, o CombineOptions) (model.List[Combination], error) {
	var pairs [][2]Arm
	for i, a := range arms {
		for _, b := range arms[i+1:] {
			pairs = append(pairs, [2]Arm{a, b})
		}
	}
	return combineAll(ctx, p, pairs, o)
}

// PairArms are the arms whose pairs the figures show.
func PairArms() []Arm { return standard("ssri", "ket6", "psi25", "snt", "dxm", "anti", "psy") }

func combineAll(ctx context.Context, p Params, pairs [][2]Arm, o CombineOptions) (out []Combination, err error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	o.Day, o.Draws = cmp.Or(o.Day, 42), cmp.Or(o.Draws, 400)
	if !(o.Day > 0) || math.IsInf(o.Day, 0) || math.IsNaN(o.Later) || math.Abs(o.Later) >= o.Day {
		return nil, fmt.Errorf("convergence: Day = %v, Later = %v: want a day above 0, and both arms to begin before it", o.Day, o.Later)
	}
	if o.Ranges == nil {
		if o.Ranges, err = CombinationRanges(); err != nil {
			return nil, err
		}
	}
	key := []any{p, pairs, o.Later, o.Day, o.Draws, o.Ranges, o.Seed}
	return kept.Of(ctx, "convergence/combine", key, func() ([]Combination, error) { return combineDrawn(ctx, p, pairs, o) })
}

// combineDrawn is combineAll for options that are complete.
func combineDrawn(ctx context.Context, p Params, pairs [][2]Arm, o CombineOptions) (out []Combination, err error) {
	for _, pair := range pairs {
		c, err := combine(p, pair, o)
		if err != nil {
			return nil, err
		}
		if c.Loewe, err = loewe(p, pair, o, c.Both); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	d := uncertain.Draws{Ranges: o.Ranges, N: o.Draws, Seed: o.Seed, Label: "convergence: combinations", Workers: o.Workers}
	columns, err := d.Columns(ctx, func(x []float64) ([]float64, error) {
		q, err := model.With(p, d.Fields(), x)
		if err != nil {
			return nil, err
		}
		excess := make([]float64, len(pairs))
		for i, pair := range pairs {
			c, err := combine(q, pair, o)
			if err != nil {
				return nil, err
			}
			excess[i] = c.Bliss
		}
		return excess, nil
	})
	if err != nil {
		return nil, err
	}
	for i, e := range columns {
		c := &out[i]
		slices.Sort(e)
		c.Low, c.High = stats.Quantile(e, 0.05), stats.Quantile(e, 0.95)
		for _, v := range e {
			if v > 0 {
				c.Positive += 1 / float64(len(e))
			}
		}
	}
	return out, nil
}

// placed returns both arms on their days.
func placed(pair [2]Arm, later float64) (a, b Arm) {
	empty := Arm{}
	return empty.And(pair[0], max(0, -later)), empty.And(pair[1], max(0, later))
}

// combine is a Combination without draws and Loewe index.
func combine(p Params, pair [2]Arm, o CombineOptions) (Combination, error) {
	a, b := placed(pair, o.Later)
	c := Combination{A: pair[0].Name, B: pair[1].Name, Later: o.Later, Day: o.Day}
	for _, x := range []struct {
		arm Arm
		to  *float64
	}{{a, &c.First}, {b, &c.Second}, {a.And(b, 0), &c.Both}} {
		y, err := x.arm.reliefs(p, o.Day)
		if err != nil {
			return c, err
		}
		*x.to = y[0]
	}
	c.Bliss = c.Both - (c.First + c.Second - c.First*c.Second)
	return c, nil
}

// loewe returns the index at which both arms give a relief.
func loewe(p Params, pair [2]Arm, o CombineOptions, relief float64) (index float64, err error) {
	a, b := placed(pair, o.Later)
	for _, arm := range []Arm{a, b} {
		times, err := arm.equivalent(p, o.Day, relief)
		if err != nil {
			return 0, err
		}
		index += 1 / times
	}
	return index, nil
}

// equivalent returns how many times the amounts of the arm alone give a relief on a day;
// NaN where no number from a thousandth to a thousand times does.
func (a Arm) equivalent(p Params, day, relief float64) (times float64, err error) {
	less := func(log float64) bool {
		scaled := a
		scaled.Events = slices.Clone(a.Events)
		for i := range scaled.Events {
			scaled.Events[i].Amount *= math.Exp(log)
		}
		y, e := scaled.reliefs(p, day)
		err = cmp.Or(err, e)
		return e == nil && y[0] < relief
	}
	end := math.Log(1000)
	if !less(-end) || less(end) {
		return math.NaN(), err
	}
	low, _ := scalar.Bisect(-end, end, 50, less)
	return math.Exp(low), err
}
