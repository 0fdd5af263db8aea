package plots

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"divergent/pkg/study"
	"divergent/plots/figure"
)

// all returns every figure of a result.
func all(t testing.TB, r *study.Result) map[string]*figure.Figure {
	t.Helper()
	out := map[string]*figure.Figure{}
	for name, draw := range map[string]func(*study.Result) (*figure.Figure, error){
		"wiring": Wiring, "recovery": Recovery, "resilience": Resilience, "relapse": Relapse, "profile": Profile,
		"decision-map": DecisionMap, "controls": Controls, "replication": Replication,
		"protocols": func(*study.Result) (*figure.Figure, error) { return Protocols(study.Divergent()) },
	} {
		f, err := draw(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = f
	}
	return out
}

func TestSaveGivesTheSameBytes(t *testing.T) {
	dir := t.TempDir()
	one, two := all(t, withNetworks(synthetic(3))), all(t, withNetworks(synthetic(3)))
	for name := range one {
		a, b := filepath.Join(dir, "a", "deep", name), filepath.Join(dir, "b", name)
		if err := one[name].Save(a); err != nil {
			t.Fatal(err)
		}
		if err := two[name].Save(b); err != nil {
			t.Fatal(err)
		}
		for _, f := range figure.Formats() {
			x, err := os.ReadFile(a + "." + string(f))
			if err != nil {
				t.Fatal(err)
			}
			y, _ := os.ReadFile(b + "." + string(f))
			if !bytes.Equal(x, y) {
				t.Errorf("%s.%s differs between two runs", name, f)
			}
			if f == figure.SVG && (bytes.Count(x, []byte("<path")) > 6000 || len(x) > 600_000) {
				t.Errorf("%s.svg has %d paths, %d bytes: rasters must be images", name, bytes.Count(x, []byte("<path")), len(x))
			}
		}
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*", ".*"))
	if len(left) > 0 {
		t.Errorf("temporary files left: %v", left)
	}
}

func TestSaveWritesTheNumbersAlways(t *testing.T) {
	base := filepath.Join(t.TempDir(), "x")
	f, _ := Resilience(synthetic(2))
	if err := f.Save(base, figure.SVG); err != nil {
		t.Fatal(err)
	}
	got, _ := filepath.Glob(base + ".*")
	if len(got) != 2 {
		t.Fatalf("files %v: want x.csv and x.svg", got)
	}
	b, _ := os.ReadFile(base + ".csv")
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	if lines[0] != "panel,series,kind,x,y,low,high,n,at,x to,x is,y is" || len(lines) != len(f.Table())+1 {
		t.Errorf("CSV has head %q and %d lines for %d numbers", lines[0], len(lines), len(f.Table()))
	}
}

func TestPhysicalSize(t *testing.T) {
	f, _ := Recovery(synthetic(2))
	data, w, h, err := f.PNG(192)
	if err != nil {
		t.Fatal(err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(float64(c.Width)-2*float64(w)) > 1 || math.Abs(float64(c.Height)-2*float64(h)) > 1 {
		t.Errorf("image of %d × %d pixels shown at %d × %d: want half", c.Width, c.Height, w, h)
	}
	if want := int(math.Round(figure.DoubleColumn / 25.4 * 96)); w != want {
		t.Errorf("width %d CSS pixels: want %d", w, want)
	}
	at := bytes.Index(data, []byte("pHYs"))
	if at < 0 || binary.BigEndian.Uint32(data[at+4:]) != 7559 {
		t.Error("no pHYs chunk of 192 dots per inch")
	}
}

func TestErrorsAreOneClearLine(t *testing.T) {
	ok, _ := Recovery(synthetic(2))
	with := func(change func(f *figure.Figure)) *figure.Figure {
		f := *ok
		change(&f)
		return &f
	}
	encode := func(f *figure.Figure) error { return f.Encode(new(bytes.Buffer), figure.PNG) }
	_, parse := figure.ParseFormat("jpeg")
	_, _, _, dpi := ok.PNG(0)
	_, _, _, notANumber := ok.PNG(math.NaN())
	_, noArm := Protocols(study.Design{Name: "mine"})
	blocked := filepath.Join(t.TempDir(), "file")
	os.WriteFile(blocked, nil, 0o644)
	empty := &study.Result{Manifest: study.Manifest{Study: "mine"}}
	_, nilResult := Recovery(nil)
	_, nilWiring := Wiring(nil)
	_, noRows := Resilience(empty)
	_, noNets := Wiring(synthetic(1))
	_, noMap := DecisionMap(synthetic(1))
	_, noControls := Controls(keep(synthetic(1), "ketamine"))
	_, noRelapse := Relapse(keep(synthetic(1), "dense"))
	_, noQuotes := Replication(&study.Result{Manifest: study.Manifest{Study: "mine"}, Rows: synthetic(1).Rows})
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"format":      {parse, `format "jpeg": want png, svg, pdf or csv`},
		"encode":      {ok.Encode(new(bytes.Buffer), "gif"), `format "gif": want`},
		"save format": {ok.Save(filepath.Join(t.TempDir(), "x"), "gif"), `format "gif": want`},
		"dpi":         {dpi, "DPI = 0: want 20 to 1200"},
		"dpi nan":     {notANumber, "DPI = NaN"},
		"dpi field":   {encode(with(func(f *figure.Figure) { f.DPI = 5000 })), "DPI = 5000"},
		"width":       {encode(with(func(f *figure.Figure) { f.Width = 0 })), "Width = 0 mm: want 20 to 500"},
		"height":      {encode(with(func(f *figure.Figure) { f.Height = math.Inf(1) })), "Height = +Inf mm"},
		"heights":     {encode(with(func(f *figure.Figure) { f.Heights = []float64{1} })), "Heights has 1 entries: want one per row, 2"},
		"zero height": {encode(with(func(f *figure.Figure) { f.Heights = []float64{1, 0} })), "Heights[1] = 0"},
		"no plot":     {encode(with(func(f *figure.Figure) { f.Rows = [][]*figure.Panel{{{}}} })), "Rows[0][0] has no Plot"},
		"panels":      {encode(with(func(f *figure.Figure) { f.Rows = nil })), "no panel"},
		"no figure":   {encode(nil), "no figure"},
		"no name":     {ok.Save(""), "file name"},
		"folder":      {ok.Save(t.TempDir() + "/"), "file name"},
		"blocked":     {ok.Save(filepath.Join(blocked, "x")), "(not a directory): want a folder you may write to"},
		"nil result":  {nilResult, "result = nil"},
		"nil wiring":  {nilWiring, "result = nil"},
		"no rows":     {noRows, `study "mine" has no rows`},
		"no networks": {noNets, "no kept network"},
		"no map":      {noMap, "no kept network"},
		"no controls": {noControls, "no control beside its arm"},
		"no relapse":  {noRelapse, "no relapse test"},
		"no quotes":   {noQuotes, "no published numbers"},
		"no arm":      {noArm, `design "mine" has no arm`},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) || strings.Contains(c.err.Error(), "\n") {
			t.Errorf("%s: error %v: want one line with %q", name, c.err, c.want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for name, want := range map[string]figure.Format{"png": figure.PNG, "PDF": figure.PDF, ".svg": figure.SVG, " csv ": figure.CSV} {
		if got, err := figure.ParseFormat(name); got != want || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v: want %q", name, got, err, want)
		}
	}
}

func TestPDFKeepsAnyLetter(t *testing.T) {
	r := synthetic(2, "β-blocker → λ")
	f, err := Recovery(r)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Encode(&b, figure.PDF); err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-")) || !bytes.Contains(b.Bytes(), []byte("D:20260101")) {
		t.Error("no PDF with the fixed date")
	}
}

// keep returns the result with the rows of some arms only.
func keep(r *study.Result, arms ...string) *study.Result {
	out := &study.Result{Manifest: r.Manifest}
	for _, row := range r.Rows {
		for _, a := range arms {
			if row.Arm == a {
				out.Rows = append(out.Rows, row)
			}
		}
	}
	return out
}

// Files are named after a figure's Name, so each figure needs one of its own.
func TestFiguresAreNamed(t *testing.T) {
	r := SeedStudy()
	seen := map[string]bool{}
	for i, draw := range []func(*study.Result) (*figure.Figure, error){Wiring, Recovery, Resilience, Relapse, Profile, DecisionMap, Controls, Replication} {
		f, err := draw(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "" || seen[f.Name] {
			t.Errorf("figure %d is named %q: want a name of its own", i, f.Name)
		}
		seen[f.Name] = true
	}
}
