package study

import (
	"time"

	"divergent/pkg/study/store"
	"divergent/pkg/treat"
)

// meter estimates the time left from the work done so far, in units of one
// dense epoch.
type meter struct {
	cells    int                     // cells of the run
	stored   int                     // of these, read
	computed int                     // of these, finished
	total    float64                 // work planned
	done     float64                 // work done
	moved    map[store.ID]*meterCell // by network
	last     time.Time               // of the last report
}

// trainer is an assay that trains, and says how much.
type trainer interface {
	Training(t treat.Treatment, present float64) []treat.Span
}

// meterCell is the work on one cell.
type meterCell struct{ cost, perEpoch, done float64 }

func newMeter() meter { return meter{moved: map[store.ID]*meterCell{}} }

// plan adds the cell's work.
func (m *meter) plan(seed uint64, c condition) {
	epochs, cost := guess(c.training())
	cell := &meterCell{cost: cost + measuring}
	if epochs > 0 {
		cell.perEpoch = cost / float64(epochs)
	}
	m.moved[c.id(seed)] = cell
	m.total += cell.cost
}

// measuring is what the tests of a cell cost, in dense epochs; see guess.
const measuring = 0.65

// training lists what the making of a condition's network, and its tests, train.
func (c condition) training() []treat.Span {
	if c.Name == Dense {
		return []treat.Span{{Epochs: c.design.Baseline.Epochs, Present: 1}}
	}
	if c.therapy == nil {
		return nil
	}
	present := 1 - c.design.Prune
	out := treat.Estimate(c.therapy, present)
	if n := len(out); n > 0 {
		present = out[n-1].Present
	}
	for _, a := range c.design.Assays {
		if t, ok := a.(trainer); ok {
			out = append(out, t.Training(c.therapy, present)...)
		}
	}
	return out
}

// guess returns the cost of training, in dense epochs. The coefficients are a least-squares
// fit to costs.csv; from 40 % present on the network takes dense loops.
func guess(training []treat.Span) (epochs int, cost float64) {
	for _, s := range training {
		epochs += s.Epochs
		each := 0.06 + 1.63*s.Present
		if s.Present >= 0.4 {
			each = 0.75 + 0.25*s.Present
		}
		cost += float64(s.Epochs) * each
	}
	return epochs, cost
}

// epoch counts one epoch of a cell's training, up to what was planned for it.
func (m *meter) epoch(seed uint64, c condition) {
	if cell := m.moved[c.id(seed)]; cell != nil {
		m.move(cell, cell.done+cell.perEpoch)
	}
}

// finish counts all work of a cell as done.
func (m *meter) finish(seed uint64, c condition) {
	m.computed++
	if cell := m.moved[c.id(seed)]; cell != nil {
		m.move(cell, cell.cost)
	}
}

func (m *meter) move(cell *meterCell, to float64) {
	to = min(to, cell.cost)
	m.done += to - cell.done
	cell.done = to
}

// left extrapolates.
func (m *meter) left(elapsed time.Duration) time.Duration {
	if m.done <= 0 || m.total <= 0 {
		return 0
	}
	return time.Duration(float64(elapsed) * (m.total - m.done) / m.done)
}

// report tells the callback, at most five times a second but for finished cells.
func (r *run) report(seed uint64, c condition, finished bool) {
	now := time.Now()
	if r.Progress == nil || !finished && now.Sub(r.meter.last) < 200*time.Millisecond {
		return
	}
	r.meter.last = now
	elapsed := now.Sub(r.start)
	r.Progress(Event{Done: r.meter.stored + r.meter.computed, Total: r.meter.cells, Stored: r.meter.stored, Seed: seed,
		Arm: c.Name, Factor: c.Factor, Setting: c.Setting, Elapsed: elapsed, Left: r.meter.left(elapsed), Damaged: r.store.Damaged})
}
