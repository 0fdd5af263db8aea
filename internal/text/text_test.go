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
	} {
		if c.got != c.want {
			t.Errorf("%q: want %q", c.got, c.want)
		}
	}
}
