package store

import (
	"cmp"
	"strings"
	"testing"

	"divergent/pkg/assay"
	"divergent/pkg/train"
)

// Cells come together in any order to the same: what each has more, of the same
// work by two makers that of the first name, and by one maker no two results.
func TestCellsComeTogetherInAnyOrder(t *testing.T) {
	const network, one, two = "000000000000000000000001", "000000000000000000000002", "000000000000000000000003"
	at := func(x float64) []assay.Reading { return []assay.Reading{{Phase: "a", Metric: "x", Value: x}} }
	all := []*Cell{
		{Engine: Engine, Network: network, Arm: "a", By: "b go1", Trace: train.Trace{{Loss: 2}}, Parts: []Part{{Assay: "a", Key: one, By: "b go1", Readings: at(2)}}},
		{Engine: Engine, Network: network, Arm: "a", By: "a go1", Trace: train.Trace{{Loss: 1}}, Parts: []Part{{Assay: "a", Key: one, By: "a go1", Readings: at(1)}}},
		{Engine: Engine, Network: network, Arm: "a", By: "c go1", Parts: []Part{{Assay: "b", Key: two, By: "c go1", Readings: at(3)}}},
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		m := Cells{}
		for _, i := range order {
			if err := m.Add(all[i]); err != nil {
				t.Fatal(err)
			}
		}
		c := m[ID{network, 0}]
		if c.By != "a go1" || c.Trace[0].Loss != 1 || len(c.Parts) != 2 || c.Part(one).Readings[0].Value != 1 || c.Part(one).By != "a go1" || c.Part(two).Readings[0].Value != 3 {
			t.Errorf("in the order %v: %+v", order, c)
		}
	}
	for _, change := range []func(*Cell){func(c *Cell) { c.Trace = train.Trace{{Loss: 9}} }, func(c *Cell) { c.Parts = []Part{{Assay: "a", Key: one, By: "b go1", Readings: at(9)}} }} {
		m, other := Cells{}, *all[0]
		change(&other)
		if err := cmp.Or(m.Add(all[0]), m.Add(&other)); err == nil || !strings.Contains(err.Error(), "two results of") {
			t.Errorf("two results of one maker: error %v", err)
		}
	}
	if all[0].Parts[0].Readings[0].Value != 2 {
		t.Error("adding a cell changed it")
	}
}
