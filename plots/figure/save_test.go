package figure_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"divergent/plots/figure"
)

// An ending chooses the format; a dot in a name does not.
func TestSaveByEnding(t *testing.T) {
	f := figure.New("x", figure.SingleColumn, 40)
	f.Panel("", figure.Axis{}, figure.Axis{}).Line("a", []float64{0, 1}, []float64{0, 1})
	for _, c := range []struct {
		base    string
		formats []figure.Format
		want    []string
	}{
		{"x.pdf", nil, []string{"x.csv", "x.pdf"}},
		{"x.SVG", nil, []string{"x.csv", "x.svg"}},
		{"x.csv", nil, []string{"x.csv"}},
		{"x.pdf", []figure.Format{figure.PDF}, []string{"x.csv", "x.pdf"}},
		{"x.pdf", []figure.Format{figure.PNG}, []string{"x.csv", "x.pdf", "x.png"}},
		{"v1.2", []figure.Format{figure.SVG}, []string{"v1.2.csv", "v1.2.svg"}},
		{"x", nil, []string{"x.csv", "x.pdf", "x.png", "x.svg"}},
	} {
		dir := t.TempDir()
		if err := f.Save(filepath.Join(dir, c.base), c.formats...); err != nil {
			t.Error(err)
			continue
		}
		entries, err := os.ReadDir(dir)
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s as %q: files %q, %v, want %q", c.base, c.formats, got, err, c.want)
		}
	}
	for _, base := range []string{"x.jpg", "x.TIFF", "x.eps"} {
		if err := f.Save(filepath.Join(t.TempDir(), base)); err == nil || !strings.Contains(err.Error(), "png, svg, pdf or csv") {
			t.Errorf("%s: %v", base, err)
		}
	}
}
