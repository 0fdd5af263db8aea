// Package study runs a design over seeds and keeps its results.
package study

import (
	"divergent/pkg/assay"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// Row is one tidy measurement.
type Row struct {
	Seed   uint64
	Arm    string  // dense, untreated, or the arm's name
	Phase  string  // acute, off-drug or relapse
	Test   string  // clean, standard, input, internal, combined, biased, or empty
	Level  float64 // the test's noise SD or bias; 0 where there is none
	Metric string  // accuracy, sparsity, tied, turnover (percent), drop (points), dose, dose-l2 (weight units)
	Value  float64

	Factor  string  `json:",omitempty"` // of the sweep that the row is a level of; empty for none
	Setting float64 `json:",omitempty"` // the factor's
	Assay   string  `json:",omitempty"` // name of what measured it
}

// TraceRow is one epoch of training.
type TraceRow struct {
	Seed  uint64
	Arm   string  // dense for the training before pruning, or the arm's name
	Epoch int     // from 1, counted over all training of the arm
	Loss  float64 // mean cross-entropy over the epoch, nats
	Rate  float64 // learning rate
	Noise float64 // SD of internal noise

	Factor  string  `json:",omitempty"` // as in Row
	Setting float64 `json:",omitempty"`
}

// The conditions that are measured beside the arms.
const (
	Dense     = "dense"
	Untreated = "untreated"
)

// Counts says how many points are drawn.
type Counts struct {
	Train    int // training points; range 1 to 10 million; published: 12000
	Standard int // noisy test points; published: 4000
	Clean    int // test points at the centres; published: 2000
}

// Design says what a study does; it is data, so that a reader can change one
// field and run it.
type Design struct {
	Name     string
	Task     task.Clusters
	Points   Counts
	Sizes    []int        // layer widths, inputs first
	Baseline train.Config // training before pruning
	Prune    float64      // share of synapses pruned before treatment; range [0, 1]; published: 0.95
	Arms     []treat.Treatment
	Assays   []assay.Assay
	Seeds    []uint64 // 42 stands for the published single run's data; others draw their own, and 0 draws the same
	Sweeps   []Sweep  // factors to vary, one at a time; none for a plain design

	KeepNetworks bool // give the result its networks, which plots.Wiring and DecisionMap draw
}

// Result is what a study found.
type Result struct {
	Manifest Manifest
	Rows     []Row      // ordered by seed, then dense, untreated and the arms in the design's order, then the settings of the sweeps
	Traces   []TraceRow // likewise
	Networks []Snapshot // with KeepNetworks those of the first seed that no sweep concerns

	setting setting       // what At has picked
	files   []networkFile // of networks beside those: with KeepNetworks every seed's pruned one
}
