package plots

import (
	"fmt"
	"math"
	"slices"

	"divergent/pkg/network"
	"divergent/pkg/study"
	"divergent/plots/figure"
)

// blocks is the number of blocks per side into which the weight matrix is
// averaged, so that it can be read in print.
const blocks = 64

// kept returns the acute conditions whose network the result kept, without
// controls, and the seed of the networks.
func kept(r *study.Result) (conds []condition, nets []*network.Network, seed uint64, err error) {
	var names []string
	for _, s := range r.Networks {
		if !slices.Contains(names, s.Arm) {
			names = append(names, s.Arm)
		}
	}
	for _, c := range ordered(names) {
		if isControl(c.Arm, names) {
			continue
		}
		n, s, err := r.Network(c.Arm)
		if err != nil {
			return nil, nil, 0, err
		}
		conds, nets, seed = append(conds, c), append(nets, n), s
	}
	return conds, nets, seed, nil
}

// noNetworks is the error of a result without networks; a swept one keeps none.
func noNetworks(r *study.Result, figure string) error {
	if err := checkPlain(r); err != nil {
		return err
	}
	return missing(r, figure, "no kept network", "want a result whose run kept those of its first seed; run the study instead of loading rows only")
}

// Wiring returns which synapses exist in each kept network: the largest weight
// matrix as the density of its synapses, the synapses present in each matrix,
// and how strong they are. The networks are those of the first seed, which the
// caption names. It is an error if the result kept no network.
func Wiring(r *study.Result) (*figure.Figure, error) {
	if r == nil {
		return nil, checkRows(r)
	}
	conds, nets, seed, err := kept(r)
	if err != nil {
		return nil, err
	}
	if len(nets) == 0 {
		return nil, noNetworks(r, "Wiring")
	}
	k := largest(nets[0])
	l := nets[0].Layers[k]
	f := &figure.Figure{
		Name:  "wiring",
		Title: "Synapses before and after treatment",
		Caption: fmt.Sprintf("Top: the %d × %d weight matrix from hidden layer %d to the next, averaged in blocks; darker has more of its synapses (colour goes by the square root). "+
			"Bottom: synapses present in each weight matrix, and the strength of those present in the whole network, marked at its commonest. Seed %d.", l.Out, l.In, k, seed) + settings(r.Manifest.Remarks()),
		Width: figure.DoubleColumn,
	}
	var matrices []*figure.Panel
	for i, c := range conds {
		matrices = append(matrices, matrixPanel(c, nets[i], k, len(conds), i%figure.PerRow == 0))
		f.Legend = append(f.Legend, figure.MarkedLineEntry(c.Label, c.Look))
	}
	f.Legend = append(f.Legend, figure.RampEntry("synapses present: 0", "100 %", density))
	f.Rows = append(figure.InRows(matrices), []*figure.Panel{countPanel(conds, nets), strengthPanel(conds, nets)})
	const lower = 38
	f.Height = 32 + lower
	for range f.Rows[1:] {
		f.Heights = append(f.Heights, figure.RasterSide(len(conds)))
		f.Height += figure.RasterSide(len(conds)) + 9
	}
	f.Heights = append(f.Heights, lower)
	return f, nil
}

// density is the colour of a share of synapses present; the root spreads the
// small shares that pruning leaves.
func density(share float64) figure.Color {
	return figure.Between(figure.White, figure.Color{R: 20, G: 20, B: 60, A: 255}, math.Sqrt(share))
}

// largest returns the layer with the most weights.
func largest(n *network.Network) int {
	best := 0
	for k, l := range n.Layers {
		if len(l.W) > len(n.Layers[best].W) {
			best = k
		}
	}
	return best
}

// matrixPanel draws one weight matrix as densities, inputs to the right and
// outputs downwards.
func matrixPanel(c condition, n *network.Network, k, columns int, named bool) *figure.Panel {
	l := &n.Layers[k]
	x, y := figure.Axis{Label: "from unit", Max: 1, Bare: true}, figure.Axis{Max: 1, Bare: true}
	if named {
		y.Label = "to unit"
	}
	p := figure.NewPanel(figure.NarrowTitle(c.Label, columns), x, y)
	p.Square = true
	cols, rows := min(blocks, l.In), min(blocks, l.Out)
	g := figure.Raster{Cols: cols, Rows: rows, Cells: make([]figure.Color, cols*rows)}
	for i := range rows {
		for j := range cols {
			g.Cells[i*cols+j] = density(blockDensity(l, i*l.Out/rows, (i+1)*l.Out/rows, j*l.In/cols, (j+1)*l.In/cols))
		}
	}
	p.FillRaster(g)
	p.Record(c.Label, figure.Value, "synapses present in the matrix (%)", 100*float64(l.Count())/float64(len(l.W)))
	return p
}

