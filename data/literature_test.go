package data

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"math"
	"strings"
	"testing"
)

func TestSpinesReads(t *testing.T) {
	rows, err := Spines()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 366 {
		t.Errorf("%d rows, want 366", len(rows))
	}
	find := func(study, arm, cells, measure string, day float64) Spine {
		for _, r := range rows {
			if r.Study == study && r.Arm == arm && r.Cells == cells && r.Measure == measure && r.Day == day {
				return r
			}
		}
		t.Fatalf("no %s %s %s %s on day %v", study, arm, cells, measure, day)
		return Spine{}
	}
	// As section 2.1 of the specification rounds them.
	for _, c := range []struct {
		row        Spine
		value, sem float64
		from       float64
	}{
		{find("Shao2021", "saline", "", "formation_rate", 34), 0.1386, 0.0194, 7},
		{find("Shao2021", "saline", "", "elimination_rate", -1), 0.0874, 0.0100, -3},
		{find("ShaoLiao2025", "psilocybin 1 mg/kg", "PT", "formation_rate", 1), 0.2437, 0.0159, -1},
		{find("Phoumthipphavong2016", "ketamine 10 mg/kg i.p. single", "", "formation_rate", 10), 0.3401, 0.0407, 5},
		{find("Jefferson2023", "vehicle", "", "spine_density", 34), -0.1357, 0.0431, math.NaN()},
	} {
		if c.row.Value != c.value || c.row.SEM != c.sem || c.row.From != c.from && !(math.IsNaN(c.row.From) && math.IsNaN(c.from)) {
			t.Errorf("line %d: %v ± %v from day %v, want %v ± %v from day %v", c.row.Line, c.row.Value, c.row.SEM, c.row.From, c.value, c.sem, c.from)
		}
	}
	// The binomial error of the share says how many spines there were; three digits are given.
	for _, r := range rows {
		if r.Measure != "new_spine_survival" {
			continue
		}
		if want := math.Sqrt(r.Value * (1 - r.Value) / float64(r.Spines)); math.Abs(r.SEM-want) > 6e-4 {
			t.Errorf("line %d: SEM %v of %v among %d spines, want %.4f", r.Line, r.SEM, r.Value, r.Spines, want)
		}
	}
}

// On the same dendrites density changes by what is formed less what is
// eliminated, but for means of ratios and dendrites that drop out: within 0.04.
func TestSpinesAgreeWithEachOther(t *testing.T) {
	rows, err := Spines()
	if err != nil {
		t.Fatal(err)
	}
	type key struct {
		study, arm, cells, measure string
		day                        float64
	}
	at := map[key]float64{}
	for _, r := range rows {
		at[key{r.Study, r.Arm, r.Cells, r.Measure, r.Day}] = r.Value
	}
	checked := 0
	for _, r := range rows {
		if r.Measure != "formation_rate" || r.Study != "Shao2021" && r.Study != "ShaoLiao2025" || r.Day > 7 {
			continue
		}
		k := key{r.Study, r.Arm, r.Cells, "elimination_rate", r.Day}
		before, after := k, k
		before.measure, before.day, after.measure = "spine_density", r.From, "spine_density"
		want := (1+at[after])/(1+at[before]) - 1
		if got := r.Value - at[k]; math.Abs(got-want) > 0.04 {
			t.Errorf("%+v: formation less elimination %.4f, change of density %.4f", k, got, want)
		}
		checked++
	}
	if checked != 52 {
		t.Errorf("%d intervals checked, want 52", checked)
	}
}

func TestModaSavaReads(t *testing.T) {
	rows, err := ModaSava()
	if err != nil {
		t.Fatal(err)
	}
	unverified := 0
	for _, r := range rows {
		if !r.Verified {
			unverified++
		}
	}
	if len(rows) != 17 || unverified != 1 {
		t.Errorf("%d rows, %d of them unverified, want 17 and 1", len(rows), unverified)
	}
	if r := rows[3]; r.Time != "3-6 h" || r.Direction != "no change" || r.Value != 0 {
		t.Errorf("line %d: %+v, want no change at 3-6 h", r.Line, r)
	}
	if !math.IsNaN(rows[0].Value) {
		t.Errorf("line 2: value %v, want none", rows[0].Value)
	}
}

