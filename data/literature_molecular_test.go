package data

import (
	"bytes"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestMolecularReads(t *testing.T) {
	rows, err := Moleculars()
	if err != nil {
		t.Fatal(err)
	}
	count := map[Evidence]int{}
	for _, r := range rows {
		count[r.Evidence]++
	}
	// Of the 31 rows collected, 5 are unverified; 9 more were read for this package.
	if len(rows) != 40 || count[Recomputed] != 3 || count[Read] != 32 || count[SecondHand] != 2 || count[Recalled] != 3 {
		t.Errorf("%d rows, %v, want 40: 3 D, 32 A, 2 S, 3 R", len(rows), count)
	}
	// As section 2.3 of the specification gives them.
	for _, c := range []struct {
		study, measure, direction string
		values                    []float64
		versus, isRange           bool
		evidence                  Evidence
	}{
		{"Abdallah2018-13C", "13C glutamine enrichment (Glu-Gln cycling)", "increase", []float64{13}, false, false, Read},
		{"Abdallah2020", "response", "higher", []float64{41, 13}, true, false, Read},
		{"LePoul1995", "fraction of neurons with desensitised 5-HT1A autoreceptor", "", []float64{60, 80}, false, true, Read},
		{"Shao2021", "mEPSC amplitude saline vs drug", "increase", []float64{-15.2, -16.5}, true, false, Recomputed},
		{"Zarate2006-memantine", "response", "no difference", []float64{13, 13}, true, false, SecondHand},
		{"Autry2011", "eEF2 phosphorylation down, BDNF protein up", "change", nil, false, false, Recalled},
	} {
		i := slices.IndexFunc(rows, func(r Molecular) bool {
			return r.Study == c.study && r.Measure == c.measure && slices.Equal(r.Values, c.values)
		})
		if i < 0 {
			t.Errorf("no %s, %s with %v", c.study, c.measure, c.values)
			continue
		}
		if r := rows[i]; r.Direction != c.direction || r.Versus != c.versus || r.Range != c.isRange || r.Evidence != c.evidence {
			t.Errorf("line %d: %+v, want %+v", r.Line, r, c)
		}
	}
	if v := (Molecular{Values: []float64{41, 13}}).Value(); !math.IsNaN(v) {
		t.Errorf("Value of two sides = %v, want NaN", v)
	}
	if v := (Molecular{Values: []float64{13}}).Value(); v != 13 {
		t.Errorf("Value = %v, want 13", v)
	}
}

func TestMolecularErrors(t *testing.T) {
	header := strings.Join(molecularColumns(), ",") + "\n"
	row := func(direction, value, verified, note string) string {
		return header + strings.Join([]string{"s", "rat", "p", "m", "", direction, value, "", "", "", verified, note}, ",") + "\n"
	}
	const number = `: want a plain decimal such as -0.25, two sides such as 41 vs 13, or a range such as 60-80`
	for _, c := range []struct{ text, want string }{
		{row("", "", "yes", "abstract"), `direction and value are empty: want one of them`},
		{row("up", "much", "yes", "abstract"), `value = "much"` + number},
		{row("up", "1 vs", "yes", "abstract"), `value = "1 vs"` + number},
		{row("up", "1 vs 2 vs 3", "yes", "abstract"), `value = "1 vs 2 vs 3"` + number},
		{row("up", "1e3", "yes", "abstract"), `value = "1e3"` + number},
		{row("up", "80-60", "yes", "abstract"), `value = "80-60": want the lower bound first`},
		{row("up", "", "perhaps", "abstract"), `verified = "perhaps": want one of yes, no`},
		{row("up", "", "yes", "a poster"), `note = "a poster": want it to begin with abstract, journal summary, legend, title or recomputed, since verified is yes`},
		{row("up", "", "no", "abstract"), `note = "abstract": want second-hand or UNVERIFIED in it, since verified is no`},
		{header + ",rat,p,m,,up,,,,,yes,abstract\n", `study is empty: want a text`},
	} {
		if _, err := ParseMolecular(strings.NewReader(c.text), "x.csv"); err == nil || err.Error() != "data: x.csv line 2: "+c.want {
			t.Errorf("error = %v\n want  data: x.csv line 2: %s", err, c.want)
		}
	}
}

// Whatever is accepted says something and how far it was checked, and every
// error is one line that names the file.
func FuzzMolecular(f *testing.F) {
	b, err := fs.ReadFile(Literature(), "molecular_timecourse.csv")
	if err != nil {
		f.Fatal(err)
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	for i := 1; i+1 < len(lines); i += 6 { // two rows each, as the whole table has the fuzz test crawl
		f.Add(slices.Concat(lines[0], lines[i], lines[i+1]))
	}
	f.Add([]byte(strings.Join(molecularColumns(), ",") + "\ns,rat,p,m,,,-2--1,u,,,no,second-hand\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ParseMolecular(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, r := range rows {
			finite := !slices.ContainsFunc(r.Values, func(v float64) bool { return v-v != 0 })
			if r.Direction == "" && len(r.Values) == 0 || !finite || (r.Versus || r.Range) != (len(r.Values) == 2) ||
				r.Range && r.Values[0] >= r.Values[1] || len(r.Evidence) != 1 || r.Line < 2 {
				t.Errorf("accepted %+v", r)
			}
		}
	})
}

// Numbers that rows have in words are those of the words.
func TestMolecularSays(t *testing.T) {
	rows, err := Moleculars()
	if err != nil {
		t.Fatal(err)
	}
	find := func(study, measure string) Molecular {
		t.Helper()
		i := slices.IndexFunc(rows, func(r Molecular) bool { return r.Study == study && strings.Contains(r.Measure, measure) })
		if i < 0 {
			t.Fatalf("no %s of %s", measure, study)
		}
		return rows[i]
	}
	if got := find("Abdallah2018-13C", "glutamine").SE(); math.Abs(got-13/2.4) > 1e-12 { // t = 2.4
		t.Errorf("the enrichment of glutamine has the standard error %v, want 13/2.4", got)
	}
	m := find("Bednarik2021", "glutamate")
	if m.Detectable() != 4 || m.After() != 193./1440 {
		t.Errorf("%v %% could be detected after %v days, want 4 %% after 193 min", m.Detectable(), m.After())
	}
	var doses []float64
	var signs []int
	for _, r := range rows {
		if r.Study == "Moghaddam1997" && r.Measure == "extracellular glutamate" {
			sign, known := r.Sign()
			if !known {
				t.Errorf("line %d: %q is no sign", r.Line, r.Direction)
			}
			for _, d := range r.Doses() {
				doses, signs = append(doses, d), append(signs, sign)
			}
		}
	}
	if !slices.Equal(doses, []float64{10, 20, 30, 50, 200}) || !slices.Equal(signs, []int{1, 1, 1, 0, -1}) {
		t.Errorf("%v mg/kg have the signs %v", doses, signs)
	}
	silent := Molecular{Perturbation: "ketamine, doses not readable", Time: "acute", Direction: "blocked", Note: "abstract", Values: []float64{1}}
	if _, known := silent.Sign(); known || len(silent.Doses()) > 0 || !math.IsNaN(silent.SE()+silent.Detectable()) || !math.IsNaN(silent.After()) {
		t.Errorf("%v, %v, %v, %v of a row without these", silent.Doses(), silent.SE(), silent.Detectable(), silent.After())
	}
	if v, sem := (Spine{Value: 0.32, SEM: 0.05}).Excess(Spine{Value: 0.1, SEM: 0.02}); math.Abs(v-0.2) > 1e-12 || math.Abs(sem-1.2*math.Hypot(0.05/1.32, 0.02/1.1)) > 1e-12 {
		t.Errorf("excess %v with %v", v, sem)
	}
}
