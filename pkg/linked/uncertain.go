package linked

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"divergent/data"
	"divergent/internal/check"
	"divergent/internal/kept"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/rng"
	"divergent/pkg/spines"
	"divergent/pkg/stats"
	"divergent/pkg/uncertain"
)

// Mappings is the level of Strength and Relief among those that are drawn.
const Mappings Level = "mappings"

// drawn are the levels in the order of cause and effect, each with its ranges.
func drawn(p Params) (levels []Level, ranges map[Level][]model.Range, err error) {
	g, err := glutamate.Card()
	if err != nil {
		return nil, nil, err
	}
	free, err := g.Ranges(g.Fields(model.StatusFree)...)
	if err != nil {
		return nil, nil, err
	}
	s, err := spines.Uncertain("Lag", "StressLoss", "StressReturn", "TauFast")
	if err != nil {
		return nil, nil, err
	}
	card, err := p.Card()
	if err != nil {
		return nil, nil, err
	}
	ranges = map[Level][]model.Range{Glutamate: free, Spines: s}
	for _, x := range card {
		r := x.Range()
		r.Name = x.Field
		switch x.Field {
		case "pk.Exposure":
			ranges[PK] = append(ranges[PK], r)
		case "strength.Ill", "strength.Gamma", "strength.Input", "relief.Density", "relief.Fast":
			ranges[Mappings] = append(ranges[Mappings], r)
		case "landscape.BiasSelf", "landscape.ControlSelf", "landscape.ControlToBias", "landscape.BiasToControl", "landscape.ControlInput",
			"landscape.BiasInput", "landscape.Gain", "landscape.Threshold", "landscape.Tau", "landscape.Noise": // what drugs and learning do is left out here
			r.Low, r.High, r.Log = max(r.Low, 0.8*x.Value), min(r.High, 1.2*x.Value), false
			ranges[Circuit] = append(ranges[Circuit], r)
		}
	}
	for i := range ranges[Glutamate] {
		ranges[Glutamate][i].Name = "glutamate." + ranges[Glutamate][i].Name
	}
	for i := range ranges[Spines] {
		ranges[Spines][i].Name = "spines." + ranges[Spines][i].Name
	}
	return []Level{PK, Glutamate, Spines, Circuit, Mappings}, ranges, nil
}

// Sampling says how parameters are drawn.
type Sampling struct {
	Draws   int // 0 for 512
	Paths   int // of each circuit; 0 for 40
	Seed    uint64
	Workers int
}

// outputs of the draws, of one infusion of 0.5 mg/kg.
var drawnOutputs = []string{"relief at day 1, circuit", "relief at day 7, circuit", "relief at day 1, no circuit", "relief at day 7, no circuit"}

// Share is how much of the variance of an output goes with a level: what is lost where the
// level stays at its default. Shares need not add up to 1, as levels interact.
type Share struct {
	Output string         `csv:"output"`
	Level  Level          `csv:"level"`
	Share  stats.Interval `csv:"share of variance"` // 95 %, by resampled draws
}

// Failure is why draws failed, and how many.
type Failure struct {
	Why   string `csv:"failed draws"`
	Draws int    `csv:"draws"`
}

// Uncertainty is what the draws come to.
type Uncertainty struct {
	Draws    int
	Failures model.List[Failure]
	Shares   model.List[Share]
	Course   *model.Course // of the default, with the 5th and 95th percentile of the draws
	// Effective is the number of draws that weights by four rows of single infusions leave,
	// without the circuit; below 100 the intervals are those of the ranges.
	Effective float64
	Silent    float64 // share of the draws in which density at day 1 is less than a scan detects
}

// chainDays are the days of Course, of which minutes and months are to be seen.
func chainDays() []float64 {
	out := []float64{0}
	for d := 5. / 1440; d < 60; d *= 1.12 {
		out = append(out, d)
	}
	out = append(out, 1, 3, 7, 60)
	slices.Sort(out)
	return out
}

