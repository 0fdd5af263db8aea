package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"divergent/internal/files"
	"divergent/pkg/notebook"
)

// document is a notebook of nbformat 4.5. Cells stay maps, so that whatever
// else stands in them survives a rewrite.
type document struct {
	Cells    []cell         `json:"cells"`
	Metadata map[string]any `json:"metadata"`
	Format   int            `json:"nbformat"`
	Minor    int            `json:"nbformat_minor"`
}

type cell map[string]any

func (c cell) code() bool { return c["cell_type"] == "code" }

func (c cell) id() string { s, _ := c["id"].(string); return s }

// slide is what the cell begins in a slide show: a heading a slide, other prose one below
// it; code goes on the slide of the prose before it.
func (c cell) slide() string {
	switch {
	case c.code():
		return ""
	case strings.HasPrefix(strings.TrimSpace(text(c["source"])), "#"):
		return "slide"
	}
	return "subslide"
}

// outputs returns the cell's outputs as maps.
func (c cell) outputs() []map[string]any {
	var out []map[string]any
	list, _ := c["outputs"].([]any)
	for _, o := range list {
		if m, ok := o.(map[string]any); ok {
			out = append(out, m)
		}
	}
	return out
}

// text joins a field that nbformat allows to be a string or a list of lines.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, _ := line.(string)
			b.WriteString(s)
		}
		return b.String()
	}
	return ""
}

// largestNotebook in bytes; GitHub takes no larger file.
const largestNotebook = 100 << 20

func readDocument(path string) (document, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return document{}, err
	case !info.Mode().IsRegular() || info.Size() > largestNotebook:
		return document{}, fmt.Errorf("%s: want a file of at most %d MB", filepath.Base(path), largestNotebook>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return document{}, err
	}
	d, err := parseDocument(b)
	if err != nil {
		return document{}, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return d, nil
}

func parseDocument(b []byte) (document, error) {
	var d document
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber() // numbers are written back as they were
	if err := dec.Decode(&d); err != nil {
		return document{}, fmt.Errorf("not a notebook: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return document{}, errors.New("not a notebook: something follows it")
	}
	if d.Format != 4 || d.Minor < 5 {
		return document{}, fmt.Errorf("nbformat = %d.%d: want 4.5; save it with a newer Jupyter", d.Format, d.Minor)
	}
	for i, c := range d.Cells {
		if c == nil {
			return document{}, fmt.Errorf("cell %d is null: want a cell", i+1)
		}
	}
	return d, nil
}

// slowest tells the cell that took longest, by the times that the converter records; the
// kernel gives them to the second.
func (d document) slowest() string {
	longest, which, n := time.Duration(0), "", 0
	for _, c := range d.Cells {
		if !c.code() {
			continue
		}
		n++
		meta, _ := c["metadata"].(map[string]any)
		times, _ := meta["execution"].(map[string]any)
		began, err := time.Parse(time.RFC3339Nano, text(times["iopub.execute_input"]))
		ended, err2 := time.Parse(time.RFC3339Nano, text(times["shell.execute_reply"]))
		if took := ended.Sub(began); err == nil && err2 == nil && took > longest {
			longest, which = took, fmt.Sprintf(", slowest cell [%d] about %.0f s", n, took.Seconds())
		}
	}
	return which
}

// settle makes the executed notebook differ from its source only where cells
// or outputs do: metadata comes from the source, executions count from 1, and
// what only this run left behind (times, progress, chunks of one stream) goes. Cells
// without a place in a slide show get one.
func (d *document) settle(source document) {
	d.Metadata = source.Metadata
	d.Format, d.Minor = source.Format, source.Minor
	was := map[string]cell{}
	for _, c := range source.Cells {
		was[c.id()] = c
	}
	count := 0
	for _, c := range d.Cells {
		c["metadata"] = map[string]any{}
		if s, ok := was[c.id()]; ok {
			c["metadata"], c["source"] = s["metadata"], s["source"]
		}
		if meta, ok := c["metadata"].(map[string]any); ok && meta["slideshow"] == nil {
			if kind := c.slide(); kind != "" {
				meta["slideshow"] = map[string]any{"slide_type": kind}
			}
		}
		if !c.code() {
			continue
		}
		count++
		c["execution_count"] = count
		outputs := []any{}
		for _, o := range c.outputs() {
			delete(o, "transient")
			if data, ok := o["data"].(map[string]any); ok && strings.Contains(text(data["text/html"]), notebook.ProgressClass) {
				continue
			}
			if o["output_type"] == "execute_result" {
				o["execution_count"] = count
			}
			if last := len(outputs) - 1; last >= 0 && o["output_type"] == "stream" {
				if p := outputs[last].(map[string]any); p["output_type"] == "stream" && p["name"] == o["name"] {
					p["text"] = text(p["text"]) + text(o["text"])
					continue
				}
			}
			outputs = append(outputs, o)
		}
		c["outputs"] = outputs
	}
}

// encode writes the notebook as Jupyter would: one space of indent, keys sorted.
func (d document) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(d)
	return b.Bytes(), err
}

func (d document) write(path string) error {
	b, err := d.encode()
	if err != nil {
		return err
	}
	return writeFile(path, b)
}

// writeFile writes a file whole, and removes what killed writers have left beside it.
func writeFile(path string, b []byte) error {
	files.Sweep(filepath.Dir(path))
	return files.Write(path, b)
}

// failures says which cells of an executed notebook failed and why.
func (d document) failures() []string {
	var out []string
	for i, c := range d.Cells {
		for _, o := range c.outputs() {
			if o["output_type"] == "error" {
				out = append(out, fmt.Sprintf("cell %d (%s): %s", i+1, c.id(), c.reason(o)))
				break
			}
		}
	}
	return out
}

// reason is the most telling line of a failed cell: where it did not compile,
// the compiler's first; where it panicked, the panic's; else the last that the
// program wrote to its error stream.
func (c cell) reason(failed map[string]any) string {
	lines := strings.Split(text(failed["evalue"]), "\n")
	for _, o := range c.outputs() {
		if o["output_type"] == "stream" && o["name"] == "stderr" {
			lines = append(lines, strings.Split(text(o["text"]), "\n")...)
		}
	}
	best := ""
	for _, line := range lines {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "# ") || best != "" && strings.HasPrefix(line, "exit status "):
		case strings.HasPrefix(line, "./main.go:") || strings.HasPrefix(line, "panic:"):
			return line
		default:
			best = line
		}
	}
	return best
}

// crash says why the converter gave up, and at which cell where it shows one:
// a cell that took too long, or a kernel that died.
func (d document) crash(log string) string {
	why, shown, inside := "", "", false
	for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
		switch name, rest, ok := strings.Cut(line, ": "); {
		case strings.HasPrefix(line, "----------"):
			inside = !inside
		case inside:
			shown += line + "\n"
		case ok && strings.HasSuffix(name, "Error") && !strings.Contains(name, " "):
			why = rest
		}
	}
	if why == "" {
		why = lastLine(log)
	}
	for i, c := range d.Cells {
		if source := strings.TrimSpace(text(c["source"])); c.code() && source != "" && source == strings.TrimSpace(shown) {
			return fmt.Sprintf("cell %d (%s): %s", i+1, c.id(), why)
		}
	}
	return why
}
