package model

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"divergent/data"
	"divergent/internal/check"
)

// Series is one named course, on the days of its Course.
type Series struct {
	Name, Symbol, Unit string
	Value              []float64
	Low, High          []float64 // 5th and 95th percentile over paths or people; nil for none
}

// Course is what a model makes of a setting.
type Course struct {
	Day    []float64
	Series []Series // in the order of cause and effect
}

// Of returns the series of a name.
func (c *Course) Of(name string) (Series, error) {
	var names []string
	for _, s := range c.Series {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Series{}, check.Known("model: series", name, names)
}

// Table lays out the course for a reader, a day a row.
func (c *Course) Table() (header []string, rows [][]string) {
	header, columns := []string{"Day"}, [][]string{each(c.Day, Figures)}
	for _, s := range c.Series {
		header, columns = append(header, s.Name+" ("+s.Unit+")"), append(columns, each(s.Value, Figures))
	}
	return header, turn(columns...)
}

// Stored lays out the course for a program, with the limits that there are.
func (c *Course) Stored(name string) Table {
	header, columns := []string{"day"}, [][]string{each(c.Day, filled)}
	for _, s := range c.Series {
		for _, x := range []struct {
			part  string
			value []float64
		}{{"", s.Value}, {"5th percentile", s.Low}, {"95th percentile", s.High}} {
			if x.value != nil {
				header, columns = append(header, under(s.Name+" ("+s.Unit+")", x.part)), append(columns, each(x.value, filled))
			}
		}
	}
	return Table{name, header, turn(columns...)}
}

// Drive is an input from outside: another model's series, or data.
type Drive func(day float64) float64

// Guard holds a drive to a range. It keeps the first value that is out of it and goes
// on with 0, so that a solver ends and the error is told.
type Guard struct {
	Drive     Drive
	Low, High float64 // what rounding takes below Low is let through
	Field     string  // in the error
	Unit      string  // likewise
	err       error
}

// At returns the drive's value.
func (g *Guard) At(day float64) float64 {
	v := g.Drive(day)
	if v >= g.Low-rounding && v <= g.High {
		return v
	}
	if g.err == nil {
		g.err = fmt.Errorf("%s = %.4g on day %.4g: want a value in [%v, %v], in units of %s", g.Field, v, day, g.Low, g.High, g.Unit)
	}
	return 0
}

// Err is the error of the first value out of range.
func (g *Guard) Err() error { return g.err }

// Setting is everything that is not a parameter.
type Setting struct {
	Protocol Protocol         // doses in mg/kg of a drug by a route, such as ketamine i.v.; levels of Drug in the model's standard level
	Day      []float64        // to report, ascending within the protocol
	Inputs   map[string]Drive // by name of the port
	Paths    int              // of models with noise; 0 means their usual number
	Seed     uint64           // of the noise
	Workers  int              // 0 for one on every processor; the result is the same
}

// Port is an input or an output of a model.
type Port struct{ Name, Unit, Meaning string }

// Heed is a kind of event that a model reacts to.
type Heed struct {
	Kind Kind
	Name string // of the drug that is kept at a level, or the target; empty for any
}

// Face is what a model says of itself.
type Face struct {
	Name, Source string
	Card         Parameters
	Inputs       []Port
	Gives        []Port
	Heeds        []Heed      // besides doses and infusions
	Doses        []data.Dose // that it reacts to, given at once or as an infusion
}

// Model is a small model at one set of parameters. It is not changed by use.
type Model interface {
	Face() (Face, error)
	With(fields []string, x []float64) (Model, error) // with the named fields of the card changed
	Run(ctx context.Context, s Setting) (*Course, error)
}

// Of makes a Model of a struct of parameters with card tags and a function, which
// is called with the protocol in the model's own names and units.
type Of[P any] struct {
	About    Face // without the card; without Doses those of data/models/doses.csv
	Params   P
	Simulate func(ctx context.Context, p P, s Setting) (*Course, error)
}

// Face returns what the model says of itself.
func (m Of[P]) Face() (f Face, err error) {
	f = m.About
	if f.Card, err = Card(m.Params); err != nil || f.Doses != nil {
		return f, err
	}
	all, err := data.Doses()
	f.Doses = slices.DeleteFunc(all, func(d data.Dose) bool { return d.Model != f.Name })
	return f, err
}

// With returns the model with the fields changed.
func (m Of[P]) With(fields []string, x []float64) (_ Model, err error) {
	m.Params, err = With(m.Params, fields, x)
	return m, err
}

// Run simulates. An event that the model does not heed, an input that it has not and
// days out of order are errors.
func (m Of[P]) Run(ctx context.Context, s Setting) (*Course, error) {
	f, err := m.Face()
	if err != nil {
		return nil, err
	}
	if err := s.check(f); err != nil {
		return nil, err
	}
	for port := range s.Inputs {
		if !slices.ContainsFunc(f.Inputs, func(p Port) bool { return p.Name == port }) {
			return nil, fmt.Errorf("model: %s has no input %q", f.Name, port)
		}
	}
	s.Protocol = f.own(s.Protocol)
	return m.Simulate(ctx, m.Params, s)
}

// check holds the setting to what a model, or the models of a chain, can do with it.
func (s *Setting) check(faces ...Face) error {
	if err := s.Protocol.Validate(); err != nil {
		return err
	}
	if err := s.Protocol.Within("model: Day", &s.Day); err != nil {
		return err
	}
	for i, e := range s.Protocol.Events {
		if slices.ContainsFunc(faces, func(f Face) bool { return f.heeds(e) }) {
			continue
		}
		var known []string
		for _, f := range faces {
			known = append(known, f.heeded(e.Kind)...)
		}
		slices.Sort(known)
		return fmt.Errorf("model: Protocol event %d (%s): nothing heeds %q: want %s", i+1, e.Kind, e.Name, orNone(strings.Join(slices.Compact(known), ", ")))
	}
	return nil
}

// heeded lists the names of a kind of event that the model heeds.
func (f Face) heeded(k Kind) (out []string) {
	if k == KindDose || k == KindInfusion || k == KindWithdraw {
		for _, d := range f.Doses {
			out = append(out, d.Name())
		}
	}
	for _, h := range f.Heeds {
		if h.Kind == k || k == KindWithdraw && h.Kind == KindDrug {
			out = append(out, h.Name)
		}
	}
	return out
}

func (f Face) heeds(e Event) bool {
	return slices.ContainsFunc(f.heeded(e.Kind), func(name string) bool { return name == "" || name == e.Name })
}

// own returns the events that the model heeds, in its own names and units.
func (f Face) own(p Protocol) Protocol {
	out := Protocol{Length: p.Length}
	for _, e := range p.Events {
		if !f.heeds(e) {
			continue
		}
		for _, d := range f.Doses {
			if given := e.Kind == KindDose || e.Kind == KindInfusion; d.Name() == e.Name && (given || e.Kind == KindWithdraw) {
				e.Name, e.Amount = d.Drug, e.Amount/d.MgPerKg
				break
			}
		}
		out.Events = append(out.Events, e)
	}
	return out
}
