package evidence

import "divergent/data"

// Judged is a model held to facts.
type Judged struct {
	Model  string
	Checks Checks
}

// FactsByModel is how each model, or each of its hypotheses, fared against each fact.
type FactsByModel struct {
	Facts   []data.Fact
	Models  []string
	Outcome [][]Outcome // by fact and model
}

// known returns the facts, or those of the table in place of nil.
func known(facts []data.Fact) ([]data.Fact, error) {
	if facts == nil {
		return data.Facts()
	}
	return facts, nil
}

// Matrix holds every model to every fact: one that it has no reading for finds it
// silent; of one that it reads in several ways, the worst counts. Nil facts are
// data.Facts.
func Matrix(facts []data.Fact, models ...Judged) (*FactsByModel, error) {
	facts, err := known(facts)
	if err != nil {
		return nil, err
	}
	m := &FactsByModel{Facts: facts, Outcome: make([][]Outcome, len(facts))}
	column := map[string]map[string]Outcome{} // of each model, by id
	for _, j := range models {
		for _, c := range j.Checks {
			name := j.Model
			if c.Hypothesis != "" {
				name += ": " + c.Hypothesis
			}
			if column[name] == nil {
				column[name] = map[string]Outcome{}
				m.Models = append(m.Models, name)
			}
			if was := column[name][c.ID]; was == "" || was == Silent || c.Outcome == Fail {
				column[name][c.ID] = c.Outcome
			}
		}
	}
	for i, f := range facts {
		for _, name := range m.Models {
			o := column[name][f.ID]
			if o == "" {
				o = Silent
			}
			m.Outcome[i] = append(m.Outcome[i], o)
		}
	}
	return m, nil
}

// Table lays out the matrix, a fact a row.
func (m *FactsByModel) Table() (header []string, rows [][]string) {
	header = append([]string{"Fact", "In", "Evidence", "Read off a model"}, m.Models...)
	for i, f := range m.Facts {
		row := []string{f.Name, f.Subject, string(f.Evidence), f.ReadOff}
		for _, o := range m.Outcome[i] {
			row = append(row, string(o))
		}
		rows = append(rows, row)
	}
	return header, rows
}
