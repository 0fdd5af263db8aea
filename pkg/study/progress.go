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
	const measuring = 1
	var training []treat.Span
	switch {
	case c.Name == Dense:
		training = []treat.Span{{Epochs: c.design.Baseline.Epochs, Present: 1}}
	case c.therapy != nil:
		training = treat.Estimate(c.therapy, 1-c.design.Prune)
	}
	if c.therapy != nil {
		present := 1 - c.design.Prune
		if n := len(training); n > 0 {
			present = training[n-1].Present
		}
		for _, a := range c.design.Assays {
			if t, ok := a.(trainer); ok {
				training = append(training, t.Training(c.therapy, present)...)
			}
		}
	}
	epochs, cost := guess(training)
	cell := &meterCell{cost: cost + measuring}
	if epochs > 0 {
		cell.perEpoch = cost / float64(epochs)
	}
	m.moved[c.id(seed)] = cell
	m.total += cell.cost
}

// guess returns the cost of training, in dense epochs.
func guess(training []treat.Span) (epochs int, cost float64) {
	for _, s := range training {
		epochs += s.Epochs
		cost += float64(s.Epochs) * (0.08 + 0.9*s.Present)
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
