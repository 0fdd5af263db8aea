package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"divergent/data"
	"divergent/internal/kept"
	"divergent/pkg/catalogue"
	"divergent/pkg/glutamate"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// quick is the spine model with its committed tables in place of half a minute's
// computing; the other one's tables lack their last row, and one is missing.
func quick(other bool) smallModel {
	m, _ := app{}.small("spines")
	m.Small = func() (catalogue.Run, error) {
		r, err := m.Committed()
		if err != nil {
			return catalogue.Run{}, err
		}
		tables := r.Tables
		if other {
			for i, t := range tables {
				tables[i].Rows = t.Rows[:len(t.Rows)-1]
			}
			tables = tables[1:]
		}
		return catalogue.Run{Parts: model.Parts{{Name: "all", Tables: func() []model.Table { return tables }}}}, nil
	}
	return m
}

// saveForEver runs both in turn in a folder, until it is killed.
func saveForEver(dir string) {
	for other := false; ; other = !other {
		if _, err := quick(other).run(context.Background(), app{out: os.Stdout, err: io.Discard}, dir, 1); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// contents returns the files of a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir+"/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// longVariable asks for the long form of tests, as .ci/run does.
const longVariable = "DIVERGENT_LONG"

// Killed at any instant, a run leaves a folder that is whole or that it takes up
// again, and nothing of the killed one stays.
func TestKilledSavesAreTakenUpAgain(t *testing.T) {
	kills := 8
	if os.Getenv(longVariable) != "" {
		kills = 20
	}
	quiet := app{out: io.Discard, err: io.Discard}
	dirs := map[bool]string{false: t.TempDir(), true: t.TempDir()}
	for other, dir := range dirs {
		if _, err := quick(other).run(t.Context(), quiet, dir, 1); err != nil {
			t.Fatal(err)
		}
	}
	states := map[string]int{}
	dir := filepath.Join(t.TempDir(), "runs", "spines")
	for i := range kills {
		if i%2 == 0 {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
		wait := time.Duration(rand.Int64N(int64(100 * time.Millisecond)))
		cmd := child(t.Context(), append(os.Environ(), roleVariable+"=save "+dir), os.Args[0])
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			if _, err := os.Stat(dir); err == nil {
				break // it saves now
			}
		}
		time.Sleep(wait)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("the run ended by itself: %v", err)
		}
		_ = cmd.Wait()
		_, err := model.LoadRecord(os.DirFS(dir))
		switch {
		case err == nil:
			states["whole"]++
		case strings.Contains(err.Error(), "unfinished"):
			states["unfinished"]++
		default:
			states["other"]++
			if found := contents(t, dir); len(found) > 1 {
				t.Errorf("after %v: %v, files %q", wait, err, found)
			}
		}
		old := time.Now().Add(-2 * time.Hour)
		for name := range contents(t, dir) {
			if strings.HasPrefix(name, ".partial-") {
				states["with a partial file"]++
			}
			if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := quick(false).run(t.Context(), quiet, dir, 1); err != nil {
			t.Fatalf("after %v: %v", wait, err)
		}
		if got, want := contents(t, dir), contents(t, dirs[false]); !maps.Equal(got, want) {
			t.Fatalf("after %v the folder has %d files, want %d as after a run that was not killed", wait, len(got), len(want))
		}
	}
	t.Log(states)
}

// Whatever state of its own a run finds, it makes it whole; files of others are
// refused and stay.
func TestRunsTakeOnlyTheirOwnFolders(t *testing.T) {
	quiet := app{out: io.Discard, err: io.Discard}
	made := t.TempDir()
	if _, err := quick(false).run(t.Context(), quiet, made, 1); err != nil {
		t.Fatal(err)
	}
	want := contents(t, made)
	manifest := want["manifest.json"]
	glutamate, err := fs.ReadFile(data.Results(), catalogue.Models+"/glutamate/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	study, err := fs.ReadFile(data.Results(), "divergent/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, b ...string) map[string]string { return map[string]string{name: strings.Join(b, "")} }
	changed := func(changes ...map[string]string) map[string]string {
		out := maps.Clone(want)
		for _, c := range changes {
			maps.Copy(out, c)
		}
		maps.DeleteFunc(out, func(_, content string) bool { return content == "gone" })
		return out
	}
	for name, found := range map[string]map[string]string{
		"none":                     {},
		"a new writer's remains":   at(".partial-12", "half"),
		"whole":                    want,
		"unfinished":               at("manifest.json", strings.Split(manifest, "Files")[0]+"Files\": null,\n  \"Sum\": \"0\"\n}\n"),
		"of the version before":    changed(at("manifest.json", strings.Replace(manifest, `"Schema": 2`, `"Schema": 1`, 1))),
		"an edited table":          changed(at("rivals.csv", want["rivals.csv"], "more")),
		"a cut table":              changed(at("rivals.csv", want["rivals.csv"][:50])),
		"a lost table":             changed(at("rivals.csv", "gone")),
		"a lost manifest":          changed(at("manifest.json", "gone")),
		"a lost one, and cut":      changed(at("manifest.json", "gone"), at("rivals.csv", want["rivals.csv"][:5]), at("checks.csv", "")),
		"an empty manifest":        changed(at("manifest.json")),
		"a manifest of zeros":      changed(at("manifest.json", strings.Repeat("\x00", 500))),
		"a manifest's beginning":   changed(at("manifest.json", manifest[:25])),
		"half a manifest":          changed(at("manifest.json", manifest[:len(manifest)/2])),
		"a flipped name":           changed(at("manifest.json", strings.Replace(manifest, "spines", "spinet", 1))),
		"a flipped brace":          changed(at("manifest.json", strings.Replace(manifest, "{", "[", 1))),
		"whole, and a note beside": changed(at("notes.txt", "mine")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the disk is what takes time
			dir := t.TempDir()
			lay(t, dir, found)
			if _, err := quick(false).run(t.Context(), quiet, dir, 1); err != nil {
				t.Fatal(err)
			}
			got := contents(t, dir)
			for name, content := range want {
				if got[name] != content {
					t.Errorf("%s is not as a run leaves it", name)
				}
			}
			if got["notes.txt"] != found["notes.txt"] {
				t.Error("the note is not as it was")
			}
		})
	}
	for name, found := range map[string]map[string]string{
		"a letter":                 at("letter.txt", "mine"),
		"a table of that name":     at("checks.csv", "my,checks\n"),
		"another manifest":         at("manifest.json", `{"name": "app", "Model": "spines"}`),
		"another model's results":  at("manifest.json", string(glutamate)),
		"its damaged results":      at("manifest.json", string(glutamate)[:200]),
		"a study's results":        at("manifest.json", string(study)),
		"a lost one and a letter":  changed(at("manifest.json", "gone"), at("letter.txt", "mine")),
		"zeros and a letter":       {"manifest.json": "\x00", "letter.txt": "mine"},
		"a name like a leftover's": at(".partial-notes", "mine"),
		"a folder":                 at("below/x", "mine"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the disk is what takes time
			dir := t.TempDir()
			lay(t, dir, found)
			m := quick(false)
			m.Small = func() (catalogue.Run, error) { t.Error("it was computed first"); return catalogue.Run{}, nil }
			_, err := m.run(t.Context(), quiet, dir, 1)
			if err == nil || !strings.Contains(err.Error(), "choose an empty or new folder") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v: want a refusal in one line", err)
			}
			if got := contents(t, dir); !maps.Equal(got, found) {
				t.Errorf("%q were %q", got, found)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	lay(t, filepath.Dir(file), at("file", "mine"))
	if _, err := quick(false).run(t.Context(), quiet, file, 1); err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Errorf("a file in place of the folder: %v", err)
	}
}

func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// A folder of another model's results is not compared.
func TestVerifyWantsItsOwnModel(t *testing.T) {
	r, err := model.NewRecord("glutamate", model.Table{Name: "x", Header: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := r.Save(dir); err != nil {
		t.Fatal(err)
	}
	_, _, err = quick(false).verify(t.Context(), app{out: io.Discard, err: io.Discard}, dir, 1)
	if err == nil || !strings.Contains(err.Error(), "results of glutamate: want those of spines") {
		t.Errorf("error %v", err)
	}
}

// The glutamate model's capacity drives the spines in place of their own pulse:
// density rises after the dose, and not where AMPA receptors and mTOR are blocked.
func TestGlutamateDrivesSpines(t *testing.T) {
	const dosed = 21.0
	infusion := model.Infusion(dosed, dosed+40.0/1440, "ketamine", 0.5)
	stress := model.Days(40, model.Stress(0, dosed))
	density := func(events ...model.Event) float64 {
		t.Helper()
		p := stress.With(events...)
		pulse, err := glutamate.Pulse(glutamate.Default(), glutamate.Both(), p, glutamate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := spines.Simulate(spines.Default(), p, spines.Options{Days: []float64{dosed + 3}, Pulse: pulse})
		if err != nil {
			t.Fatal(err)
		}
		return r.Density[0]
	}
	dose := density(infusion)
	blocked := density(infusion, model.Block(dosed, 40, glutamate.MTORC1))
	vehicle, err := spines.Simulate(spines.Default(), stress, spines.Options{Days: []float64{dosed + 3}})
	if err != nil {
		t.Fatal(err)
	}
	if rest := vehicle.Density[0]; dose < rest+0.01 || blocked < rest-1e-6 || blocked > rest+0.001 {
		t.Errorf("density on day 3 is %.4f after the dose, %.4f with mTORC1 blocked, %.4f without a dose: want a rise that the block takes away", dose, blocked, rest)
	}
}

// A folder that a run has left is drawn as the committed results are, without simulating;
// one that other code has left is refused.
func TestFoldersOfSmallModelsAreDrawn(t *testing.T) {
	m, _ := app{}.small("spines")
	r, err := m.Committed()
	if err != nil {
		t.Fatal(err)
	}
	mine, other, out := t.TempDir(), t.TempDir(), t.TempDir()
	if err := r.Save(mine); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	a := app{out: io.Discard, err: &said}
	for to, from := range map[string][]string{"committed": nil, "mine": {"--from", mine}} {
		args := append([]string{"figures", "spines", "--out", filepath.Join(out, to), "--formats", "csv"}, from...)
		if err := a.dispatch(t.Context(), args); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Contains(said.String(), "simulating") {
		t.Errorf("it was simulated anew: %s", said.String())
	}
	if a, b := contents(t, filepath.Join(out, "committed")), contents(t, filepath.Join(out, "mine")); len(a) < 6 || !maps.Equal(a, b) {
		t.Errorf("%d figures from the committed results, and others from a folder", len(a))
	}
	r.Keep(kept.Values{Code: "1", Of: r.Kept.Of})
	if err := r.Save(other); err != nil {
		t.Fatal(err)
	}
	err = a.dispatch(t.Context(), []string{"figures", "spines", "--out", filepath.Join(out, "other"), "--from", other})
	if err == nil || !strings.Contains(err.Error(), "other code") {
		t.Errorf("values of other code: %v", err)
	}
}
