package catalogue

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"divergent/internal/kept"
	"divergent/internal/studytest"
	"divergent/pkg/convergence"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/linked"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/pkg/study"
)

// Every published study is listed, with its seeds, and nothing else is a study of the
// network; the README has the list.
func TestTheListIsWhole(t *testing.T) {
	var network []string
	for _, e := range All() {
		if e.Question == "" || e.Source == "" || e.Time == "" || (e.Small == nil) == (len(e.Draws) == 0) {
			t.Errorf("%+v: want a question, a source, a time, and figures of either kind", e)
		}
		if e.Small != nil {
			if r, err := e.Committed(); err != nil || r.Manifest.Model != e.Name {
				t.Errorf("%s: no committed results: %v", e.Name, err)
			}
			continue
		}
		network = append(network, e.Name)
		if d, err := study.Named(e.Name); err != nil || len(d.Seeds) != e.Seeds {
			t.Errorf("%s has %d seeds, want %d (%v)", e.Name, len(d.Seeds), e.Seeds, err)
		}
	}
	for _, name := range study.Studies() {
		if !slices.Contains(network, name) {
			t.Errorf("%s is not listed", name)
		}
	}
	if len(network) != len(study.Studies()) {
		t.Errorf("studies of the network are %q, want %q", network, study.Studies())
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil || !strings.Contains(string(readme), Markdown(All())) {
		t.Errorf("README.md lacks the table (%v): want\n%s", err, Markdown(All()))
	}
}

// Every model, and a chain of them, holds days to report to the one rule: a day may be
// there twice, and one beyond the end by rounding is the end.
func TestDaysToReport(t *testing.T) {
	brain := glutamate.Model(glutamate.Default(), glutamate.Both(), glutamate.Human)
	past := 3 * 1.1 // 3.3000000000000003
	whole, err := linked.Chain(linked.Default(), linked.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []model.Model{
		spines.Model(spines.Default()), brain, landscape.Model(landscape.Default(), landscape.Circuit{}), convergence.Model(convergence.Default()), whole,
		model.Chain{{Model: brain}, {Model: spines.Model(spines.Default()), Feed: map[string]model.Feed{"pulse": {Model: "glutamate", Series: "plasticity pulse"}}}},
	} {
		f, err := m.Face()
		if err != nil {
			t.Fatal(err)
		}
		s := model.Setting{Protocol: model.Days(3.3), Day: []float64{0, 0, 2, 2, past, past}, Paths: 20}
		got, err := m.Run(t.Context(), s)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		s.Day = []float64{0, 2, 3.3}
		want, err := m.Run(t.Context(), s)
		if err != nil || !slices.Equal(want.Day, s.Day) || !slices.Equal(got.Day, []float64{0, 0, 2, 2, 3.3, 3.3}) {
			t.Fatalf("%s: days %v and %v, %v", f.Name, got.Day, want.Day, err)
		}
		for k, x := range got.Series {
			for i, v := range x.Value {
				if w := want.Series[k].Value[i/2]; v != w && v == v {
					t.Errorf("%s: %s on day %v is %v, and %v where it is asked for once", f.Name, x.Name, got.Day[i], v, w)
				}
			}
		}
		s.Day = []float64{2, 1}
		if _, err := m.Run(t.Context(), s); err == nil || !strings.HasPrefix(err.Error(), "model: Day[1] = 1 after 2: want ascending times in [0, 3.3]") {
			t.Errorf("%s: days that descend: %v", f.Name, err)
		}
	}
}

// Parts of a study have names of their own, by which they are asked for.
func TestPartsAreAskedForByName(t *testing.T) {
	for _, e := range All() {
		if e.Small == nil {
			continue
		}
		run, err := e.Small()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Parts.Named("sensitivty"); err == nil || !strings.Contains(err.Error(), "parameters") {
			t.Errorf("%s: a part that is not there: %v", e.Name, err)
		}
		var names []string
		for _, p := range run.Parts {
			if slices.Contains(names, p.Name) || p.Compute == nil && p.Tables == nil {
				t.Errorf("%s: part %q is there twice, or does nothing", e.Name, p.Name)
			}
			names = append(names, p.Name)
		}
	}
	if _, err := Find(All(), "spine"); err == nil || !strings.Contains(err.Error(), "spines") {
		t.Errorf("a name that is not there: %v", err)
	}
}

// What is kept of the small models is of this code, and is all that their studies ask for:
// without that, cells and figures would compute for minutes and nobody would notice.
func TestWhatIsKeptIsOfThisCode(t *testing.T) {
	for _, e := range All() {
		if e.Small == nil {
			continue
		}
		r, err := e.Committed()
		if err != nil {
			t.Fatal(err)
		}
		if code, err := kept.Code(e.Name); err != nil || r.Kept.Code != code {
			t.Errorf("%s: the code has changed since its results were stored (%v): go run ./cmd/divergent run %s --out data/results/models/%s", e.Name, err, e.Name, e.Name)
			continue
		}
		run, err := e.Small()
		if err != nil {
			t.Fatal(err)
		}
		s := &kept.Store{Stored: r.Kept}
		if err := run.Parts.Compute(kept.With(t.Context(), s), 0, nil); err != nil {
			t.Fatal(err)
		}
		if got := s.Values(e.Name); !reflect.DeepEqual(got, r.Kept) {
			t.Errorf("%s: %d values are stored, %d are asked for: run it again", e.Name, len(r.Kept.Of), len(got.Of))
		}
		again, err := model.NewRecord(e.Name, run.Parts.Tables()...)
		if err != nil {
			t.Fatal(err)
		}
		again.Keep(s.Values(e.Name))
		if n, differences := r.Compare(again, 1e-3); n == 0 || len(differences) > 0 {
			t.Errorf("%s: %d cells, %q: want the tables of what is kept", e.Name, n, differences)
		}
	}
}

// The figure of protocols has the arms that the result has, and as it has them: one that
// was not run, and one that ran for other epochs, are not drawn from the published design.
func TestProtocolsAreThoseOfTheResult(t *testing.T) {
	r := *studytest.Committed(t, "divergent")
	r.Manifest.Conditions = slices.DeleteFunc(slices.Clone(r.Manifest.Conditions), func(c study.Condition) bool { return strings.HasPrefix(c.Name, "neurosteroid") })
	for i, c := range r.Manifest.Conditions {
		if c.Name == "ssri" {
			r.Manifest.Conditions[i].Settings = map[string]any{"Label": "ssri", "type": "treat.Refine"}
		}
	}
	f, err := protocols(&r)
	if err != nil {
		t.Fatal(err)
	}
	var drawn []string
	for _, d := range f.Table() {
		if !slices.Contains(drawn, d.Series) {
			drawn = append(drawn, d.Series)
		}
	}
	all := strings.Join(drawn, " ")
	if !strings.Contains(all, "ketamine") || strings.Contains(all, "SSRI") || strings.Contains(all, "neurosteroid") || !strings.HasSuffix(f.Caption, "published design: ssri.") {
		t.Errorf("%q; caption %q", drawn, f.Caption)
	}
}
