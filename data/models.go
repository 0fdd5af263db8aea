package data

import (
	"embed"
	"io"
)

//go:embed models
var models embed.FS

// Dose is what an amount of 1 of a drug means to a small model.
type Dose struct {
	Model, Drug, Route string
	MgPerKg            float64 // that are 1 to the model
	StandsFor          string  // what the model does at 1
	Evidence           string  // D, A, S or R as of facts, or M: the model's own assumption
	Source             string
	Line               int // in the file, the header being line 1
}

// Name is the drug as a protocol that names its route calls it: ketamine i.v.
func (d Dose) Name() string { return d.Drug + " " + d.Route }

// Doses returns what doses mean to the small models.
func Doses() ([]Dose, error) { return shared("doses.csv", ParseDoses) }

// ParseDoses reads a table laid out as models/doses.csv. The first row that is not is
// an error naming file, line and field.
func ParseDoses(r io.Reader, name string) ([]Dose, error) {
	columns := []string{"model", "drug", "route", "mg_per_kg", "stands_for", "evidence", "source"}
	return parseRows(r, name, columns, func(f *fields) Dose {
		return Dose{f.text("model"), f.text("drug"), f.text("route"), f.number("mg_per_kg", 1e-9, 1e6), f.text("stands_for"),
			f.oneOf("evidence", []string{"D", "A", "S", "R", "M"}), f.text("source"), f.line}
	})
}
