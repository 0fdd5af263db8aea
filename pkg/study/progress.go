package study

import (
	"time"

	"divergent/pkg/treat"
)

// meter estimates the time left from the work done so far, in units of one
// dense epoch.
type meter struct {
	cost     map[string]float64 // of a cell of the condition; dense stands for all before the arms
	perEpoch map[string]float64
	total    float64            // work planned
	done     float64            // work done
	moved    map[cellID]float64 // of it, by cell; the condition's name for its key
	stored   int                // cells read
	computed int                // cells finished
	last     time.Time          // of the last report
}

func newMeter(d Design, cs []condition) meter {
	m := meter{cost: map[string]float64{}, perEpoch: map[string]float64{}, moved: map[cellID]float64{}}
	m.cost[Dense], m.perEpoch[Dense] = float64(d.Baseline.Epochs)+2, 1
	for _, c := range cs {
		if c.therapy != nil {
			epochs, present := effort(c.therapy, 1-d.Prune)
			m.perEpoch[c.name] = 0.08 + 0.9*present
			m.cost[c.name] = float64(epochs)*m.perEpoch[c.name] + 1
		}
	}
	return m
}

// effort guesses the epochs of an arm and the share of synapses present in them.
func effort(t treat.Treatment, present float64) (epochs int, share float64) {
	switch t := t.(type) {
	case treat.Regrow:
		return t.Training.Epochs, present + (1-present)*t.Fraction
	case treat.Refine:
		return t.Training.Epochs, present
	case treat.Inhibit:
		return t.Training.Epochs, present
	case treat.ShamOf:
		epochs, _ := effort(t.Of, present)
		return epochs, present
	}
	return 20, (1 + present) / 2
}

// move counts work on a cell, up to what was planned for it.
func (m *meter) move(seed uint64, name string, work float64) {
	id := cellID{name, seed}
	now := min(m.moved[id]+work, m.cost[name])
	m.done += now - m.moved[id]
	m.moved[id] = now
}

// finish counts all work of a cell as done.
func (m *meter) finish(seed uint64, name string) {
	m.computed++
	m.move(seed, name, m.cost[name])
}

// left extrapolates.
func (m *meter) left(elapsed time.Duration) time.Duration {
	if m.done <= 0 || m.total <= 0 {
		return 0
	}
	return time.Duration(float64(elapsed) * (m.total - m.done) / m.done)
}

// report tells the callback, at most five times a second but for finished cells.
func (r *run) report(seed uint64, arm string, finished bool) {
	now := time.Now()
	if r.Progress == nil || !finished && now.Sub(r.meter.last) < 200*time.Millisecond {
		return
	}
	r.meter.last = now
	elapsed := now.Sub(r.start)
	r.Progress(Event{Done: r.meter.stored + r.meter.computed, Total: len(r.design.Seeds) * len(r.conditions),
		Stored: r.meter.stored, Seed: seed, Arm: arm, Elapsed: elapsed, Left: r.meter.left(elapsed)})
}
