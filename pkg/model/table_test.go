package model

import (
	"math"
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for name, want := range map[string]string{"MeanLoss": "Mean loss", "P": "P", "MeanSD": "Mean SD", "N": "N"} {
		if got := words(name); got != want {
			t.Errorf("words(%s) = %q, want %q", name, got, want)
		}
	}
}

func TestCapital(t *testing.T) {
	for s, want := range map[string]string{"": "", "mood": "Mood", "θ rhythm": "Θ rhythm", "Day": "Day", "5 Hz": "5 Hz"} {
		if got := Capital(s); got != want {
			t.Errorf("Capital(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestTableOf holds each rule of TableOf to a table written out by hand.
func TestTableOf(t *testing.T) {
	type band struct {
		Middle float64 `csv:""`
		Low    float64 `csv:"low"`
	}
	type inner struct {
		Day  []float64 `csv:"day"`
		Gone []float64 `csv:"gone"`
	}
	type point struct {
		Hit bool `csv:"hit"`
		N   *int `csv:"n"`
	}
	type row struct {
		Name   string `csv:"name"`
		Hidden float64
		Share  band     `csv:"left (share)"`
		Words  []string `csv:"words"`
	}
	type course struct {
		Name string `csv:"course"`
		*inner
		Points []point `csv:""`
		Again  []band  `csv:"day"`
	}
	three := 3
	for _, c := range []struct {
		of   []any
		want string
	}{
		{[]any{[]row{{"a", 1, band{0.1, math.NaN()}, []string{"x", "y"}}, {"b", 2, band{math.Inf(1), -2}, nil}}},
			"name|left (share)|left, low (share)|words; a|0.1||x, y; b|Inf|-2|"},
		{[]any{[]*row{{Name: "a"}}, row{Name: "b"}}, "name|left (share)|left, low (share)|words; a|0|0|; b|0|0|"},
		{[]any{course{"c", &inner{Day: []float64{1, 2}}, []point{{true, nil}, {false, &three}}, []band{{1, 8}, {2, 9}}}},
			"course|day|gone|hit|n|day, low; c|1||true||8; c|2||false|3|9"},
		{[]any{[]row{}}, "name|left (share)|left, low (share)|words"},
		{[]any{[]row{}, row{Name: "b"}}, "name|left (share)|left, low (share)|words; b|0|0|"},
		{[]any{Grouped{}}, "A|B; 1|2"},
	} {
		x := TableOf("x", c.of...)
		got := strings.Join(x.Header, "|")
		for _, r := range x.Rows {
			got += "; " + strings.Join(r, "|")
		}
		if got != c.want {
			t.Errorf("TableOf(%v)\n  = %s, want\n    %s", c.of, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("structs of two layouts make a table")
		}
	}()
	TableOf("x", row{}, point{})
}

// Grouped lays itself out.
type Grouped struct{}

func (Grouped) Table() ([]string, [][]string) { return []string{"A", "B"}, [][]string{{"1", "2"}} }

// TestTextsForPrograms: what a program reads has an ASCII minus and one line a cell.
func TestTextsForPrograms(t *testing.T) {
	for text, want := range map[string]string{"to −0.5": "to -0.5", "two\r\nlines": "two lines", "−0.5 to 1": "-0.5 to 1", "=1+1": "'=1+1"} {
		if got := written(text); got != want {
			t.Errorf("written(%q) = %q, want %q", text, got, want)
		}
	}
	if _, err := NewRecord("toy", Table{"x", []string{"low", "low"}, nil}); err == nil || !strings.Contains(err.Error(), `"low"`) {
		t.Errorf("a table with two columns of one name: %v", err)
	}
}
