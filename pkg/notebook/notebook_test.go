package notebook

import (
	"bytes"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"divergent/internal/studytest"
	"divergent/pkg/assay"
	"divergent/pkg/infer"
	"divergent/pkg/landscape"
	"divergent/pkg/model"
	"divergent/pkg/report"
	"divergent/pkg/spines"
	"divergent/pkg/study"
	"divergent/plots"
	"divergent/plots/figure"
)

// failing is set in a child process that is to fail as a cell does.
const failing = "DIVERGENT_TEST_FAILS"

func TestMain(m *testing.M) {
	switch os.Getenv(failing) {
	case "check":
		Check(errors.New("treat: Fraction = 50:\nwant a share in (0, 1]; did you mean 0.5?"))
	case "show":
		Show(nil, errors.New("plots: no rows"))
	case "nil":
		Show(nil, nil)
	case "table":
		Table(42)
	case "run":
		Run(study.Design{Name: "empty"})
	default:
		if call, ok := refused()[os.Getenv(failing)]; ok {
			call()
			break
		}
		os.Exit(m.Run())
	}
	os.Exit(0)
}

// A failure is one line on standard error and exit status 1, which fails a cell.
func TestFailuresAreOneLine(t *testing.T) {
	for _, how := range []string{"check", "show", "nil", "table", "run"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), failing+"="+how)
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		err := cmd.Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("%s: %v, want exit status 1", how, err)
		}
		if s := stderr.String(); strings.Count(s, "\n") != 1 || !strings.HasPrefix(s, "divergent: ") || out.Len() > 0 {
			t.Errorf("%s: standard error %q, output %q: want one line", how, s, out.String())
		}
	}
}

// failure runs a call in a child process and returns what it writes as it fails.
func failure(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), failing+"="+name)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 || out.Len() > 0 {
		t.Errorf("%s: %v, output %q; want exit status 1 and no output", name, err, out.String())
	}
	return stderr.String()
}

// swept is a result with two levels of the factor pruned and two arms.
func swept() *study.Result {
	return studytest.Sweep(3, []float64{0.5, 0.9}, []string{"ketamine", "ssri"}, []study.Row{studytest.Combined, {Phase: assay.Acute, Metric: assay.Sparsity}},
		func(seed int, setting float64, _ string, _ study.Row) float64 { return 100*setting + float64(seed) })
}

