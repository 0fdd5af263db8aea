package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"divergent/plots"
)

const executedNotebook = `{"cells": [
 {"cell_type": "markdown", "id": "a", "metadata": {"trusted": true}, "source": ["# <x> & y"]},
 {"cell_type": "code", "id": "b", "metadata": {"execution": {"iopub.execute_input": "now"}}, "source": "work()", "execution_count": 7,
  "outputs": [
   {"output_type": "display_data", "data": {"text/html": "<i class=\"divergent-progress\">simulated 3 of 8 cells</i>"}, "metadata": {}},
   {"output_type": "stream", "name": "stdout", "text": ["one\n"]},
   {"output_type": "stream", "name": "stdout", "text": "two\n"},
   {"output_type": "display_data", "data": {"image/png": "AA=="}, "metadata": {"image/png": {"width": 10}}, "transient": {"display_id": "x"}}]},
 {"cell_type": "code", "id": "c", "metadata": {}, "source": ["fail()"], "execution_count": 9,
  "outputs": [
   {"output_type": "stream", "name": "stderr", "text": ["divergent: treat: Fraction = 50\n", "exit status 1\n"]},
   {"output_type": "error", "ename": "ERROR", "evalue": "exit status 1", "traceback": []}]}],
 "metadata": {"language_info": {"version": "go1.99"}}, "nbformat": 4, "nbformat_minor": 5}`

const sourceNotebook = `{"cells": [
 {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# <x> & y"]},
 {"cell_type": "code", "id": "b", "metadata": {}, "source": ["work()"], "execution_count": null, "outputs": []},
 {"cell_type": "code", "id": "c", "metadata": {}, "source": ["fail()"], "execution_count": null, "outputs": []}],
 "metadata": {"language_info": {"name": "go"}}, "nbformat": 4, "nbformat_minor": 5}`

func notebookFile(t *testing.T, content string) string {
	path := filepath.Join(t.TempDir(), "n.ipynb")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSettleIsStable(t *testing.T) {
	source, err := readDocument(notebookFile(t, sourceNotebook))
	if err != nil {
		t.Fatal(err)
	}
	path := notebookFile(t, executedNotebook)
	var first string
	for range 2 { // executing what was written gives the same bytes
		d, err := readDocument(path)
		if err != nil {
			t.Fatal(err)
		}
		d.settle(source)
		if err := d.write(path); err != nil {
			t.Fatal(err)
		}
		b, _ := os.ReadFile(path)
		if first != "" && first != string(b) {
			t.Errorf("a second pass changed the notebook:\n%s\n%s", first, b)
		}
		first = string(b)
	}
	for _, w := range []string{"# <x> & y", `"execution_count": 1`, `"slide_type": "slide"`, `one\ntwo\n`, `"width": 10`, "\n \"cells\""} {
		if !strings.Contains(first, w) {
			t.Errorf("notebook lacks %q:\n%s", w, first)
		}
	}
	for _, w := range []string{"iopub", "transient", "simulated", "go1.99", "trusted", `"execution_count": 7`} {
		if strings.Contains(first, w) {
			t.Errorf("notebook still has %q:\n%s", w, first)
		}
	}
}

func TestFailuresNameCellAndError(t *testing.T) {
	d, err := readDocument(notebookFile(t, executedNotebook))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.failures(); len(got) != 1 || got[0] != "cell 3 (c): divergent: treat: Fraction = 50" {
		t.Errorf("failures = %q", got)
	}
	log := "Traceback\nnbclient.exceptions.CellTimeoutError: A cell timed out, after 3 seconds.\n-------------------\nfail()\n-------------------\n"
	if got := d.crash(log); got != "cell 3 (c): A cell timed out, after 3 seconds." {
		t.Errorf("crash = %q", got)
	}
	for evalue, want := range map[string]string{
		"# gonb_1\n./main.go:13:13: undefined: x\n": "./main.go:13:13: undefined: x",
		"exit status 2": "exit status 2",
	} {
		if got := (cell{}).reason(map[string]any{"evalue": evalue}); got != want {
			t.Errorf("reason of %q = %q, want %q", evalue, got, want)
		}
	}
}

func TestThumbnailTakesTheTaggedFigure(t *testing.T) {
	picture := func(w, h int) string {
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		return base64.StdEncoding.EncodeToString(b.Bytes())
	}
	figure := func(data string, tags ...any) cell {
		return cell{"cell_type": "code", "metadata": map[string]any{"tags": tags},
			"outputs": []any{map[string]any{"data": map[string]any{"image/png": data}}}}
	}
	path := filepath.Join(t.TempDir(), "thumbnails", "n.png")
	for name, tc := range map[string]struct {
		cells []cell
		high  int
	}{
		"tagged": {[]cell{figure(picture(1280, 1280)), figure(picture(1280, 640), "thumbnail")}, 320},
		"first":  {[]cell{{"cell_type": "markdown"}, figure(picture(1280, 1280)), figure(picture(1280, 640))}, 640},
	} {
		if err := (document{Cells: tc.cells}).thumbnail(path); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(f)
		if f.Close(); err != nil || c.Width != 640 || c.Height != tc.high {
			t.Errorf("%s: %d×%d, %v, want 640×%d", name, c.Width, c.Height, err, tc.high)
		}
	}
	if err := (document{}).thumbnail(filepath.Join(t.TempDir(), "none.png")); err != nil {
		t.Errorf("a notebook without figures: %v", err)
	}
}

func TestBadNotebooks(t *testing.T) {
	for content, want := range map[string]string{
		`{"cells": [`: "not a notebook",
		`{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}`: "want 4.5",
		sourceNotebook + "{}": "something follows it",
		`{"cells": [null], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}`: "cell 1 is null",
	} {
		if _, err := readDocument(notebookFile(t, content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", content, err, want)
		}
	}
}

// A small file that claims a huge picture is refused before it takes the memory.
func TestThumbnailRefusesHugePictures(t *testing.T) {
	header := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), 0, 1, 0, 0, 0, 1, 0, 0, 8, 6, 0, 0, 0) // 65536 × 65536
	header = binary.BigEndian.AppendUint32(header, crc32.ChecksumIEEE(header[12:]))
	d := document{Cells: []cell{{"outputs": []any{map[string]any{"data": map[string]any{"image/png": base64.StdEncoding.EncodeToString(header)}}}}}}
	if err := d.thumbnail(filepath.Join(t.TempDir(), "n.png")); err == nil || !strings.Contains(err.Error(), "65536 × 65536 pixels") {
		t.Errorf("error %v", err)
	}
}

func TestNotebookWritersLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{".partial-12", ".partial-old", ".m.ipynb-12"} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(name, nil, 0o644), os.Chtimes(name, old, old)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeFile(filepath.Join(dir, "n.ipynb"), []byte("x")); err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(contents(t, dir)))
	if want := []string{".m.ipynb-12", ".partial-old", "n.ipynb"}; !slices.Equal(got, want) {
		t.Errorf("files %q: want %q", got, want)
	}
}

// Whatever is read as a notebook can be settled, asked and written; settled again
// it is the same bytes.
func FuzzNotebook(f *testing.F) {
	small, err := readDocument("../../notebooks/10-new-treatment.ipynb")
	if err != nil {
		f.Fatal(err)
	}
	small.Cells = small.Cells[:3]
	b, err := small.encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{sourceNotebook, executedNotebook, string(b), `{"cells": [null], "nbformat": 4, "nbformat_minor": 5}`,
		`{"cells": [{"cell_type": "code", "id": 1, "outputs": [null, {"output_type": "stream", "text": [1, null]}, {"data": {"image/png": ["AA", 1]}}], "metadata": {"tags": "thumbnail"}}], "nbformat": 4, "nbformat_minor": 5}`} {
		f.Add([]byte(s), "x.Error: y\n----------\nfail()\n----------")
	}
	f.Fuzz(func(t *testing.T, b []byte, log string) {
		d, err := parseDocument(b)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
			return
		}
		for _, s := range append(d.failures(), d.crash(log)) {
			if strings.Contains(s, "\n") {
				t.Errorf("a reason of several lines: %q", s)
			}
		}
		_, _ = d.figure(true), d.figure(false)
		source, err := parseDocument(b)
		if err != nil {
			t.Fatal(err)
		}
		var first []byte
		for range 2 {
			d.settle(source)
			again, err := d.encode()
			if err != nil {
				t.Fatal(err)
			}
			if first != nil && !bytes.Equal(first, again) {
				t.Errorf("settled again it is\n%s\nand was\n%s", again, first)
			}
			first = again
			if d, err = parseDocument(again); err != nil {
				t.Fatalf("%v:\n%s", err, again)
			}
		}
	})
}

func FuzzFormats(f *testing.F) {
	for _, s := range []string{"png", "png,svg,pdf,csv", " .PNG , Svg", "", ",", "png,\n", "png,png", "..png", "jpg", "ſvg"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var formats formats
		err := formats.UnmarshalText([]byte(s))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q: want one line", err)
			}
			return
		}
		if len(formats) != strings.Count(s, ",")+1 {
			t.Errorf("%q: formats %q", s, formats)
		}
		for _, x := range formats {
			if !slices.Contains(plots.Formats(), x) {
				t.Errorf("%q: format %q", s, x)
			}
		}
	})
}

// The committed notebooks keep the rules that the kernel and the readers need.
func TestNotebooksKeepTheHouseRules(t *testing.T) {
	paths, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no notebooks: %v", err)
	}
	foreign := regexp.MustCompile(`(?m)^\s*"([a-z0-9]+\.[a-z]+/[^"]*)"$`)
	for _, p := range paths {
		d, err := readDocument(p)
		if err != nil {
			t.Error(err)
			continue
		}
		ids, first, figures, idle := map[string]bool{}, true, 0, 0
		for i, c := range d.Cells {
			source := text(c["source"])
			if c.id() == "" || ids[c.id()] {
				t.Errorf("%s: cell %d: id %q is empty or stands twice", p, i+1, c.id())
			}
			ids[c.id()] = true
			if !c.code() {
				continue
			}
			if first && !strings.HasPrefix(source, "import (\n") {
				t.Errorf("%s: the first code cell is not the imports, which are all that the kernel of this clone needs", p)
			}
			first = false
			for _, line := range strings.Split(source, "\n") {
				const page = 110 // columns, a tab being four
				if n := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "    ")); n > page {
					t.Errorf("%s: cell %s: a line of %d columns, want at most %d: %s", p, c.id(), n, page, line)
				}
			}
			if n := strings.Count(source, "\n") + 1; n > 15 {
				t.Errorf("%s: cell %s has %d lines, want at most 15", p, c.id(), n)
			}
			if m := foreign.FindStringSubmatch(source); m != nil {
				t.Errorf("%s: cell %s imports %s: want our packages and the standard library", p, c.id(), m[1])
			}
			if c["execution_count"] == nil {
				idle++
			}
			for _, o := range c.outputs() {
				if data, ok := o["data"].(map[string]any); ok && data["image/png"] != nil {
					figures++
				}
			}
		}
		if f := d.failures(); len(f) > 0 {
			t.Errorf("%s: %s", p, f)
		}
		if idle > 0 {
			t.Errorf("%s: %d cells were not run: divergent notebooks --write %s", p, idle, notebookName(p))
		}
		if figures == 0 {
			t.Errorf("%s: no figure among the saved outputs", p)
		}
	}
}
