package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"divergent/pkg/catalogue"
	"divergent/pkg/study"
)

// commandLine runs a command line in process.
func commandLine(ctx context.Context, args ...string) (code int, out, err string) {
	var o, e bytes.Buffer
	code = start(ctx, args, &o, &e)
	return code, o.String(), e.String()
}

func TestBadInputIsOneClearLine(t *testing.T) {
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	file := filepath.Join(dir, "file")
	if err := os.MkdirAll(full, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{file, filepath.Join(full, "letter.txt")} {
		if err := os.WriteFile(f, []byte("mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(dir, "missing")
	tests := []struct {
		args string // space separated
		want []string
	}{
		{"", []string{"no command", "notebooks", "doctor"}},
		{"fly", []string{`"fly"`, "notebooks", "doctor"}},
		{"notebooks --nope", []string{"nope", "--help"}},
		{"notebooks 77", []string{`"77"`, "want one of"}},
		{"notebooks --jobs 0", []string{`--jobs: "0"`, "1 or more"}},
		{"notebooks --timeout 5", []string{"timeout"}},
		{"notebooks --timeout 5ms", []string{`--timeout: "5ms"`, "30m"}},
		{"open --port 99999", []string{"99999", "65535"}},
		{"open here", []string{"unexpected argument here"}},
		{"doctor now", []string{"unexpected argument now"}},
		{"figures --out " + missing, []string{"no study", "divergent"}},
		{"figures divergentt --out " + missing, []string{`"divergentt"`, "want one of"}},
		{"figures divergent", []string{"--out", "--help"}},
		{"figures divergent ssri --out " + missing, []string{"unexpected argument ssri"}},
		{"figures divergent --out " + missing + " --formats gif", []string{`"gif"`, "png, svg, pdf"}},
		{"figures divergent --out " + missing + " --formats png,,svg", []string{`""`, "png, svg, pdf"}},
		{"figures divergent --out " + missing + " --from " + dir, []string{"manifest.json", dir}},
		{"figures divergent --out " + missing + " --from " + missing, []string{missing}},
		{"run", []string{"no study"}},
		{"run depression --dir " + missing, []string{`"depression"`, "divergent"}},
		{"run divergent --seeds 9-0 --dir " + missing, []string{"--seeds", `"9-0"`, "0-9, 3 or 0,2,5"}},
		{"run divergent --seeds one --dir " + missing, []string{`"one"`}},
		{"run divergent --seeds -1 --dir " + missing, []string{`"-1"`}},
		{"run divergent --seeds 0,0 --dir " + missing, []string{"twice"}},
		{"run divergent --seeds 99999999999 --dir " + missing, []string{"99999999999"}},
		{"run divergent --arms ketamin --dir " + missing, []string{`"ketamin"`, "ketamine, ssri"}},
		{"run divergent --workers -2 --dir " + missing, []string{`--workers: "-2"`, "1 to 1024"}},
		{"run divergent --workers two --dir " + missing, []string{`--workers: "two"`, "1 to 1024", "0 for one per core"}},
		{"run divergent --workers 2000 --dir " + missing, []string{`--workers: "2000"`, "1 to 1024"}},
		{"run divergent --workers 99999999999999999999 --dir " + missing, []string{"--workers: ", "1 to 1024"}},
		{"run divergent --prune some --dir " + missing, []string{`--prune: "some"`, "in (0, 1], or 0 for none"}},
		{"run divergent --prune 1e999 --dir " + missing, []string{`--prune: "1e999"`, "in (0, 1], or 0 for none"}},
		{"run divergent --shard 0/0 --dir " + missing, []string{`--shard: "0/0"`, "from 0 to n-1"}},
		{"run divergent --seeds 0-100000 --dir " + missing, []string{"--seeds", "at most 100000 in a range"}},
		{"open --port http", []string{`--port: "http"`, "want a "}},
		{"run divergent --shard 4/4 --dir " + missing, []string{`"4/4"`, "0/4"}},
		{"run divergent --shard x --dir " + missing, []string{`"x"`, "0/4"}},
		{"run divergent --prune 95 --dir " + missing, []string{"Prune = 95", "0.95"}},
		{"run divergent --prune NaN --dir " + missing, []string{"Prune = NaN", "(0, 1]"}},
		{"run divergent --prune -0.1 --dir " + missing, []string{"Prune = -0.1", "(0, 1]; 0 prunes nothing"}},
		{"run divergent --sweep Prune --dir " + missing, []string{"sweep", "Prune=0.8,0.9"}},
		{"run divergent --sweep Prune=0.8,x --dir " + missing, []string{`--sweep: "Prune=0.8,x"`, "Prune=0.8,0.9"}},
		{"run divergent --sweep Prune=0.8,7 --dir " + missing, []string{"Prune = 7", "(0, 1]", `sweep of "Prune" at 7`}},
		{"run divergent --sweep Prun=0.8 --dir " + missing, []string{`"Prun": want one of`, `did you mean "Prune"`}},
		{"run cliff --sweep pruned=80 --dir " + missing, []string{"Prune = 80", "0.8", `sweep of "pruned"`}},
		{"run isodose --arms ssri --sweep ketamine.Fraction=0.5 --dir " + missing, []string{"ketamine.Fraction"}},
		{"run divergent --dir " + full, []string{full, "empty or new folder"}},
		{"run divergent --dir " + file, []string{file}},
		{"merge --dir " + missing, []string{"<folders>"}},
		{"merge " + missing + " --dir " + missing, []string{missing, "manifest.json"}},
		{"merge " + missing, []string{"--out"}},
		{"merge " + missing + " --dir " + full, []string{full, "not empty"}},
		{"verify divergent --seeds x", []string{"--seeds", `"x"`}},
		{"verify divergent --workers -1", []string{`--workers: "-1"`}},
		{"verify nothing", []string{`"nothing"`, "divergent"}},
		{"run spines --seeds 0 --dir " + missing, []string{"--seeds", "spines", "--out, --workers"}},
		{"run spines --workers -1 --dir " + missing, []string{`--workers: "-1"`}},
		{"run spines --dir " + full, []string{full, "empty or new folder"}},
		{"figures spines --from x --out " + missing, []string{"folder x", "divergent run"}},
		{"verify spines --from " + missing, []string{missing, "manifest.json"}},
		{"figures spine --out " + missing, []string{`"spine"`, `did you mean "spines"`}},
		{"verify divergent --from " + missing, []string{missing}},
		{"run divergent --dense-only --dir " + missing, []string{"--dense-only", "--shard", "0/4"}},
		{"submit divergent --dir " + missing, []string{"--tasks", "--help"}},
		{"submit divergent --tasks 0 --dir " + missing, []string{`--tasks: "0"`, "1 to 100000"}},
		{"submit spines --tasks 4 --dir " + missing, []string{"spines is a small model", "divergent run spines"}},
		{"submit divergent --tasks 4 --dir " + missing + " -- --array=0-3", []string{"--array", "--tasks"}},
		{"submit divergent --tasks 4 --dir a%b", []string{"a%b", "without %"}},
		{"status " + missing, []string{missing, "want one that submit"}},
		{"status " + dir, []string{"nothing has begun", dir}},
	}
	for _, tc := range tests {
		t.Run(tc.args, func(t *testing.T) {
			code, _, stderr := commandLine(t.Context(), strings.Fields(tc.args)...)
			if code != 1 && code != 2 {
				t.Errorf("exit status %d, want 1 or 2", code)
			}
			if strings.Count(stderr, "\n") != 1 {
				t.Errorf("error is not one line: %q", stderr)
			}
			for _, w := range tc.want {
				if !strings.Contains(stderr, w) {
					t.Errorf("error %q does not say %q", stderr, w)
				}
			}
		})
	}
	if _, err := os.Stat(missing); err == nil {
		t.Errorf("a refused command made the folder %s", missing)
	}
	for _, f := range []string{file, filepath.Join(full, "letter.txt")} {
		if b, err := os.ReadFile(f); err != nil || string(b) != "mine\n" {
			t.Errorf("%s was changed: %q, %v", f, b, err)
		}
	}
	if entries, _ := os.ReadDir(full); len(entries) != 1 {
		t.Errorf("files were left in a folder that is not ours: %v", entries)
	}
}

// A command line that can never work ends with 2, so that queues need not try it again; what
// may work another time with 1.
func TestExitStatus(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for args, want := range map[string]int{"": 2, "fly": 2, "run": 2, "run nothing --dir x": 2, "run divergent --bogus": 2, "run divergent --seeds x": 2, "run divergent --prune 95 --dir x": 2,
		"run divergent --arms nothing --dir x": 2, "run divergent --shard 4/4 --dir x": 2, "verify nothing": 2, "figures nothing --out x": 2, "submit divergent --tasks 2": 2,
		"merge " + missing + " --out " + missing: 1, "status " + filepath.Dir(missing): 1, "verify divergent --from " + missing: 1, "version": 0} {
		if code, _, err := commandLine(t.Context(), strings.Fields(args)...); code != want {
			t.Errorf("%q ends with %d: want %d; %s", args, code, want, err)
		}
	}
}

// A folder below a plain file cannot be written to by anybody, root included.
func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o444); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := commandLine(t.Context(), "run", "divergent", "--seeds", "0", "--dir", filepath.Join(file, "below"))
	if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, file) {
		t.Errorf("exit status %d, error %q: want 1 and one line naming %s", code, stderr, file)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may write to a read-only folder")
	}
	locked := t.TempDir()
	if err := os.Chmod(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	code, _, stderr = commandLine(t.Context(), "run", "divergent", "--seeds", "0", "--dir", locked)
	if code != 1 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, locked) {
		t.Errorf("exit status %d, error %q: want 1 and one line naming %s", code, stderr, locked)
	}
}

func TestInterruptSaysHowToResume(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "results")
	code, _, stderr := commandLine(ctx, "run", "divergent", "--seeds", "0", "--dir", dir)
	if code != 130 || !strings.Contains(stderr, "resume") || !strings.Contains(stderr, dir) {
		t.Errorf("exit status %d, error %q: want 130 and how to resume in %s", code, stderr, dir)
	}
}

