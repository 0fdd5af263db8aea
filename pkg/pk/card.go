package pk

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"divergent/data"
)

// Mark says how far a number's source was checked.
type Mark string

// The marks, as data/literature explains them.
const (
	Abstract   Mark = "A" // read in the publication's abstract, a table page or a registry
	SecondHand Mark = "S" // read in another source that cites the publication: public code, a drug reference
	Recalled   Mark = "R" // recalled, unverified; not to be relied on
	Chosen     Mark = "–" // a choice of this package; nothing published decides it
)

// strength has the marks of publications from strong to weak.
const strength = string(Abstract + SecondHand + Recalled)

// Entry is one line of a set's card.
type Entry struct {
	Parameter string
	Value     float64 // in Unit; of a range its middle; NaN for a list
	Printed   string  // the value as published, or as calculated
	Spread    string  // SD or interval as published; may be empty
	Unit      string
	Mark      Mark
	Source    string
	Used      bool   // the set is made of it; otherwise it is there to compare with
	Note      string // of a calculated value, how
}

// Card is a set's parameters and where each comes from.
type Card []Entry

// Table lays out the card, one entry a row.
func (c Card) Table() (header []string, rows [][]string) {
	header = []string{"Parameter", "Value", "SD or interval", "Unit", "Evidence", "Used", "Source", "Note"}
	for _, e := range c {
		used := "no"
		if e.Used {
			used = "yes"
		}
		rows = append(rows, []string{e.Parameter, e.Printed, e.Spread, e.Unit, string(e.Mark), used, e.Source, e.Note})
	}
	return header, rows
}

// cite adds published rows of a study to the card.
func (c *Card) cite(used bool, mark Mark, rows []data.PK) {
	for _, r := range rows {
		e := Entry{Parameter: r.Parameter + ", " + r.Route, Value: middle(r), Printed: printed(r), Spread: r.Spread, Unit: r.Unit,
			Mark: mark, Source: r.Study, Used: used, Note: r.Note}
		if r.DOI != "" {
			e.Source += ", doi " + r.DOI
		}
		*c = append(*c, e)
	}
}

// middle is a row's value, or the middle of its range; NaN for a list.
func middle(r data.PK) float64 {
	switch {
	case r.Range:
		return (r.Values[0] + r.Values[1]) / 2
	case len(r.Values) > 1:
		return math.NaN()
	}
	return r.Values[0]
}

// printed writes a row's value as the table has it.
func printed(r data.PK) string {
	var s []string
	for _, v := range r.Values {
		s = append(s, strconv.FormatFloat(v, 'f', -1, 64))
	}
	switch {
	case r.Range:
		return strings.Join(s, " to ")
	case r.About:
		return "about " + s[0]
	}
	return strings.Join(s, "/")
}

// choose adds a value that no publication decides.
func (c *Card) choose(parameter string, value float64, unit, why string) {
	*c = append(*c, Entry{Parameter: parameter, Value: value, Printed: strconv.FormatFloat(value, 'g', 4, 64), Unit: unit, Mark: Chosen,
		Source: "chosen here", Used: true, Note: why})
}

// derive adds a value that was calculated from those in use, with the mark of
// the weakest of them; choices have none.
func (c *Card) derive(used bool, parameter string, value float64, unit, how string) {
	e := Entry{Parameter: parameter, Value: value, Printed: strconv.FormatFloat(value, 'g', 4, 64), Unit: unit, Mark: Abstract,
		Source: "calculated", Used: used, Note: how}
	for _, o := range *c {
		if o.Used && o.Mark != Chosen && strings.Index(strength, string(o.Mark)) > strings.Index(strength, string(e.Mark)) {
			e.Mark = o.Mark
		}
	}
	*c = append(*c, e)
}

// exponents adds those of body weight.
func (c *Card) exponents(a Allometry, how string) {
	c.derive(true, "exponent of weight, volumes", a.Volume, "1", how)
	c.derive(true, "exponent of weight, clearances", a.Clearance, "1", how)
}

// published holds the literature's rows.
type published []data.PK

func literature() published {
	ketamine, err := data.KetaminePK()
	if err != nil {
		panic(err) // the tables are part of the program, and data's tests read them
	}
	other, err := data.OtherPK()
	if err != nil {
		panic(err)
	}
	return append(ketamine, other...)
}

// of returns the rows of a drug in a study, given a route or, if it is empty, by
// any; the named parameters in that order, or all.
func (p published) of(drug, study, route string, parameters ...string) []data.PK {
	var rows, out []data.PK
	for _, r := range p {
		if r.Drug == drug && r.Study == study && (route == "" || r.Route == route) {
			rows = append(rows, r)
		}
	}
	if len(parameters) == 0 {
		return rows
	}
	for _, name := range parameters {
		i := slices.IndexFunc(rows, func(r data.PK) bool { return r.Parameter == name })
		if i < 0 {
			panic("pk: the literature has no " + name + " of " + drug + " in " + study)
		}
		out = append(out, rows[i])
	}
	return out
}

// values returns the values of rows, of a range its middle.
func values(rows []data.PK) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		out[i] = middle(r)
	}
	return out
}
