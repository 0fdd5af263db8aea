package data

import (
	"bytes"
	"strings"
	"testing"
)

func TestCircuit(t *testing.T) {
	regions, err := Regions()
	if err != nil {
		t.Fatal(err)
	}
	connections, err := Connections()
	if err != nil {
		t.Fatal(err)
	}
	if len(regions) != 5 || len(connections) != 15 {
		t.Errorf("%d regions and %d connections, want 5 and 15", len(regions), len(connections))
	}
	known := map[string]bool{}
	for _, r := range regions {
		known[r.Name] = true
	}
	for _, k := range connections {
		if !known[k.From] || !known[k.To] || k.Strength == 0 {
			t.Errorf("%+v: want two of the regions and a size", k)
		}
	}
	const regionHeader, connectionHeader = "region,mood,input,drive,bias,stress,support,stimulation,inhibition,source\n", "from,to,sign,size,plastic,evidence,source\n"
	for row, field := range map[string]string{"a,2,0,0,0,0,0,0,0,x": "mood", "a,0,0,0,-1,0,0,0,0,x": "bias", ",0,0,0,0,0,0,0,0,x": "region", "a,0,0,0,0,0,0,0,0,": "source"} {
		if _, err := ParseRegions(strings.NewReader(regionHeader+row+"\n"), "own.csv"); err == nil || !strings.Contains(err.Error(), "own.csv line 2: "+field) {
			t.Errorf("%s: %v; want an error that names %s", row, err, field)
		}
	}
	for row, field := range map[string]string{"a,b,likes,1,yes,A,x": "sign", "a,b,excites,-1,yes,A,x": "size", "a,b,excites,1,maybe,A,x": "plastic", "a,b,excites,1,yes,D,x": "evidence"} {
		if _, err := ParseConnections(strings.NewReader(connectionHeader+row+"\n"), "own.csv"); err == nil || !strings.Contains(err.Error(), "own.csv line 2: "+field) {
			t.Errorf("%s: %v; want an error that names %s", row, err, field)
		}
	}
}

func FuzzCircuit(f *testing.F) {
	for _, name := range []string{"regions.csv", "connections.csv"} {
		b, err := models.ReadFile("models/" + name)
		if err != nil {
			f.Fatal(err)
		}
		lines := bytes.SplitAfter(b, []byte("\n"))
		f.Add(append(bytes.Clone(lines[0]), lines[1]...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		regions, err := ParseRegions(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, r := range regions {
			if r.Name == "" || r.Source == "" || !(r.Mood >= -1 && r.Mood <= 1) || !(r.Stress >= 0 && r.Stress <= 1) {
				t.Errorf("accepted %+v", r)
			}
		}
		connections, err := ParseConnections(bytes.NewReader(b), "x.csv")
		checkLiteratureError(t, err)
		for _, k := range connections {
			if k.From == "" || k.To == "" || !(k.Strength >= -10 && k.Strength <= 10) || len(k.Evidence) != 1 {
				t.Errorf("accepted %+v", k)
			}
		}
	})
}
