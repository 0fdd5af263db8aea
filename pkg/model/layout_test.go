package model

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestLayout(t *testing.T) {
	type inner struct {
		Low  []float64 `csv:"low"`
		High []float64 `csv:"high"`
	}
	type course struct {
		Protocol Protocol
		Day      []float64 `csv:"day"`
		Density  []float64 `csv:"density (share)"`
		Band     *inner    `csv:"mood (1)"`
		Other    []float64 // of another length
		hidden   []float64
	}
	type settings struct {
		Rate  float64 `table:"Rate (1/day)"`
		Label string
		Lag   time.Duration
		Part  struct{ Epochs int }
		Left  *int
		Kinds []string
		Many  []float64
		Skip  int `table:"-"`
	}
	type fitted struct {
		P float64 `table:"p" decimals:"2"`
		N int     `decimals:"2"`
	}
	days := []float64{0, 1, 2, 3, 4}
	followed := course{Protocol: Days(4, Dose(2, "a", 1)), Day: days, Density: []float64{1, 1.5, 2, 2.5, 3}, Band: &inner{days, days}, Other: []float64{1}, hidden: days}
	long := struct{ T, Mood []float64 }{make([]float64, 100), make([]float64, 100)}
	for i := range long.T {
		long.T[i], long.Mood[i] = float64(i), float64(i)/1000
	}
	for _, c := range []struct {
		name string
		x    any
		want string
	}{
		{"a course", followed, "Day|Density (share)|Mood, low (1)|Mood, high (1)\n0|1|0|0\n2|2|2|2\n4|3|4|4"},
		{"a struct", settings{Rate: 1e-5, Label: "x", Lag: time.Second, Kinds: []string{"a", "b"}, Many: make([]float64, 20)},
			"Field|Value\nRate (1/day)|1e−05\nLabel|x\nLag|1s\nPart, Epochs|0\nLeft|none\nKinds|a, b\nMany|20 values"},
		{"decimals of a tag", []fitted{{0.7775, 1}, {7.87e-06, 2}, {-0.001, 3}, {math.NaN(), 4}, {0, 5}}, "p|N\n0.78|1\n< 0.01|2\n0.00|3\n–|4\n0.00|5"},
		{"a map", map[string]float64{"b": 2, "a": 0.5}, "Key|Value\na|0.500\nb|2.000"},
		{"a map of numbers", map[float64]bool{10: true, 9: false}, "Key|Value\n9|no\n10|yes"},
		{"numbers", []float64{1, math.NaN(), 1.25}, "Value\n1.000\n–\n1.250"},
		{"texts", []string{"a", "b"}, "Value\na\nb"},
		{"rows", [][]string{{"a", "b"}, {"1", "2"}}, "a|b\n1|2"},
		{"a table", Table{Header: []string{"h"}, Rows: [][]string{{"1"}}}, "h\n1"},
		{"structs", List[struct{ MeanLoss float64 }]{{0.5}}, "Mean loss\n0.5000"},
		{"a protocol", Days(4, Dose(2, "a", 1)), "Value\n" + Days(4, Dose(2, "a", 1)).String()},
		{"parameters", &struct {
			K float64 `card:"symbol=k; unit=1; low=0; high=1; status=free; source=test; meaning=test"`
		}{0.5}, "Symbol|Field|Meaning|Value|Range|Unit|Status|Source\nk|K|test|0.5|0 to 1|1|free|test"},
	} {
		header, rows, err := Layout(c.x)
		got := strings.Join(header, "|")
		for _, r := range rows {
			got += "\n" + strings.Join(r, "|")
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", c.name, err, got, c.want)
		}
	}
	if header, rows, err := Layout(long); err != nil || len(header) != 2 || len(rows) != mostDays || rows[0][0] != "0" || rows[mostDays-1][0] != "99" {
		t.Errorf("a long course: %v, %v, %v", header, rows, err)
	}
	for _, bad := range []any{nil, 3, func() {}, struct{}{}, []*struct{ A int }{nil}, []any{1}, (*Table)(nil), [][]string{}, make(chan int),
		[][]string{{"a", "b"}, {"1"}}, Table{Header: []string{"a"}, Rows: [][]string{{"1", "2"}}}} {
		if _, _, err := Layout(bad); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%T: error %v, want one line", bad, err)
		}
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		x    float64
		n    int
		want string
	}{{97.25, 1, "97.2"}, {-0.04, 1, "0.0"}, {-2.5, 0, "−2"}, {1e-5, 4, "1e−05"}, {-1e-5, 4, "−1e−05"}, {1e-5, 1, "0.0"}, {math.NaN(), 2, "–"}, {0, 3, "0.000"}} {
		if got := Decimals(c.x, c.n); got != c.want {
			t.Errorf("Decimals(%v, %d) = %q, want %q", c.x, c.n, got, c.want)
		}
	}
}
