package text

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Short(-0.5), "-0.5"}, {Short(1e6), "1e+06"}, {Number(-2.50), "−2.5"}, {Number(math.Copysign(0, -1)), "0"}, {Number(1e-7), "1e−07"},
		{Figures(-0.0123, 2), "−0.012"}, {Figures(1234, 3), "1.23e+03"},
		{Fixed(-1.25, 1), "−1.2"}, {Fixed(-0.01, 1), "0.0"}, {Fixed(math.Inf(-1), 1), "−Inf"},
		{Signed(1.24, 1), "+1.2"}, {Signed(0.01, 1), "0.0"}, {Signed(-0.01, 1), "0.0"}, {Signed(-3, 0), "−3"},
		{Percent(0.925), "92.5"}, {Percent(1. / 3), "33.3333"},
		{Rounded(0), "0"}, {Rounded(0.001), "< 1"}, {Rounded(0.5), "50"}, {Rounded(0.999), "> 99"}, {Rounded(1), "100"},
		{Coarse("at most 27.28 % above vehicle"), "at most 27.3 % above vehicle"}, {Coarse("−7.999 points, -0.01366"), "−8 points, −0.0137"},
		{Coarse("mood 0.92, -0.98 and 1.00; doi 10.1126/science.aat8078"), "mood 0.92, -0.98 and 1.00; doi 10.1126/science.aat8078"},
		{Coarse("1644 against 483 days, 1.234e-05"), "1644 against 483 days, 1.23e−05"}, {Coarse("119 at 0.70, 1.13e+03 at 0.78, 1.4e+04 at 0.86 days"), "119 at 0.70, 1130 at 0.78, 14000 at 0.86 days"}, {Coarse("1234.56"), "1235"}, {Coarse("0.004"), "0.004"},
	} {
		if c.got != c.want {
			t.Errorf("%q: want %q", c.got, c.want)
		}
	}
}
