package plots

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/model"
	"divergent/pkg/spines"
	"divergent/plots/figure"
	"divergent/plots/timeline"
)

// The looks of spines by their origin.
var originLooks = map[spines.Origin]figure.Look{
	spines.Initial:  {Color: figure.Grey},
	spines.Formed:   {Color: figure.Blue, Mark: figure.Circle},
	spines.Returned: {Color: figure.Vermilion, Mark: figure.TriangleRight},
}

var originNames = map[spines.Origin]string{spines.Initial: "there at first", spines.Formed: "at a new site", spines.Returned: "back at a lost site"}

// Branches returns one dendrite under a protocol, spine by spine: each site is a
// row, each spine a line from its formation to its loss, branch by branch in the order of
// their sensitivity to stress. Spines that are back at a lost site have a mark, and
// a thin line joins them with what was lost there. Below is the dendrite's
// density, with mean and SD over all simulated dendrites. The dendrite is the first of
// b.Rasters. It is an error if no dendrite was followed spine by spine.
func Branches(protocol model.Protocol, b *spines.Branches) (*figure.Figure, error) {
	if b == nil || len(b.Rasters) == 0 || len(b.Rasters[0]) == 0 {
		return nil, errors.New("plots: Branches: no dendrite: want what spines.SimulateBranches returns")
	}
	zero, label := 0., "day"
	if doses := protocol.Doses(""); len(doses) > 0 {
		zero, label = doses[0].From, "day after the dose"
	}
	k := timeline.Days(label, zero, 0, protocol.Length)
	rows := siteRows(b.Rasters[0], b.Sensitivity[0])
	raster := branchRaster(b, rows, k)
	formed, back, lost := spines.Fates(b.Rasters[0])
	f := &figure.Figure{
		Name:  "branches",
		Title: "Births and losses of spines on one dendrite",
		Caption: fmt.Sprintf("One simulated dendrite of %d branches. Each row is a site, each line a spine from its formation to its loss; thin lines join spines of one site. "+
			"Branches stand in the order of their sensitivity to stress, given as a multiple of the mean. %d spines formed at new sites, %d came back at lost ones, %d were lost. "+
			"Spines that lived up to %v days at a site of their own share rows. Below, density of this dendrite and, over all %s, mean and SD. Protocol: %s.",
			len(b.Sensitivity[0]), formed, back, lost, passage, plural(len(b.Dendrites), "dendrite"), protocol),
		Width:  figure.DoubleColumn,
		Legend: branchLegend(b),
	}
	s := timeline.Strip("", protocol, k)
	f.Stack([][]*figure.Panel{{s}, {raster}, {dendritePanel(b, k)}}, timeline.AlignStrips(s), min(150, max(50, 1.15*float64(rows.count))), 26)
	return f, nil
}

// rowsOfSites says where the sites of a dendrite stand.
type rowsOfSites struct {
	of     map[int]int // row of each site, from the top
	count  int
	first  []int // first row of each branch, in the order drawn
	branch []int // the branches in this order
}

// siteRows gives each site that ever had a settled or a returned spine a row, and
// packs those of passing ones into rows of their branch.
func siteRows(list []spines.Spine, sensitivity []float64) rowsOfSites {
	r := rowsOfSites{of: map[int]int{}}
	for i := range sensitivity {
		r.branch = append(r.branch, i)
	}
	slices.SortStableFunc(r.branch, func(a, b int) int { return cmp.Compare(sensitivity[a], sensitivity[b]) })
	for _, b := range r.branch {
		r.first = append(r.first, r.count)
		var branch []spines.Spine
		for _, s := range list {
			if s.Branch == b {
				branch = append(branch, s)
			}
		}
		r.place(branch)
	}
	return r
}

// place gives the sites of one branch their rows.
func (r *rowsOfSites) place(list []spines.Spine) {
	for _, s := range list {
		if _, placed := r.of[s.Site]; !placed && !passing(s, list) {
			r.of[s.Site] = r.count
			r.count++
		}
	}
	start := r.count
	var free []float64 // when each shared row is free again
	for _, s := range list {
		if _, placed := r.of[s.Site]; placed {
			continue
		}
		i := slices.IndexFunc(free, func(t float64) bool { return t < s.From })
		if i < 0 {
			i, free = len(free), append(free, 0)
			r.count++
		}
		free[i], r.of[s.Site] = s.To+apart, start+i
	}
}

// Spines that live shorter than passage, in days, and whose site has no other,
// are passing; in a row that they share they stand at least apart.
const (
	passage = 1.5
	apart   = 1
)

// passing tells whether a spine is the only one of its site and short-lived.
func passing(s spines.Spine, list []spines.Spine) bool {
	if s.Origin != spines.Formed || s.To-s.From > passage {
		return false
	}
	n := 0
	for _, o := range list {
		if o.Site == s.Site {
			n++
		}
	}
	return n == 1
}

