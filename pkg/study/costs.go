package study

import (
	_ "embed"
	"encoding/csv"
	"strconv"
	"strings"
	"sync"

	"divergent/pkg/study/store"
)

// costsFile holds the seconds of one core that each cell of one seed took, of studies
// that are dealt to many; TestMeasureCosts writes it.
//
//go:embed costs.csv
var costsFile string

// perEpoch is the seconds that a dense epoch took there.
const perEpoch = 0.245

// costs returns what the cells of a study's seed took, in seconds; none where nothing
// was measured.
func costs(name string) map[store.Place]float64 {
	lines, err := csv.NewReader(strings.NewReader(costsFile)).ReadAll()
	if err != nil {
		panic("study: costs.csv cannot be read")
	}
	out := map[store.Place]float64{}
	for _, w := range lines[1:] {
		setting, _ := strconv.ParseFloat(w[3], 64)
		if seconds, err := strconv.ParseFloat(w[4], 64); err == nil && w[0] == name {
			out[store.Place{Arm: w[1], Setting: store.Setting{Factor: w[2], Value: setting}}] = seconds
		}
	}
	return out
}

// measured returns the costs of cells that were measured, in dense epochs, by the key of
// their last test: other studies measure the same network with other tests.
var measured = sync.OnceValue(func() map[string]float64 {
	out := map[string]float64{}
	for _, design := range named() {
		d := design()
		of := costs(d.Name)
		if len(of) == 0 {
			continue
		}
		for _, c := range d.conditions() {
			if seconds, ok := of[c.Place()]; ok {
				out[c.last()] = seconds / perEpoch
			}
		}
	}
	return out
})

// cost is what one cell of the condition costs, in dense epochs: measured, or estimated
// where nobody has measured it.
func (c condition) cost() float64 {
	if cost, ok := measured()[c.last()]; ok {
		return cost
	}
	_, cost := guess(c.training())
	return cost + measuring
}

// last is the key of the condition's last test, which stands for all that is done with it.
func (c condition) last() string { return c.Keys[len(c.Keys)-1] }
