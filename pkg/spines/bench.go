package spines

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

// dosed is the day of the dose in the checks, after as many days of stress, and
// of the third imaging session in unstressed mice.
const dosed, hour = 21.0, 1. / 24

// The experiments that readings need; bench.run says what they are.
const (
	vehicle = iota
	dose
	late
	early
	unstressed
	daily
	imaged
	control
	stressed
	experiments
)

// bench runs the experiments at one set of parameters, each once.
type bench struct {
	p                  Params
	days               []float64
	formation, density float64 // smallest changes that imaging shows, relative
	done               [experiments]*Result
	lived              map[float64]RelapseTime
}

func newBench(p Params) (*bench, error) {
	b := &bench{p: p, days: []float64{0, math.Nextafter(dosed, 0)}, lived: map[float64]RelapseTime{}}
	for i := range 60 { // the first six hours by six minutes
		b.days = append(b.days, dosed+float64(i)*hour/10)
	}
	for i := 6; i <= 39*24; i++ {
		b.days = append(b.days, dosed+float64(i)*hour)
	}
	s, err := Shao().read(false)
	if err != nil {
		return nil, err
	}
	var formation, density []float64
	for _, pt := range s.points {
		switch {
		case pt.Measure == "formation_rate" && pt.Day-pt.From == 2:
			formation = append(formation, 2*pt.SEM/pt.Value)
		case pt.Measure == "spine_density" && pt.Day > 0 && pt.Day < 10:
			density = append(density, 2*pt.SEM)
		}
	}
	b.formation, b.density = stat.Mean(formation, nil), stat.Mean(density, nil)
	return b, nil
}

func (b *bench) run(experiment int) *Result {
	if b.done[experiment] != nil {
		return b.done[experiment]
	}
	stress, free, given := model.Days(dosed+40, model.Stress(0, dosed)), model.Days(dosed+40), model.Dose(dosed, "ketamine", 1)
	erased := func(first, second float64) model.Protocol {
		return stress.With(given, model.Erase(dosed+first, dosed), model.Erase(dosed+second, dosed))
	}
	course, sessions := Options{Days: b.days}, Options{Sessions: []float64{dosed - 3, dosed - 1, dosed + 1, dosed + 3, dosed + 5, dosed + 7}, Follow: 2}
	x := [experiments]struct {
		model.Protocol
		Options
	}{
		vehicle:    {stress, course},
		dose:       {stress.With(given), course},       // as stress ends
		late:       {erased(1, 2), course},             // the same, what formed since the dose being erased on days 1 and 2
		early:      {erased(3*hour, 6*hour), course},   // or at 3 and 6 hours
		unstressed: {free.With(given), course},         // a dose without stress
		daily:      {free.Repeat(1, 5, given), course}, // five of them
		imaged:     {free.With(given), sessions},       // with the sessions of Shao 2021
		control:    {free, sessions},                   // the same without a dose
		stressed:   {stress.With(given), Options{Sessions: []float64{dosed, dosed + 1, dosed + 3, dosed + 5}, Follow: 1}},
	}[experiment]
	b.done[experiment] = evidence.Try(Simulate(b.p, x.Protocol, x.Options))
	return b.done[experiment]
}

// relapse returns when behaviour relapses under lasting stress, a share of elimination
// being blocked.
func (b *bench) relapse(longer float64) RelapseTime {
	if _, done := b.lived[longer]; !done {
		b.lived[longer] = evidence.Try(RelapseTimes(b.p, Schedule{Longer: longer}))[0]
	}
	return b.lived[longer]
}

// at returns a course a time after the dose.
func (b *bench) at(x []float64, after float64) float64 {
	i, _ := slices.BinarySearch(b.days, dosed+after-1e-9)
	return x[i]
}

// between returns the mean of a course from one time after the dose to another,
// both at least or both at most six hours.
func (b *bench) between(x []float64, from, to float64) float64 {
	i, _ := slices.BinarySearch(b.days, dosed+from-1e-9)
	j, _ := slices.BinarySearch(b.days, dosed+to+1e-9)
	return stat.Mean(x[i:j], nil)
}

// half returns the hours from the dose until a course has come half of the way
// from where it was to the unstressed level.
func (b *bench) half(x []float64) float64 {
	mid := (x[0] + x[1]) / 2
	for i := 2; i < len(x); i++ {
		if (x[i]-mid)*(x[0]-mid) >= 0 {
			return (b.days[i] - dosed) / hour
		}
	}
	return math.Inf(1)
}

// lastSurvival is that of new spines in an experiment's last session.
func (b *bench) lastSurvival(experiment int) float64 {
	s := b.run(experiment).Sessions
	return s[len(s)-1].Survival
}

// Checks holds the model to what Moda-Sava et al. 2019 report, and to facts that
// speak against it, as challenges, which may fail.
func Checks(p Params) (evidence.Checks, error) {
	b, err := newBench(p)
	if err != nil {
		return nil, err
	}
	return evidence.Trial[*bench]{Readings: readings()}.Judge(b)
}

// Robustness asks over which share of what is uncertain each check passes: fitted
// parameters are drawn over their 95 % intervals (Uncertain), free ones over the
// ranges of the card, all at once and independently. The two levels of immobility,
// a scale only, stay. Decides tells which parameter decides a check. Findings are those
// of the default parameters.
func Robustness(ctx context.Context, draws int, seed uint64, workers int) (*evidence.Shares, error) {
	card, err := Card()
	if err != nil {
		return nil, err
	}
	free := slices.DeleteFunc(card.Fields(model.StatusFree), func(f string) bool { return f == "ImmRest" || f == "ImmWorst" })
	over, err := Uncertain(free...)
	if err != nil {
		return nil, err
	}
	t := evidence.Trial[*bench]{Readings: readings(), Hypotheses: []string{"spines"}}
	d := evidence.Draws{Ranges: over, N: draws, Seed: seed, Label: "spines robustness", Workers: workers}
	ready := func(x []float64) ([]*bench, func(), error) {
		p, err := Default().with(d.Fields(), x)
		if err != nil {
			return nil, nil, err
		}
		b, err := newBench(p)
		return []*bench{b}, nil, err
	}
	s, err := t.Over(ctx, d, ready)
	if err != nil {
		return nil, err
	}
	b, err := newBench(Default())
	if err != nil {
		return nil, err
	}
	s.Findings, err = t.Judge(b)
	return s, err
}