// branchRaster draws the spines.
func branchRaster(b *spines.Branches, rows rowsOfSites, k timeline.Clock) *figure.Panel {
	n := float64(rows.count)
	y := figure.Axis{Min: -n, Max: 1, Names: []string{}, Label: "branch (sensitivity)"}
	for i, branch := range rows.branch {
		end := rows.count
		if i+1 < len(rows.first) {
			end = rows.first[i+1]
		}
		y.Ticks = append(y.Ticks, -float64(rows.first[i]+end-1)/2)
		y.Names = append(y.Names, fmt.Sprintf("%d (×%.2g)", branch+1, b.Sensitivity[0][branch]))
	}
	p := timeline.NewPanel("", "spines", k, false, y)
	for _, first := range rows.first[1:] {
		p.Horizontal(draw.LineStyle{Color: figure.Tint(figure.Ink, 0.4), Width: figure.ThinLine}, 0.5-float64(first), "")
	}
	last := map[int]float64{} // when the last spine of a site was lost
	for _, s := range b.Rasters[0] {
		drawSpine(p, s, last, -float64(rows.of[s.Site]), k)
		last[s.Site] = s.To
	}
	return p
}

// drawSpine draws one spine.
func drawSpine(p *figure.Panel, s spines.Spine, last map[int]float64, y float64, k timeline.Clock) {
	l := originLooks[s.Origin]
	end := k.Zero + k.To*k.Unit
	from, to := k.At(s.From), k.At(min(s.To, end))
	series := fmt.Sprintf("branch %d, %s", s.Branch+1, originNames[s.Origin])
	if s.Erased {
		series += ", erased"
	}
	life := s.To
	if math.IsInf(life, 1) {
		life = nan
	} else {
		life = k.Units(s.To)
	}
	p.Of = k.Label
	p.RecordRange(series, figure.Value, fmt.Sprintf("site %d", s.Site+1), k.Units(s.From), k.Units(s.From), life, 0)
	if lost, ok := last[s.Site]; ok && s.Origin == spines.Returned {
		p.Stroke(draw.LineStyle{Color: figure.Tint(l.Color, 0.5), Width: figure.ThinLine / 2}, []float64{k.At(lost), from}, []float64{y, y})
	}
	p.Stroke(draw.LineStyle{Color: l.Color, Width: figure.DataLine}, []float64{from, to}, []float64{y, y})
	switch s.Origin {
	case spines.Returned:
		p.Marks(l, 1.9, []float64{from}, []float64{y})
	case spines.Formed:
		p.Marks(l, 1.1, []float64{from}, []float64{y})
	}
	if s.Erased {
		p.Marks(figure.Look{Color: figure.Black, Mark: figure.Cross}, 1.6, []float64{to}, []float64{y})
	}
}

// dendritePanel draws the dendrite's density and that of all.
func dendritePanel(b *spines.Branches, k timeline.Clock) *figure.Panel {
	mean, low, high := make([]float64, len(b.Day)), make([]float64, len(b.Day)), make([]float64, len(b.Day))
	for i, s := range b.Density {
		sd := s.SD
		if math.IsNaN(sd) {
			sd = 0
		}
		mean[i], low[i], high[i] = 100*s.Mean, 100*(s.Mean-sd), 100*(s.Mean+sd)
	}
	one := scaled(100, b.Dendrites[0])
	p := timeline.NewPanel("", "density", k, true, valueAxis("density (%)"))
	p.Horizontal(figure.CeilingLine, 100, "unstressed")
	if len(b.Dendrites) > 1 {
		var xs []float64
		for _, d := range b.Day {
			xs = append(xs, k.At(d))
		}
		p.FillBetween(meanLook, xs, low, high)
		timeline.Course(p, "mean of all dendrites", meanLook, k, b.Day, mean)
	}
	timeline.Course(p, "this dendrite", dendriteLook, k, b.Day, one)
	return p
}

var (
	dendriteLook = figure.Look{Color: figure.Black}
	meanLook     = figure.Look{Color: figure.Green, Dashes: figure.Dashed}
)

func branchLegend(b *spines.Branches) []figure.Entry {
	out := []figure.Entry{figure.LineEntry("there at first", originLooks[spines.Initial]), figure.MarkedLineEntry("at a new site", originLooks[spines.Formed]),
		figure.MarkedLineEntry("back at a lost site", originLooks[spines.Returned])}
	if slices.ContainsFunc(b.Rasters[0], func(s spines.Spine) bool { return s.Erased }) {
		out = append(out, figure.MarkEntry("erased", figure.Look{Color: figure.Black, Mark: figure.Cross}))
	}
	out = append(out, figure.LineEntry("density of this dendrite", dendriteLook))
	if len(b.Dendrites) > 1 {
		out = append(out, figure.LineEntry("of all (mean, SD)", meanLook))
	}
	return append(out, figure.LineEntry("unstressed", lookOf(figure.CeilingLine)))
}
