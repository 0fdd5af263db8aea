// Package store keeps what runs of a study found: finished cells in journals, and
// the tables and networks that are made of them. Its errors begin with "study", as
// package study gives its types and functions to readers.
//
// A results folder holds
//
//	manifest.json   what it is of, sealed, with the checksums of the files below; without them the run is unfinished
//	results.csv     rows: one measurement each
//	traces.csv      one epoch of training each
//	networks/       kept networks, a file each
//	cells/          journals of finished cells, a file for each run, appended to and never replaced
//	.lock           held by the run that writes
//
// A run takes the folder with Begin, which brings all that it holds into the journals,
// keeps each cell with Put, and writes the other files with Finish: whatever instant
// it is killed at, the journals hold all that was finished. Open and Load read a
// folder and Merge joins several.
package store

import (
	"fmt"
	"slices"
	"strings"

	"divergent/internal/text"
	"divergent/pkg/network"
)

// Row is one tidy measurement.
type Row struct {
	Seed   uint64
	Arm    string  // dense, untreated, or the arm's name
	Phase  string  // acute, off-drug or relapse, or the name of a course
	Test   string  // clean, standard, input, internal, combined, biased, or empty
	Level  float64 // the test's noise SD or bias; 0 where there is none
	Metric string  // one of package assay's, which says its unit
	Value  float64
	Cycle  int `json:",omitempty"` // of a course; 0 before the first and where there is no course

	Factor  string  `json:",omitempty"` // of the sweep that the row is a level of; empty for none
	Setting float64 `json:",omitempty"` // the factor's
	Assay   string  `json:",omitempty"` // name of what measured it
}

// ID is the row without its value and without what measured it: rows of one result
// differ in it.
func (w Row) ID() Row {
	w.Value, w.Assay = 0, ""
	return w
}

// Place is the row's condition.
func (w Row) Place() Place { return Place{w.Arm, Setting{w.Factor, w.Setting}} }

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

// Place is the condition of the epoch.
func (t TraceRow) Place() Place { return Place{t.Arm, Setting{t.Factor, t.Setting}} }

// The conditions that are measured beside the arms.
const (
	Dense     = "dense"
	Untreated = "untreated"
)

// Setting is one value of a sweep's factor; the zero Setting stands for none.
type Setting struct {
	Factor string
	Value  float64
}

// String returns "factor value", or nothing for no setting.
func (s Setting) String() string { return strings.TrimSpace(s.Factor + " " + s.number()) }

// number writes the value; there is none without a factor.
func (s Setting) number() string {
	if s.Factor == "" {
		return ""
	}
	return text.Short(s.Value)
}

// Place tells the conditions of one result apart.
type Place struct {
	Arm string
	Setting
}

func (p Place) String() string {
	if p.Setting == (Setting{}) {
		return "arm " + p.Arm
	}
	return "arm " + p.Arm + ", " + p.Setting.String()
}

// Result is what a study found.
type Result struct {
	Manifest Manifest
	Rows     []Row      // ordered by seed, then dense, untreated and the arms in the design's order, then the settings of the sweeps
	Traces   []TraceRow // likewise
	Networks []Snapshot // with KeepNetworks every seed's pruned one, and of the first seed all that no sweep concerns

	setting Setting // what At has picked
}

// Snapshot is one network that a run kept.
type Snapshot struct {
	Seed uint64
	Arm  string
	Net  *network.Network // nil where Read gets it from its file

	file func() (*network.Network, error)
}

// Read returns the network; of one that lies in a file, once that is known to be
// whole and of this seed and arm.
func (s Snapshot) Read() (*network.Network, error) {
	if s.Net != nil || s.file == nil {
		return s.Net, nil
	}
	return s.file()
}

// Network returns the kept network of the arm and its seed, the first that there is,
// or nil where none was kept.
func (r *Result) Network(arm string) (*network.Network, uint64, error) {
	for _, s := range r.Networks {
		if s.Arm == arm {
			n, err := s.Read()
			return n, s.Seed, err
		}
	}
	return nil, 0, nil
}

// Settings returns the settings of the factor in the result, in its order.
func (r *Result) Settings(factor string) []float64 {
	var out []float64
	for _, c := range r.Manifest.Conditions {
		if c.Factor == factor && factor != "" && !slices.Contains(out, c.Setting) {
			out = append(out, c.Setting)
		}
	}
	return out
}

// Factors returns the factors of the result, in its order.
func (r *Result) Factors() []string {
	var out []string
	for _, c := range r.Manifest.Conditions {
		if c.Factor != "" && !slices.Contains(out, c.Factor) {
			out = append(out, c.Factor)
		}
	}
	return out
}

// At returns the plain result of one setting: its rows, and those that no sweep
// concerns. All that works on a plain result works on it. It has no rows where
// the result has no such setting.
func (r *Result) At(factor string, value float64) *Result {
	want := Setting{factor, value}
	here := func(p Place) bool { return p.Setting == want || p.Setting == Setting{} }
	out := &Result{Manifest: r.Manifest, setting: want}
	out.Manifest.Conditions = nil
	out.Manifest.Gaps = nil
	found := false
	for i, c := range r.Manifest.Conditions {
		if !here(c.Place()) {
			continue
		}
		found = found || c.Place().Setting == want
		for _, g := range r.Manifest.Gaps {
			if g.Condition == i {
				g.Condition = len(out.Manifest.Conditions)
				out.Manifest.Gaps = append(out.Manifest.Gaps, g)
			}
		}
		c.Factor, c.Setting = "", 0
		out.Manifest.Conditions = append(out.Manifest.Conditions, c)
	}
	if !found {
		return out
	}
	out.Manifest.NonDefault = append(slices.Clone(r.Manifest.NonDefault), fmt.Sprintf("%s = %s", factor, text.Short(value)))
	for _, w := range r.Rows {
		if here(w.Place()) {
			w.Factor, w.Setting = "", 0
			out.Rows = append(out.Rows, w)
		}
	}
	for _, t := range r.Traces {
		if here(t.Place()) {
			t.Factor, t.Setting = "", 0
			out.Traces = append(out.Traces, t)
		}
	}
	return out
}

// Setting returns the factor and its setting that At has picked, or nothing.
func (r *Result) Setting() (factor string, value float64) { return r.setting.Factor, r.setting.Value }

// Lacks says which measurements of a result are missing, some by name; nothing
// where it is whole.
func (r *Result) Lacks() string {
	m := r.Manifest
	var names []string
	seen := map[string]bool{}
	for _, g := range m.Gaps {
		for _, seed := range g.Seeds {
			name := fmt.Sprintf("seed %d, %s", seed, m.Conditions[g.Condition].Place())
			if !seen[name] && len(names) < 4 {
				names = append(names, name)
			}
			seen[name] = true
		}
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) == 4:
		names[3] = "..."
	}
	return fmt.Sprintf("%d of %d measurements are missing (%s)", m.Missing(), m.parts(), strings.Join(names, "; "))
}
