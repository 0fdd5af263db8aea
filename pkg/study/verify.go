package study

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// Difference is a number that came out differently, or that only one side has.
type Difference struct {
	Row    Row     // as stored, or the mean over the seeds where Seed stands for all
	Again  float64 // as recomputed
	Only   string  // stored or recomputed where the other side has no such row; else empty
	Pooled bool    // the numbers are means over the seeds
}

// How says in what sense results were compared.
type How string

// Senses of a comparison: the same loops and Go version give the same bits; other
// loops that train the same dense network give the same results but for rounding at
// the edge between classes; others again give independent draws, with the same
// statistics.
const (
	ByBits  How = "to the last bit"
	ByValue How = "to rounding (another kernel or Go version made the stored ones)"
	ByMean  How = "as means over seeds (another kernel, whose rounding trains other networks, made the stored ones)"
)

// Verification is the outcome of computing stored results again.
type Verification struct {
	How         How
	Compared    int // numbers compared
	Pooled      int // of these, means over seeds
	Differences []Difference
}

// OK reports whether the results agree: no difference, or, of means over seeds,
// at most one in a hundred outside its bounds.
func (v Verification) OK() bool {
	pooled := 0
	for _, d := range v.Differences {
		if !d.Pooled {
			return false
		}
		pooled++
	}
	return v.Compared > 0 && pooled*100 <= v.Pooled
}

// String says how many numbers agree and lists the first that do not.
func (v Verification) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d agree %s", v.Compared-len(v.Differences), v.Compared, v.How)
	for i, d := range v.Differences {
		if i == 10 {
			fmt.Fprintf(&b, "\n  and %d more", len(v.Differences)-i)
			break
		}
		b.WriteString("\n  " + d.String())
	}
	return b.String()
}

// String says where the number stands, and both values.
func (d Difference) String() string {
	seed := fmt.Sprintf("seed %d", d.Row.Seed)
	if d.Pooled {
		seed = "mean"
	}
	both := fmt.Sprintf("stored %v, now %v", d.Row.Value, d.Again)
	if d.Only != "" {
		both = "only " + d.Only
	}
	return fmt.Sprintf("%s, %s, %s, %s %v, %s: %s", seed, d.Row.Place(), d.Row.Phase, d.Row.Test, d.Row.Level, d.Row.Metric, both)
}

// Verify computes the given seeds of stored results again, from nothing, and
// compares all that both have to say of them: the description of the design,
// measurements and training both ways, kept networks. Numbers compare as How says.
// Whatever the kernel, networks that the results kept are measured again: what a
// network scores does not hang on how it was trained.
func Verify(ctx context.Context, stored *Result, d Design, seeds []uint64, workers int, progress func(Event)) (Verification, error) {
	for _, s := range seeds {
		if !slices.Contains(stored.Manifest.Seeds, s) {
			return Verification{}, fmt.Errorf("study: seed %d is not among the stored results: want some of %v", s, stored.Manifest.Seeds)
		}
	}
	d.Seeds = seeds
	if err := d.manifest().Extends(stored.Manifest, "the stored results' folder"); err != nil {
		return Verification{}, err
	}
	if err := d.describedBy(stored.Manifest); err != nil {
		return Verification{}, err
	}
	again, err := Runner{Workers: workers, Progress: progress}.Run(ctx, d)
	if err != nil {
		return Verification{}, err
	}
	kept, err := networks(stored, seeds)
	if err != nil {
		return Verification{}, err
	}
	was := recomputed(stored, again)
	v := Verification{How: ByBits}
	switch {
	case stored.Manifest.Kernel == again.Manifest.Kernel && stored.Manifest.Go == again.Manifest.Go:
		v.rows(was, comparable(again), func(float64, Row) float64 { return 0 })
		err = v.networks(kept, again)
	case sameDense(was, comparable(again)):
		v.How = ByValue
		v.rows(was, comparable(again), rounding)
	default:
		v.How = ByMean
		v.means(stored.Rows, was, comparable(again))
	}
	return v, cmp.Or(err, v.scores(stored, kept, d))
}

