package sde

import (
	"context"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/pkg/stats"
)

// Grid divides a time into steps, with reports at some of their ends.
type Grid struct {
	From, Length []float64 // of each step
	At           []float64 // times of the reports: the start, ..., the end
	After        []int     // number of the step after which each report is; −1 is the start
}

// NewGrid makes steps of up to the given length that end at the given times, ascending
// from 0, and at reports in between. Reports ascend; one that is there twice is made
// twice, one beyond the end by rounding is at the end, and the first and the last time
// are reported besides.
func NewGrid(times []float64, step float64, reports []float64) (Grid, error) {
	end := times[len(times)-1]
	at, err := check.Times("sde: reports", reports, 0, end)
	if err != nil {
		return Grid{}, err
	}
	if len(at) == 0 || at[0] > 0 {
		at = slices.Insert(at, 0, 0)
	}
	if at[len(at)-1] < end {
		at = append(at, end)
	}
	g := Grid{At: at}
	report := func(t float64) {
		for len(g.After) < len(at) && at[len(g.After)] == t {
			g.After = append(g.After, len(g.From)-1)
		}
	}
	report(0)
	ends := slices.Compact(slices.Sorted(slices.Values(slices.Concat(times, at))))
	for i, from := range ends[:len(ends)-1] {
		to := ends[i+1]
		n := max(int(math.Ceil((to-from)/step-1e-9)), 1)
		for k := range n {
			a := from + (to-from)*float64(k)/float64(n)
			b := from + (to-from)*float64(k+1)/float64(n)
			g.From, g.Length = append(g.From, a), append(g.Length, b-a)
		}
		report(to)
	}
	return g, nil
}

// Evenly returns the multiples of a time before an end; one that differs from it by
// rounding is no more before it.
func Evenly(every, end float64) (out []float64) {
	for k := 1; float64(k)*every < end*(1-1e-12); k++ {
		out = append(out, float64(k)*every)
	}
	return out
}

// Stages returns the times of the stages that a System is asked for: the start of each
// step, and three quarters through it.
func (g Grid) Stages() []float64 {
	out := make([]float64, 0, 2*len(g.From))
	for i, t := range g.From {
		out = append(out, t, t+0.75*g.Length[i])
	}
	return out
}

// Levels is a weighted sum of the states and two levels of it: a path is above from when
// the sum reaches Up until it falls to Down.
type Levels struct {
	Weights  []float64
	Up, Down float64
}

// Visit is what a path did by Levels.
type Visit struct {
	Came  float64 // first time that it was above, 0 for a path that starts there, +Inf for never
	Left  float64 // first time after that at which it fell to Down, +Inf for never
	Above bool    // at the end
	Time  float64 // spent above
	Last  float64 // the sum at the end
}

// tracker follows a path's Visit.
type tracker struct {
	Visit
	up, down, since float64
}

func (l Levels) track(sum float64) tracker {
	t := tracker{Visit: Visit{Came: math.Inf(1), Left: math.Inf(1)}, up: l.Up, down: l.Down}
	if sum >= l.Up {
		t.Above, t.Came = true, 0
	}
	return t
}

// distance is how far the sum is from where the path changes sides.
func (t *tracker) distance(sum float64) float64 {
	if t.Above {
		return sum - t.down
	}
	return t.up - sum
}

func (t *tracker) cross(at float64) {
	if t.Above {
		t.Left = min(t.Left, at)
		t.Time += at - t.since
	} else {
		t.Came, t.since = min(t.Came, at), at
	}
	t.Above = !t.Above
}

func (t *tracker) end(at, sum float64) Visit {
	v := t.Visit
	if v.Last = sum; v.Above {
		v.Time += at - t.since
	}
	return v
}

// Follow reads the visit off a course of the sum that is straight between times, and
// whether it is above at each.
func (l Levels) Follow(at, sum []float64) (v Visit, above []bool) {
	t := l.track(sum[0])
	for k, s := range sum {
		if k > 0 {
			if a, b := t.distance(sum[k-1]), t.distance(s); b <= 0 {
				t.cross(at[k-1] + (at[k]-at[k-1])*a/(a-b))
			}
		}
		above = append(above, t.Above)
	}
	return t.end(at[len(at)-1], sum[len(sum)-1]), above
}

// Ends returns the start and the end of every step.
func (g Grid) Ends() []float64 { return append(slices.Clone(g.From), g.At[len(g.At)-1]) }

// Path is one path, at the reports.
type Path struct {
	Y   [][]float64 // row i is state i
	Sum []float64
}

// Record is what is kept of many paths.
type Record struct {
	Mean   [][]float64 // row i is the mean of state i over all paths, at each report
	Sum    stats.Bands // of the weighted sum, with its 5th and 95th percentile
	Above  []float64   // share of the paths that are above, at each report
	Paths  []Path      // the first ones
	Visits []Visit     // of all paths
}

