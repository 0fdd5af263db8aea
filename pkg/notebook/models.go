package notebook

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"divergent/pkg/evidence"
	"divergent/pkg/model"
)

// Sources counts and names a card's parameters by where their values come from:
// taken from a publication, fitted to published data, solved for one published
// fact (if any is), or chosen.
func Sources(card model.Parameters) Grid {
	g := Grid{Header: []string{"Status", "Fields", "Which", "Meaning"}}
	for _, s := range []struct {
		status  model.Status
		meaning string
	}{
		{model.StatusData, "taken from a publication"},
		{model.StatusFit, "fitted to published data by code of the package"},
		{model.StatusCalibrated, "solved, one number for one published fact, without an interval"},
		{model.StatusFree, "chosen; nothing measured decides it"},
	} {
		fields := card.Fields(s.status)
		if s.status == model.StatusCalibrated && len(fields) == 0 {
			continue
		}
		g.Rows = append(g.Rows, []string{string(s.status), strconv.Itoa(len(fields)), strings.Join(fields, ", "), s.meaning})
	}
	return g
}

// Challenges returns the checks that were chosen since they may break the model,
// or with false the others.
func Challenges(list evidence.Checks, chosen bool) evidence.Checks {
	var out evidence.Checks
	for _, c := range list {
		if c.Challenge == chosen {
			out = append(out, c)
		}
	}
	return out
}

// Changes lists the checks whose outcome differs between two lists of the same
// checks, such as those before and after a change of a parameter.
func Changes(before, after evidence.Checks) Grid {
	g := Grid{Header: []string{"Check", "Expected of the model", "Before", "After"}}
	tell := func(c evidence.Check) string { return fmt.Sprintf("%s: %s", c.Outcome, c.Got) }
	for _, b := range before {
		for _, a := range after {
			if a.Name == b.Name && a.Outcome != b.Outcome {
				g.Rows = append(g.Rows, []string{b.Name, b.Expected, tell(b), tell(a)})
			}
		}
	}
	return g
}

// ModelFooter ends a notebook of a small model: the parameters that differ from
// the standard ones (two structs with a card), the versions, and where the
// figures went.
func ModelFooter(name string, used, standard any) {
	changed, err := differing(used, standard)
	Check(err)
	settings := "none"
	if len(changed) > 0 {
		settings = strings.Join(changed, "; ")
	}
	versions := []string{runtime.Version()}
	for _, d := range modules() {
		versions = append(versions, d.Path+" "+d.Version)
	}
	Markdownf("---\n**Parameters that differ from the default ones:** %s.\n\n**Model** %s. **Versions:** %s.\n\n**Figures:** %s",
		escape(settings), escape(name), strings.Join(versions, ", "), whereFigures())
}

// differing tells which parameters differ, with both values.
func differing(used, standard any) ([]string, error) {
	a, err := model.Card(used)
	if err != nil {
		return nil, err
	}
	b, err := model.Card(standard)
	if err != nil {
		return nil, err
	}
	if len(a) != len(b) {
		return nil, fmt.Errorf("notebook: parameters %T and %T: want two of one type", used, standard)
	}
	var out []string
	for i := range a {
		if a[i].Value != b[i].Value {
			out = append(out, fmt.Sprintf("%s = %v instead of %v", a[i].Field, a[i].Value, b[i].Value))
		}
	}
	return out, nil
}
