// Package study runs a design over seeds. Package store below it keeps the results.
package study

import (
	"io/fs"

	"divergent/pkg/assay"
	"divergent/pkg/plasticity"
	"divergent/pkg/study/store"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// What runs leave is package store's; readers know it by these names.
type (
	Row       = store.Row
	TraceRow  = store.TraceRow
	Result    = store.Result
	Snapshot  = store.Snapshot
	Manifest  = store.Manifest
	Condition = store.Condition
	Gap       = store.Gap
)

// Of package store, too.
const (
	Schema        = store.Schema
	Engine        = store.Engine
	Dense         = store.Dense
	Untreated     = store.Untreated
	PublishedSeed = store.PublishedSeed
)

// Load reads and checks a results folder, its networks included. A missing,
// truncated or edited file is an error that names it.
func Load(dir fs.FS) (*Result, error) { return store.Load(dir) }

// Open reads and checks the tables of a results folder, such as the committed ones. A
// network is read and checked when it is asked for.
func Open(dir fs.FS) (*Result, error) { return store.Open(dir) }

// Merge joins the folders that RunFolder has written, of shards or whole runs, into
// one result in the folder out. They must be of one design. A result that lacks
// measurements is an error that names some, unless a partial one is asked for. Out
// must be new, empty, or what a merge that was stopped has left.
func Merge(dirs []string, out string, partial bool) (*Result, error) {
	return store.Merge(dirs, out, partial)
}

// Counts says how many points are drawn.
type Counts struct {
	Train    int // training points; range 1 to 10 million; published: 12000
	Standard int // noisy test points; published: 4000
	Clean    int // test points at the centres; published: 2000
}

// Design says what a study does; it is data, so that a reader can change one
// field and run it.
type Design struct {
	Name      string
	Task      task.Clusters
	Points    Counts
	Sizes     []int                // layer widths, inputs first
	Baseline  train.Config         // training before pruning
	Prune     float64              // share of synapses pruned before treatment; range [0, 1]; published: 0.95
	Adversity plasticity.Adversity // scars of the pruned network, once for each seed and shared by all arms; zero for none
	Arms      []treat.Treatment
	Assays    []assay.Assay
	Seeds     []uint64 // 42 stands for the published single run's data; others draw their own, and 0 draws the same
	Sweeps    []Sweep  // factors to vary, one at a time; none for a plain design

	KeepNetworks bool // give the result its networks, which plots.Wiring and DecisionMap draw
}
