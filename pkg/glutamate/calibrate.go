package glutamate

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/internal/scalar"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/stages"
)

// Calibrate fits what published numbers decide, given all other parameters: KPyr
// by no change of glutamate at 50 mg/kg, Bridge by +13 % of glutamine cycling on
// average over a human infusion, and Growth by spine density after 10 mg/kg. The
// last depends on the arms and the gate, each hypothesis being held to the same
// spines; blockers are left aside. Without arms Growth stays as it is.
//
// That cycling follows G, and that people and rodents differ only by Bridge, are
// assumptions. Where no value in its range can do it, the error says which, and
// the parameters have the value that comes closest.
func Calibrate(p Params, s Switches) (Params, error) {
	l, err := read()
	if err != nil {
		return p, err
	}
	p, err = l.receptors(p)
	return l.grown(p, s), err
}

// receptors fits KPyr and Bridge.
func (l *literature) receptors(p Params) (Params, error) {
	p, err := p.neutral()
	p, err2 := l.bridged(p)
	return p, cmp.Or(err, err2)
}

// neutral fits KPyr: G(50) = 1 takes a block θP = α θI/((1 + α θI) β).
func (p Params) neutral() (Params, error) {
	const low, high = 1, 1000 // the range on the card
	rise := p.Surge * p.Interneurons(neutralDose)
	block := rise / (1 + rise) / p.Quench
	want := neutralDose * math.Pow(max(0, 1/block-1), 1/p.Hill)
	p.KPyr = min(max(want, low), high)
	if p.KPyr != want {
		return p, fmt.Errorf("glutamate: no KPyr in [%v, %v] gives no change of glutamate at %v mg/kg, where %v leaves it at %.3g times rest: want a larger Quench or a smaller Surge",
			low, high, neutralDose, p.KPyr, p.Glutamate(neutralDose))
	}
	return p, nil
}

// bridged fits Bridge on the rising side of the inverted U.
func (l *literature) bridged(p Params) (Params, error) {
	const low, high = 0.1, 200 // the range on the card
	log := func(u float64) float64 { return low * math.Pow(high/low, u) }
	surging := l.plans.infused.grid.Stage(p.TauSurge)
	at := func(u float64) float64 {
		p.Bridge = log(u)
		return l.plans.rise(p, surging) - l.cycling.value
	}
	top, best := 0.0, 0.0
	for y := at(top); y < 0; y = at(top) {
		if y > at(best) {
			best = top
		}
		if top += 0.02; top > 1 {
			p.Bridge = log(best)
			return p, fmt.Errorf("glutamate: no Bridge gives %+.0f %% of glutamine cycling during the infusion: want a larger Surge or a shorter TauSurge", 100*l.cycling.value)
		}
	}
	_, top = scalar.Bisect(top-0.02, top, 40, func(u float64) bool { return at(u) < 0 })
	p.Bridge = log(top)
	return p, nil
}

// grown fits Growth, by the imaged experiment without blockers, to what was seen.
func (l *literature) grown(p Params, s Switches) Params {
	unit := p
	unit.Growth = 1
	p.Growth = l.growth(p, l.plans.imaged.run(unit, s.unblocked()))
	return p
}

// growth returns the Growth that takes a course at a Growth of 1 to what was seen, by
// weighted least squares: density is proportional to it. Without arms it stays as it is.
func (l *literature) growth(p Params, unit *course) float64 {
	var top, bottom float64
	for i, d := range l.days {
		n, t := unit.at(density, d), l.density[i]
		top += n * t.value / (t.sd * t.sd)
		bottom += n * n / (t.sd * t.sd)
	}
	if bottom == 0 {
		return p.Growth
	}
	return max(0, top/bottom)
}

// cycling returns the mean of G − 1 over the infusion.
func (ps *plans) cycling(p Params) float64 { return ps.rise(p, ps.infused.grid.Stage(p.TauSurge)) }

// rise is cycling with the stage of τG. By τG dG/dt = G∞ − G, the integral of
// G − 1 is that of G∞ − 1, by Simpson's rule, less τG times what G has risen.
func (ps *plans) rise(p Params, s stages.Stage) float64 {
	pl := ps.infused
	c := p.FreePlasma * p.FreeBrain * p.Bridge
	in, out := make([]float64, len(pl.day)), make([]float64, len(pl.day))
	for i, v := range pl.conc {
		in[i] = p.Glutamate(c*v) - 1
	}
	pl.grid.Follow(s, in, out)
	return (pl.grid.Integral(in) - p.TauSurge*out[len(out)-1]) / infusion
}

// FitSigns asks what the signs of Moghaddam 1997 say about KInter, KPyr, Hill,
// Surge and Quench: each dose was reported as up, unchanged or down, which has the
// probability that G with a normal error of the given size (such as 0.1; none was
// readable) lies above, within or below one such size around 1. Most intervals
// come out open: signs bound the parameters and do not fix them.
func FitSigns(ctx context.Context, p Params, size float64) (*fit.Fitted, error) {
	if !(size > 0) {
		return nil, fmt.Errorf("glutamate: FitSigns size = %v: want a positive number, such as 0.1", size)
	}
	l, err := read()
	if err != nil {
		return nil, err
	}
	problem, with, err := fit.Of(p, "KInter", "KPyr", "Hill", "Surge", "Quench")
	if err != nil {
		return nil, err
	}
	signs := l.signs()
	problem.N = len(signs)
	problem.LogLikelihood = func(x []float64) (float64, error) {
		p, err := with(x)
		sum := 0.0
		for _, s := range signs {
			z := (p.Glutamate(s.Dose) - 1) / size
			above, below := distuv.UnitNormal.CDF(z-1), distuv.UnitNormal.CDF(-z-1)
			sum += math.Log(map[int]float64{1: above, 0: 1 - above - below, -1: below}[s.Sign] + 1e-300)
		}
		return sum, err
	}
	return problem.Fit(ctx)
}

// FitDensity asks what the density of spines after 10 mg/kg says about Growth,
// TauDensity and TauCapacity.
func FitDensity(ctx context.Context, p Params, s Switches) (*fit.Fitted, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	best := l.grown(p, s).Growth
	if !s.ActivationArm && !s.InhibitionArm || !(best > 0) {
		return nil, fmt.Errorf("glutamate: FitDensity: nothing grows with %s: want an arm that is on", s.Arms())
	}
	p.Growth = best
	problem, with, err := fit.Of(p, "Growth", "TauDensity", "TauCapacity")
	if err != nil {
		return nil, err
	}
	problem.Ranges[0] = model.Range{Name: "Growth", Low: best / 30, High: best * 30, Log: true}
	for _, t := range l.density {
		problem.Y, problem.SD = append(problem.Y, t.value), append(problem.SD, t.sd)
	}
	problem.Predict = func(x []float64) ([]float64, error) {
		p, err := with(x)
		c, out := l.plans.imaged.run(p, s), make([]float64, len(l.days))
		for i, d := range l.days {
			out[i] = c.at(density, d)
		}
		return out, err
	}
	return problem.Fit(ctx)
}
