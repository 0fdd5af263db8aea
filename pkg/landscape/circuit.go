package landscape

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"divergent/data"
	"divergent/internal/check"
)

// Region is an area of the circuit. Shares say how much of what the parameters give to
// such an area arrives here; the sizes of the positive weights in mood add up to 1, and so
// do those of the negative ones.
type Region = data.Region

// Connection is the effect of one region on another. Its sign is from the source, its
// size free.
type Connection data.Connection

// Circuit is a set of regions and the connections between them. The zero Circuit
// stands for the two areas of the parameters.
type Circuit struct {
	Name        string
	Regions     []Region
	Connections []Connection
}

// TwoAreas is the circuit of a negative-bias area v and a control area x,
//
//	τ dv/dt = −v + f(w_vv v − c_xv s x + I_v + stress)
//	τ dx/dt = −x + f(w_xx s x − c_vx v + I_x s + support),   f(u) = 1/(1 + exp(−g (u − θ))),
//
// each with noise σ.
func TwoAreas(p Params) Circuit {
	const bias, control = "negative bias", "control"
	return Circuit{
		Name: "two areas",
		Regions: []Region{
			{Name: bias, Mood: -1, Bias: 1, Stress: 1, Inhibition: 1, Source: "Page 2024: a persistent negative bias"},
			{Name: control, Mood: 1, Drive: p.ControlInput, Support: 1, Stimulation: 1, Source: "Page 2024: inflexible control"},
		},
		Connections: []Connection{
			{bias, bias, p.BiasSelf, false, data.Assumed, "keeps the state"},
			{control, bias, -p.ControlToBias, true, data.Read, "Quirk 2003 (10.1523/JNEUROSCI.23-25-08800.2003): prefrontal stimulation silences amygdala output"},
			{control, control, p.ControlSelf, true, data.Assumed, "keeps the state"},
			{bias, control, -p.BiasToControl, false, data.Read, "Mayberg 1999 (10.1176/ajp.156.5.675): subgenual and prefrontal activity are inversely related; the direction is assumed"},
		},
	}
}

// FiveRegions is a circuit of five named regions, data/models/regions.csv and
// connections.csv. Which connections there are and their signs follow the sources of the
// table, with the marks that say how these were read; their sizes are free, chosen so
// that both states exist over a range of strengths similar to that of the two areas.
func FiveRegions() Circuit {
	regions, err := data.Regions()
	connections, err2 := data.Connections()
	if err = cmp.Or(err, err2); err != nil {
		panic("landscape: " + err.Error()) // the tables are part of the program, and tested
	}
	c := Circuit{Name: "five regions", Regions: regions}
	for _, k := range connections {
		c.Connections = append(c.Connections, Connection(k))
	}
	up, down := 0.0, 0.0
	for _, r := range c.Regions {
		up, down = up+max(r.Mood, 0), down+max(-r.Mood, 0)
	}
	for i, r := range c.Regions {
		c.Regions[i].Mood = max(r.Mood, 0)/up - max(-r.Mood, 0)/down
	}
	return c
}

// Validate reports the first flaw of a circuit.
func (c Circuit) Validate() error {
	if len(c.Regions) == 0 {
		return fmt.Errorf("landscape: circuit %q has no regions: want at least one", c.Name)
	}
	seen := map[string]bool{}
	for i, r := range c.Regions {
		switch {
		case strings.TrimSpace(r.Name) == "" || strings.Contains(r.Name, ">"):
			return fmt.Errorf("landscape: region %d is called %q: want a name without >", i+1, r.Name)
		case seen[r.Name]:
			return fmt.Errorf("landscape: region %q is there twice: want one of each name", r.Name)
		case !check.Finite(r.Mood, r.Input, r.Drive, r.Bias, r.Stress, r.Support, r.Stimulation, r.Inhibition):
			return fmt.Errorf("landscape: region %q has an input or share that is no number", r.Name)
		}
		seen[r.Name] = true
	}
	pairs := map[[2]string]bool{}
	for _, k := range c.Connections {
		pair := [2]string{k.From, k.To}
		switch {
		case !seen[k.From] || !seen[k.To]:
			return fmt.Errorf("landscape: connection %s: want two of the regions %s", k.name(), strings.Join(c.Names(), ", "))
		case pairs[pair]:
			return fmt.Errorf("landscape: connection %s is there twice: add the strengths", k.name())
		case !check.Finite(k.Strength):
			return fmt.Errorf("landscape: connection %s has Strength = %v: want a number", k.name(), k.Strength)
		}
		pairs[pair] = true
	}
	return nil
}

// name is how a connection is called as a parameter of a diagram.
func (k Connection) name() string { return k.From + ">" + k.To }

// Names returns the names of the regions.
func (c Circuit) Names() []string {
	out := make([]string, len(c.Regions))
	for i, r := range c.Regions {
		out[i] = r.Name
	}
	return out
}

// Region returns the number of a region, or -1.
func (c Circuit) Region(name string) int {
	return slices.IndexFunc(c.Regions, func(r Region) bool { return r.Name == name })
}

// Effective returns the strengths at connection strength s: row i holds what
// arrives at region i, column j what comes from region j; 0 without a connection.
func (c Circuit) Effective(s float64) [][]float64 {
	w := make([][]float64, len(c.Regions))
	for i := range w {
		w[i] = make([]float64, len(c.Regions))
	}
	for _, k := range c.Connections {
		w[c.Region(k.To)][c.Region(k.From)] = k.at(s)
	}
	return w
}

// at is the connection's strength where that of plastic ones is s.
func (k *Connection) at(s float64) float64 {
	if k.Plastic {
		return k.Strength * s
	}
	return k.Strength
}

// Mood is the weighted sum of the regions' activities, from about −1 where only
// the regions of negative bias are active to about 1 where only the others are.
func (c Circuit) Mood(y []float64) float64 {
	m := 0.0
	for i, r := range c.Regions {
		m += r.Mood * y[i]
	}
	return m
}

// weights are those of Mood.
func (c Circuit) weights() []float64 {
	out := make([]float64, len(c.Regions))
	for i, r := range c.Regions {
		out[i] = r.Mood
	}
	return out
}

// Table lays out the connections, one a row.
func (c Circuit) Table() (header []string, rows [][]string) {
	header = []string{"From", "To", "Sign", "Size (free)", "Follows s", "Evidence", "Source of the sign"}
	for _, k := range c.Connections {
		sign, plastic := "excites", "no"
		if k.Strength < 0 {
			sign = "inhibits"
		}
		if k.Plastic {
			plastic = "yes"
		}
		size := strconv.FormatFloat(math.Abs(k.Strength), 'g', 4, 64)
		rows = append(rows, []string{k.From, k.To, sign, size, plastic, string(k.Evidence), k.Source})
	}
	return header, rows
}

// or returns the circuit, or the two areas in place of the zero Circuit.
func (c Circuit) or(p Params) Circuit {
	if len(c.Regions) == 0 && len(c.Connections) == 0 {
		return TwoAreas(p)
	}
	return c
}
