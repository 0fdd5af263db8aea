package glutamate

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"divergent/data"
	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/pk"
	"divergent/pkg/stages"
)

// The doses of the observations, all of one drug.
const (
	humanDose   = 0.5             // mg/kg, over infusion (Abdallah 2018 and most trials)
	infusion    = 40 * pk.Minute  // days
	imagedDose  = 10.0            // mg/kg i.p. (Phoumthipphavong 2016)
	neutralDose = 50.0            // mg/kg: no change of glutamate (Moghaddam 1997)
	spectrum    = 193 * pk.Minute // days after the dose (Bednarik 2021)
)

// Infused returns the usual human protocol: mg/kg over 40 minutes from day 0,
// followed for the given number of days.
func Infused(drug Drug, mgPerKg, days float64) model.Protocol {
	return model.Days(days, model.Infusion(0, infusion, drug.Name, mgPerKg))
}

// Injected returns the usual rodent protocol: mg/kg i.p. on day 0.
func Injected(drug Drug, mgPerKg, days float64) model.Protocol {
	return model.Days(days, model.Dose(0, drug.Name, mgPerKg))
}

// literature is what the package reads of the published tables.
type literature struct {
	facts   []data.Molecular
	cycling target // rise of glutamine enrichment during the infusion, as a share
	density []target
	days    []float64 // of density
	plans   plans
}

// target is a measured number.
type target struct{ value, sd float64 }

func read() (*literature, error) {
	l := &literature{}
	var err error
	if l.facts, err = data.Moleculars(); err != nil {
		return nil, err
	}
	f := l.fact("Abdallah2018-13C", "13C glutamine enrichment")
	var t float64 // of Student's test
	if _, err := fmt.Sscanf(f.Note, "abstract; t=%g,", &t); err != nil || !(t > 0) {
		return nil, fmt.Errorf("glutamate: note of %s = %q: want abstract; t=2.4, and so on", f.Study, f.Note)
	}
	l.cycling = target{f.Value() / 100, f.Value() / 100 / t}
	if err := l.readDensity(); err != nil {
		return nil, err
	}
	return l, l.plans.lay(l.signs())
}

// fact returns the first row of a study whose measure, perturbation or species
// contains the words. It panics if there is none: the tables are part of the
// program.
func (l *literature) fact(study, words string) data.Molecular {
	i := slices.IndexFunc(l.facts, func(f data.Molecular) bool {
		return f.Study == study && strings.Contains(f.Measure+" | "+f.Perturbation+" | "+f.Species, words)
	})
	if i < 0 {
		panic("glutamate: the literature has no " + study + " with " + words)
	}
	return l.facts[i]
}

// readDensity reads the excess of spine density after ketamine over the controls
// of the same day: (1 + drug)/(1 + control) − 1.
func (l *literature) readDensity() error {
	rows, err := data.Spines()
	if err != nil {
		return err
	}
	at := func(arm string, day float64) (data.Spine, bool) {
		i := slices.IndexFunc(rows, func(r data.Spine) bool {
			return r.Study == "Phoumthipphavong2016" && r.Measure == "spine_density" && strings.HasPrefix(r.Arm, arm) && r.Day == day
		})
		if i < 0 {
			return data.Spine{}, false
		}
		return rows[i], true
	}
	for _, r := range rows {
		k, isDrug := at("ketamine", r.Day)
		c, isControl := at("saline", r.Day)
		if r.Day <= 0 || !isDrug || !isControl || slices.Contains(l.days, r.Day) {
			continue
		}
		ratio := (1 + k.Value) / (1 + c.Value)
		l.days = append(l.days, r.Day)
		l.density = append(l.density, target{ratio - 1, ratio * math.Hypot(k.SEM/(1+k.Value), c.SEM/(1+c.Value))})
	}
	if len(l.days) == 0 {
		return fmt.Errorf("glutamate: no spine density of Phoumthipphavong2016: want its rows in data/literature")
	}
	return nil
}

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
	return l.calibrate(p, s)
}

func (l *literature) calibrate(p Params, s Switches) (Params, error) {
	p, err := l.receptors(p)
	return l.grown(p, s), err
}