func TestLiteratureHasReadme(t *testing.T) {
	readme, err := fs.ReadFile(Literature(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range spineMeasures() {
		if !strings.Contains(string(readme), m) {
			t.Errorf("README.md does not explain %s", m)
		}
	}
}

func TestLiteratureErrors(t *testing.T) {
	spine := strings.Join(spineColumns(), ",") + "\n"
	const fact = "study,condition,measure,time,direction,value,unit,source_doi,verified,evidence,note\n"
	spines := func(s string) error { _, err := ParseSpines(strings.NewReader(s), "x.csv"); return err }
	facts := func(s string) error { _, err := ParseReports(strings.NewReader(s), "x.csv"); return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{spines(""), `data: x.csv: the file is empty: want the header ` + strings.TrimSpace(spine)},
		{facts("a,b\n"), `data: x.csv line 1: header = "a,b": want ` + strings.TrimSpace(fact)},
		{spines(spine + "s,r\n"), `data: x.csv line 2: 2 fields: want 16; put a field that holds a comma between double quotes`},
		{spines(spine + "s,r,a,,density,1,,0,0,,,u,d,o,yes,\n"), `data: x.csv line 2: measure = "density": want one of spine_density, spine_density_per_um, spine_head_width, formation_rate, elimination_rate, new_spine_survival, mEPSC_frequency, mEPSC_amplitude`},
		{spines(spine + "s,r,,,spine_density,1,,0,0,,,u,d,o,yes,\n"), `data: x.csv line 2: arm is empty: want a text`},
		{spines(spine + "s,r,a,,spine_density,one,,0,0,,,u,d,o,yes,\n"), `data: x.csv line 2: day = "one": want a plain decimal of at most 15 digits a side, such as -0.2`},
		{spines(spine + "s,r,a,,spine_density,1,,0,-1,,,u,d,o,yes,\n"), `data: x.csv line 2: sem = -1: want a number in [0, +Inf]`},
		{spines(spine + "s,r,a,,spine_density,1,,-2,0,,,u,d,o,yes,\n"), `data: x.csv line 2: value = -2: want a number in [-1, +Inf]`},
		{spines(spine + "s,r,a,,formation_rate,1,-1 to +1,7,0,,,u,d,o,yes,\n"), `data: x.csv line 2: value = 7: want a number in [0, 1]`},
		{spines(spine + "s,r,a,,formation_rate,1,,0.1,0,,,u,d,o,yes,\n"), `data: x.csv line 2: interval = "": want two days such as +1 to +3, the last being day, 1`},
		{spines(spine + "s,r,a,,formation_rate,1,+1 to +3,0.1,0,,,u,d,o,yes,\n"), `data: x.csv line 2: interval = "+1 to +3": want two days such as +1 to +3, the last being day, 1`},
		{spines(spine + "s,r,a,,new_spine_survival,1,,0.1,0,,,u,d,o,yes,36 spines\n"), `data: x.csv line 2: note = "36 spines": want it to begin with the spines that were followed, such as n spines=36 or 21 of 48 spines`},
		{spines(spine + "s,r,a,,spine_density,1,,0,0,0,,u,d,o,yes,\n"), `data: x.csv line 2: n_dendrites = "0": want a whole number from 1, or an empty field`},
		{spines(spine + "s,r,a,,spine_density,1,,0,0,,,u,d,o,maybe,\n"), `data: x.csv line 2: verified = "maybe": want one of yes, no`},
		{spines(spine + "s,r\xe9,a,,spine_density,1,,0,0,,,u,d,o,yes,\n"), `data: x.csv line 2: species_region = "r\xe9": not UTF-8: save the file as UTF-8`},
		{spines(spine + "\"s\n"), `data: x.csv line 2: extraneous or missing " in quoted-field: put a field that holds a comma or a quote between double quotes`},
		{facts(fact + "s,c,m,t,up,,,,yes,e,\ns,c,m,t,,,,,yes,e,\n"), `data: x.csv line 3: direction and value are empty: want one of them`},
		{facts(fact + "s,c,m,t,up,1e3,,,yes,e,\n"), `data: x.csv line 2: value = "1e3": want a plain decimal of at most 15 digits a side, such as -0.2`},
	} {
		if c.err == nil || c.err.Error() != c.want {
			t.Errorf("error = %v\n want  %s", c.err, c.want)
		}
	}
}

// What reads back is what was written, and every error is one line that names
// the file.
func FuzzLiterature(f *testing.F) {
	for _, name := range []string{"spines_kwanlab_recomputed.csv", "spines_modasava2019.csv"} {
		b, err := fs.ReadFile(Literature(), name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:bytes.IndexByte(b[500:], '\n')+501])
	}
	f.Add([]byte(strings.Join(spineColumns(), ",") + "\ns,r,a,,spine_density,NaN,,Inf,-1,NaN,,u,d,o,yes,\n"))
	f.Add([]byte(strings.Join(spineColumns(), ",") + "\ns,r,a,,formation_rate,1,-1 to +1,0.1,0,,,u,d,o,yes,\ns,r,a,,new_spine_survival,1,,0.5,0,,,u,d,o,no,36 of 72 spines\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		spines, err := ParseSpines(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, r := range spines {
			if rate := strings.HasSuffix(r.Measure, "_rate"); rate != (r.From < r.Day) || r.Value-r.Value != 0 || !(r.SEM >= 0) || r.Day-r.Day != 0 || r.Dendrites < 0 || r.Line < 2 {
				t.Errorf("accepted %+v", r)
			}
		}
		facts, err := ParseReports(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		var again bytes.Buffer
		w := csv.NewWriter(&again)
		if len(facts) == 0 {
			return
		}
		raw := csv.NewReader(bytes.NewReader(b))
		all, err := raw.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteAll(all); err != nil {
			t.Fatal(err)
		}
		if twice, err := ParseReports(&again, "x.csv"); err != nil || len(twice) != len(facts) {
			t.Errorf("read %d facts, and of the same written anew %d: %v", len(facts), len(twice), err)
		}
	})
}

func checkLiteratureError(t *testing.T, err error) {
	if err != nil && (!strings.HasPrefix(err.Error(), "data: x.csv") || strings.Contains(err.Error(), "\n")) {
		t.Errorf("error %q, want one line that begins with data: x.csv", err)
	}
}
