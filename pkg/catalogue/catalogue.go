// Package catalogue lists what can be run, verified and drawn by name: the studies of
// the network and the small models. A further one is its package, its rows of data
// and one line of All.
package catalogue

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/check"
	"divergent/pkg/convergence"
	"divergent/pkg/glutamate"
	"divergent/pkg/landscape"
	"divergent/pkg/linked"
	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/pkg/study"
	"divergent/plots"
)

// Entry is a study of the network or a small model.
type Entry struct {
	Name     string
	Question string // what varies, or what is asked
	Source   string // where the model comes from
	Time     string // to compute all of it on two cores

	Seeds int                 // of a network study; 0 for a small model
	Draws []Figure            // of a network study's results
	Small func() (Run, error) // a small model at its default parameters; nil for a network study
}

// Figure is one figure of a network study.
type Figure = func(*study.Result) (*plots.Figure, error)

// Run is a small model's study, whose parts are still to be computed, and the figures
// of what they come to.
type Run struct {
	Parts   model.Parts
	Figures []func() (*plots.Figure, error)
}

// Models is the folder of the small models' results among the committed ones.
const Models = "models"

// All lists them in the order of the notebooks.
func All() []Entry {
	const seed, book, courses = "the seed paper", "the book's first chapters", "the book's chapters 5 to 8"
	return []Entry{
		{"divergent", "the seed study: three arms and their controls", seed, "76 s", 10, []Figure{protocols, plots.Wiring, plots.Recovery, plots.Resilience,
			plots.Relapse, plots.Profile, plots.DecisionMap, plots.Controls, plots.Replication}, nil},
		{"cliff", "share pruned, 0 to 99 %; regrowth by gradient and at random", book, "16 min", 10, []Figure{plots.Cliff, plots.Regrowth, plots.Replication}, nil},
		{"consolidation", "epochs of training after one regrowth, with and without the regrowth", book, "2 min", 10, []Figure{plots.Consolidation, plots.Replication}, nil},
		{"regimens", "one burst of regrowth or several, each beside controls that train as long", book, "10 min", 10, []Figure{plots.Regimens, plots.Replication}, nil},
		{"isodose", "dose of each arm: share regrown, epochs, damping", seed, "8 min", 10, []Figure{plots.DoseResponse, plots.Replication}, nil},
		{"triage", "share pruned, 80 to 98 %: every arm, sequences, and arms as long as the sequences", seed, "40 min", 5, []Figure{plots.Triage, plots.Sequences}, nil},
		{"manic-switch", "excitability gain of each arm, and accuracy under a manic drive", courses, "2 min", 10, []Figure{protocols, plots.ManicSwitch, plots.Replication}, nil},
		{"chronic-stress", "eight cycles that each cost a tenth of the synapses, with and without maintenance", courses, "4 min", 10, []Figure{protocols, whole(plots.Course), whole(plots.FirstRelapse), plots.Replication}, nil},
		{"withdrawal", "maintenance of 25 to 300 epochs under a mood stabiliser, then withdrawal", courses, "6 min", 10, []Figure{protocols, plots.Withdrawal, plots.Replication}, nil},
		{"kindling", "early adversity, then six episodes that scar", courses, "15 min", 10, []Figure{protocols, whole(plots.Kindling), plots.Withdrawal, illness, plots.Replication}, nil},
		{"spines", "does an effect that lasts need new spines, and how long do they have to live?", "Moda-Sava 2019, Shao 2021", "30 s", 0, nil, spinesRun},
		{"glutamate", "inhibition or activation: which observations can either hypothesis explain?", "Moghaddam 1997, Abdallah 2018", "20 s", 0, nil, glutamateRun},
		{"landscape", "what frees a circuit that is stuck in a state, and where does it go then?", "Page 2024", "15 s", 0, nil, landscapeRun},
		{"convergence", "do treatments that begin in different places meet, and do combinations then gain?", "Kowalczyk 2025, trials", "15 s", 0, nil, convergenceRun},
		{"linked", "which level, from dose to symptom, is needed for which fact?", "all small models", "2 min", 0, nil, linkedRun},
	}
}

// whole draws all phases of a result.
func whole(draw func(*study.Result, ...string) (*plots.Figure, error)) Figure {
	return func(r *study.Result) (*plots.Figure, error) { return draw(r) }
}

// illness draws a result of kindling with the committed ones of the courses before it.
func illness(r *study.Result) (*plots.Figure, error) {
	var all []*study.Result
	for _, name := range []string{"chronic-stress", "withdrawal"} {
		dir, err := fs.Sub(data.Results(), name)
		if err != nil {
			return nil, err
		}
		before, err := study.Open(dir)
		if err != nil {
			return nil, fmt.Errorf("catalogue: the figure illness shows the committed results of %s, too: %w", name, err)
		}
		all = append(all, before)
	}
	return plots.Illness(append(all, r)...)
}

// Find returns the entry of that name; another name is an error that lists them.
func Find(list []Entry, name string) (Entry, error) {
	i := slices.IndexFunc(list, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, check.Known("study", name, Names(list))
	}
	return list[i], nil
}

// Names lists the names.
func Names(list []Entry) (out []string) {
	for _, e := range list {
		out = append(out, e.Name)
	}
	return out
}

// Committed returns a small model's results in the repository.
func (e Entry) Committed() (*model.Record, error) {
	sub, err := fs.Sub(data.Results(), Models+"/"+e.Name)
	if err != nil {
		return nil, err
	}
	return model.LoadRecord(sub)
}