// In returns the design with those of its arms that a result has as they are here, and the
// names of the result's other arms.
func (d Design) In(m Manifest) (same Design, others []string) {
	ours := d.manifest().Conditions
	var arms []treat.Treatment
	for _, c := range m.Conditions {
		if c.Settings == nil || slices.Contains(others, c.Name) || slices.ContainsFunc(arms, func(a treat.Treatment) bool { return a.Name() == c.Name }) {
			continue // dense, untreated, or another setting of a sweep
		}
		alike := slices.ContainsFunc(ours, func(o store.Condition) bool { return o.Name == c.Name && plain(o.Settings) == plain(c.Settings) })
		i := slices.IndexFunc(d.Arms, func(a treat.Treatment) bool { return a.Name() == c.Name })
		if !alike || i < 0 {
			others = append(others, c.Name)
			continue
		}
		arms = append(arms, d.Arms[i])
	}
	d.Arms = arms
	return d, others
}

// describedBy returns an error where a manifest says something else of the design
// than the design does, as one edited by hand would.
func (d Design) describedBy(m Manifest) error {
	const fix = "it was edited, or an earlier version wrote it; copy the whole folder again"
	ours := d.manifest()
	if plain(ours.Settings) != plain(m.Settings) {
		return fmt.Errorf("study: %s describes other settings than the design of this name has: %s", store.ManifestFile, fix)
	}
	theirs := map[store.Place]Condition{}
	for _, c := range m.Conditions {
		theirs[c.Place()] = c
	}
	both := 0
	for _, c := range ours.Conditions {
		is, ok := theirs[c.Place()]
		if !ok {
			continue
		}
		both++
		if plain(is.Settings) != plain(c.Settings) || is.Unstored != c.Unstored {
			return fmt.Errorf("study: %s describes %s otherwise than the design of this name has it: %s", store.ManifestFile, c.Place(), fix)
		}
	}
	// What else the results hold may be of no published settings, too.
	more, less := both < len(theirs), both < len(ours.Conditions)
	for _, s := range slices.Concat(ours.NonDefault, m.NonDefault) {
		if here, there := slices.Contains(ours.NonDefault, s), slices.Contains(m.NonDefault, s); here && !there && !less || there && !here && !more {
			return fmt.Errorf("study: %s and the design of this name differ in what is not as published (%q): %s", store.ManifestFile, s, fix)
		}
	}
	return nil
}

// recomputed lists the stored numbers of the cells that were computed again.
func recomputed(stored, again *Result) []Row {
	ours := map[store.Place]bool{}
	for _, c := range again.Manifest.Conditions {
		ours[c.Place()] = true
	}
	return wanted(comparable(stored), func(w Row) bool {
		return ours[w.Place()] && slices.Contains(again.Manifest.Seeds, w.Seed)
	})
}

// wanted returns those of the rows.
func wanted(rows []Row, want func(Row) bool) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(w Row) bool { return !want(w) })
}

// Phase and metrics under which training is compared.
const (
	training = "training"
	loss     = "loss"
)

// comparable lists the rows, and the training as rows.
func comparable(r *Result) []Row {
	out := slices.Clone(r.Rows)
	for _, t := range r.Traces {
		w := Row{Seed: t.Seed, Arm: t.Arm, Phase: training, Test: "epoch", Level: float64(t.Epoch), Factor: t.Factor, Setting: t.Setting}
		for _, x := range []struct {
			metric string
			value  float64
		}{{loss, t.Loss}, {"rate", t.Rate}, {"noise", t.Noise}} {
			w.Metric, w.Value = x.metric, x.value
			out = append(out, w)
		}
	}
	return out
}

