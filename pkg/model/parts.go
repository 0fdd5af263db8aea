package model

import (
	"context"
	"divergent/internal/check"
	"slices"
	"time"
)

// Part is one analysis of a model's study: what computes it, and the tables of what
// it came to.
type Part struct {
	Name    string
	Seconds float64                                            // it takes about as long on two cores
	Compute func(ctx context.Context, workers int) (err error) // nil for nothing to compute; workers 0 means one on every processor
	Tables  func() []Table                                     // nil for none
}

// Parts are a study, in the order in which it is computed. No part needs another.
type Parts []Part

// Progress tells that a part begins.
type Progress struct {
	Part        string
	Done, Total int           // parts
	Left        time.Duration // of all that are to come, from their Seconds and how long those done took
}

// Named returns the parts of the given names, or all without names.
func (ps Parts) Named(names ...string) (Parts, error) {
	if len(names) == 0 {
		return ps, nil
	}
	var known []string
	for _, p := range ps {
		known = append(known, p.Name)
	}
	var out Parts
	for _, n := range names {
		i := slices.Index(known, n)
		if i < 0 {
			return nil, check.Known("model: part", n, known)
		}
		out = append(out, ps[i])
	}
	return out, nil
}

// Compute computes the parts in turn and stops between them when the context ends.
// Show, which may be nil, is called as each begins.
func (ps Parts) Compute(ctx context.Context, workers int, show func(Progress)) error {
	start, done, total := time.Now(), 0.0, 0.0
	for _, p := range ps {
		total += p.Seconds
	}
	for i, p := range ps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if show != nil && p.Compute != nil {
			left := total - done
			if done >= 1 { // what came before tells the pace of this machine
				left *= time.Since(start).Seconds() / done
			}
			show(Progress{p.Name, i, len(ps), time.Duration(left * float64(time.Second))})
		}
		if p.Compute != nil {
			if err := p.Compute(ctx, workers); err != nil {
				return err
			}
		}
		done += p.Seconds
	}
	return ctx.Err()
}

// ComputeNamed computes the parts of the given names, or all without names.
func (ps Parts) ComputeNamed(ctx context.Context, workers int, names ...string) error {
	list, err := ps.Named(names...)
	if err != nil {
		return err
	}
	return list.Compute(ctx, workers, nil)
}

// Tables returns the tables of all parts, which have been computed.
func (ps Parts) Tables() []Table {
	var out []Table
	for _, p := range ps {
		if p.Tables != nil {
			out = append(out, p.Tables()...)
		}
	}
	return out
}

// OfCard is a part whose table is the card of the parameters.
func OfCard(params any) Part {
	card, err := Card(params)
	return Part{Name: "parameters", Compute: func(context.Context, int) error { return err },
		Tables: func() []Table { return []Table{TableOf("parameters", card)} }}
}
