package report

import (
	"fmt"
	"slices"
	"strings"

	"divergent/pkg/infer"
	"divergent/pkg/model"
	"divergent/pkg/study"
	"divergent/pkg/treat"
)

// Layout lays a value out for a reader: a plain result as its Outcomes, one with sweeps
// as combined accuracy at each level, a design and a manifest as what they hold, arms with
// their fields, regions with all that they hold, and anything else as model.Layout does.
func Layout(x any) (header []string, rows [][]string, err error) {
	var t model.Tabler
	switch v := x.(type) {
	case *study.Result:
		if v != nil && len(v.Factors()) > 0 {
			t, err = levels(v)
		} else {
			t, err = Outcomes(v)
		}
	case study.Design:
		t = design(v)
	case study.Manifest:
		t = manifest(v)
	case []treat.Treatment:
		t = treatments(v)
	case []Region:
		t = every(v)
	default:
		return model.Layout(x)
	}
	if err != nil {
		return nil, nil, err
	}
	header, rows = t.Table()
	return header, rows, nil
}

// Factors names the factors of a result and their levels, in one line.
func Factors(r *study.Result) string {
	var s []string
	for _, f := range r.Factors() {
		s = append(s, settingsOf(f, r.Settings(f)))
	}
	return strings.Join(s, "; ")
}

func settingsOf(factor string, settings []float64) string {
	var s []string
	for _, v := range settings {
		s = append(s, settingText(factor, v))
	}
	return axisName(factor) + ": " + strings.Join(s, ", ")
}

// levels lays out combined accuracy at the levels of all factors, a column for each arm.
func levels(r *study.Result) (model.Tabler, error) {
	all := arms(r, func(study.Row) bool { return true })
	t := model.Table{Header: []string{"Combined (%) at"}}
	for _, arm := range all {
		t.Header = append(t.Header, Label(arm))
	}
	for _, factor := range r.Factors() {
		err := eachLevel(r, factor, func(setting float64, at *study.Result) error {
			row := []string{levelName(factor, setting)}
			for _, arm := range all {
				q := infer.Combined
				q.Arm = arm
				row = append(row, estimate(infer.Lookup(at, q)).String())
			}
			t.Rows = append(t.Rows, row)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

// design lays out what a design runs, and how it differs from the published one.
func design(d study.Design) model.Tabler {
	t := model.Table{Header: []string{"Part", "What"}}
	add := func(part, what string) { t.Rows = append(t.Rows, []string{part, what}) }
	add("Study", d.Name)
	for _, row := range treatments(d.Arms).Rows {
		add("Arm "+row[0], row[1])
	}
	for _, a := range d.Assays {
		add("Tests", a.Name())
	}
	for _, s := range d.Sweeps {
		add("Sweep", settingsOf(s.Factor, s.Settings))
	}
	add("Seeds", fmt.Sprint(d.Seeds))
	add("Differs from the published settings", differs(d.NonDefault()))
	return t
}

// manifest lays out what made a result.
func manifest(m study.Manifest) model.Tabler {
	var conditions []string
	for _, c := range m.Conditions {
		if label := Label(c.Name); !slices.Contains(conditions, label) {
			conditions = append(conditions, label)
		}
	}
	return model.Table{Header: []string{"Part", "What"}, Rows: [][]string{
		{"Study", m.Study}, {"Conditions", strings.Join(conditions, ", ")}, {"Tests", strings.Join(m.Assays, ", ")}, {"Seeds", fmt.Sprint(m.Seeds)},
		{"Missing measurements", fmt.Sprint(m.Missing())}, {"Differs from the published settings", differs(m.Remarks())},
		{"Engine", m.Engine + ", inner loops " + m.Kernel + ", " + m.Go}}}
}

func differs(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, "; ")
}

// treatments lays out arms: what each is called and its exported fields but for
// numbers that are zero.
func treatments(arms []treat.Treatment) model.Table {
	t := model.Table{Header: []string{"Arm", "Settings"}}
	for _, a := range arms {
		name, fields := "nil", []string{}
		if a != nil {
			name = a.Name()
			_, rows, _ := model.Layout(a) // an arm without fields has none to show
			for _, row := range rows {
				if len(row) == 2 && row[1] != name && row[1] != "0" && row[1] != "no" {
					fields = append(fields, row[0]+" "+row[1])
				}
			}
		}
		t.Rows = append(t.Rows, []string{name, strings.Join(fields, "; ")})
	}
	return t
}
