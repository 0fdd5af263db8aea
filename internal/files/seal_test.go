package files

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

type sealed struct {
	Schema int
	Name   string
	Files  map[string]string
	Any    any     `json:",omitempty"`
	List   []int64 `json:",omitempty"`
}

// The sum is Python's hashlib.sha256 of the file with an empty Sum.
func TestSealIsReadableJSON(t *testing.T) {
	b, err := Seal(sealed{Schema: 1, Name: "a"})
	want := "{\n  \"Schema\": 1,\n  \"Name\": \"a\",\n  \"Files\": null,\n  \"Sum\": \"1454591de34c94fd02339352f96363beab7367c59949231ace950af91b044f5a\"\n}\n"
	if err != nil || string(b) != want {
		t.Errorf("%s, %v: want %s", b, err, want)
	}
}

func TestSealedValuesComeBack(t *testing.T) {
	v := sealed{Schema: 1, Name: "<a> & \u2028 \ufffd", Files: map[string]string{"b.csv": "1", "a.csv": ",\n  \"Sum\": \""},
		Any: map[string]any{"seed": json.Number("18446744073709551615"), "x": []any{nil, true, json.Number("1e-7")}}, List: []int64{-1, 1 << 60}}
	b, err := Seal(v)
	if err != nil {
		t.Fatal(err)
	}
	got := sealed{Files: map[string]string{"stale": "x"}, List: []int64{9, 9, 9}}
	if err := Unseal(b, &got); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]any{"not UTF-8": sealed{Name: "\xff"}, "a struct in a field of any type": sealed{Any: struct{ B, A int }{}},
		"no number": struct{ X float64 }{math.NaN()}} {
		if b, err := Seal(bad); err == nil {
			t.Errorf("%s: sealed as %s", name, b)
		}
	}
	if !reflect.DeepEqual(got, v) {
		t.Errorf("%+v, want %+v", got, v)
	}
}

func TestUnsealRefusesWhatSealDidNotWrite(t *testing.T) {
	whole, err := Seal(sealed{Schema: 1, Name: "a", Files: map[string]string{"a.csv": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, new string) []byte { return bytes.Replace(whole, []byte(old), []byte(new), 1) }
	// resealed mends the sum, as whoever means to deceive would.
	resealed := func(old, new string) []byte {
		b := edit(old, new)
		return seal(b[:bytes.LastIndex(b, []byte(sumField))])
	}
	for name, tc := range map[string]struct {
		b    []byte
		want string
	}{
		"edited":          {edit(`"a"`, `"b"`), "Sum"},
		"an edited sum":   {edit(`"Sum": "`, `"Sum": "0`), "Sum"},
		"no sum":          {[]byte(`{"Schema": 1}`), "Sum"},
		"truncated":       {whole[:len(whole)/2], "Sum"},
		"a byte short":    {whole[:len(whole)-1], "Sum"},
		"empty":           {nil, "Sum"},
		"more follows":    {append(bytes.Clone(whole), "{}"...), "Sum"},
		"two files":       {append(bytes.Clone(whole), whole...), "Sum"},
		"an unknown":      {resealed(`"Name"`, `"Nom": 1, "Name"`), `"Nom"`},
		"twice":           {resealed(`"Name"`, `"Schema": 1, "Name"`), "twice"},
		"another case":    {resealed(`"Name"`, `"name"`), "spelt"},
		"a second map":    {resealed(`"Files"`, `"Files": {"b.csv": "2"},`+"\n  "+`"Files"`), "twice"},
		"other white":     {resealed(`: 1`, `:  1`), "spelt"},
		"a wrong type":    {resealed(`: 1`, `: "1"`), "Schema"},
		"two sums":        {resealed(`"Name"`, `"Sum": "", "Name"`), `"Sum"`},
		"a lone sum":      {seal([]byte("{")), "missing"},
		"no JSON":         {seal([]byte("\x00")), "invalid"},
		"an end too soon": {resealed("\n  },", "\n  }\n},"), ""},
	} {
		var v sealed
		err := Unseal(tc.b, &v)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one line with %q", name, err, tc.want)
		}
	}
	// Each byte counts.
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if err := Unseal(b, new(sealed)); err == nil {
			t.Errorf("byte %d was changed and not found:\n%s", i, b)
		}
	}
}

func TestAnotherVersionCanBeTold(t *testing.T) {
	b, err := Seal(struct {
		Schema int
		New    string
	}{7, "x"})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range [][]byte{b, []byte(`{"Schema": 7, "Files": {}}`)} {
		var v sealed
		if err := Unseal(b, &v); err == nil || v.Schema != 7 {
			t.Errorf("%s: schema %d, error %v: want 7 and an error", b, v.Schema, err)
		}
	}
}

// What is read is, written again, the same bytes.
func FuzzUnseal(f *testing.F) {
	b, err := Seal(sealed{Schema: 1, Name: "a", Files: map[string]string{"a.csv": "1"}, Any: map[string]any{"x": 1.5}, List: []int64{1}})
	if err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{b, b[:len(b)-1], []byte("{}"), []byte(`{"Schema": 1,` + "\n  \"Sum\": \"\"\n}\n")} {
		f.Add(b, false)
		f.Add(b, true)
	}
	f.Fuzz(func(t *testing.T, b []byte, reseal bool) {
		if at := bytes.LastIndex(b, []byte(sumField)); reseal && at >= 0 {
			b = seal(b[:at]) // so that what lies behind the checksum is reached
		}
		var v sealed
		err := Unseal(b, &v)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		if again, err := Seal(v); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%q is %q when it is written again (%v)", b, again, err)
		}
	})
}
