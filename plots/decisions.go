package plots

import (
	"fmt"
	"slices"

	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// The maps of DecisionMap.
const (
	mapReach = 6.0  // input units from the origin
	mapCells = 60   // points per side
	mapDraws = 12   // noise draws per point
	mapEvery = 6    // of the points per side, one in so many is written to the table
	mapNoise = 1.5  // SD of internal noise
	mapLow   = 0.12 // strength of colour where the classes tie
)

// classColours tell the classes apart, the first four in grey, too; no arm has them as
// fills.
var classColours = []figure.Color{figure.Sky, {R: 240, G: 228, B: 66, A: 255}, {R: 160, G: 60, B: 120, A: 255}, {R: 70, G: 45, B: 10, A: 255}, figure.Vermilion, figure.Blue, figure.Green, figure.Grey}

// classMarks tell the centres apart.
var classMarks = []figure.Mark{figure.Circle, figure.Box, figure.TriangleUp, figure.Diamond, figure.TriangleDown, figure.Pentagon, figure.TriangleRight, figure.TriangleLeft}

// DecisionMap returns how each kept network classifies the input plane from −6
// to 6, a column for each condition: in the upper row without noise, in the
// lower row under internal noise of SD 1.5, where the colour is the class that
// most of 12 draws chose and its strength the share that chose it. The
// networks are those of the first seed, which the caption names; an arm that was
// tested off its drug is shown off it too. It is an error if the result kept no
// network, or one whose inputs are not a plane.
func DecisionMap(r *study.Result) (*figure.Figure, error) {
	if r == nil {
		return nil, checkRows(r)
	}
	conds, nets, seed, err := kept(r)
	if err != nil {
		return nil, err
	}
	if len(nets) == 0 {
		return nil, noNetworks(r, "DecisionMap")
	}
	conds, nets = withOffDrug(r, conds, nets)
	f := &figure.Figure{
		Name:  "decision-map",
		Title: "The input plane as each network classifies it",
		Caption: fmt.Sprintf("Class by colour; marks are the cluster centres. Upper row: without noise. Lower row: under internal noise of SD %v; "+
			"colour is the majority of %d draws at each point, paler where fewer agree. Seed %d.", mapNoise, mapDraws, seed) + settings(r.Manifest.Remarks()),
		Width: figure.DoubleColumn,
	}
	var quiet, noisy []*figure.Panel
	for i, c := range conds {
		if in := nets[i].Layers[0].In; in != 2 {
			return nil, missing(r, "DecisionMap", fmt.Sprintf("networks with %d inputs", in), "want 2, a plane")
		}
		for _, sd := range []float64{0, mapNoise} {
			p := mapPanel(c, nets[i], seed, sd, len(conds), i%figure.PerRow == 0)
			if !changed(r, "Task") {
				p.Draw(drawCentres)
			}
			if sd == 0 {
				quiet = append(quiet, p)
			} else {
				noisy = append(noisy, p)
			}
		}
	}
	upper, lower := figure.InRows(quiet), figure.InRows(noisy)
	for i := range upper {
		f.Rows = append(f.Rows, upper[i], lower[i])
		f.Height += 2*figure.RasterSide(len(conds)) + 22
	}
	for k := range nets[0].Layers[len(nets[0].Layers)-1].Out {
		look := figure.Look{Color: classColours[k%len(classColours)], Mark: classMarks[k%len(classMarks)]}
		if changed(r, "Task") {
			f.Legend = append(f.Legend, figure.FilledEntry(fmt.Sprintf("class %d", k), look))
		} else {
			f.Legend = append(f.Legend, figure.SwatchEntry(fmt.Sprintf("class %d and its centre", k), look))
		}
	}
	f.Legend = append(f.Legend, figure.RampEntry("votes: tie", "all agree", func(share float64) figure.Color { return figure.Tint(figure.Grey, mapLow+(1-mapLow)*share) }))
	f.Height += 10
	return f, nil
}

// mapPanel draws the plane of one network at one SD of internal noise.
func mapPanel(c condition, n *network.Network, seed uint64, sd float64, columns int, first bool) *figure.Panel {
	span := figure.Axis{Min: -mapReach, Max: mapReach, Ticks: []float64{-6, -3, 0, 3, 6}}
	x, y := span, span
	title := figure.NarrowTitle(c.Label, columns)
	if sd > 0 {
		title, x.Label = "", "input 1"
	} else {
		x.Names = make([]string, len(x.Ticks))
	}
	if first {
		y.Label = "no noise\ninput 2"
		if sd > 0 {
			y.Label = "noise, SD " + short(sd) + "\ninput 2"
		}
	} else {
		y.Names = make([]string, len(y.Ticks))
	}
	p := figure.NewPanel(title, x, y)
	p.Plot.X.Tick.LineStyle.Width, p.Plot.Y.Tick.LineStyle.Width = figure.ThinLine, figure.ThinLine
	p.Square = true
	votes := mapVotes(n, c, seed, sd)
	p.FillRaster(mapRaster(votes))
	recordMap(p, c, sd, votes)
	return p
}

// withOffDrug adds, after each arm that the result tested off its drug, the same
// network off it.
func withOffDrug(r *study.Result, conds []condition, nets []*network.Network) (c []condition, n []*network.Network) {
	for i := range conds {
		c, n = append(c, conds[i]), append(n, nets[i])
		if withdrawn(r, conds[i].Arm) {
			c, n = append(c, conds[i].off()), append(n, nets[i].OffDrug())
		}
	}
	return c, n
}

// withdrawn tells whether the result tested the arm off its drug.
func withdrawn(r *study.Result, arm string) bool {
	return slices.ContainsFunc(r.Rows, func(row study.Row) bool { return row.Arm == arm && row.Phase == assay.OffDrug })
}
