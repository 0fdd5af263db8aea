package data

import (
	"bytes"
	"strings"
	"testing"
)

func TestTrialsRead(t *testing.T) {
	rows, err := Trials()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	fitted, weak, assumed := 0, 0, 0
	for _, r := range rows {
		if ids[r.ID] {
			t.Errorf("line %d: id %s is there twice", r.Line, r.ID)
		}
		ids[r.ID] = true
		if r.Fit {
			fitted++
			if r.Weak() {
				weak++
			}
			if r.ControlAssumed() {
				assumed++
			}
		}
	}
	if len(rows) != 52 || fitted != 47 || weak != 6 || assumed != 9 {
		t.Errorf("%d rows, %d fitted, of these %d recalled or from releases and %d with an assumed control arm", len(rows), fitted, weak, assumed)
	}
	arms, err := ControlArms()
	if err != nil || len(arms) != 9 {
		t.Fatal(len(arms), err)
	}
}

func TestTrialErrors(t *testing.T) {
	const good = "1,A,drug,ket1,1,MADRS,30,A,-5,1,A,-10,2,A,fit,read,10.1/x"
	for change, want := range map[[2]string]string{
		{"MADRS", "BDI"}:         `scale = "BDI": want one of MADRS, HAM-D`,
		{",30,", ",300,"}:        "baseline = 300: want a number in [1, 60]",
		{",2,A,fit", ",0,A,fit"}: "treated_se = 0: want a standard error above 0",
		{"fit", "use"}:           `use = "use": want one of fit, check`,
		{",A,-5", ",Q,-5"}:       `baseline_mark = "Q": want one of A, D, S, R, M`,
	} {
		_, err := ParseTrials(strings.NewReader(strings.Join(trialColumns(), ",")+"\n"+strings.Replace(good, change[0], change[1], 1)+"\n"), "own.csv")
		if err == nil || err.Error() != "data: own.csv line 2: "+want {
			t.Errorf("%v\n want %s", err, want)
		}
	}
}

// What is read lies in its ranges; every error is one line that names the file.
func FuzzTrials(f *testing.F) {
	for _, name := range []string{"trials.csv", "control_arms.csv"} {
		b, err := literature.ReadFile("literature/" + name)
		if err != nil {
			f.Fatal(err)
		}
		lines := bytes.SplitAfter(b, []byte("\n"))
		for i := 1; i+1 < len(lines); i += 5 {
			f.Add(bytes.Join([][]byte{lines[0], lines[i], lines[i+1]}, nil))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rows, err := ParseTrials(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, r := range rows {
			if !(r.TreatedSE > 0 && r.Baseline >= 1 && r.Baseline <= 60 && r.Day >= 0) {
				t.Errorf("read %+v", r)
			}
		}
		arms, err := ParseArms(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, a := range arms {
			if !(a.TreatedSE > 0 && a.ControlSE > 0) {
				t.Errorf("read %+v", a)
			}
		}
	})
}

// What spreadsheets make of a table: a byte-order mark is skipped, other separators and
// missing numbers are named.
func TestSpreadsheets(t *testing.T) {
	header := strings.Join(trialColumns(), ",") + "\n"
	const good = "1,A,drug,ket1,1,MADRS,30,A,-5,1,A,-10,2,A,fit,read,10.1/x\n"
	if rows, err := ParseTrials(strings.NewReader("\ufeff"+header+good), "own.csv"); err != nil || len(rows) != 1 || rows[0].ID != "1" {
		t.Errorf("with a byte-order mark: %v, %v", rows, err)
	}
	for text, want := range map[string]string{
		strings.ReplaceAll(header+good, ",", ";"):          `data: own.csv line 1: columns are separated by ';': want commas`,
		strings.ReplaceAll(header+good, "\n", "\r"):        `data: own.csv: lines end in carriage returns alone`,
		strings.ReplaceAll(header+good, ",", "\t"):         `data: own.csv line 1: columns are separated by '\t': want commas`,
		header + strings.Replace(good, ",-10,", ",NA,", 1): `data: own.csv line 2: treated = "NA": no number: leave the field empty`,
	} {
		if _, err := ParseTrials(strings.NewReader(text), "own.csv"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v\n want %s", err, want)
		}
	}
}
