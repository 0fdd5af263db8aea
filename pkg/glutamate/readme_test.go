package glutamate

import (
	"os"
	"strings"
	"testing"

	"divergent/internal/kept/kepttest"
)

// The README's tables are what the code prints, from the committed results.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	ctx, sampling := kepttest.Context("glutamate"), Sampling{Seed: 1}
	shares := must(Uncertainty(ctx, nil, Criteria{}, sampling))
	arms := must(Arms(ctx, Strict, sampling))
	for _, x := range []struct {
		name    string
		table   func() ([]string, [][]string)
		columns int // from the left; 0 for all
	}{
		{"evidence", shares.Table, 0},
		{"cascade", must(CascadeBands(ctx, Both(), Infused(Ketamine(), 0.5, 120), Options{}, sampling)).Table, 0},
		{"arms", arms.Table, 6},
		{"doses", must(DoseResponse(ctx, Default(), Both(), nil, sampling)).Table, 0},
	} {
		header, rows := x.table()
		var want strings.Builder
		for i, r := range append([][]string{header}, rows...) {
			if x.columns > 0 {
				r = r[:x.columns]
			}
			want.WriteString("| " + strings.Join(r, " | ") + " |\n")
			if i == 0 {
				want.WriteString(strings.Repeat("| --- ", len(r)) + "|\n")
			}
		}
		if !strings.Contains(string(b), want.String()) {
			t.Errorf("README.md has another table of %s; want\n%s", x.name, want.String())
		}
	}
}
