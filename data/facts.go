package data

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Argued marks what a theory or another model claims: nobody observed it.
const Argued Evidence = "M"

// Fact is what was observed, whatever a model makes of it.
type Fact struct {
	ID       string   // lower-case letters, digits and -; each once
	Name     string   // for tables and figures; each once
	Observed string   // in words
	Subject  string   // in whom: species or preparation; models for what is argued
	Source   string   // with the DOI where there is one
	Evidence Evidence // how far the source was checked
	ReadOff  string   // how it is read off a model, whichever
	Line     int      // in the file, the header being line 1
}

// Facts returns what the small models are held against.
func Facts() ([]Fact, error) { return shared("facts.csv", ParseFacts) }

var (
	factID  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	factDOI = regexp.MustCompile(`\bdoi 10\.\d{4,9}/[^\s,;]+`)
)

// ParseFacts reads a table laid out as models/facts.csv. The first row that is not is
// an error naming file, line and field; an id or a name that is there twice is one, too.
func ParseFacts(r io.Reader, name string) ([]Fact, error) {
	seen := map[string]int{}
	return parseRows(r, name, factColumns(), func(f *fields) Fact {
		row := Fact{
			ID: f.rec["id"], Name: f.oneLine("name"), Observed: f.oneLine("observed"), Subject: f.oneLine("subject"), Source: f.oneLine("source"),
			Evidence: Evidence(f.oneOf("evidence", []string{"D", "A", "S", "R", "M"})), ReadOff: f.oneLine("read_off"), Line: f.line,
		}
		switch {
		case !factID.MatchString(row.ID):
			f.fail("id = %q: want lower-case letters and digits, in words joined by -, such as new-spine-survival", row.ID)
		case seen[row.ID] > 0:
			f.fail("id = %q: line %d has it, too: want one row a fact", row.ID, seen[row.ID])
		case seen["name: "+row.Name] > 0:
			f.fail("name = %q: line %d has it, too: want one row a fact", row.Name, seen["name: "+row.Name])
		case strings.Count(strings.ToLower(row.Source), "doi ") != len(factDOI.FindAllString(row.Source, -1)):
			f.fail("source = %q: want each DOI as in doi 10.1126/science.aat8078", row.Source)
		}
		seen[row.ID], seen["name: "+row.Name] = f.line, f.line
		return row
	})
}

func factColumns() []string {
	return []string{"id", "name", "observed", "subject", "source", "evidence", "read_off"}
}

// oneLine reads a text of one line.
func (f *fields) oneLine(name string) string {
	if strings.ContainsAny(f.rec[name], "\r\n") {
		f.fail("%s = %q: want one line", name, f.rec[name])
	}
	return f.text(name)
}

// shared parses a file that the small models share.
func shared[T any](name string, parse func(io.Reader, string) ([]T, error)) ([]T, error) {
	f, err := models.Open("models/" + name)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	return parse(f, name)
}
