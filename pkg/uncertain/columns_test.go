package uncertain

import (
	"context"
	"errors"
	"slices"
	"testing"

	"divergent/pkg/model"
)

func TestColumns(t *testing.T) {
	d := Draws{Ranges: []model.Range{{Name: "p", High: 1}}, N: 3, Seed: 1, Label: "test"}
	x, err := LatinHypercube(d.Ranges, d.N, d.Seed, d.Label)
	if err != nil {
		t.Fatal(err)
	}
	read := func(x []float64) ([]float64, error) { return []float64{x[0], x[0] * x[0]}, nil }
	for _, d.Workers = range []int{1, 3} {
		c, err := d.Columns(t.Context(), read)
		if err != nil || len(c) != 2 {
			t.Fatalf("%v, %v", c, err)
		}
		for i, p := range x {
			if c[0][i] != p[0] || c[1][i] != p[0]*p[0] {
				t.Errorf("draw %d: %v of %v", i, c, p)
			}
		}
	}
	wrong := errors.New("wrong")
	if _, err := d.Columns(t.Context(), func([]float64) ([]float64, error) { return nil, wrong }); !errors.Is(err, wrong) {
		t.Errorf("error %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Columns(canceled, read); err == nil {
		t.Error("a context that has ended is no error")
	}
	if !slices.Equal(d.Fields(), []string{"p"}) {
		t.Errorf("fields %v", d.Fields())
	}
	d.N = -1
	if c, err := d.Columns(t.Context(), read); c != nil || err == nil {
		t.Errorf("%v, %v without draws", c, err)
	}
}
