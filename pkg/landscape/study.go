package landscape

import (
	"context"
	"fmt"
	"math"
	"slices"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
	"divergent/pkg/stats"
	"divergent/pkg/warning"
)

// Terrain is the circuit of two areas at one strength of its connections: what it
// rolls in, and a path that does.
type Terrain struct {
	Name      string // where the strength lies: low, middle or high
	Condition Condition
	Noise     float64  // σ of each area
	Names     []string // of the regions; the first is X of Density, the second Y
	Density   *Density
	Valley    Valley
	Nullcline []Curve
	Fixed     []FixedPoint // by ascending mood
	Start     State        // where the path begins: that state at rest
	T         []float64    // days of the path
	Path      Path
}

// Valley is a density and its potential along mood, summed over all states of a
// circuit that have the mood.
type Valley struct {
	Mood      []float64 // ascending
	Density   []float64
	Potential []float64 // −(σ²/2) ln Density, 0 at its lowest; +Inf where the density is 0
}

// Along sums a density of two regions over states of equal mood. Cells are square,
// so that with the weights of TwoAreas each diagonal of cells has a mood.
func Along(d *Density, c Circuit, noise float64) (Valley, error) {
	if len(c.Regions) != 2 || len(d.X) < 2 {
		return Valley{}, fmt.Errorf("landscape: mood along a density of %d regions: want two", len(c.Regions))
	}
	h := d.X[1] - d.X[0]
	sum := map[int]float64{}
	for i, x := range d.X {
		for j, y := range d.Y {
			sum[int(math.Round(c.Mood([]float64{x, y})/h))] += d.P[i][j] * h
		}
	}
	var v Valley
	top := 0.0
	for _, p := range sum {
		top = max(top, p)
	}
	for k, p := range sum {
		if p > 0 {
			v.Mood = append(v.Mood, float64(k)*h)
		}
	}
	slices.Sort(v.Mood)
	for _, m := range v.Mood {
		p := sum[int(math.Round(m/h))]
		v.Density = append(v.Density, p)
		v.Potential = append(v.Potential, -noise*noise/2*math.Log(p/top))
	}
	return v, nil
}

// Treated is how the regions of a circuit hang together in a treatment.
type Treated struct {
	Treatment
	Day float64 // since the treatment began
	*Connectivity
}

// Forewarning is one path into a change of state under a protocol, with its early
// warnings and what surrogates without a trend leave them to be.
type Forewarning struct {
	Protocol          model.Protocol
	Start             State          `csv:"start"`
	Noise             float64        // σ of each area, low so that paths stay until their state ends
	T                 []float64      // days
	Strength          []float64      // at T
	Mood              []float64      // at T
	Day               float64        // on which the path left its state for good
	Lead              float64        // days before that are no part of the series
	Window            int            // days
	Warning           *warning.Signs `csv:""`                       // of the series, daily from day 0
	Variance          Spread         `csv:"variance of surrogates"` // of surrogates, in each window
	Autocorrelation   Spread         `csv:"autocorrelation of surrogates"`
	Tried, Path       int            // paths followed; the first one that left late enough, shown
	Rise, Still       *Changes       // of many paths along a ramp through the same change, and without one
	Surrogates, Share int            // surrogates; percent of them within the spread
}

// Spread is what surrogates leave a statistic to be, in each window.
type Spread struct {
	Low    []float64 `csv:"low"`
	Median []float64
	High   []float64 `csv:"high"`
}

// Study is what the figures and tables of this package show, computed at once.
type Study struct {
	Params       Params
	Low, High    float64 // strengths between which both states exist
	Diagram      *Diagram
	Terrains     []Terrain
	Five         Circuit // of Before and After
	Before       *Connectivity
	After        []Treated
	Days         float64  // for which escapes were followed at most
	FromIll      []Escape // against strength
	FromHealthy  []Escape
	Experience   *Comparison   // plasticity times experience, from the ill state
	Harm         *Comparison   // the same from the healthy state
	Forewarnings []Forewarning // before onset, before recovery
	Checks       evidence.Checks
}

