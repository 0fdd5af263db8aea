package data

import (
	"strings"
	"testing"
)

// Every row of doses.csv is read, and no model has two meanings of one drug.
func TestDoses(t *testing.T) {
	list, err := Doses()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	seen := map[string]bool{}
	for _, d := range list {
		if key := d.Model + ": " + d.Name(); seen[key] {
			t.Errorf("line %d: %s is there twice", d.Line, key)
		} else {
			seen[key] = true
		}
	}
	const header = "model,drug,route,mg_per_kg,stands_for,evidence,source\n"
	for row, field := range map[string]string{
		"spines,ketamine,i.p.,0,one,M,x": "mg_per_kg", "spines,,i.p.,10,one,M,x": "drug", "spines,ketamine,i.p.,10,one,Q,x": "evidence",
	} {
		if _, err := ParseDoses(strings.NewReader(header+row+"\n"), "own.csv"); err == nil || !strings.Contains(err.Error(), "own.csv line 2: "+field) {
			t.Errorf("%s: %v; want an error that names %s", row, err, field)
		}
	}
}
