package landscape

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Region is an area of the circuit. Shares say how much of what the parameters
// give to such an area arrives here: 1 all of it, 0 nothing.
type Region struct {
	Name        string
	Mood        float64 // weight of its activity in mood, negative for negative bias; the sizes of all positive ones add up to 1, and so do the negative ones
	Input       float64 // constant input; free
	Drive       float64 // input through excitatory connections from outside, multiplied by the strength s; free
	Bias        float64 // share of the learned bias
	Stress      float64 // share of stress and adverse experience
	Support     float64 // share of supportive experience
	Stimulation float64 // share of stimulation
	Inhibition  float64 // share of direct inhibition
	Source      string  // why it is here
}

// Connection is the effect of one region on another.
type Connection struct {
	From, To string
	Strength float64  // above 0 excites, below 0 inhibits on balance; its sign is from the source, its size is free
	Plastic  bool     // carried by excitatory synapses that stress weakens and treatment strengthens: multiplied by s
	Evidence Evidence // for the sign
	Source   string
}

// Evidence says how the source of a sign was checked.
type Evidence string

// The marks.
const (
	Abstract Evidence = "A" // read in the abstract
	Second   Evidence = "S" // read in another text that reports the work
	Recalled Evidence = "R" // recalled, read nowhere: unverified
	Assumed  Evidence = "M" // the model's own assumption
)

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
			{bias, bias, p.BiasSelf, false, Assumed, "keeps the state"},
			{control, bias, -p.ControlToBias, true, Abstract, "Quirk 2003 (10.1523/JNEUROSCI.23-25-08800.2003): prefrontal stimulation silences amygdala output"},
			{control, control, p.ControlSelf, true, Assumed, "keeps the state"},
			{bias, control, -p.BiasToControl, false, Abstract, "Mayberg 1999 (10.1176/ajp.156.5.675): subgenual and prefrontal activity are inversely related; the direction is assumed"},
		},
	}
}

// FiveRegions is a circuit of five named regions. Which connections there are and
// their signs follow the sources of the table, with the marks that say how
// these were read; their sizes are free, chosen so that both states exist over
// a range of strengths similar to that of the two areas.
func FiveRegions() Circuit {
	const pfc, hip, nac, amy, acc = "prefrontal", "hippocampus", "accumbens", "amygdala", "cingulate"
	third, half := 1.0/3, 1.0/2
	return Circuit{
		Name: "five regions",
		Regions: []Region{
			{Name: pfc, Mood: third, Drive: 0.2, Support: 1, Stimulation: 1, Source: "Page 2024; Thompson 2015 (PMC4417609)"},
			{Name: hip, Mood: third, Drive: 0.4, Support: 0.5, Source: "Thompson 2015; Duman & Duman 2015 (PMC4497940): stress thins its synapses"},
			{Name: nac, Mood: third, Drive: 0.1, Source: "Thompson 2015; LeGates 2018 (10.1038/s41586-018-0740-8): reward"},
			{Name: amy, Mood: -half, Bias: 1, Stress: 1, Inhibition: 1, Source: "Quirk 2003; Duman & Duman 2015: stress adds spines here"},
			{Name: acc, Mood: -half, Bias: 1, Stress: 0.5, Inhibition: 1, Source: "area 25; Mayberg 1999; Alexander 2019 (10.1016/j.neuron.2018.11.021)"},
		},
		Connections: []Connection{
			{pfc, pfc, 0.8, true, Assumed, "keeps the state, as in the two areas"},
			{hip, pfc, 0.3, true, Abstract, "Carreno 2016 (Mol Psychiatry 21:1298): activating the pathway acts as ketamine does"},
			{hip, hip, 0.5, true, Assumed, "keeps the state"},
			{hip, nac, 0.6, true, Abstract, "LeGates 2018: stress weakens it, antidepressants restore it"},
			{pfc, nac, 0.3, true, Recalled, "corticostriatal projection"},
			{pfc, amy, -0.8, true, Abstract, "Quirk 2003: prefrontal stimulation silences amygdala output, perhaps through intercalated cells"},
			{pfc, acc, -0.9, true, Abstract, "Mayberg 1999: inverse relation; the direction is assumed"},
			{acc, pfc, -0.5, false, Abstract, "Mayberg 1999: inverse relation; the direction is assumed"},
			{amy, pfc, 0.1, false, Abstract, "PMC6763812: amygdala stimulation raises prefrontal glutamate"},
			{amy, hip, -0.3, false, Abstract, "Felix-Ortiz 2013 (10.1016/j.neuron.2013.06.016) finds direct excitation and inhibition through interneurons; which prevails is assumed"},
			{acc, nac, -0.5, false, Second, "marmosets of the Roberts laboratory: activating the pathway blunts anticipation of reward; Alexander 2019 [A] for the area"},
			{acc, amy, 0.4, false, Second, "marmosets of the Roberts laboratory: activating the pathway raises the response to threat"},
			{amy, acc, 0.2, false, Recalled, "amygdala projection to area 25"},
			{amy, amy, 0.6, false, Assumed, "keeps the state"},
			{acc, acc, 0.8, false, Assumed, "keeps the state"},
		},
	}
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
		case !finite(r.Mood, r.Input, r.Drive, r.Bias, r.Stress, r.Support, r.Stimulation, r.Inhibition):
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
		case !finite(k.Strength):
			return fmt.Errorf("landscape: connection %s has Strength = %v: want a number", k.name(), k.Strength)
		}
		pairs[pair] = true
	}
	return nil
}

func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
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
	for i, r := range c.Regions {
		if r.Name == name {
			return i
		}
	}
	return -1
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

func (k Connection) at(s float64) float64 {
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
