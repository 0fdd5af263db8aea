package data

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

// Every row of facts.csv is read, and the numbers and DOIs that it types are those of
// the literature's tables.
func TestFacts(t *testing.T) {
	list, err := Facts()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	molecular, err := Moleculars()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{} // DOI by study
	for _, m := range molecular {
		if m.DOI != "" {
			known[m.Study] = m.DOI
		}
	}
	seen := 0
	for _, f := range list {
		study, _, _ := strings.Cut(f.Source, ", doi ")
		if doi, ok := known[study]; ok {
			seen++
			if !strings.Contains(f.Source, "doi "+doi) {
				t.Errorf("line %d: %s: want doi %s of the literature's table", f.Line, f.Source, doi)
			}
		}
		if f.Evidence == Recalled {
			t.Errorf("line %d: %s is only recalled: no model may be held to it", f.Line, f.ID)
		}
	}
	if seen < 12 {
		t.Errorf("%d facts of studies in the table, want at least 12", seen)
	}
}

func TestFactErrors(t *testing.T) {
	const good = "a-1,first,seen,rat,\"A 2000, doi 10.1126/science.aat8078\",A,a number"
	for rows, want := range map[string]string{
		"A,first,seen,rat,A,A,x":                    `line 2: id = "A": want lower-case letters and digits, in words joined by -`,
		"a,,seen,rat,A,A,x":                         `line 2: name is empty: want a text`,
		"a,first,\"se\nen\",rat,A,A,x":              `line 2: observed = "se\nen": want one line`,
		"a,first,seen, ,A,A,x":                      `line 2: subject is empty`,
		"a,first,seen,rat,\"A, doi 11.1126/x\",A,x": `line 2: source = "A, doi 11.1126/x": want each DOI as in doi 10.1126/science.aat8078`,
		"a,first,seen,rat,A,Q,x":                    `line 2: evidence = "Q": want one of D, A, S, R, M`,
		"a,first,seen,rat,A,A,":                     `line 2: read_off is empty`,
		"a,first,seen,rat,A,A":                      `line 2: 6 fields: want 7`,
		good + "\na-1,second,seen,rat,B,A,x":        `line 3: id = "a-1": line 2 has it, too`,
		good + "\nb,first,seen,rat,B,A,x":           `line 3: name = "first": line 2 has it, too`,
	} {
		_, err := ParseFacts(strings.NewReader(strings.Join(factColumns(), ",")+"\n"+rows+"\n"), "own.csv")
		if err == nil || !strings.HasPrefix(err.Error(), "data: own.csv "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v\n want %s", err, want)
		}
	}
}

// What is read has every field, in one line and once, and reads the same when it is
// written; every error is one line that names the file.
func FuzzFacts(f *testing.F) {
	b, err := models.ReadFile("models/facts.csv")
	if err != nil {
		f.Fatal(err)
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	for i := 1; i+1 < len(lines); i += 7 {
		f.Add(bytes.Join([][]byte{lines[0], lines[i], lines[i+1]}, nil))
	}
	f.Add([]byte(strings.Join(factColumns(), ",") + "\na,n,\"o \"\"x\"\"\",s,doi 10.1000/,A,r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ParseFacts(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		ids, names := map[string]bool{}, map[string]bool{}
		var again bytes.Buffer
		w := csv.NewWriter(&again)
		w.Write(factColumns())
		for _, r := range rows {
			record := []string{r.ID, r.Name, r.Observed, r.Subject, r.Source, string(r.Evidence), r.ReadOff}
			for _, s := range record {
				if strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\r\n") {
					t.Errorf("accepted %+v", r)
				}
			}
			if ids[r.ID] || names[r.Name] {
				t.Errorf("accepted %s twice", r.ID)
			}
			ids[r.ID], names[r.Name] = true, true
			w.Write(record)
		}
		w.Flush()
		if twice, err := ParseFacts(&again, "x.csv"); err != nil || len(twice) != len(rows) {
			t.Errorf("read %d facts, and of the same written anew %d: %v", len(rows), len(twice), err)
		}
	})
}
