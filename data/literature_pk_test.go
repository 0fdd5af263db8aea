package data

import (
	"bytes"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestPKReads(t *testing.T) {
	ketamine, err := KetaminePK()
	if err != nil {
		t.Fatal(err)
	}
	other, err := OtherPK()
	if err != nil {
		t.Fatal(err)
	}
	if len(ketamine) != 52 || len(other) != 8 {
		t.Errorf("%d and %d rows, want 52 and 8", len(ketamine), len(other))
	}
	// As section 2.2 of the specification gives them.
	for _, c := range []struct {
		rows                        []PK
		study, drug, parameter, in  string
		values, sd, low, high       []float64
		isRange, isAbout, isChecked bool
	}{
		{ketamine, "Kamp2020 meta-analysis", "ketamine racemic", "V_total", "IV", []float64{252}, nil, []float64{200}, []float64{304}, false, false, true},
		{ketamine, "Kamp2020 raw-data model", "ketamine racemic", "Q2", "IV", []float64{161}, nil, nil, nil, false, false, false},
		{ketamine, "Hasan2021", "R-ketamine", "F", "oral 40 mg PR", []float64{19}, []float64{10}, nil, nil, false, false, true},
		{ketamine, "Fanta2015", "S-ketamine", "CL", "IV", []float64{95}, nil, nil, nil, false, false, true},
		{ketamine, "Rolan2014", "ketamine racemic", "F_sublingual", "sublingual", []float64{29}, nil, []float64{27}, []float64{31}, false, false, true},
		{ketamine, "prescribing information via Current Psychiatry", "esketamine", "Tmax", "IN", []float64{20, 40}, nil, nil, nil, true, false, true},
		{other, "Holze2023", "psilocin", "Cmax after 15/25/30 mg psilocybin", "oral", []float64{11, 17, 21}, nil, []float64{10, 16, 19}, []float64{13, 19, 24}, false, false, true},
		{other, "label", "brexanolone", "t_half", "IV", []float64{9}, nil, nil, nil, false, true, false},
	} {
		i := slices.IndexFunc(c.rows, func(r PK) bool {
			return r.Study == c.study && r.Drug == c.drug && r.Parameter == c.parameter && r.Route == c.in
		})
		if i < 0 {
			t.Errorf("no %s of %s in %s", c.parameter, c.drug, c.study)
			continue
		}
		r := c.rows[i]
		if !slices.Equal(r.Values, c.values) || !slices.Equal(r.SD, c.sd) || !slices.Equal(r.Low, c.low) || !slices.Equal(r.High, c.high) ||
			r.Range != c.isRange || r.About != c.isAbout || r.Verified != c.isChecked {
			t.Errorf("line %d: %+v, want %+v", r.Line, r, c)
		}
	}
}

func TestPKErrors(t *testing.T) {
	header := strings.Join(pkColumns(), ",") + "\n"
	row := func(value, spread string) error {
		_, err := ParsePK(strings.NewReader(fmt.Sprintf("%sd,s,,p,%s,%s,L,,,IV,,yes,\n", header, value, spread)), "x.csv")
		return err
	}
	const number = ": want a plain decimal such as 0.25, a list such as 1/2/3 or a range such as 1 to 2"
	const kind = ": want one SD or interval for each value, or what kind it is, as in 13% IIV or 1 (SE)"
	for _, c := range []struct {
		err  error
		want string
	}{
		{row("", ""), `value is empty: want a text`},
		{row("1e3", ""), `value = "1e3"` + number},
		{row("1/2/", ""), `value = "1/2/"` + number},
		{row("0", ""), `value = "0": want numbers above 0`},
		{row("4 to 2", ""), `value = "4 to 2": want the lower bound first`},
		{row("1", "abc (SE)"), `sd_or_ci = "abc (SE)"` + number},
		{row("1", "5 mg"), `sd_or_ci = "5 mg"` + number},
		{row("1", "3 to 2"), `sd_or_ci = "3 to 2": want the lower bound first`},
		{row("1/2", "0.1"), `sd_or_ci = "0.1"` + kind},
		{row("1/2", "0.1/2-3"), `sd_or_ci = "0.1/2-3"` + kind},
	} {
		if c.err == nil || c.err.Error() != "data: x.csv line 2: "+c.want {
			t.Errorf("error = %v\n want  data: x.csv line 2: %s", c.err, c.want)
		}
	}
	if _, err := ParseOtherPK(strings.NewReader(header), "x.csv"); err == nil {
		t.Error("took the columns of one table for those of the other")
	}
}

// checkPK fails where a row that was read is not positive, in order and complete.
func checkPK(t *testing.T, b []byte) int {
	t.Helper()
	rows, err := ParsePK(bytes.NewReader(b), "x.csv")
	checkLiteratureError(t, err)
	more, err := ParseOtherPK(bytes.NewReader(b), "x.csv")
	checkLiteratureError(t, err)
	rows = append(rows, more...)
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 1) } // which NaN is not
	for _, r := range rows {
		bad := len(r.Values) == 0 || len(r.Low) != len(r.High) || r.SD != nil && r.Low != nil || r.Line < 2 ||
			r.Range && (len(r.Values) != 2 || !(r.Values[0] < r.Values[1]))
		for i := range r.Low {
			bad = bad || i < len(r.High) && !(r.Low[i] < r.High[i])
		}
		for _, v := range slices.Concat(r.Values, r.SD, r.Low, r.High) {
			bad = bad || !positive(v)
		}
		if bad {
			t.Errorf("accepted %+v", r)
		}
	}
	return len(rows)
}

// The tables are whole here, as seeds they would have the fuzz test crawl.
func TestPKTablesAreInOrder(t *testing.T) {
	rows := 0
	for _, name := range []string{"pk_ketamine.csv", "pk_other.csv"} {
		b, err := fs.ReadFile(Literature(), name)
		if err != nil {
			t.Fatal(err)
		}
		rows += checkPK(t, b)
	}
	if rows != 52+8 {
		t.Errorf("%d rows, want 60", rows)
	}
}

// Whatever is accepted is positive, in order and complete, and every error is
// one line that names the file.
func FuzzPK(f *testing.F) {
	header := strings.Join(pkColumns(), ",") + "\n"
	for _, row := range []string{"d,s,,p,1 to 2,1-2/3 to 4 (90% CI),L,,,IV,,no,", "d,s,m,p,1/2/3,0.1/0.2/0.3,L,pop,15,IV,,yes,n", "d,s,,p,about 9,13% IIV,h,,,IV,,yes,",
		"d,s,,p,252,200 to 304,L,,,IV,,yes,", "d,s,,p,1,1 (SE),L,,,IV,,yes,", "d,s,,p,NaN,Inf,L,,,IV,,yes,", "d,s,,p,-1,1e3,L,,,IV,,yes,"} {
		f.Add([]byte(header + row + "\n"))
	}
	f.Add([]byte("drug,study,parameter,value,sd_or_ci,unit,n,route,source_doi,verified,note\nd,s,p,11/17/21,10-13/16-19/19-24,L,,oral,,yes,\n"))
	f.Fuzz(func(t *testing.T, b []byte) { checkPK(t, b) })
}