// Draw draws all levels at once, from a Latin hypercube with a stream for each, and again
// with one level after the other at its default. Of glutamate's parameters those that are
// calibrated are so in each draw; where that fails, where a circuit has no ill state, or
// where a pulse leaves its range, the draw is counted and not used.
func Draw(ctx context.Context, p Params, s Sampling) (*Uncertainty, error) {
	s.Draws, s.Paths = cmp.Or(s.Draws, 512), cmp.Or(s.Paths, 40)
	return kept.Of(ctx, "linked/draws", []any{p, s.Draws, s.Paths, s.Seed}, func() (*Uncertainty, error) { return draw(ctx, p, s) })
}

// failed draws are counted by these.
type failed struct{ why string }

func (f failed) Error() string { return f.why }

// one is a draw: outputs with all levels drawn and with each at its default, and the
// courses.
type one struct {
	Why     string
	Outputs [][]float64
	Course  *model.Course
	Days    []float64 // relief without circuit on days 1, 3 and 7, and the gain in density on day 1
}

func draw(ctx context.Context, p Params, s Sampling) (*Uncertainty, error) {
	levels, ranges, err := drawn(p)
	if err != nil {
		return nil, err
	}
	var all []model.Range
	level := map[string]Level{}
	for _, l := range levels {
		for _, r := range ranges[l] {
			all, level[r.Name] = append(all, r), l
		}
	}
	d := uncertain.Draws{Ranges: all, N: s.Draws, Seed: s.Seed, Label: "linked", Workers: s.Workers}
	fields, results := d.Fields(), make([]one, s.Draws)
	err = d.Each(ctx, func(i int, x []float64) error {
		o := &results[i]
		for k := -1; k < len(levels); k++ {
			var names []string
			var values []float64
			for j, f := range fields {
				if k < 0 || level[f] != levels[k] {
					names, values = append(names, f), append(values, x[j])
				}
			}
			days := []float64{1, 7}
			if k < 0 {
				days = chainDays()
			}
			c, err := p.infused(ctx, names, values, s, days)
			if f := (failed{}); errors.As(err, &f) {
				o.Why = f.why
				return nil
			} else if err != nil {
				return err
			}
			out, err := read(c)
			if err != nil {
				return err
			}
			o.Outputs = append(o.Outputs, out[:4])
			if k < 0 {
				o.Course, o.Days = c, out[4:]
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p.summed(ctx, s, levels, results)
}

// Set returns the parameters with fields of the card, such as "spines.StressLoss",
// changed; those of "landscape" reach the untreated circuit as well, which
// model.Chain.With does not do.
func (p Params) Set(fields []string, x []float64) (Params, error) {
	for i, f := range fields {
		link, field, _ := strings.Cut(f, ".")
		one, v := []string{field}, x[i:i+1]
		var err error
		switch link {
		case "pk":
			p.Kinetics, err = model.With(p.Kinetics, one, v)
		case "glutamate":
			p.Glutamate, err = model.With(p.Glutamate, one, v)
		case "entry":
			p.Entry, err = model.With(p.Entry, one, v)
		case "spines":
			p.Spines, err = p.Spines.Set(one, v)
		case "strength":
			p.Strength, err = model.With(p.Strength, one, v)
		case "landscape":
			p.Circuit, err = model.With(p.Circuit, one, v)
		case "relief":
			p.Relief, err = model.With(p.Relief, one, v)
		case "score":
			p.Score, err = model.With(p.Score, one, v)
		default:
			err = check.Known("linked: link of the field "+f+":", link, []string{"pk", "glutamate", "entry", "spines", "strength", "landscape", "relief", "score"})
		}
		if err != nil {
			return p, err
		}
	}
	return p, nil
}

// infused follows one infusion of 0.5 mg/kg at changed parameters.
func (p Params) infused(ctx context.Context, fields []string, x []float64, s Sampling, days []float64) (*model.Course, error) {
	p, err := p.Set(fields, x)
	if err != nil {
		return nil, err
	}
	if p.Glutamate, err = glutamate.Calibrate(p.Glutamate, glutamate.Both()); err != nil {
		return nil, failed{"glutamate cannot be calibrated"}
	}
	chain, err := Chain(p, Options{})
	if err != nil {
		return nil, err
	}
	set := Setting(Protocol(days[len(days)-1], model.Infusion(0, minutes, "ketamine i.v.", 0.5)), days...)
	set.Paths, set.Workers, set.Seed = s.Paths, 1, s.Seed
	c, err := chain.Run(ctx, set)
	switch {
	case errors.As(err, &landscape.NoState{}):
		return nil, failed{"the circuit has no ill state"}
	case err != nil && ctx.Err() == nil:
		return nil, failed{"a pulse or a solver leaves its range"}
	}
	return c, err
}

// read returns the outputs, relief without the circuit on days 1, 3 and 7, and the gain
// in density on day 1.
func read(c *model.Course) (out []float64, err error) {
	at := func(series string, day float64) float64 {
		v, err2 := at(c, series, day)
		err = cmp.Or(err, err2)
		return v
	}
	plain := func(day float64) float64 {
		return 1 - (1-at("relief.relief by density", day))*(1-at("relief.relief by fast effect", day))
	}
	out = []float64{at("relief.relief", 1), at("relief.relief", 7), plain(1), plain(7), plain(1), plain(3), plain(7), at("spines.density over untreated", 1) - 1}
	return out, err
}

// summed sums up the draws.
func (p Params) summed(ctx context.Context, s Sampling, levels []Level, results []one) (*Uncertainty, error) {
	u := &Uncertainty{Draws: s.Draws}
	var good []one
	for _, o := range results {
		if o.Why == "" {
			good = append(good, o)
			continue
		}
		i := slices.IndexFunc(u.Failures, func(f Failure) bool { return f.Why == o.Why })
		if i < 0 {
			i, u.Failures = len(u.Failures), append(u.Failures, Failure{Why: o.Why})
		}
		u.Failures[i].Draws++
	}
	for k, name := range drawnOutputs {
		for l, level := range levels {
			share := func(of []one) float64 {
				var all, frozen []float64
				for _, o := range of {
					all, frozen = append(all, o.Outputs[0][k]), append(frozen, o.Outputs[l+1][k])
				}
				return 1 - stat.Variance(frozen, nil)/stat.Variance(all, nil)
			}
			r, again := rng.Stream(s.Seed, "linked", "shares", name, string(level)), make([]float64, 400)
			for i := range again {
				some := make([]one, len(good))
				for j := range some {
					some[j] = good[r.IntN(len(good))]
				}
				again[i] = share(some)
			}
			slices.Sort(again)
			u.Shares = append(u.Shares, Share{name, level, stats.Interval{Mean: share(good), Low: stats.Quantile(again, 0.025), High: stats.Quantile(again, 0.975), Level: 0.95, N: len(good)}})
		}
	}
	var err error
	if u.Course, err = p.infused(ctx, nil, nil, Sampling{Paths: 20 * s.Paths, Seed: s.Seed}, chainDays()); err != nil {
		return nil, err
	}
	for k := range u.Course.Series {
		x := &u.Course.Series[k]
		x.Low, x.High = nil, nil
		for d := range u.Course.Day {
			var v []float64
			for _, o := range good {
				v = append(v, o.Course.Series[k].Value[d])
			}
			slices.Sort(v)
			x.Low, x.High = append(x.Low, stats.Quantile(v, 0.05)), append(x.High, stats.Quantile(v, 0.95))
		}
	}
	return u, u.weigh(p, good)
}

// weigh weights draws by the trials of single infusions.
func (u *Uncertainty) weigh(p Params, good []one) error {
	all, err := data.Trials()
	if err != nil {
		return err
	}
	b := bench{Variant: Variant{Params: p}}
	score := b.score()
	var sum, squares float64
	for _, o := range good {
		chi := 0.0
		for _, r := range all {
			if r.Arm != "ket1" || !r.Fit {
				continue
			}
			y := o.Days[map[float64]int{1: 0, 3: 1, 7: 2}[r.Day]]
			z := (-r.Baseline*score.Improved(-r.Control/r.Baseline, y) - r.Treated) / math.Hypot(2, r.TreatedSE)
			chi += z * z
		}
		w := math.Exp(-chi / 2)
		sum, squares = sum+w, squares+w*w
		if math.Abs(o.Days[3]) < 0.085 {
			u.Silent += 1 / float64(len(good))
		}
	}
	u.Effective = sum * sum / squares
	return nil
}