// blockDensity returns the share of synapses present in a block of the matrix.
func blockDensity(l *network.Layer, row, rowEnd, col, colEnd int) float64 {
	present := 0
	for i := row; i < rowEnd; i++ {
		for _, there := range l.Present[i*l.In+col : i*l.In+colEnd] {
			if there {
				present++
			}
		}
	}
	return float64(present) / float64((rowEnd-row)*(colEnd-col))
}

// countPanel draws the percent of synapses present, a position for each matrix.
func countPanel(conds []condition, nets []*network.Network) *figure.Panel {
	layers := len(nets[0].Layers)
	list := make([]string, layers)
	for k := range list {
		list[k] = matrixName(k, layers)
	}
	x := figure.Columns(list...).Room(0.5)
	x.Label = "weight matrix"
	p := figure.NewPanel("Synapses present", x, figure.PercentAxis("present (%)"))
	for i, c := range conds {
		var xs, ys []float64
		for k := range min(layers, len(nets[i].Layers)) {
			l := &nets[i].Layers[k]
			shift := min(0.12, 0.8/float64(len(conds))) * (float64(i) - float64(len(conds)-1)/2)
			xs, ys = append(xs, float64(k)+shift), append(ys, 100*float64(l.Count())/float64(len(l.W)))
			p.Record(c.Label, figure.Value, matrixName(k, layers), ys[k])
		}
		p.Marks(c.Look, figure.MarkRadius, xs, ys)
	}
	return p
}

func matrixName(k, layers int) string {
	from, to := fmt.Sprintf("hidden %d", k), fmt.Sprintf("hidden %d", k+1)
	if k == 0 {
		from = "input"
	}
	if k == layers-1 {
		to = "output"
	}
	return from + " to\n" + to
}

// Strengths are counted in bins of equal width on a logarithmic scale.
const (
	strengthLow  = -4.0 // 10⁻⁴
	strengthHigh = 0.5
	strengthBins = 45
	emptyBin     = -0.2 // where an empty bin is drawn on the logarithmic axis
)

// strengthPanel draws how many of the network's synapses have which strength.
func strengthPanel(conds []condition, nets []*network.Network) *figure.Panel {
	top := 0.0
	counts := make([][]float64, len(nets))
	for i, n := range nets {
		counts[i] = strengths(n)
		top = max(top, slices.Max(counts[i]))
	}
	x := figure.Axis{Label: "strength of the synapse, |w|", Min: strengthLow, Max: strengthHigh,
		Ticks: []float64{-4, -3, -2, -1, 0}, Names: []string{"0.0001", "0.001", "0.01", "0.1", "1"}}
	// Counts span four orders of magnitude, so their axis is logarithmic too.
	high := math.Ceil(math.Log10(max(top, 10)))
	y := figure.Axis{Label: "synapses per bin", Min: emptyBin, Max: high}
	for e := 0.0; e <= high; e++ {
		y.Ticks, y.Names = append(y.Ticks, e), append(y.Names, short(math.Pow(10, e)))
	}
	p := figure.NewPanel("Strength of present synapses", x, y)
	p.Plot.X.Tick.LineStyle.Width, p.Plot.Y.Tick.LineStyle.Width = figure.ThinLine, figure.ThinLine
	for i, c := range conds {
		drawStrengthLine(p, c, counts[i])
	}
	return p
}

// drawStrengthLine draws the counts as a line from the first bin with a synapse to the
// last, on the floor where a bin between is empty, with a mark at the peak.
func drawStrengthLine(p *figure.Panel, c condition, counts []float64) {
	var xs, ys []float64
	peak := 0
	for b, v := range counts {
		if slices.Max(counts[:b+1]) == 0 || slices.Max(counts[b:]) == 0 {
			continue
		}
		x := strengthLow + (float64(b)+0.5)*(strengthHigh-strengthLow)/strengthBins
		p.Record(c.Label, figure.Value, short(math.Pow(10, x)), v)
		xs, ys = append(xs, x), append(ys, max(math.Log10(v), emptyBin))
		if ys[len(ys)-1] > ys[peak] {
			peak = len(ys) - 1
		}
	}
	if len(xs) > 0 {
		p.Stroke(c.Line(), xs, ys)
		p.Marks(c.Look, figure.MarkRadius, xs[peak:peak+1], ys[peak:peak+1])
	}
}

// strengths counts the network's present synapses by strength; what lies beyond
// the scale is left out.
func strengths(n *network.Network) []float64 {
	counts := make([]float64, strengthBins)
	for k := range n.Layers {
		l := &n.Layers[k]
		for i, there := range l.Present {
			if !there {
				continue
			}
			at := (math.Log10(math.Abs(float64(l.W[i]))) - strengthLow) / (strengthHigh - strengthLow) * strengthBins
			if at >= 0 && at < strengthBins {
				counts[int(at)]++
			}
		}
	}
	return counts
}
