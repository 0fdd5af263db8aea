package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"divergent/internal/check"
	"divergent/pkg/flow/fokker"
	"divergent/pkg/model"
)

// Density is a probability density over the activities of two regions, with its
// potential.
type Density = fokker.Density

// Valley is a density and its potential along mood.
type Valley = fokker.Profile

// wander is the SD of an activity about what drives it.
func (p *Params) wander() float64 { return p.Noise * math.Sqrt(p.Tau/2) }

// grid is that for densities and times of escape: at the prototype's noise, cells from
// −0.7 to 1.7 in both activities.
func (f *Field) grid(cells int) (fokker.Grid, error) {
	g, err := fokker.Around(f, f.p.Noise, f.p.wander(), cells)
	if err != nil {
		return g, fmt.Errorf("landscape: %s: %w", f.Circuit.Name, err)
	}
	return g, nil
}

// Density solves the stationary Fokker-Planck equation of two regions; see fokker.Grid.
// It takes time as the fourth power of the cells: 120 take a second.
func (f *Field) Density(cells int) (*Density, error) {
	g, err := f.grid(cells)
	if err != nil {
		return nil, err
	}
	return g.Density(f, f.p.Noise)
}

// Histogram is the density of two regions over the paths that were kept, from a
// day on: for circuits of more than two regions.
func (r *Result) Histogram(x, y string, from float64, cells int) (*Density, error) {
	if err := cmp.Or(check.Known("landscape: region", x, r.Regions), check.Known("landscape: region", y, r.Regions)); err != nil {
		return nil, err
	}
	i, j := slices.Index(r.Regions, x), slices.Index(r.Regions, y)
	first, _ := slices.BinarySearch(r.T, from)
	var xs, ys []float64
	for _, path := range r.Paths {
		xs, ys = append(xs, path.Y[i][first:]...), append(ys, path.Y[j][first:]...)
	}
	if len(xs) == 0 {
		return nil, fmt.Errorf("landscape: no path was kept after day %v: want Keep above 0 and an earlier day", from)
	}
	return fokker.Histogram(xs, ys, cells)
}

// Curve is a line in the plane of two regions.
type Curve struct {
	Region string    // whose activity does not change along the curve
	X, Y   []float64 // activity of the first and the second region
}

// Nullclines returns, for two regions, the curves on which one activity does not
// change, where they lie within [0, 1] in both, of the given number of points each and the
// ends at the square's edges; where a curve leaves the square and comes back, there is one
// Curve for each part. For region i with f⁻¹ the inverse of the response,
//
//	y_j = (f⁻¹(y_i) − in_i − W_ii y_i) / W_ij.
func (f *Field) Nullclines(points int) ([]Curve, error) {
	if f.Dim() != 2 || points < 2 {
		return nil, fmt.Errorf("landscape: %d points for the %d regions of %s: want 2 or more, for two regions", points, f.Dim(), f.Circuit.Name)
	}
	var out []Curve
	names, w := f.Circuit.Names(), f.Circuit.Effective(f.Condition.Strength)
	for i, name := range names {
		j := 1 - i
		if w[i][j] == 0 {
			return nil, fmt.Errorf("landscape: nothing goes from %s to %s: want a connection for a nullcline", names[j], name)
		}
		// By the argument u of the response, so that the ends, where the activity hardly
		// changes, are as smooth as the middle; no u beyond most is in the square.
		most := f.p.Gain * (math.Abs(f.in[i]-f.p.Threshold) + math.Abs(w[i][i]) + math.Abs(w[i][j]))
		at := func(u float64) (y [2]float64, within bool) {
			y[i] = 1 / (1 + math.Exp(-u))
			y[j] = (f.p.Threshold + u/f.p.Gain - f.in[i] - w[i][i]*y[i]) / w[i][j]
			return y, y[j] >= 0 && y[j] <= 1
		}
		var before float64
		open := false
		for k := range points {
			u := most * (2*float64(k)/float64(points-1) - 1)
			y, within := at(u)
			if within && !open {
				out = append(out, Curve{Region: name})
			}
			if within || open {
				c := &out[len(out)-1]
				if within != open && k > 0 {
					edge := edgeOf(before, u, open, at)
					c.X, c.Y = append(c.X, edge[0]), append(c.Y, edge[1])
				}
				if within {
					c.X, c.Y = append(c.X, y[0]), append(c.Y, y[1])
				}
			}
			before, open = u, within
		}
	}
	return out, nil
}

// edgeOf returns the last point within the square between two arguments, of which the
// first is within or the second.
func edgeOf(a, b float64, first bool, at func(u float64) ([2]float64, bool)) (y [2]float64) {
	in, out := a, b
	if !first {
		in, out = b, a
	}
	for range 60 {
		if middle := (in + out) / 2; middle != in && middle != out {
			if _, within := at(middle); within {
				in = middle
			} else {
				out = middle
			}
		}
	}
	y, _ = at(in)
	return y
}

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
		from, err := rest.state(t.Start)
		if err != nil {
			return nil, err
		}
		if err := t.survey(p, from, o); err != nil {
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
	t.Valley = t.Density.Along(f.Circuit.weights(), p.Noise)
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