// rows compares numbers one by one, both ways; slack says how far a recomputed one
// may lie from the stored one.
func (v *Verification) rows(was, now []Row, slack func(stored float64, w Row) float64) {
	old := make(map[Row]Row, len(was))
	for _, w := range was {
		old[w.ID()] = w
	}
	for _, w := range now {
		v.Compared++
		o, ok := old[w.ID()]
		delete(old, w.ID())
		switch {
		case !ok:
			v.Differences = append(v.Differences, Difference{Row: w, Again: w.Value, Only: "recomputed"})
		case !(math.Abs(o.Value-w.Value) <= slack(o.Value, w)):
			v.Differences = append(v.Differences, Difference{Row: o, Again: w.Value})
		}
	}
	for _, w := range was {
		if _, left := old[w.ID()]; left {
			v.Compared++
			v.Differences = append(v.Differences, Difference{Row: w, Only: "stored"})
		}
	}
}

// rounding is how far results of two kernels that train the same networks may lie
// apart: none of the numbers that no kernel changes, a thousandth of the loss of the
// first epoch and a hundredth of later ones, where rounding has grown, and of a test
// the few samples that lie at the edge between two classes. Measured between AVX2
// and AVX-512, seeds 0 and 1 of the seed study: no row differs, and losses by at
// most 1.4e-9 of themselves in the first epoch and 1.6e-4 in the last.
func rounding(stored float64, w Row) float64 {
	switch w.Metric {
	case assay.Accuracy, assay.Tied, assay.Turnover:
		return 0.1
	case assay.Relapsed, assay.Autonomous: // at the edge
		return 1
	case assay.Drop:
		return 0.2
	case loss:
		if w.Level > 1 {
			return 1e-2 * math.Abs(stored)
		}
		return 1e-3 * math.Abs(stored)
	case assay.Sparsity, assay.Gain, assay.Protection, assay.Epochs, "rate", "noise":
		return 0
	}
	return 1e-2 * math.Abs(stored)
}

// sameDense reports whether the dense networks trained the same but for rounding:
// the losses of every epoch fit.
func sameDense(was, now []Row) bool {
	dense := func(w Row) bool { return w.Arm == Dense && w.Metric == loss }
	var v Verification
	v.rows(wanted(was, dense), wanted(now, dense), func(stored float64, _ Row) float64 { return 1e-2 * math.Abs(stored) })
	return slices.ContainsFunc(now, dense) && !slices.ContainsFunc(v.Differences, func(d Difference) bool { return d.Only != "stored" })
}

// means compares the mean over the recomputed seeds of each measurement with that
// over all stored ones, where another kernel trains other networks: means may differ
// by five standard errors, from the spread of all, and by what one test pass of a few
// thousand samples costs. What hangs on no network compares one
// by one: which numbers there are, rates, noise, sparsity, gain, protection, and the loss of the dense
// network's first epoch, which starts from the same weights.
func (v *Verification) means(all, was, now []Row) {
	one := func(w Row) bool {
		return w.Metric == assay.Sparsity && w.Cycle == 0 || w.Metric == assay.Gain || w.Metric == assay.Protection || w.Metric == assay.Epochs || w.Metric == "rate" || w.Metric == "noise" || w.Metric == loss && w.Arm == Dense && w.Level == 1
	}
	mean := func(w Row) bool { return !one(w) }
	v.rows(wanted(was, one), wanted(now, one), rounding)
	before := v.Compared
	v.rows(wanted(was, mean), wanted(now, mean), func(float64, Row) float64 { return math.Inf(1) })
	v.Compared = before // that a number is there is no comparison of it
	pool := func(rows []Row) (order []Row, by map[Row][]float64) {
		by = map[Row][]float64{}
		for _, w := range rows {
			id := w.ID()
			id.Seed = 0
			if w.Phase == training || one(w) {
				continue
			}
			if by[id] == nil {
				order = append(order, id)
			}
			by[id] = append(by[id], w.Value)
		}
		return order, by
	}
	_, stored := pool(all)
	order, again := pool(now)
	for _, id := range order {
		a, b := stored[id], again[id]
		if len(a) == 0 {
			continue // said above
		}
		v.Compared++
		v.Pooled++
		meanA, sd := meanSD(a)
		meanB, _ := meanSD(b)
		slack := 0.5
		switch id.Metric {
		case assay.Dose, assay.DoseL2, assay.Activation, assay.Severity, assay.TrainingLoss:
			slack = 0.05 * math.Abs(meanA)
		}
		if math.Abs(meanA-meanB) > 5*sd*math.Sqrt(1/float64(len(a))+1/float64(len(b)))+slack {
			id.Value = meanA
			v.Differences = append(v.Differences, Difference{Row: id, Pooled: true, Again: meanB})
		}
	}
}

