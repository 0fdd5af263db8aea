package study

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/internal/kernel"
)

// Difference is one row that came out differently.
type Difference struct {
	Row   Row     // as stored, or the mean over the seeds where SameBits is false
	Again float64 // as recomputed
}

// Verification is the outcome of computing stored results again.
type Verification struct {
	SameBits    bool // compared bit by bit, as the kernels are the same; else as means over seeds
	Compared    int  // rows or means compared
	Differences []Difference
}

// OK reports whether the results agree: no difference bit by bit, or at most
// one mean in a hundred outside its bounds.
func (v Verification) OK() bool {
	if v.SameBits {
		return v.Compared > 0 && len(v.Differences) == 0
	}
	return v.Compared > 0 && len(v.Differences)*100 <= v.Compared
}

// String says how many rows agree and lists the first that do not.
func (v Verification) String() string {
	how := "to the last bit"
	if !v.SameBits {
		how = "as means over seeds (another kernel or Go version made the stored ones)"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d agree %s", v.Compared-len(v.Differences), v.Compared, how)
	for i, d := range v.Differences {
		if i == 10 {
			fmt.Fprintf(&b, "\n  and %d more", len(v.Differences)-i)
			break
		}
		fmt.Fprintf(&b, "\n  seed %d, %s, %s, %s %v, %s: stored %v, now %v", d.Row.Seed, strings.TrimSpace(d.Row.Arm+" "+level{d.Row.Factor, d.Row.Setting}.String()), d.Row.Phase, d.Row.Test, d.Row.Level, d.Row.Metric, d.Row.Value, d.Again)
	}
	return b.String()
}

// Verify computes the given seeds of stored results again, from nothing, and
// compares: every number's bits where the kernel and the Go version are those
// of the stored results, means over seeds elsewhere.
func Verify(ctx context.Context, stored *Result, d Design, seeds []uint64, workers int, progress func(Event)) (Verification, error) {
	for _, s := range seeds {
		if !slices.Contains(stored.Manifest.Seeds, s) {
			return Verification{}, fmt.Errorf("study: seed %d is not among the stored results: want some of %v", s, stored.Manifest.Seeds)
		}
	}
	d.Seeds = seeds
	if err := d.manifest().extends(stored.Manifest, "the stored results' folder"); err != nil {
		return Verification{}, err
	}
	again, err := Runner{Workers: workers, Fresh: true, Progress: progress}.Run(ctx, d)
	if err != nil {
		return Verification{}, err
	}
	if stored.Manifest.Kernel == kernel.Name() && stored.Manifest.Go == again.Manifest.Go {
		return compareBits(stored, again), nil
	}
	return compareMeans(stored, again), nil
}

type rowID struct {
	seed                     uint64
	arm, phase, test, metric string
	level                    float64
	at                       level
}

func (w Row) id() rowID {
	return rowID{w.Seed, w.Arm, w.Phase, w.Test, w.Metric, w.Level, level{w.Factor, w.Setting}}
}

// compareBits compares rows and traces of the recomputed cells.
func compareBits(stored, again *Result) Verification {
	v := Verification{SameBits: true}
	was := map[rowID]float64{}
	for _, w := range stored.comparable() {
		was[w.id()] = w.Value
	}
	for _, w := range again.comparable() {
		v.Compared++
		if old, ok := was[w.id()]; !ok || old != w.Value {
			now := w.Value
			w.Value = old
			v.Differences = append(v.Differences, Difference{w, now})
		}
	}
	return v
}

// comparable lists the rows, and the losses of the traces as rows.
func (r *Result) comparable() []Row {
	out := slices.Clone(r.Rows)
	for _, t := range r.Traces {
		out = append(out, Row{t.Seed, t.Arm, "training", "epoch", float64(t.Epoch), "loss", t.Loss, t.Factor, t.Setting})
	}
	return out
}

// compareMeans compares the mean over seeds of each measurement. Another kernel
// rounds differently, and training amplifies that to an independent draw: means
// may differ by five standard errors, and by half a point that one test pass of
// a few thousand samples costs.
func compareMeans(stored, again *Result) Verification {
	var v Verification
	was, now := byMeasurement(stored.Rows), byMeasurement(again.Rows)
	for _, w := range again.Rows {
		id := w.id()
		id.seed = 0
		if now[id] == nil {
			continue
		}
		v.Compared++
		a, b := was[id], now[id]
		delete(now, id)
		if len(a) == 0 {
			v.Differences = append(v.Differences, Difference{w, w.Value})
			continue
		}
		meanA, sd := meanSD(a)
		meanB, _ := meanSD(b)
		if math.Abs(meanA-meanB) > 5*sd*math.Sqrt(1/float64(len(a))+1/float64(len(b)))+0.5 {
			w.Seed, w.Value = 0, meanA
			v.Differences = append(v.Differences, Difference{w, meanB})
		}
	}
	return v
}

func byMeasurement(rows []Row) map[rowID][]float64 {
	m := map[rowID][]float64{}
	for _, w := range rows {
		id := w.id()
		id.seed = 0
		m[id] = append(m[id], w.Value)
	}
	return m
}

func meanSD(x []float64) (mean, sd float64) {
	if len(x) < 2 {
		return x[0], 0
	}
	return stat.MeanStdDev(x, nil)
}
