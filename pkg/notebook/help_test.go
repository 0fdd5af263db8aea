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
		t.Skip("runs go doc")
	}
	for _, c := range []struct {
		of   any
		want []string
	}{
		{treat.Ketamine(), []string{"type Regrow struct", "type Regrowth struct", "Batches", "type Config struct"}}, // with its parts
		{plots.Recovery, []string{"func Recovery("}},
		{(*study.Result).At, []string{"At(factor"}},
		{"treat.Inhibit", []string{"type Inhibit struct"}},
	} {
		text, err := documentation(t.Context(), c.of)
		for _, w := range c.want {
			if err != nil || !strings.Contains(text, w) {
				t.Errorf("Help(%T): %v, %.300q, want %q", c.of, err, text, w)
			}
		}
	}
	var r *study.Result
	for want, of := range map[string]any{
		"divergent/pkg/treat Inhibit": treat.Inhibit{}, "divergent/pkg/study/store Result": r, "divergent/pkg/treat Treatment": []treat.Treatment{},
		"divergent/pkg/study Design": study.Design{}, "divergent/pkg/stats Mean": stats.Mean, "treat": "treat",
	} {
		if name, err := symbol(of); err != nil || strings.Join(name, " ") != want {
			t.Errorf("go doc is asked for %q of %T (%v): want %s", name, of, err, want)
		}
	}
	own := func() {}
	for _, of := range []any{nil, 3, "", "-all", "treat.Inhibitt", map[string]float64{}, own, strings.Repeat("x", 300)} {
		if text, err := documentation(t.Context(), of); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("Help(%v): %.60q, %v", of, text, err)
		}
	}
}