// receptors fits KPyr and Bridge.
func (l *literature) receptors(p Params) (Params, error) {
	p, err := p.neutral()
	p, err2 := l.bridged(p)
	if err == nil {
		err = err2
	}
	return p, err
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
	bottom := top - 0.02
	for range 40 {
		if mid := (bottom + top) / 2; at(mid) < 0 {
			bottom = mid
		} else {
			top = mid
		}
	}
	p.Bridge = log(top)
	return p, nil
}

// grown fits Growth by weighted least squares: density is proportional to it.
func (l *literature) grown(p Params, s Switches) Params {
	p.Growth = l.growth(p, l.unit(p, s))
	return p
}

// unit runs the imaged experiment without blockers at a Growth of 1.
func (l *literature) unit(p Params, s Switches) *course {
	p.Growth = 1
	return l.plans.imaged.run(p, s.unblocked())
}

// growth returns the Growth that takes the unit to what was seen. Without arms
// it stays as it is.
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
	card, err := p.Card()
	if err != nil {
		return nil, err
	}
	fields := []string{"KInter", "KPyr", "Hill", "Surge", "Quench"}
	ranges, err := card.Ranges(fields...)
	if err != nil {
		return nil, err
	}
	start, err := model.Values(p, fields...)
	if err != nil {
		return nil, err
	}
	signs := l.signs()
	return fit.Problem{Ranges: ranges, Start: start, N: len(signs), LogLikelihood: func(x []float64) (float64, error) {
		p := p
		p.KInter, p.KPyr, p.Hill, p.Surge, p.Quench = x[0], x[1], x[2], x[3], x[4]
		sum := 0.0
		for _, s := range signs {
			z := (p.Glutamate(s.Dose) - 1) / size
			above, below := distuv.UnitNormal.CDF(z-1), distuv.UnitNormal.CDF(-z-1)
			sum += math.Log(map[int]float64{1: above, 0: 1 - above - below, -1: below}[s.Sign] + 1e-300)
		}
		return sum, nil
	}}.Fit(ctx)
}

// Sign is the direction that a dose moved glutamate in.
type Sign struct {
	Dose float64 // mg/kg
	Sign int     // 1 up, 0 no change, −1 down
}

// signs reads the directions of Moghaddam 1997.
func (l *literature) signs() []Sign {
	var out []Sign
	for _, f := range l.facts {
		if f.Study != "Moghaddam1997" || f.Measure != "extracellular glutamate" {
			continue
		}
		sign, known := map[string]int{"increase": 1, "no change": 0, "decrease": -1}[f.Direction]
		if !known {
			panic("glutamate: a direction of Moghaddam 1997 is none of increase, no change and decrease")
		}
		for _, w := range strings.FieldsFunc(f.Perturbation, func(r rune) bool { return r == ' ' || r == ',' }) {
			var d float64
			if _, err := fmt.Sscanf(w, "%g", &d); err == nil {
				out = append(out, Sign{d, sign})
			}
		}
	}
	return out
}

// FitDensity asks what the density of spines after 10 mg/kg says about Growth,
// TauDensity and TauCapacity.
func FitDensity(ctx context.Context, p Params, s Switches) (*fit.Fitted, error) {
	l, err := read()
	if err != nil {
		return nil, err
	}
	card, err := p.Card()
	if err != nil {
		return nil, err
	}
	ranges, err := card.Ranges("Growth", "TauDensity", "TauCapacity")
	if err != nil {
		return nil, err
	}
	best := l.grown(p, s).Growth
	if !s.ActivationArm && !s.InhibitionArm || !(best > 0) {
		return nil, fmt.Errorf("glutamate: FitDensity: nothing grows with %s: want an arm that is on", s.Arms())
	}
	ranges[0] = model.Range{Name: "Growth", Low: best / 30, High: best * 30, Log: true}
	var y, sd []float64
	for _, t := range l.density {
		y, sd = append(y, t.value), append(sd, t.sd)
	}
	return fit.Problem{Ranges: ranges, Start: []float64{best, p.TauDensity, p.TauCapacity}, Y: y, SD: sd,
		Predict: func(x []float64) ([]float64, error) {
			p := p
			p.Growth, p.TauDensity, p.TauCapacity = x[0], x[1], x[2]
			c := l.plans.imaged.run(p, s)
			out := make([]float64, len(l.days))
			for i, d := range l.days {
				out[i] = c.at(density, d)
			}
			return out, nil
		}}.Fit(ctx)
}