func meanSD(x []float64) (mean, sd float64) {
	if len(x) < 2 {
		return x[0], 0
	}
	return stat.MeanStdDev(x, nil)
}

// networks compares the kept networks of the recomputed seeds byte by byte.
func (v *Verification) networks(stored map[store.Origin]*network.Network, again *Result) error {
	now, err := networks(again, again.Manifest.Seeds)
	if err != nil {
		return err
	}
	for _, o := range again.Origins() {
		was := stored[o]
		if was == nil {
			continue
		}
		v.Compared++
		a, errA := was.MarshalBinary()
		b, errB := now[o].MarshalBinary()
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			v.Differences = append(v.Differences, Difference{Row: Row{Seed: o.Seed, Arm: o.Arm, Phase: training, Metric: "network"}, Again: 1})
		}
	}
	return nil
}

// networks reads the networks of some seeds that the result keeps.
func networks(r *Result, seeds []uint64) (map[store.Origin]*network.Network, error) {
	out := map[store.Origin]*network.Network{}
	for i, o := range r.Origins() {
		if slices.Contains(seeds, o.Seed) {
			n, err := r.Networks[i].Read()
			if err != nil {
				return nil, err
			}
			out[o] = n
		}
	}
	return out, nil
}

// scores measures the kept networks of the design's seeds again and compares,
// where the stored result has the pruned network that theirs started from.
func (v *Verification) scores(stored *Result, kept map[store.Origin]*network.Network, d Design) error {
	var was, now []Row
	at := map[Row]Row{}
	for _, w := range stored.Rows {
		at[w.ID()] = w
	}
	for _, seed := range d.Seeds {
		for _, c := range d.plainConditions(store.Setting{}) {
			n, template := kept[c.origin(seed)], kept[store.Origin{Seed: seed, Arm: Untreated, Network: c.template}]
			if n == nil || template == nil {
				continue
			}
			rows, err := d.score(seed, c, n, template)
			if err != nil {
				return err
			}
			for _, w := range rows {
				if o, ok := at[w.ID()]; ok {
					was, now = append(was, o), append(now, w)
				}
			}
		}
	}
	v.rows(was, now, rounding)
	return nil
}

// score measures a condition's network as it is.
func (d Design) score(seed uint64, c condition, n, template *network.Network) ([]Row, error) {
	at := dataSeed(seed)
	b := assay.Bench{Seed: seed, Arm: c.Name, Therapy: c.therapy,
		Subject:  &treat.Subject{Net: n, Rand: rng.Stream(seed, "score")},
		Standard: d.Task.Sample(d.Points.Standard, d.Task.SD, at+200), Clean: d.Task.Sample(d.Points.Clean, 0, at+300)}
	if c.therapy != nil {
		b.Template = template
	}
	var out []Row
	for _, a := range d.Assays {
		got, err := a.Measure(b)
		if err != nil {
			return nil, cellError(seed, c, err)
		}
		b.Readings = append(b.Readings, got...)
		for _, x := range got {
			out = append(out, Row{Seed: seed, Arm: c.Name, Phase: x.Phase, Test: x.Test, Level: x.Level, Metric: x.Metric, Value: x.Value, Cycle: x.Cycle, Assay: a.Name()})
		}
	}
	return out, nil
}
