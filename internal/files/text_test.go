package files

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestSpreadsheetsComputeNoText(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"ketamine":                "ketamine",
		"-0.2":                    "-0.2",
		"+1e-7":                   "+1e-7",
		"-Inf":                    "-Inf",
		"−0.2 to 1":               "−0.2 to 1",
		"a=1":                     "a=1",
		"=1+1":                    "'=1+1",
		"@SUM(A1)":                "'@SUM(A1)",
		"+1+1":                    "'+1+1",
		"-2+3+cmd|' /C calc'!A1":  "'-2+3+cmd|' /C calc'!A1",
		"+1 cmd|' /C calc'!A1":    "'+1 cmd|' /C calc'!A1",
		"+1 % +A1":                "'+1 % +A1",
		"-dose":                   "'-dose",
		"-":                       "'-",
		"\t=1":                    "'\t=1",
		"\r=1":                    "'\n=1",
		"\ta":                     "'\ta",
		"  =1":                    "'  =1",
		"\u200b=1":                "'\u200b=1",
		"\ufeff=1":                "'\ufeff=1",
		"\x00=1":                  "'\ufffd=1",
		"\xff=1":                  "'\ufffd=1",
		"＝1":                      "'＝1",
		"a\x00b\x1b\u202ec\u0085": "a\ufffdb\ufffd\ufffdc\ufffd",
		"+13 % glutamine (Abdallah 2018, 0.5 mg/kg)": "+13 % glutamine (Abdallah 2018, 0.5 mg/kg)",
		"-9.2 points (-11.0 to -7.4)":                "-9.2 points (-11.0 to -7.4)",
		"'=1":                                        "'=1",
	} {
		if got := Cell(text); got != want {
			t.Errorf("Cell(%q) = %q, want %q", text, got, want)
		}
	}
}

// What a CSV file holds is read back, changes no more, and is no formula.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"=1", "+1 point", "-1", "a\r\nb", "\r=", "\"", "\xff", "\u202e@", "＋1", "+1 % x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rows, err := csv.NewReader(bytes.NewReader(CSV([]string{"x", s}, 1, func(int) []string { return []string{s, "y"} }))).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][0] != rows[0][1] {
			t.Fatalf("%q, %v", rows, err)
		}
		got := rows[1][0]
		if Cell(got) != got || got != Cell(s) {
			t.Errorf("%q is %q in the file, and then %q", s, got, Cell(got))
		}
		_, number := strconv.ParseFloat(got, 64)
		if got != "" && strings.ContainsAny(got[:1], "=+-@\t\n\r") && number != nil && !measure.MatchString(got) {
			t.Errorf("%q begins as a formula does", got)
		}
		if i := strings.IndexFunc(got, unicode.IsControl); i >= 0 && !slices.Contains([]byte("\t\n"), got[i]) {
			t.Errorf("%q holds a control character", got)
		}
	})
}