func TestHelpOfEveryCommand(t *testing.T) {
	for _, name := range []string{"notebooks", "open", "list", "figures", "run", "merge", "verify", "doctor", "version", "completion"} {
		for _, args := range [][]string{{name, "--help"}, {"help", name}} {
			code, out, stderr := commandLine(t.Context(), args...)
			if code != 0 || stderr != "" || !strings.HasPrefix(out, "Usage: divergent "+name) {
				t.Errorf("%s: exit status %d, output %q, error %q", args, code, out, stderr)
			}
			if takes := strings.Contains(out, "<study>"); takes != strings.Contains(out, "what frees a circuit") {
				t.Errorf("%s: a command on a study lists the studies: %q", args, out)
			}
		}
	}
	for _, args := range []string{"--help", "help", "-h"} {
		if code, out, _ := commandLine(t.Context(), args); code != 0 || !strings.Contains(out, "merge") || strings.Contains(out, "complete  ") {
			t.Errorf("%s: exit status %d, output %q", args, code, out)
		}
	}
}

// parsed is the run that a command line asks for.
func parsed(args ...string) (o order, err error) {
	a, g, helped := app{out: io.Discard, err: io.Discard}, grammar{}, false
	p, err := a.parser(&g, func() { helped = true })
	if err != nil {
		return o, err
	}
	k, err := p.Parse(append([]string{"run"}, args...))
	if err != nil || helped {
		return o, err
	}
	g.Run.Out = "x"
	return g.Run.order(a, k)
}

