package par

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestEachVisitsEveryIndexOnce(t *testing.T) {
	for _, workers := range []int{-1, 0, 1, 2, 7, 100} {
		for _, n := range []int{0, 1, 5, 100} {
			got := make([]int, n)
			if err := Each(t.Context(), n, workers, func(i int) error { got[i]++; return nil }); err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(got, func(v int) bool { return v != 1 }) {
				t.Errorf("%d workers, %d items: visits %v", workers, n, got)
			}
		}
	}
}

func TestEachReturnsTheSmallestError(t *testing.T) {
	for range 50 { // the workers race differently each time
		err := Each(t.Context(), 100, 8, func(i int) error {
			if i >= 20 && i%3 == 0 {
				return fmt.Errorf("item %d", i)
			}
			return nil
		})
		if err == nil || err.Error() != "item 21" {
			t.Fatalf("error %v, want that of item 21", err)
		}
	}
}

func TestEachStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := Each(ctx, 1000, 1, func(i int) error {
		calls++
		if i == 3 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls != 4 {
		t.Errorf("error %v after %d calls, want %v after 4", err, calls, context.Canceled)
	}
}