// StudyOf returns the study of the parameters before its parts are computed.
func StudyOf(p Params) (s *Study, err error) {
	s = &Study{Params: p, Five: FiveRegions(), Days: 1500}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	s.Low, s.High, err = Window(p, Circuit{})
	return s, err
}

// NewStudy computes the named parts of the study, all without names: half a minute on
// two cores at most, the same for any number of workers (0 means one on every
// processor).
func NewStudy(ctx context.Context, p Params, workers int, parts ...string) (*Study, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := StudyOf(p)
	if err != nil {
		return nil, err
	}
	return s, s.Parts().ComputeNamed(ctx, workers, parts...)
}

// Parts are the study's, each with its tables.
func (s *Study) Parts() model.Parts {
	with := func(f func(Options) error) func(context.Context, int) error {
		return func(ctx context.Context, workers int) error { return f(Options{Seed: 1, Workers: workers}.Under(ctx)) }
	}
	type started[T any] struct {
		Start State `csv:"start"`
		Rows  []T   `csv:""`
	}
	return model.Parts{
		model.OfCard(s.Params),
		{Name: "connections", Tables: func() []model.Table { return []model.Table{model.TableOf("connections", s.Five)} }},
		{Name: "bifurcation", Seconds: 0.1, Compute: with(s.diagram), Tables: func() []model.Table {
			return []model.Table{model.TableOf("fixed-points", s.points()), model.TableOf("folds", s.folds())}
		}},
		{Name: "terrains", Seconds: 0.5, Compute: with(s.terrains)},
		{Name: "connectivity", Seconds: 0.1, Compute: with(s.connectivity), Tables: func() []model.Table { return []model.Table{model.TableOf("connectivity", s.pairs())} }},
		{Name: "escapes", Seconds: 2, Compute: with(s.escapes), Tables: func() []model.Table { return []model.Table{model.TableOf("escapes", s.FromIll, s.FromHealthy)} }},
		{Name: "experience", Seconds: 2, Compute: with(s.experience), Tables: func() []model.Table {
			return []model.Table{
				model.TableOf("drug-times-experience", started[Cell]{Ill, s.Experience.Cells}, started[Cell]{Healthy, s.Harm.Cells}),
				model.TableOf("contrasts", started[Contrast]{Ill, s.Experience.Contrasts}, started[Contrast]{Healthy, s.Harm.Contrasts}),
			}
		}},
		{Name: "warnings", Seconds: 2, Compute: with(s.forewarnings), Tables: func() []model.Table { return []model.Table{s.warnings(), s.windows()} }},
		{Name: "checks", Seconds: 3, Compute: with(s.check), Tables: func() []model.Table { return []model.Table{model.TableOf("checks", s.Checks)} }},
	}
}

func (s *Study) diagram(Options) (err error) {
	s.Diagram, err = Bifurcation(s.Params, Circuit{}, "Strength", 0, max(2, 1.5*s.High))
	return err
}

// at is a strength by its place in the window: 0 and 1 are the folds.
func (s *Study) at(u float64) float64 { return max(0, s.Low+u*(s.High-s.Low)) }

// terrains are below, within and above the window: within it at rest, if rest is
// there.
func (s *Study) terrains(o Options) (err error) {
	middle := (s.Params.Rest().Strength - s.Low) / (s.High - s.Low)
	if !(middle > 0 && middle < 1) {
		middle = 0.5
	}
	s.Terrains, err = Terrains(s.Params, o, s.at(-0.25), s.at(middle), s.at(1.25))
	return err
}

