package data

import "io"

// Assumed marks what is a model's own assumption and no fact.
const Assumed Evidence = "M"

// Region is an area of the landscape model's circuit. Shares say how much of what the
// parameters give to such an area arrives here: 1 all of it, 0 nothing.
type Region struct {
	Name        string
	Mood        float64 // weight of its activity in mood, negative for negative bias
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
	Evidence Evidence // for the sign: A, S, R or, if it is assumed, M
	Source   string
}

// Regions returns the five regions of models/regions.csv.
func Regions() ([]Region, error) { return shared("regions.csv", ParseRegions) }

// Connections returns the connections between them, those of models/connections.csv.
func Connections() ([]Connection, error) { return shared("connections.csv", ParseConnections) }

// ParseRegions reads a table laid out as models/regions.csv. The first row that is not is
// an error naming file, line and field.
func ParseRegions(r io.Reader, name string) ([]Region, error) {
	columns := []string{"region", "mood", "input", "drive", "bias", "stress", "support", "stimulation", "inhibition", "source"}
	return parseRows(r, name, columns, func(f *fields) Region {
		x := func(name string) float64 { return f.number(name, -10, 10) }
		share := func(name string) float64 { return f.number(name, 0, 1) }
		return Region{f.text("region"), f.number("mood", -1, 1), x("input"), x("drive"), share("bias"), share("stress"), share("support"),
			share("stimulation"), share("inhibition"), f.text("source")}
	})
}

// ParseConnections reads a table laid out as models/connections.csv. The first row that
// is not is an error naming file, line and field.
func ParseConnections(r io.Reader, name string) ([]Connection, error) {
	columns := []string{"from", "to", "sign", "size", "plastic", "evidence", "source"}
	return parseRows(r, name, columns, func(f *fields) Connection {
		size := f.number("size", 0, 10)
		if f.oneOf("sign", []string{"excites", "inhibits"}) == "inhibits" {
			size = -size
		}
		return Connection{f.text("from"), f.text("to"), size, f.oneOf("plastic", []string{"yes", "no"}) == "yes",
			Evidence(f.oneOf("evidence", []string{"A", "S", "R", "M"})), f.text("source")}
	})
}
