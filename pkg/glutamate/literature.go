package glutamate

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"divergent/data"
	"divergent/pkg/model"
	"divergent/pkg/pk"
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
	known   map[string]data.Fact // by id
	cycling target               // rise of glutamine enrichment during the infusion, as a share
	density []target
	days    []float64 // of density
	plans   plans
}

// target is a measured number.
type target struct{ value, sd float64 }

// read reads the tables once; nothing writes to what it returns.
var read = sync.OnceValues(func() (*literature, error) {
	l := &literature{}
	var err error
	if l.facts, err = data.Moleculars(); err != nil {
		return nil, err
	}
	known, err := data.Facts()
	if err != nil {
		return nil, err
	}
	l.known = map[string]data.Fact{}
	for _, f := range known {
		l.known[f.ID] = f
	}
	f := l.fact("Abdallah2018-13C", "13C glutamine enrichment")
	if l.cycling = (target{f.Value() / 100, f.SE() / 100}); !(l.cycling.sd > 0) {
		return nil, fmt.Errorf("glutamate: note of %s = %q: want Student's t in it, such as t=2.4", f.Study, f.Note)
	}
	if err := l.readDensity(); err != nil {
		return nil, err
	}
	return l, l.plans.lay(l.signs())
})

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
// of the same day.
func (l *literature) readDensity() error {
	rows, err := data.Spines()
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r data.Spine) bool {
		return r.Study != "Phoumthipphavong2016" || r.Measure != "spine_density" || r.Day <= 0
	})
	for _, r := range rows {
		c := slices.IndexFunc(rows, func(c data.Spine) bool { return strings.HasPrefix(c.Arm, "saline") && c.Day == r.Day })
		if strings.HasPrefix(r.Arm, "ketamine") && c >= 0 {
			excess, sem := r.Excess(rows[c])
			l.days, l.density = append(l.days, r.Day), append(l.density, target{excess, sem})
		}
	}
	if len(l.days) == 0 {
		return fmt.Errorf("glutamate: no spine density of Phoumthipphavong2016: want its rows in data/literature")
	}
	return nil
}

// Sign is the direction that a dose moved glutamate in.
type Sign struct {
	Dose float64 // mg/kg
	Sign int     // 1 up, 0 no change, −1 down
}

// signs reads the directions of Moghaddam 1997.
func (l *literature) signs() (out []Sign) {
	for _, f := range l.facts {
		if f.Study != "Moghaddam1997" || f.Measure != "extracellular glutamate" {
			continue
		}
		sign, known := f.Sign()
		if !known {
			panic("glutamate: a direction of Moghaddam 1997 is none of increase, no change and decrease")
		}
		for _, d := range f.Doses() {
			out = append(out, Sign{d, sign})
		}
	}
	return out
}
