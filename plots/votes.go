package plots

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"divergent/pkg/network"
	"divergent/pkg/rng"
	"divergent/pkg/task"
	"divergent/plots/figure"
)

// mapPoints returns the points of the map, row by row from the top.
func mapPoints() []float32 {
	var out []float32
	at := func(i int) float64 { return mapReach * (2*(float64(i)+0.5)/mapCells - 1) }
	for i := range mapCells {
		for j := range mapCells {
			out = append(out, float32(at(j)), float32(-at(i)))
		}
	}
	return out
}

// mapVotes returns the votes of several draws for each point of the map; without noise
// there is one draw.
func mapVotes(n *network.Network, c condition, seed uint64, sd float64) network.Votes {
	draws := mapDraws
	if sd == 0 {
		draws = 1
	}
	return n.Votes(mapPoints(), network.Stress{Internal: sd}, draws, rng.Stream(seed, "figure", "decision map", c.Arm, c.Phase))
}

// mapRaster colours each point by its majority, paler where fewer agree.
func mapRaster(votes network.Votes) figure.Raster {
	g := figure.Raster{Cols: mapCells, Rows: mapCells}
	for i := range votes {
		k, share := votes.Majority(i)
		tie := 1 / float64(len(votes[i]))
		strength := mapLow + (1-mapLow)*(share-tie)/(1-tie)
		g.Cells = append(g.Cells, figure.Tint(classColours[k%len(classColours)], 0.9*strength))
	}
	return g
}

// recordMap keeps a coarse grid of the map: the class and its share of votes.
func recordMap(p *figure.Panel, c condition, sd float64, votes network.Votes) {
	p.Of = "votes (share)"
	points := mapPoints()
	for i := mapEvery / 2; i < mapCells; i += mapEvery {
		for j := mapEvery / 2; j < mapCells; j += mapEvery {
			at := i*mapCells + j
			k, share := votes.Majority(at)
			place := fmt.Sprintf("(%.3g, %.3g)", points[2*at], points[2*at+1])
			p.RecordIn("noise SD "+short(sd), c.Label, figure.Value, place+", share of votes for class "+strconv.Itoa(k), share, nan, nan, 0)
		}
	}
}

// drawCentres marks the centres of the published task.
func drawCentres(c draw.Canvas, at func(x, y float64) vg.Point) {
	for k, v := range task.Four().Centres {
		l := figure.Look{Color: figure.Black, Mark: classMarks[k%len(classMarks)].Open()}
		l.Mark.Draw(c, l, at(v[0], v[1]), figure.MarkRadius)
	}
}
