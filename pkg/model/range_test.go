package model

import (
	"math"
	"strings"
	"testing"
)

func TestRangesGoBothWays(t *testing.T) {
	for _, r := range []Range{{"x", -2, 3, false}, {"x", 0.01, 100, true}, {"x", 1e-300, 1e300, true}} {
		if r.At(0) != r.Low || r.At(1) != r.High || r.At(-1) != r.Low || r.At(2) != r.High {
			t.Errorf("%v: ends are %v and %v", r, r.At(0), r.At(1))
		}
		for u := 0.05; u < 1; u += 0.1 { // 1e-14: a few roundings of a logarithm
			if back := r.Position(r.At(u)); math.Abs(back-u) > 1e-14 {
				t.Errorf("%v: position of the value at %v is %v", r, u, back)
			}
		}
	}
	if got := (Range{"x", 0.01, 100, true}).At(0.5); math.Abs(got-1) > 1e-14 {
		t.Errorf("the middle of 0.01 to 100 on a logarithmic scale is %v", got)
	}
}

func TestBadRangesAreNamed(t *testing.T) {
	good := Range{"a", 0, 1, false}
	for _, c := range []struct {
		ranges []Range
		want   string
	}{
		{nil, "no ranges"},
		{[]Range{good, good}, `two ranges for "a"`},
		{[]Range{good, {"b", 1, 1, false}}, "b: range [1, 1]"},
		{[]Range{{"b", 0, 1, true}}, "above 0"},
		{[]Range{{"b", 0, math.Inf(1), false}}, "finite"},
		{[]Range{{"b", math.NaN(), 1, false}}, "finite"},
	} {
		if err := CheckRanges(c.ranges); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.ranges, err, c.want)
		}
	}
}