// Terrains returns what the two areas roll in at each strength of their connections,
// with a path of 80 days that starts in a state of rest: the healthy one where only
// the ill state is left, else the ill one; a path that crosses to the other side is
// preferred. Of the options, Step, Scheme, Seed and Workers count.
func Terrains(p Params, o Options, strengths ...float64) ([]Terrain, error) {
	low, high, err := Window(p, Circuit{})
	if err != nil {
		return nil, err
	}
	rest, err := At(p, Circuit{}, p.Rest())
	if err != nil {
		return nil, err
	}
	var out []Terrain
	for _, s := range strengths {
		t := Terrain{Name: "middle", Start: Ill, Condition: p.Rest(), Noise: p.Noise}
		t.Condition.Strength = s
		switch {
		case s < low:
			t.Name, t.Start = "low", Healthy
		case s > high:
			t.Name = "high"
		}
		from, err := rest.stable(t.Start)
		if err != nil {
			return nil, err
		}
		if from == nil {
			return nil, fmt.Errorf("landscape: no %v state at rest, strength %.4g: want a strength between %.4g and %.4g", t.Start, p.Rest().Strength, low, high)
		}
		if err := t.survey(p, from.State, o); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// survey fills in a terrain, with a path from a state.
func (t *Terrain) survey(p Params, from []float64, o Options) error {
	f, err := At(p, Circuit{}, t.Condition)
	if err != nil {
		return err
	}
	t.Names = f.Circuit.Names()
	if t.Fixed, err = f.FixedPoints(); err != nil {
		return err
	}
	if t.Nullcline, err = f.Nullclines(400); err != nil {
		return err
	}
	if t.Density, err = f.Density(96); err != nil {
		return err
	}
	if t.Valley, err = Along(t.Density, f.Circuit, p.Noise); err != nil {
		return err
	}
	s := t.Condition.Strength
	o.Start, o.From, o.Ramp, o.Every, o.Paths, o.Keep = t.Start, from, &Ramp{s, s}, 0.25, 40, 40
	r, err := Simulate(p, model.Days(80), o)
	if err != nil {
		return err
	}
	crosses := slices.IndexFunc(r.Outcomes, func(x Outcome) bool { return x.Well == (t.Start == Ill) })
	t.T, t.Path = r.T, r.Paths[max(crosses, 0)]
	return nil
}

// connectivity is that of five regions.
func (s *Study) connectivity(o Options) (err error) {
	o.Circuit = s.Five
	s.Before, s.After, err = InTreatment(s.Params, o, Treatments()[1:]...)
	return err
}

// InTreatment returns how the regions of the options' circuit hang together at rest
// and in each treatment: on the last day of a course, a week after a dose.
func InTreatment(p Params, o Options, treatments ...Treatment) (before *Connectivity, after []Treated, err error) {
	if before, err = ConnectivityAfter(p, model.Days(usualDays), 0, o); err != nil {
		return nil, nil, err
	}
	for _, t := range treatments {
		x := Treated{Treatment: t, Day: 7}
		for _, e := range t.Events {
			if e.Kind != model.KindDose {
				x.Day = max(x.Day, e.To-1)
			}
		}
		if x.Connectivity, err = ConnectivityAfter(p, Trial{}.Protocol(t, Setting{}), x.Day, o); err != nil {
			return nil, nil, err
		}
		after = append(after, x)
	}
	return before, after, nil
}

func (s *Study) escapes(o Options) (err error) {
	o.Paths, o.Step = 300, 0.1*s.Params.Tau
	strengths := func(low, high float64, n int) (out []float64) {
		for i := range n {
			out = append(out, s.at(low+(high-low)*float64(i)/float64(n-1)))
		}
		return out
	}
	if s.FromIll, err = Escapes(s.Params, Ill, strengths(0.05, 0.95, 10), s.Days, o); err != nil {
		return err
	}
	s.FromHealthy, err = Escapes(s.Params, Healthy, strengths(0.02, 0.3, 8), s.Days, o)
	return err
}

// experience crosses plasticity with experience: doses, and plasticity alone,
// which is a dose whose rise of strength is blocked.
func (s *Study) experience(o Options) (err error) {
	all := Treatments()
	only := Treatment{"plasticity only", "plasticity", []model.Event{model.Dose(0, Psilocybin, 1), model.Block(0, usualDays, StrengthTarget)}}
	o.Step, o.Keep = 0.1*s.Params.Tau, -1
	if s.Experience, err = (Trial{Treatments: []Treatment{all[0], all[2], all[3], only}, Days: usualDays}).Run(s.Params, o); err != nil {
		return err
	}
	o.Start = Healthy
	s.Harm, err = (Trial{Treatments: []Treatment{all[0], all[2], all[3], only}, Days: usualDays}).Run(s.Params, o)
	return err
}

func (s *Study) check(o Options) (err error) {
	s.Checks, err = Checks(s.Params, o)
	return err
}

// forewarnings: stress that grows in steps takes a healthy circuit over the fold at
// which health ends, and an SSRI-like drug whose level grows in steps takes an ill
// one over the other.
func (s *Study) forewarnings(o Options) error {
	s.Forewarnings = nil
	p, rest := s.Params, s.Params.Rest().Strength
	p.Noise = min(p.Noise, quiet)
	down := (rest - s.at(-0.25)) / max(p.StressLoss, 1e-9)
	raise := (s.at(1.25) - rest) / max(p.SSRIRaise, 1e-9)
	const days, steps = 800.0, 16
	stress, drug := model.Days(days), model.Days(days)
	for i := range steps {
		from, to := days*float64(i)/steps, days*float64(i+1)/steps
		level := func(end float64) float64 { return math.Round(1000*end*float64(i+1)/steps) / 1000 }
		stress = stress.With(model.Stress(from, to).WithAmount(level(down)))
		drug = drug.With(model.Drug(from, to, SSRI, level(raise)))
	}
	for _, x := range []struct {
		protocol model.Protocol
		start    State
		end      float64 // place of the strength at which the ramp ends
	}{{stress, Healthy, -0.25}, {drug, Ill, 1.25}} {
		w := Forewarning{Protocol: x.protocol, Start: x.start, Noise: p.Noise, Lead: 5, Surrogates: 200, Share: 90}
		if err := w.follow(p, o); err != nil {
			return err
		}
		ramp := Ramp{rest, s.at(x.end)}
		if err := w.many(p, ramp, o); err != nil {
			return err
		}
		s.Forewarnings = append(s.Forewarnings, w)
	}
	return nil
}

// follow finds a path that leaves its state, and its early warnings.
func (w *Forewarning) follow(p Params, o Options) error {
	w.Tried = 20
	o.Start, o.Paths, o.Keep, o.Step = w.Start, w.Tried, w.Tried, 0.1*p.Tau
	r, err := Simulate(p, w.Protocol, o)
	if err != nil {
		return err
	}
	w.T, w.Path = r.T, -1
	for _, c := range r.Conditions {
		w.Strength = append(w.Strength, c.Strength)
	}
	for i, path := range r.Paths {
		day := leaves(path.Mood, r.T, w.Start, p)
		if math.IsInf(day, 1) || day-w.Lead < 100 {
			continue
		}
		w.Path, w.Day, w.Mood = i, day, path.Mood
		break
	}
	if w.Path < 0 {
		return fmt.Errorf("landscape: none of %d paths leaves the %v state between days 100 and %v of %v: want parameters with two states, StressLoss and SSRIRaise above 0", w.Tried, w.Start, w.Protocol.Length, w.Protocol)
	}
	x := w.Mood[:int(w.Day-w.Lead)+1]
	wo, err := warning.Options{Seed: o.Seed, Workers: o.Workers, Surrogates: w.Surrogates}.Complete(len(x))
	if err != nil {
		return err
	}
	w.Window = wo.Window
	if w.Warning, err = warning.Early(x, wo); err != nil {
		return err
	}
	w.surrogates(x, wo)
	return nil
}

// surrogates fills in the spreads.
func (w *Forewarning) surrogates(x []float64, o warning.Options) {
	variance, lag := w.Warning.Surrogates(x, o)
	outside := (1 - float64(w.Share)/100) / 2
	w.Variance, w.Autocorrelation = spreadOf(variance, outside), spreadOf(lag, outside)
}

func spreadOf(surrogates [][]float64, outside float64) (s Spread) {
	v := make([]float64, len(surrogates))
	for window := range surrogates[0] {
		for i, x := range surrogates {
			v[i] = x[window]
		}
		slices.Sort(v)
		q := func(p float64) float64 { return stats.Quantile(v, p) }
		s.Low, s.Median, s.High = append(s.Low, q(outside)), append(s.Median, q(0.5)), append(s.High, q(1-outside))
	}
	return s
}

// many computes the warnings of many paths along a ramp of strength, and of as many
// at the strength at which it begins.
func (w *Forewarning) many(p Params, ramp Ramp, o Options) (err error) {
	o.Paths, o.Step = 50, 0.1*p.Tau
	wo := warning.Options{Surrogates: 99, Seed: 1, Workers: 1}
	a := Approach{Start: w.Start, Ramp: ramp, Days: w.Protocol.Length}
	if w.Rise, err = Warnings(p, a, o, wo); err != nil {
		return err
	}
	a.Ramp.To, a.Days = ramp.From, 0.75*a.Days // about as long as the others stay
	w.Still, err = Warnings(p, a, o, wo)
	return err
}

// point is a fixed point as its table has it.
type point struct {
	Strength float64 `csv:"strength"`
	Mood     float64 `csv:"mood"`
}

func (s *Study) folds() (out []point) {
	for _, q := range s.Diagram.Folds() {
		out = append(out, point{q.Value, q.Reading})
	}
	return out
}

func (s *Study) points() any {
	type row struct {
		Branch int `csv:"branch"`
		point
		Unstable int `csv:"unstable directions"`
	}
	var out []row
	for i, b := range s.Diagram.Branches {
		for _, q := range b.Points {
			out = append(out, row{i + 1, point{q.Value, q.Reading}, q.Unstable})
		}
	}
	return out
}

// pairs lists what each region does to each, before treatment and in each.
func (s *Study) pairs() any {
	type row struct {
		Treatment   string  `csv:"treatment"`
		Day         float64 `csv:"day"`
		Strength    float64 `csv:"strength s"`
		Mood        float64 `csv:"mood"`
		To          string  `csv:"to"`
		From        string  `csv:"from"`
		Connection  float64 `csv:"connection"`
		Correlation float64 `csv:"correlation"`
		Response    float64 `csv:"response"`
	}
	var out []row
	for _, x := range append([]Treated{{Treatment: Treatment{Name: "before"}, Connectivity: s.Before}}, s.After...) {
		for i, to := range x.Regions {
			for j, from := range x.Regions {
				out = append(out, row{x.Name, x.Day, x.Condition.Strength, x.Mood, to, from, x.Effective[i][j], x.Correlation[i][j], x.Response[i][j]})
			}
		}
	}
	return out
}

func (s *Study) warnings() model.Table {
	type row struct {
		Noise float64 `csv:"noise σ"`
		Paths int     `csv:"paths"`
		*Changes
	}
	var out []row
	for _, w := range s.Forewarnings {
		out = append(out, row{w.Noise, len(w.Rise.Paths), w.Rise}, row{w.Noise, len(w.Still.Paths), w.Still})
	}
	return model.TableOf("warnings", out)
}

func (s *Study) windows() model.Table {
	type row struct {
		Forewarning
		Last []float64 `csv:"last day of the window"`
	}
	var out []row
	for _, w := range s.Forewarnings {
		r := row{Forewarning: w}
		for _, end := range w.Warning.End {
			r.Last = append(r.Last, w.T[end])
		}
		out = append(out, r)
	}
	return model.TableOf("windows", out)
}