func TestFlagsInAnyOrder(t *testing.T) {
	for _, args := range []string{"divergent --seeds 3 --prune 0.9", "--seeds 3 --prune=0.9 divergent", "--seeds 3 divergent --prune 0.9", "divergent --seeds 3 --prune 0.9 --dir y"} {
		o, err := parsed(strings.Fields(args)...)
		if err != nil || len(o.design.Seeds) != 1 || o.design.Seeds[0] != 3 || o.design.Prune != 0.9 {
			t.Errorf("%s: seeds %v, prune %v, error %v", args, o.design.Seeds, o.design.Prune, err)
		}
	}
}

// What programs read is JSON with the numbers of the words.
func TestSummariesForPrograms(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "one")
	code, out, stderr := commandLine(t.Context(), "run", "divergent", "--seeds", "0", "--arms", "ssri", "--prune", "0.99", "--sweep", "Baseline.Epochs=1", "--out", dir, "--json")
	var s summary
	if err := json.Unmarshal([]byte(out), &s); err != nil || code != 0 || s.Measurements == 0 || s.Out != dir {
		t.Fatalf("exit status %d, output %q, %v, error %q", code, out, err, stderr)
	}
	for _, args := range [][]string{{"list", "--json"}, {"version", "--json"}, {"doctor", "--json"}} {
		_, out, _ := commandLine(t.Context(), args...)
		if !json.Valid([]byte(out)) {
			t.Errorf("%s: %q", args, out)
		}
	}
}