// Markdown is the table of the README.
func Markdown(list []Entry) string {
	var b strings.Builder
	b.WriteString("| study | varies, or asks | seeds | time on two cores |\n| --- | --- | ---: | ---: |\n")
	for _, e := range list {
		seeds := ""
		if e.Seeds > 0 {
			seeds = fmt.Sprint(e.Seeds)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", e.Name, e.Question, seeds, e.Time)
	}
	return b.String()
}

// Help lists the names with their questions, a line each.
func Help(list []Entry) string {
	var b strings.Builder
	for _, e := range list {
		fmt.Fprintf(&b, "  %-14s %s\n", e.Name, e.Question)
	}
	return b.String()
}

// protocols draws the arms that the result has as the published design has them, and says
// which it has otherwise.
func protocols(r *study.Result) (*plots.Figure, error) {
	d, err := study.Named(r.Manifest.Study)
	if err != nil {
		return nil, err
	}
	d, others := d.In(r.Manifest)
	f, err := plots.Protocols(d)
	if err == nil && len(others) > 0 {
		f.Caption += " Not drawn, as the result has them otherwise than the published design: " + strings.Join(others, ", ") + "."
	}
	return f, err
}

func spinesRun() (Run, error) {
	s, err := spines.StudyOf(spines.Default())
	if err != nil {
		return Run{}, err
	}
	return Run{s.Parts(), []func() (*plots.Figure, error){
		plots.SpinesSchematic,
		func() (*plots.Figure, error) { return plots.Turnover(s.Fit, s.Rivals...) },
		func() (*plots.Figure, error) { return plots.Order(s.Dosed, s.Vehicle) },
		func() (*plots.Figure, error) { return plots.Erasure(s.Vehicle, s.Dosed, s.ErasedEarly, s.ErasedLate) },
		func() (*plots.Figure, error) { return plots.Branches(s.BranchProtocol, s.Branches) },
		func() (*plots.Figure, error) { return plots.Survival(s.LongerLived, s.MoreOften) },
		func() (*plots.Figure, error) {
			return plots.Sensitivity(s.Indices, "What the course of spines depends on")
		},
	}}, nil
}

func glutamateRun() (Run, error) {
	s, err := glutamate.StudyOf(glutamate.Default(), 0)
	if err != nil {
		return Run{}, err
	}
	return Run{s.Parts(), []func() (*plots.Figure, error){
		plots.GlutamateSchematic,
		func() (*plots.Figure, error) { return plots.Exposure(s.Protocol, s.Exposures...) },
		func() (*plots.Figure, error) { return plots.InvertedU(s.Doses) },
		func() (*plots.Figure, error) { return plots.Evidence(s.Shares) },
		func() (*plots.Figure, error) { return plots.Cascade(s.Cascade) },
		func() (*plots.Figure, error) { return plots.Arms(s.Arms, s.Ungated) },
	}}, nil
}

func landscapeRun() (Run, error) {
	s, err := landscape.StudyOf(landscape.Default())
	if err != nil {
		return Run{}, err
	}
	return Run{s.Parts(), []func() (*plots.Figure, error){
		plots.LandscapeSchematic,
		func() (*plots.Figure, error) { return plots.Landscape(s.Terrains) },
		func() (*plots.Figure, error) { return plots.Bifurcation(s.Diagram) },
		func() (*plots.Figure, error) { return plots.Connectivity(s.Before, s.After) },
		func() (*plots.Figure, error) { return plots.EscapeTimes(s.FromIll, s.FromHealthy) },
		func() (*plots.Figure, error) { return plots.DrugTimesExperience(s.Experience, s.Harm) },
		func() (*plots.Figure, error) { return plots.EarlyWarning(s.Forewarnings) },
	}}, nil
}

func convergenceRun() (Run, error) {
	s, err := convergence.StudyOf(convergence.Default())
	if err != nil {
		return Run{}, err
	}
	return Run{s.Parts(), []func() (*plots.Figure, error){
		plots.ConvergenceSchematic,
		func() (*plots.Figure, error) { return plots.Trajectories(s.Courses, s.Rows) },
		func() (*plots.Figure, error) { return plots.ControlArms(s.Additivity, s.Params) },
		func() (*plots.Figure, error) { return plots.Rivals(convergence.VariantRows(s.Variants, s.Fits)) },
		func() (*plots.Figure, error) { return plots.Combinations(s.Combinations) },
		func() (*plots.Figure, error) { return plots.Inflammation(s.Inflamed) },
		func() (*plots.Figure, error) { return plots.Pathways(s.Pathways) },
		func() (*plots.Figure, error) {
			return plots.Sensitivity(s.Indices, "What relief and its loss depend on")
		},
	}}, nil
}

func linkedRun() (Run, error) {
	s, err := linked.StudyOf(linked.Default())
	if err != nil {
		return Run{}, err
	}
	return Run{s.Parts(), []func() (*plots.Figure, error){
		func() (*plots.Figure, error) { return plots.Chain(s.Uncertainty) },
		func() (*plots.Figure, error) { return plots.Levels(s.Ablation) },
		func() (*plots.Figure, error) { return plots.Shares(s.Uncertainty) },
		func() (*plots.Figure, error) { return plots.Classes(s.Classes, s.Ablation.Rows[0], s.Params) },
	}}, nil
}
