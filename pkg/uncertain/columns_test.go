package uncertain

import (
	"context"
	"slices"
	"testing"
)

func TestColumns(t *testing.T) {
	read := func(x int) []float64 { return []float64{float64(x), float64(x * x)} }
	for _, workers := range []int{1, 3} {
		c, err := Columns(t.Context(), []int{1, 2, 3}, workers, read)
		if err != nil || len(c) != 2 || !slices.Equal(c[0], []float64{1, 2, 3}) || !slices.Equal(c[1], []float64{1, 4, 9}) {
			t.Errorf("%v, %v", c, err)
		}
	}
	if c, err := Columns(t.Context(), nil, 1, read); c != nil || err != nil {
		t.Errorf("%v, %v without draws", c, err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Columns(canceled, []int{1}, 1, read); err == nil {
		t.Error("a context that has ended is no error")
	}
}
