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
	k := nets[0].Largest()
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
	shares := l.Shares(blocks, blocks)
	g := figure.Raster{Cols: len(shares[0]), Rows: len(shares)}
	for _, share := range slices.Concat(shares...) {
		g.Cells = append(g.Cells, density(share))
	}
	p.FillRaster(g)
	p.Of = "synapses present (%)"
	p.Record(c.Label, figure.Value, "synapses present in the matrix (%)", 100*l.Share())
	return p
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
			xs, ys = append(xs, float64(k)+shift), append(ys, 100*l.Share())
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
	emptyBin     = 0.630957 // where an empty bin is drawn on the logarithmic axis
)

// strengthPanel draws how many of the network's synapses have which strength.
func strengthPanel(conds []condition, nets []*network.Network) *figure.Panel {
	most := 10
	counts := make([][]int, len(nets))
	for i, n := range nets {
		counts[i] = n.Strengths(strengthLow, strengthHigh, strengthBins)
		most = max(most, slices.Max(counts[i]))
	}
	x := figure.Axis{Label: "strength of the synapse, |w|", Min: math.Pow(10, strengthLow), Max: math.Pow(10, strengthHigh), Scale: figure.Log}
	// Counts span four orders of magnitude, so their axis is logarithmic too.
	y := figure.Axis{Label: "synapses per bin", Min: emptyBin, Max: math.Pow(10, math.Ceil(math.Log10(float64(most)))), Scale: figure.Log}
	p := figure.NewPanel("Strength of present synapses", x, y)
	for i, c := range conds {
		drawStrengthLine(p, c, counts[i])
	}
	return p
}

// drawStrengthLine draws the counts as a line from the first bin with a synapse to the
// last, on the floor where a bin between is empty, with a mark at the peak.
func drawStrengthLine(p *figure.Panel, c condition, counts []int) {
	var xs, ys []float64
	peak := 0
	for b, v := range counts {
		if slices.Max(counts[:b+1]) == 0 || slices.Max(counts[b:]) == 0 {
			continue
		}
		x := math.Pow(10, strengthLow+(float64(b)+0.5)*(strengthHigh-strengthLow)/strengthBins)
		p.Record(c.Label, figure.Value, short(x), float64(v))
		xs, ys = append(xs, x), append(ys, max(float64(v), emptyBin))
		if ys[len(ys)-1] > ys[peak] {
			peak = len(ys) - 1
		}
	}
	if len(xs) > 0 {
		p.Stroke(c.Line(), xs, ys)
		p.Marks(c.Look, figure.MarkRadius, xs[peak:peak+1], ys[peak:peak+1])
	}
}