// refused holds calls that fail: each function of a result that has to be told a
// level, and misspelled names.
func refused() map[string]func() {
	r, plain := swept(), swept().At("pruned", 0.5)
	return map[string]func(){
		"pooled Measure":    func() { Measure(r, "ketamine", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"pooled Means":      func() { Means(r, assay.Acute, assay.Combined, 0, assay.Accuracy, "ketamine") },
		"pooled Difference": func() { Difference(r, "ketamine", "ssri", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"pooled Change":     func() { Change(r, "ketamine", assay.Acute, assay.OffDrug, assay.Combined, 0) },
		"pooled Outcomes":   func() { Outcomes(r) },
		"pooled Contrasts":  func() { Contrasts(r, [2]string{"ketamine", "ssri"}) },

		"factor prunned of ByLevel":     func() { ByLevel(r, "prunned", assay.Acute, assay.Combined, 0, assay.Accuracy, "ketamine") },
		"factor prunned of Matched":     func() { Matched(r, "prunned", "ketamine", "ssri", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"factor prunned of Differences": func() { Differences(r, "prunned", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"factor prunned of Falls":       func() { Falls(r, "prunned", "ketamine") },
		"factor prunned of FallOf":      func() { FallOf(r, "prunned", "ketamine", assay.Combined, 0) },
		"factor prunned of Regions":     func() { Regions(r, "prunned", assay.Acute, "ketamine") },
		"arm ketamin of Measure":        func() { Measure(plain, "ketamin", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"arm ketamin of Means":          func() { Means(plain, assay.Acute, assay.Combined, 0, assay.Accuracy, "ssri", "ketamin") },
		"arm ketamin of Difference":     func() { Difference(plain, "ssri", "ketamin", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"arm ketamin of Change":         func() { Change(plain, "ketamin", assay.Acute, assay.OffDrug, assay.Combined, 0) },
		"arm ketamin of Contrasts":      func() { Contrasts(plain, [2]string{"ssri", "ketamin"}) },
		"arm ketamin of ByLevel":        func() { ByLevel(r, "pruned", assay.Acute, assay.Combined, 0, assay.Accuracy, "ketamin") },
		"arm ketamin of Matched":        func() { Matched(r, "pruned", "ssri", "ketamin", assay.Acute, assay.Combined, 0, assay.Accuracy) },
		"arm ketamin of Differences": func() {
			Differences(r, "pruned", assay.Acute, assay.Combined, 0, assay.Accuracy, [2]string{"ssri", "ketamin"})
		},
		"arm ketamin of Falls":      func() { Falls(r, "pruned", "ketamin") },
		"arm ketamin of FallOf":     func() { FallOf(r, "pruned", "ketamin", assay.Combined, 0) },
		"arm ketamin of Regions":    func() { Regions(r, "pruned", assay.Acute, "ketamin") },
		"phase acut of Regions":     func() { Regions(r, "pruned", "acut", "ketamine") },
		"phase acut of Measure":     func() { Measure(plain, "ketamine", "acut", assay.Combined, 0, assay.Accuracy) },
		"phase acut of Change":      func() { Change(plain, "ketamine", "acut", assay.Relapse, assay.Combined, 0) },
		"test combine of ByLevel":   func() { ByLevel(r, "pruned", assay.Acute, "combine", 0, assay.Accuracy, "ketamine") },
		"test combine of FallOf":    func() { FallOf(r, "pruned", "ketamine", "combine", 0) },
		"metric acuracy of Matched": func() { Matched(r, "pruned", "ketamine", "ssri", assay.Acute, assay.Combined, 0, "acuracy") },
		"level 1 of Measure":        func() { Measure(plain, "ketamine", assay.Acute, assay.Combined, 1, assay.Accuracy) },
	}
}

// Levels are not taken for seeds, and a name that the result does not know is one
// line that names the nearest.
func TestTablesRefuse(t *testing.T) {
	right := map[string]string{"prunned": `"pruned"`, "ketamin": `"ketamine"`, "acut": `"acute"`, "combine": `"combined"`, "acuracy": `"accuracy"`, "1": "0"}
	for name := range refused() {
		got, want := failure(t, name), `is swept over pruned: choose a level, such as r.At("pruned", 0.5)`
		if words := strings.Fields(name); words[0] != "pooled" {
			want = "did you mean " + right[words[1]] + "?"
		}
		if !strings.Contains(got, want) || strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "divergent: infer: ") {
			t.Errorf("%s: %q; want %s in one line", name, got, want)
		}
	}
}

// Few seeds show no interval in any table or sentence.
func TestFewSeedsHaveNoInterval(t *testing.T) {
	for _, seeds := range []int{1, 2, 4, 5} {
		r := studytest.Sweep(seeds, []float64{0.5, 0.9}, []string{"ketamine", "ssri", "untreated"},
			[]study.Row{studytest.Combined, {Phase: assay.Acute, Test: assay.Standard, Metric: assay.Accuracy}, {Phase: assay.Acute, Test: assay.Internal, Level: 2.5, Metric: assay.Accuracy},
				{Phase: assay.Acute, Metric: assay.Dose}, {Phase: assay.Relapse, Test: assay.Combined, Metric: assay.Drop}},
			func(seed int, setting float64, arm string, w study.Row) float64 {
				if w.Metric == assay.Dose {
					return 0.001 + 0.0001*float64(seed)
				}
				return 100*(1-setting) + float64(seed*len(arm)) // falls, and seeds differ
			})
		r.Manifest.Study = "isodose"
		at := r.At("pruned", 0.5)
		pair := [2]string{"ketamine", "ssri"}
		for name, x := range map[string]any{
			"Outcomes": Outcomes(at), "Contrasts": Contrasts(at, pair), "IsoDoses": IsoDoses(r), "Falls": Falls(r, "pruned", "ketamine"),
			"ByLevel": ByLevel(r, "pruned", assay.Acute, assay.Combined, 0, assay.Accuracy, "ketamine"), "Map": Map(Regions(r, "pruned", assay.Acute, "ketamine", "ssri")),
			"Matched":     Matched(r, "pruned", "ketamine", "ssri", assay.Acute, assay.Combined, 0, assay.Accuracy),
			"Differences": Differences(r, "pruned", assay.Acute, assay.Combined, 0, assay.Accuracy, pair),
		} {
			header, rows, err := report.Layout(x)
			if err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows, %v", name, len(rows), err)
			}
			s := markdown(header, rows)
			if n := strings.Count(s, "["); name != "Map" && (n > 0) != (seeds >= 5) {
				t.Errorf("%s of %d seeds has %d intervals:\n%s", name, seeds, n, s)
			}
			if n := strings.Count(s, "(n = "); name != "Map" && (n > 0) != (seeds > 1 && seeds < 5) {
				t.Errorf("%s of %d seeds counts them %d times:\n%s", name, seeds, n, s)
			}
		}
		for _, s := range []string{Means(at, assay.Acute, assay.Combined, 0, assay.Accuracy, "ketamine", "ssri"),
			Difference(at, "ketamine", "ssri", assay.Acute, assay.Combined, 0, assay.Accuracy).String()} {
			if strings.Contains(s, "[") != (seeds >= 5) {
				t.Errorf("%d seeds: %q", seeds, s)
			}
		}
	}
	few := []infer.Replication{{Arm: "ssri", Phase: assay.Acute, Test: assay.Combined, Metric: assay.Accuracy, Published: 44, Mean: 60, Low: math.NaN(), High: math.NaN(), N: 2}}
	if rows := Replications(few); rows[0].Interval != "–" || rows[0].Inside {
		t.Errorf("%+v", rows[0])
	}
	if text, out := report.Verdict(few); text != "Fewer than 5 seeds give no interval to hold the published numbers against." || len(out) > 0 || len(Outside(few)) > 0 {
		t.Errorf("verdict %q, outside %v", text, out)
	}
}

func TestMustGivesTheValue(t *testing.T) {
	if got := Must(3, nil); got != 3 {
		t.Errorf("Must(3, nil) = %v", got)
	}
}

func TestTable(t *testing.T) {
	type row struct {
		Arm      string
		MeanLoss float64 `table:"Mean loss (nats)"`
		Seeds    int
		Kept     bool
		Hidden   string `table:"-"`
		P        float64
		Interval Estimate
		inner    int
	}
	rows := []row{
		{Arm: "a|b", MeanLoss: 1.21534, Seeds: 10, Kept: true, P: 0.002, Interval: Estimate{Interval: infer.Interval{Mean: 97.25, Low: 96.9, High: 97.6}}, inner: 1},
		{Arm: "c", MeanLoss: -0.5, Seeds: 9, P: math.NaN(), Interval: Estimate{Interval: infer.Interval{Mean: math.NaN()}}},
	}
	header, cells, err := report.Layout(rows)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join([]string{
		`| Arm | Mean loss (nats) | Seeds | Kept | P | Interval |`,
		`|:---|---:|---:|:---|---:|---:|`,
		"| a&#124;b | 1.215 | 10 | yes | 0.0020 | 97.2 [96.9,\u00a097.6] |", // no line breaks in an interval
		`| c | −0.500 | 9 | no | – | – |`, ""}, "\n")
	if got := markdown(header, cells); got != want {
		t.Errorf("table:\n%s\nwant:\n%s", got, want)
	}
	if h, c, err := report.Layout([]*row{{Arm: "x"}}); err != nil || len(h) != 6 || len(c) != 1 {
		t.Errorf("slice of pointers: %v %v %v", h, c, err)
	}
	for _, bad := range []any{nil, 3, struct{}{}, func() {}, []*row{nil}, (*plots.Figure)(nil), (*study.Result)(nil), []any{nil}} {
		if _, _, err := report.Layout(bad); err == nil {
			t.Errorf("report.Layout(%v): no error", bad)
		}
	}
}

// What the small models and the figures return is laid out, too.
func TestTableTakesModelsAndFigures(t *testing.T) {
	p, days := landscape.Default(), model.Days(40, model.Stress(5, 20))
	f := Must(plots.Protocols(study.Divergent()))
	for header, x := range map[string]any{
		"Symbol|Field":      spines.Default(),
		"Day|Density":       Must(spines.Follow(spines.Default(), days, 5)),
		"T|Mood, Mean":      Must(landscape.Simulate(p, days, landscape.Options{Deterministic: true})),
		"Branch|Point":      Must(landscape.Bifurcation(p, landscape.Circuit{}, "Strength", 0, 2)),
		"Value":             days,
		"Panel|Series|Kind": f.Table(),
	} {
		h, rows, err := report.Layout(x)
		if err != nil || !strings.HasPrefix(strings.Join(h, "|"), header) || len(rows) == 0 || len(rows) > 12 && header != "Symbol|Field" && header != "Panel|Series|Kind" {
			t.Errorf("%T: %d rows below %q, %v", x, len(rows), h, err)
		}
	}
}

func TestFoldedTableIsHTML(t *testing.T) {
	want := `<details><summary style="cursor: pointer; display: list-item">All of &lt;it&gt;</summary>
<table>
<tr><th style="text-align: left">A</th><th style="text-align: right">B</th></tr>
<tr><td style="text-align: left">a &lt; 2</td><td style="text-align: right">−1</td></tr>
</table>
</details>`
	if got := folded("All of <it>", []string{"A", "B"}, [][]string{{"a <\n2", "−1"}}); got != want {
		t.Errorf("folded table:\n%s\nwant:\n%s", got, want)
	}
}

// hostile are names as a reader's cell or another's file may have them.
var hostile = map[string]string{
	"<script>alert(1)</script>":         "&#60;script>alert(1)&#60;/script>",
	"<img src=x onerror=y>":             "&#60;img src=x onerror=y>",
	"<!-- hidden":                       "&#60;!-- hidden",
	"[a](javascript:alert(1))":          "[a&#93;(javascript:alert(1))",
	"![a][b]":                           "![a&#93;[b]",
	"*a* _b_ `c` ~d~":                   "&#42;a&#42; &#95;b&#95; &#96;c&#96; &#126;d&#126;",
	"a\n\n# b":                          "a # b",
	"a|b":                               "a&#124;b",
	`a\|b`:                              "a<span>&#92;</span>&#124;b",
	`$\href{x}{y}$`:                     "<span>&#36;</span><span>&#92;</span>href{x}{y}<span>&#36;</span>",
	"&lt;b&#62;":                        "&#38;lt;b&#38;#62;",
	"a\u202eb\x00c\xffd":                "a\ufffdb\ufffdc\ufffdd",
	"97.4 [97.2, 97.6] (< 0.1) w_vv <5": "97.4 [97.2, 97.6] (< 0.1) w_vv <5",
}

func TestHostileTextIsShownAsItIs(t *testing.T) {
	for text, want := range hostile {
		if got := escape(text); got != want {
			t.Errorf("escape(%q) = %q, want %q", text, got, want)
		}
		want = strings.ReplaceAll(want, "97.2, 97.6", "97.2,\u00a097.6")
		head, row, _ := strings.Cut(markdown([]string{text}, [][]string{{text}}), "\n")
		if head != "| "+want+" |" || !strings.Contains(row, "\n| "+want+" |\n") {
			t.Errorf("table of %q: %s\n%s", text, head, row)
		}
	}
	if got, want := bolded("**<b>1*2**"), `**&#60;b>1&#42;2**`; got != want {
		t.Errorf("bold cell %q, want %q", got, want)
	}
	if got, want := code("a`<b>\n`c"), "`a'<b> 'c`"; got != want {
		t.Errorf("code %q, want %q", got, want)
	}
}

// A table of whatever text has its lines and columns, and no HTML but its own.
func FuzzMarkdown(f *testing.F) {
	for text := range hostile {
		f.Add(text)
	}
	own := strings.NewReplacer("<span>&#36;</span>", "", "<span>&#92;</span>", "")
	html := regexp.MustCompile(`<[^ 0-9]`)
	f.Fuzz(func(t *testing.T, s string) {
		table := markdown([]string{"a", s}, [][]string{{s, "b"}, {"**" + s + "**", s}})
		lines := strings.Split(table, "\n")
		if len(lines) != 5 || html.MatchString(own.Replace(table)) || !utf8.ValidString(table) {
			t.Errorf("%q is shown as %q", s, table)
		}
		for _, line := range lines[:4] {
			if n := strings.Count(line, "|"); n != 3 {
				t.Errorf("%q: %d bars in %q, want 3", s, n, line)
			}
		}
	})
}

func TestNumericColumns(t *testing.T) {
	for text, want := range map[string]bool{"97.4 [97.2, 97.6]": true, "−0.2": true, "**9.5 [8, 11]**": true, "–": true, "16 to 44": true, "40 % × 3": false, "ssri": false} {
		if got := numeric([][]string{{text}, {"1"}}, 0); got != want {
			t.Errorf("numeric(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{"Recovery, 95 % pruned: 3 of 4": "recovery-95-pruned", "../..": "figure", "": "figure", strings.Repeat("é", 300): strings.Repeat("é", 100)} {
		if got := slug(title); got != want {
			t.Errorf("slug(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestProgressIsShownNowAndThen(t *testing.T) {
	var lines []string
	p := &progress{show: func(s string) { lines = append(lines, s) }, done: func() {}}
	for done := range 1000 {
		p.event(study.Event{Done: done, Total: 1000, Stored: 4})
	}
	p.end()
	if len(lines) < 2 || len(lines) > 10 || lines[len(lines)-1] != "simulated 995 of 996 cells (4 more were stored)" {
		t.Errorf("a thousand events at once gave %d lines: %q", len(lines), lines)
	}
	stored := &progress{show: func(string) { t.Error("progress is shown where everything is stored") }}
	stored.event(study.Event{Done: 8, Total: 8, Stored: 8})
	stored.end()
}

func TestDoctorFindsTheModule(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Root(), "go.mod")); err != nil {
		t.Error(err)
	}
	list := Diagnose()
	if len(list) < 8 || list[0].Found == "" {
		t.Errorf("findings: %+v", list)
	}
}

func TestExportNumbersFiguresOfOneTitle(t *testing.T) {
	f, err := plots.Protocols(study.Divergent())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "figures")
	for range 2 {
		if err := export(f, dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{".png", ".svg", ".pdf", ".csv", "-2.png"} {
		if !exists(filepath.Join(dir, f.Name+end)) {
			t.Errorf("no %s%s", f.Name, end)
		}
	}
	f.Name = "../outside"
	if err := export(f, dir); err != nil || !exists(filepath.Join(dir, "outside.png")) {
		t.Errorf("%v: want a figure named %s inside the folder", err, f.Name)
	}
}

// The clone is known by its module's name, however its go.mod is written.
func TestModuleIsFound(t *testing.T) {
	for text, ours := range map[string]bool{
		"module divergent\n\ngo 1.25.0\n":                   true,
		"// A comment first.\r\nmodule divergent\r\n":       true,
		"module \"divergent\" // as text\n":                 true,
		"module divergent/tools\n":                          false,
		"// module divergent\nmodule example.org/elsewhere": false,
	} {
		dir := t.TempDir()
		below := filepath.Join(dir, "a", "b")
		if err := os.MkdirAll(below, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Chdir(below)
		if found, err := Module(); (err == nil && filepath.Base(found) == filepath.Base(dir)) != ours {
			t.Errorf("%q: %s, %v", text, found, err)
		}
	}
}

// No system's Git changes the line ends of what is checked byte by byte.
func TestLineEndsAreKept(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	root, err := Module()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", root, "check-attr", "text", "--", "go.mod", "data/results/divergent/results.csv", "notebooks/00-start-here.ipynb").CombinedOutput()
	if err != nil || strings.Count(string(out), "text: unset") != 3 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestSelections(t *testing.T) {
	list := []infer.Replication{
		{Arm: "ssri", Phase: assay.Acute, Test: assay.Combined, Metric: infer.Efficiency, Published: 1},
		{Arm: "ssri", Phase: assay.Acute, Test: assay.Internal, Metric: assay.Accuracy, Published: 44, Factor: "epochs", Setting: 40},
		{Arm: "ssri", Phase: assay.OffDrug, Metric: assay.Dose, Published: 0.004},
	}
	if got := SelectLevel(list, "epochs", 40); len(got) != 1 || got[0].Published != 44 {
		t.Errorf("SelectLevel: %+v", got)
	}
	if got := SelectMetrics(list, assay.Dose, infer.Efficiency); len(got) != 2 || got[0].Metric != infer.Efficiency || got[1].Metric != assay.Dose {
		t.Errorf("SelectMetrics: %+v", got)
	}
	if got := Select(list, "ssri", assay.Acute, assay.Internal); len(got) != 1 || got[0].Published != 44 {
		t.Errorf("Select by test: %+v", got)
	}
	if got := Select(list, "ssri", assay.Acute); len(got) != 2 {
		t.Errorf("Select of all tests: %+v", got)
	}
	if n := Below([]float64{1, 2, 3}, 3); n != 2 {
		t.Errorf("Below = %d, want 2", n)
	}
}

// What is shown can be saved in the same line, and an ending chooses the format.
func TestShownFiguresAreSaved(t *testing.T) {
	f := figure.New("own", figure.SingleColumn, 60)
	f.Panel("", figure.Axis{Label: "x"}, figure.Axis{Label: "y"}).Line("a", []float64{0, 1}, []float64{0, 1})
	drawn := func() (*plots.Figure, error) { return f, nil }
	dir := t.TempDir()
	Show(drawn()).Save(filepath.Join(dir, "own.pdf"))
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[0].Name() != "own.csv" || entries[1].Name() != "own.pdf" {
		t.Errorf("%v, %v: want own.csv and own.pdf", entries, err)
	}
}
