package study

import (
	"fmt"
	"strings"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/task"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// Divergent returns the seed study over ten seeds: Cheung 2026, Divergent
// Mechanisms of Antidepressant Efficacy (doi 10.7759/cureus.105040), acute
// protocol as coded, with the three published arms and the controls the paper
// lacks.
func Divergent() Design {
	b := assay.PublishedBattery()
	return Design{
		Name:     "divergent",
		Task:     task.Four(),
		Points:   Counts{Train: 12000, Standard: 4000, Clean: 2000},
		Sizes:    network.Published(),
		Baseline: train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 1e-3},
		Prune:    0.95,
		Arms: []treat.Treatment{treat.Ketamine(), treat.SSRI(), treat.Neurosteroid(),
			treat.KetamineRandom(), treat.Sham(treat.Ketamine()), treat.Sham(treat.SSRI()), treat.Sham(treat.Neurosteroid())},
		Assays: []assay.Assay{assay.AcuteTests{Battery: b}, assay.OffDrugTests{Battery: b},
			assay.RelapseTests{Battery: assay.Battery{Combined: b.Combined}, Fraction: 0.4, Cap: 0.99}},
		Seeds: []uint64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
	}
}

// PublishedSeed is the seed that stands for the published single run's data.
const PublishedSeed = 42

// Published42 returns the seed study on the published single run's data.
func Published42() Design {
	d := Divergent()
	d.Seeds = []uint64{PublishedSeed}
	return d
}

// Studies lists the names of the designs that Named knows.
func Studies() []string { return []string{"divergent"} }

// Named returns the published design of that name.
func Named(name string) (Design, error) {
	switch name {
	case "divergent":
		return Divergent(), nil
	}
	return Design{}, fmt.Errorf("study: unknown study %q: want one of %s", name, strings.Join(Studies(), ", "))
}
