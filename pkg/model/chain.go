package model

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// Run runs the links in order. Between them series are straight between days that
// are dense after every event.
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
		in.Day, in.Inputs = s.Protocol.dense(), map[string]Drive{}
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
			in.Inputs[port] = Straight(r.Day, x.Value)
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

// On returns the course on other days, straight between its own.
func (c *Course) On(days []float64) *Course {
	out := &Course{Day: days}
	on := func(v []float64) (w []float64) {
		if v != nil {
			at := Straight(c.Day, v)
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

// dense are days from a quarter of a minute apart after every event to a quarter of
// a day.
func (p Protocol) dense() []float64 {
	var out []float64
	times := p.Times()
	for i, from := range times[:len(times)-1] {
		h := 0.25 / 1440
		for t := from; t < times[i+1]; t += h {
			out = append(out, t)
			h = min(1.1*h, 0.25)
		}
	}
	return append(out, p.Length)
}
