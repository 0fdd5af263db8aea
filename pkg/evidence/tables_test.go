package evidence

import "testing"

func TestPercentKeepsEnds(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.003: "below 1", 0.995: "above 99", 1: "100", 0.493: "49"} {
		if got := percent(x); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
}
