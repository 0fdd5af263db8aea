package model

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/interp"

	"divergent/internal/check"
)

// Link is a model of a chain, and what feeds it.
type Link struct {
	Model Model
	Feed  map[string]Feed // by input port
}

// Feed is where an input comes from.
type Feed struct {
	Model, Series string
	Map           func(x float64) float64 // nil for as it is
}

// Chain runs one protocol through several models, in order; each heeds what it can,
// and an event that none heeds is an error. It is a Model, too, with fields and series
// such as "spines.StressLoss".
type Chain []Link

// Face joins the faces.
func (c Chain) Face() (out Face, err error) {
	for _, l := range c {
		f, err := l.Model.Face()
		if err != nil {
			return out, err
		}
		out.Name = strings.TrimPrefix(out.Name+" → "+f.Name, " → ")
		for _, p := range f.Card {
			p.Field = f.Name + "." + p.Field
			out.Card = append(out.Card, p)
		}
		for _, g := range f.Gives {
			g.Name = f.Name + "." + g.Name
			out.Gives = append(out.Gives, g)
		}
		out.Heeds, out.Doses = append(out.Heeds, f.Heeds...), append(out.Doses, f.Doses...)
	}
	return out, nil
}

// With changes fields of the links.
func (c Chain) With(fields []string, x []float64) (Model, error) {
	c = slices.Clone(c)
	if len(fields) != len(x) {
		return nil, fmt.Errorf("model: %d values for %d fields: want one each", len(x), len(fields))
	}
	for i, name := range fields {
		dot := strings.LastIndex(name, ".")
		k := slices.IndexFunc(c, func(l Link) bool {
			f, err := l.Model.Face()
			return err == nil && dot > 0 && f.Name == name[:dot]
		})
		if k < 0 {
			return nil, fmt.Errorf("model: the chain has no field %q: want a model's name, a dot and its field, such as spines.StressLoss", name)
		}
		var err error
		if c[k].Model, err = c[k].Model.With([]string{name[dot+1:]}, x[i:i+1]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Run runs the links in order. Between them series are Smooth between the protocol's
// Dense days.
func (c Chain) Run(ctx context.Context, s Setting) (*Course, error) {
	var faces []Face
	for _, l := range c {
		f, err := l.Model.Face()
		if err != nil {
			return nil, err
		}
		faces = append(faces, f)
	}
	if err := s.check(faces...); err != nil {
		return nil, err
	}
	out, done := &Course{Day: s.Day}, map[string]*Course{}
	for i, l := range c {
		name := faces[i].Name
		in := s
		in.Day, in.Inputs = s.Protocol.Dense(), map[string]Drive{}
		in.Protocol.Events = slices.DeleteFunc(slices.Clone(s.Protocol.Events), func(e Event) bool { return !faces[i].heeds(e) })
		for port, from := range l.Feed {
			r := done[from.Model]
			if r == nil {
				return nil, fmt.Errorf("model: %s: input %s from %q: want a model that stands earlier in the chain", name, port, from.Model)
			}
			x, err := r.Of(from.Series)
			if err != nil {
				return nil, fmt.Errorf("%s: input %s: %w", name, port, err)
			}
			if from.Map != nil {
				x.Value = slices.Clone(x.Value)
				for k, v := range x.Value {
					x.Value[k] = from.Map(v)
				}
			}
			in.Inputs[port] = Smooth(r.Day, x.Value)
		}
		r, err := l.Model.Run(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		done[name] = r
		for _, x := range r.On(s.Day).Series {
			x.Name = name + "." + x.Name
			out.Series = append(out.Series, x)
		}
	}
	return out, nil
}

// On returns the course on other days, Smooth between its own.
func (c *Course) On(days []float64) *Course {
	out := &Course{Day: days}
	on := func(v []float64) (w []float64) {
		if v != nil {
			at := Smooth(c.Day, v)
			for _, d := range days {
				w = append(w, at(d))
			}
		}
		return w
	}
	for _, s := range c.Series {
		s.Value, s.Low, s.High = on(s.Value), on(s.Low), on(s.High)
		out.Series = append(out.Series, s)
	}
	return out
}

// Smooth joins values on ascending days by cubics that rise and fall where the values do,
// and no further (Fritsch & Butland 1984, SIAM J Sci Stat Comput 5:300-304), and keeps the
// end ones. A day that is there several times counts once.
func Smooth(day, v []float64) Drive {
	var f interp.FritschButland
	if once := slices.Compact(slices.Clone(day)); len(once) < len(day) {
		at := make([]float64, len(once))
		for i, d := range once {
			k, _ := slices.BinarySearch(day, d)
			at[i] = v[k]
		}
		day, v = once, at
	}
	if len(day) < 3 || f.Fit(day, v) != nil {
		return Straight(day, v)
	}
	return f.Predict
}

// Straight joins values on ascending days by straight lines, and keeps the end ones.
func Straight(day, v []float64) Drive {
	return func(t float64) float64 {
		i, found := slices.BinarySearch(day, t)
		switch {
		case found:
			return v[i]
		case i == 0:
			return v[0]
		case i == len(day):
			return v[i-1]
		}
		u := (t - day[i-1]) / (day[i] - day[i-1])
		return v[i-1] + u*(v[i]-v[i-1])
	}
}

// Dense are the days on which a chain passes series on: from a quarter of a minute apart
// after every event to a quarter of a day, and the last moment before every event, since
// series may jump there.
func (p Protocol) Dense() []float64 {
	var out []float64
	times := p.Times()
	for i, from := range times[:len(times)-1] {
		h := 0.25 / 1440
		for t := from; t < times[i+1]; t += h {
			out = append(out, t)
			h = min(1.1*h, 0.25)
		}
		if before := math.Nextafter(times[i+1], 0); before > out[len(out)-1] && times[i+1] < p.Length {
			out = append(out, before)
		}
	}
	return append(out, p.Length)
}

// Given takes the place of a model in a chain: of its series those given here, from data
// (Straight), or by a function of one's own.
type Given struct {
	Of     Model // whose place it takes: its name, and the events that it heeds
	Series map[string]Drive
}

// Face is that of the model, without parameters and inputs.
func (g Given) Face() (Face, error) {
	f, err := g.Of.Face()
	f.Card, f.Inputs = nil, nil
	f.Gives = slices.DeleteFunc(slices.Clone(f.Gives), func(p Port) bool { return g.Series[p.Name] == nil })
	return f, err
}

// With is an error: what is given has no fields.
func (g Given) With(fields []string, _ []float64) (Model, error) {
	if len(fields) == 0 {
		return g, nil
	}
	return nil, fmt.Errorf("model: field %q of a model whose series are given: want a field of another model", fields[0])
}

// Run reads the series off on the days. One that the model has not is an error.
func (g Given) Run(_ context.Context, s Setting) (*Course, error) {
	f, err := g.Of.Face()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range f.Gives {
		names = append(names, p.Name)
	}
	for name := range g.Series {
		if err := check.Known("model: series given for "+f.Name+":", name, names); err != nil {
			return nil, err
		}
	}
	out := &Course{Day: s.Day}
	for _, p := range f.Gives {
		if at := g.Series[p.Name]; at != nil {
			x := Series{Name: p.Name, Unit: p.Unit}
			for _, d := range s.Day {
				x.Value = append(x.Value, at(d))
			}
			out.Series = append(out.Series, x)
		}
	}
	return out, nil
}