// Outside a clone a command that needs none works, and one that does says so.
func TestOutsideAClone(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"run", "--help"}, {"list"}, {"version"}} {
		if code, _, stderr := commandLine(t.Context(), args...); code != 0 {
			t.Errorf("%s: exit status %d, %q", args, code, stderr)
		}
	}
	for want, args := range map[int][][]string{1: {{"doctor"}, {"notebooks"}, {"open"}}, 2: {{"run", "divergent"}}} {
		for _, args := range args {
			if code, _, stderr := commandLine(t.Context(), args...); code != want || !strings.Contains(stderr, "want a clone of divergent") {
				t.Errorf("%s: exit status %d, %q", args, code, stderr)
			}
		}
	}
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"divergent fi": "figures", "divergent figures la": "landscape", "divergent run --sw": "--sweep", "divergent verify spi": "spines", "divergent nothing x": "",
	} {
		t.Setenv("COMP_LINE", line)
		code, out, stderr := commandLine(t.Context(), "complete", "divergent", "x", "y")
		if code != 0 || strings.TrimSpace(out) != want {
			t.Errorf("%s: exit status %d, %q, want %q, error %q", line, code, out, want, stderr)
		}
	}
	t.Setenv("COMP_LINE", "divergent ")
	if _, out, _ := commandLine(t.Context(), "complete"); strings.Count(out, "\n") != 12 {
		t.Errorf("commands: %q", out)
	}
}

func TestProgressWithoutTerminal(t *testing.T) {
	var b bytes.Buffer
	r := progressTo(&b)
	for _, e := range []study.Event{{Done: 0, Total: 2}, {Done: 0, Total: 2, Arm: "ssri"}, {Done: 1, Total: 2, Arm: "ssri"}, {Done: 1, Total: 2, Arm: "ssri"}, {Done: 2, Total: 2, Arm: "ketamine"}} {
		r.event(e)
	}
	r.End()
	if got := strings.Count(b.String(), "\n"); got != 2 || strings.Contains(b.String(), "\r") {
		t.Errorf("%d lines, want one for each of the 2 cells: %q", got, b.String())
	}
}

// Every study has its figures, and the committed results hold what they show.
func TestEveryStudyIsDrawn(t *testing.T) {
	if testing.Short() {
		t.Skip("draws every figure")
	}
	want := map[string]string{
		"divergent":     "protocols wiring recovery resilience relapse profile decision-map controls replication",
		"cliff":         "cliff regrowth replication",
		"consolidation": "consolidation replication",
		"regimens":      "regimens replication",
		"isodose":       "dose-response replication",
		"triage":        "triage sequences",

		"manic-switch":   "protocols manic-switch replication",
		"chronic-stress": "protocols course first-relapse replication",
		"withdrawal":     "protocols withdrawal replication",
		"kindling":       "protocols kindling withdrawal illness replication",
	}
	for _, name := range study.Studies() {
		e, err := catalogue.Find(catalogue.All(), name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range drawn(t, e) {
			got = append(got, f.Name)
		}
		if strings.Join(got, " ") != want[name] {
			t.Errorf("figures of %s: %q, want %q", name, got, want[name])
		}
	}
}
