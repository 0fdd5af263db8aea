package plots

import (
	"strings"
	"testing"

	"divergent/pkg/convergence"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots/figure"
)

// A schematic is whole, and its parameters are those of the model's card: what is renamed
// there is renamed here. Besides stand the symbols of the equations that are no parameters.
func TestSchematicsAreOfTheModels(t *testing.T) {
	for _, c := range []struct {
		draw    func() (*figure.Figure, error)
		card    func() (model.Parameters, error)
		besides string
	}{
		{SpinesSchematic, spines.Card, "F"},
		{GlutamateSchematic, glutamate.Card, "μ"},
		{LandscapeSchematic, func() (model.Parameters, error) { return model.Card(landscape.Default()) }, "k_j p_j 1/τ_s I_env"},
		{ConvergenceSchematic, convergence.Card, "1 − aOM v_k v_j τB_j 1 − χ_j χ_j 1/τs 1/τc"},
	} {
		f, err := c.draw()
		whole(t, "schematic", f, err)
		card, err := c.card()
		if err != nil {
			t.Fatal(err)
		}
		known := strings.Fields(c.besides)
		for _, p := range card {
			known = append(known, p.Symbol)
		}
		for _, d := range f.Table() {
			_, label, _ := strings.Cut(d.X, " ")
			for _, symbol := range strings.Split(label, ", ") {
				if symbol != "" && !strings.Contains(" "+strings.Join(known, " ")+" ", " "+symbol+" ") {
					t.Errorf("%s: %s is labelled %q, which is no parameter of the model", f.Name, d.Series, symbol)
				}
			}
		}
		if d := find(f, "schematic", "fast effect to ensemble activity", "raises e0"); f.Name == "spines-schematic" && (len(d) != 1 || d[0].Y != 1) {
			t.Errorf("numbers of the fast effect: %+v, want its sign", d)
		}
	}
}
