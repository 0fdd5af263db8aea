package data

import (
	"math"
	"strings"
	"testing"
)

// Every row of estimates.csv is read, open ends are infinite, and what cannot be is
// an error that names its place.
func TestEstimates(t *testing.T) {
	list, err := Estimates()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	const header = "model,fit,quantity,value,low,high,note\n"
	own, err := ParseEstimates(strings.NewReader(header+"spines,one,Km,0.2,,0.4,good\n"), "own.csv")
	if err != nil || len(own) != 1 || own[0].Value != 0.2 || !math.IsInf(own[0].Low, -1) || own[0].High != 0.4 || own[0].Note != "good" {
		t.Errorf("%+v, %v", own, err)
	}
	for row, field := range map[string]string{
		"spines,one,Km,,0,1,": "value", "spines,one,Km,2,3,4,": "low", "spines,one,Km,2,1,1.5,": "high", "spines,,Km,2,1,3,": "fit", "spines,one,Km,1e3,1,3,": "value",
		"spines,one,Ku,2,1,3,\nspines,one,Ku,2,1,3,": "quantity",
	} {
		if _, err := ParseEstimates(strings.NewReader(header+row+"\n"), "own.csv"); err == nil || !strings.Contains(err.Error(), "own.csv line") || !strings.Contains(err.Error(), field+" = ") && !strings.Contains(err.Error(), field+" is empty") {
			t.Errorf("%s: %v; want an error that names %s", row, err, field)
		}
	}
}

// Whatever a file holds, rows that are read keep what the table promises, and an error
// is one line that names the file.
func FuzzParseEstimates(f *testing.F) {
	const header = "model,fit,quantity,value,low,high,note\n"
	for _, row := range []string{"spines,one,Km,0.2,0.1,0.4,\n", "spines,one,Km,0.2,,,x\n", "spines,\"a, b\",Km,-0.2,-0.3,,\n", "a,b,c,1,2,3,\n", "a,b\n", ""} {
		f.Add(header + row)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseEstimates(strings.NewReader(text), "own.csv")
		if err != nil {
			if list != nil || !strings.HasPrefix(err.Error(), "data: own.csv") || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%d rows with error %q", len(list), err)
			}
			return
		}
		for _, e := range list {
			if e.Model == "" || e.Fit == "" || e.Quantity == "" || math.IsInf(e.Value, 0) || !(e.Low <= e.Value && e.Value <= e.High) {
				t.Fatalf("%+v", e)
			}
		}
	})
}
