package notebook

import (
	"strings"
	"testing"

	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/pkg/treat"
	"divergent/plots"
)

func TestHelpFindsWhatItIsGiven(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go doc twenty times")
	}
	var r *study.Result
	for _, c := range []struct {
		of   any
		want []string
	}{
		{treat.Inhibit{}, []string{"type Inhibit struct", "Drug"}},
		{treat.Ketamine(), []string{"type Regrow struct", "type Regrowth struct", "Batches", "type Config struct"}},
		{r, []string{"type Result struct"}},
		{[]treat.Treatment{}, []string{"type Treatment interface"}},
		{study.Divergent(), []string{"type Design struct", "Seeds"}},
		{plots.Recovery, []string{"func Recovery("}},
		{(*study.Result).At, []string{"At(factor"}},
		{stats.Mean, []string{"func Mean("}},
		{"treat.Inhibit", []string{"type Inhibit struct"}},
		{"treat", []string{"package treat"}},
	} {
		text, err := documentation(t.Context(), c.of)
		for _, w := range c.want {
			if err != nil || !strings.Contains(text, w) {
				t.Errorf("Help(%T): %v, %.300q, want %q", c.of, err, text, w)
			}
		}
	}
	own := func() {}
	for _, of := range []any{nil, 3, "", "-all", "treat.Inhibitt", map[string]float64{}, own, strings.Repeat("x", 300)} {
		if text, err := documentation(t.Context(), of); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Help(%v): %.60q, %v", of, text, err)
		}
	}
}
