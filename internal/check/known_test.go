package check

import "testing"

func TestKnown(t *testing.T) {
	names := []string{"ketamine", "ssri", "neurosteroid"}
	if err := Known("arm", "ssri", names); err != nil {
		t.Error(err)
	}
	for want, err := range map[string]error{
		`arm "ketamin": want one of "ketamine", "ssri", "neurosteroid"; did you mean "ketamine"?`: Known("arm", "ketamin", names),
		`arm "": want one of "ketamine", "ssri", "neurosteroid"; did you mean "ssri"?`:            Known("arm", "", names),
		`level 2.4: want one of 0.5, 2.5; did you mean 2.5?`:                                      Known("level", 2.4, []float64{0.5, 2.5, 0.5}),
		`level 1: there is none`: Known("level", 1.0, nil),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v: want %s", err, want)
		}
	}
}

// The distances by hand; kitten and sitting is Levenshtein's textbook case.
func TestEditDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"ssri", "ssri", 0}, {"ssri", "sri", 1}, {"sri", "ssri", 1}, {"flaw", "lawn", 2}, {"abc", "acb", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if a, b := distance(1.5, 2.0), distance(2.0, 1.5); a != 0.5 || b != 0.5 {
		t.Errorf("numbers: %v, %v", a, b)
	}
}