// Record follows the paths along a grid, keeps the first ones in full, and reads their
// visits. Whether a path passed a level within a step is drawn as by Passages, so that
// visits do not hang on the step.
func (e Ensemble) Record(ctx context.Context, g Grid, l Levels, keep int) (*Record, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	keep = min(max(keep, 0), e.Paths)
	dim, reports := len(e.Start), len(g.At)
	table := func(rows, columns int) [][]float64 {
		out := make([][]float64, rows)
		for i := range out {
			out[i] = make([]float64, columns)
		}
		return out
	}
	r := &Record{Paths: make([]Path, keep)}
	for i := range r.Paths {
		r.Paths[i] = Path{table(dim, reports), make([]float64, reports)}
	}
	sums, track := table(reports, e.Paths), make([]tracker, e.Paths)
	blocks := make([]*recorder, (e.Paths+Lanes-1)/Lanes)
	e.Steps, e.Step = len(g.Length), func(i int) float64 { return g.Length[i] }
	e.Watch = func(b *Block) Watcher {
		rec := &recorder{Bridge: NewBridge(e, l.Weights), g: &g, weights: l.Weights, track: track, sums: sums, kept: r.Paths}
		blocks[b.First/Lanes] = rec
		b.Sum(l.Weights, rec.last[:b.N])
		for k := range b.N {
			track[b.Path[k]] = l.track(rec.last[k])
		}
		rec.noteAll(-1, b, rec.last[:b.N])
		return rec
	}
	if err := e.Run(ctx); err != nil {
		return nil, err
	}
	for i, s := range sums[reports-1] {
		r.Visits = append(r.Visits, track[i].end(g.At[reports-1], s))
	}
	r.Mean = make([][]float64, dim)
	for k := range g.At {
		total := make([]float64, dim+1)
		for _, b := range blocks { // in their order, so that the number of workers changes no sum
			for i, v := range b.total[k] {
				total[i] += v
			}
		}
		for i := range dim {
			r.Mean[i] = append(r.Mean[i], total[i]/float64(e.Paths))
		}
		r.Above = append(r.Above, total[dim]/float64(e.Paths))
		r.Sum.Add(sums[k], 0.05)
	}
	return r, nil
}

// Alone is the record of a single path, of which y has the states at all Ends of the grid.
func (g Grid) Alone(y [][]float64, l Levels) *Record {
	path, sums := Path{Y: make([][]float64, len(l.Weights))}, make([]float64, len(y))
	for k, state := range y {
		for i, w := range l.Weights {
			sums[k] += w * state[i]
		}
	}
	r := &Record{Visits: make([]Visit, 1)}
	var above []bool
	r.Visits[0], above = l.Follow(g.Ends(), sums)
	for _, step := range g.After {
		k := step + 1 // where the step ends
		for i := range path.Y {
			path.Y[i] = append(path.Y[i], y[k][i])
		}
		path.Sum = append(path.Sum, sums[k])
		r.Sum.Add([]float64{sums[k]}, 0.05)
		share := 0.0
		if above[k] {
			share = 1
		}
		r.Above = append(r.Above, share)
	}
	r.Mean, r.Paths = path.Y, []Path{path}
	return r
}

// recorder collects what Record holds of a block of paths.
type recorder struct {
	Bridge
	g       *Grid
	weights []float64
	track   []tracker   // of all paths
	sums    [][]float64 // by report and path
	total   [][]float64 // by report: of each state over the block, then the number that are above
	kept    []Path
	last    [Lanes]float64 // the sum at the end of the last step
}

// After notes who has changed sides, and a report that is due.
func (r *recorder) After(step int, b *Block) {
	length := r.g.Length[step]
	var sum [Lanes]float64
	b.Sum(r.weights, sum[:b.N])
	for k := range b.N {
		t := &r.track[b.Path[k]]
		before, after := t.distance(r.last[k]), t.distance(sum[k])
		if after <= 0 || r.Between(b.Path[k], k, before*after, length) {
			t.cross(r.g.From[step] + length/2) // somewhere within the step
		}
	}
	r.last = sum
	r.noteAll(step, b, sum[:b.N])
}

// noteAll notes the reports that are due after a step.
func (r *recorder) noteAll(step int, b *Block, sum []float64) {
	for next := len(r.total); next < len(r.g.After) && r.g.After[next] == step; next++ {
		r.note(b, sum)
	}
}

func (r *recorder) note(b *Block, sum []float64) {
	dim, next := len(r.weights), len(r.total)
	total := make([]float64, dim+1)
	for k, s := range sum {
		path := b.Path[k]
		r.sums[next][path] = s
		if r.track[path].Above {
			total[dim]++
		}
		for i := range dim {
			y := b.Y[i*Lanes+k]
			total[i] += y
			if path < len(r.kept) {
				r.kept[path].Y[i][next], r.kept[path].Sum[next] = y, s
			}
		}
	}
	r.total = append(r.total, total)
}
