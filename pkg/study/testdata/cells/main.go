// Command cells defines arms and a test in package main, as the cells of a notebook
// do, edits them between runs, and says what came back from the store.
package main

import (
	"context"
	"fmt"
	"os"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/pkg/treat"
)

type byPointer struct{ N int }

func (*byPointer) Name() string                 { return "pointer" }
func (*byPointer) Apply(s *treat.Subject) error { calls++; return nil }

type doses []float64

func (doses) Name() string                 { return "doses" }
func (doses) Apply(s *treat.Subject) error { calls++; return nil }

type versioned struct{ N int }

func (*versioned) Name() string                 { return "versioned" }
func (*versioned) Version() string              { return version }
func (*versioned) Apply(s *treat.Subject) error { calls++; return nil }

type probe struct{}

func (probe) Name() string    { return "probe" }
func (probe) Validate() error { return nil }
func (probe) Measure(assay.Bench) ([]assay.Reading, error) {
	return []assay.Reading{{Phase: "probe", Metric: "x", Value: probed}}, nil
}

var (
	calls   int
	version = "1"
	probed  float64
)

func main() {
	dir, err := os.MkdirTemp("", "cells")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ok := true
	expect := func(what string, got, want any) {
		if got != want {
			fmt.Printf("%s: %v, want %v\n", what, got, want)
			ok = false
		}
	}
	for _, tc := range []struct {
		arm              treat.Treatment
		again, versioned int // calls in a second run, and after the version changed
	}{{&byPointer{1}, 1, 1}, {doses{1}, 1, 1}, {treat.Sequence("sequence", &byPointer{1}), 1, 1}, {&versioned{1}, 0, 1}} {
		for i, want := range []int{1, tc.again, tc.versioned} {
			version = []string{"1", "1", "2"}[i]
			calls = 0
			run(dir, tc.arm)
			expect(fmt.Sprintf("%s, run %d", tc.arm.Name(), i+1), calls, want)
		}
	}
	for _, probed = range []float64{1, 2} {
		for _, w := range run(dir, treat.None(), probe{}).Rows {
			if w.Phase == "probe" {
				expect("the probe on "+w.Arm, w.Value, probed)
			}
		}
	}
	if ok {
		fmt.Println("all as they should be")
	}
}

func run(dir string, arm treat.Treatment, more ...assay.Assay) *study.Result {
	d := study.Divergent()
	d.Points = study.Counts{Train: 128, Standard: 50, Clean: 20}
	d.Sizes, d.Baseline.Epochs, d.Seeds, d.KeepNetworks = []int{2, 8, 4}, 1, []uint64{0}, false
	d.Arms = nil
	if arm.Name() != study.Untreated {
		d.Arms = []treat.Treatment{arm}
	}
	d.Assays = append(d.Assays, more...)
	res, err := study.Runner{Dir: dir, Workers: 1}.Run(context.Background(), d)
	if err != nil {
		panic(err)
	}
	return res
}
