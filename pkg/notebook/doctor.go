package notebook

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"divergent/data"
	"divergent/internal/kernel"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
)

// Finding is one line of the doctor's report.
type Finding struct {
	What  string `table:"Looked at"`
	Found string
	Fix   string `table:"What to do"` // empty where nothing is wrong
}

// Doctor shows what a run here stands on and what is missing.
func Doctor() { Table(Diagnose()) }

// Diagnose looks at versions, the Go kernel, Jupyter, the cores and the stored
// results.
func Diagnose() []Finding {
	root := Root()
	out := []Finding{
		{What: "Go", Found: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH},
		{What: "engine", Found: fmt.Sprintf("version %s, inner loops %s", study.Engine, kernel.Name())},
		{What: "cores", Found: fmt.Sprint(runtime.NumCPU())},
	}
	for _, m := range modules() {
		out = append(out, Finding{What: m.Path, Found: m.Version})
	}
	for _, p := range []string{"gonb", "goimports"} {
		out = append(out, program(p, filepath.Join(root, ".bin", p), "go run ./cmd/divergent notebooks builds it"))
	}
	for _, p := range []string{"jupyter-nbconvert", "jupyter-notebook"} {
		out = append(out, program(p, filepath.Join("/usr/bin", p), "the commands notebooks and open install it, or: apt-get install --no-install-recommends "+p))
	}
	out = append(out, writable(filepath.Join(root, "data")))
	return append(out, stored()...)
}

func program(name, path, fix string) Finding {
	if _, err := exec.LookPath(path); err == nil {
		return Finding{What: name, Found: "present"}
	}
	if _, err := exec.LookPath(name); err == nil {
		return Finding{What: name, Found: "present, on the path"}
	}
	return Finding{What: name, Found: "missing", Fix: fix}
}

// writable tests the folder that keeps a reader's own runs.
func writable(dir string) Finding {
	f := Finding{What: "data/runs", Found: "can be written to"}
	tmp, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		f.Found, f.Fix = "cannot be written to", "own runs cannot be kept: clone into a folder of yours"
		return f
	}
	_ = tmp.Close()
	_ = os.Remove(tmp.Name())
	return f
}

// stored loads the committed results of the catalogue, and so checks them.
func stored() []Finding {
	var out []Finding
	for _, e := range catalogue.All() {
		name := e.Name
		f := Finding{What: "results of " + name}
		if e.Small != nil {
			r, err := e.Committed()
			if err != nil {
				f.Found, f.Fix = "none that can be used: "+oneLine(err), "go run ./cmd/divergent run "+name
			} else {
				f.Found = fmt.Sprintf("%d tables, %s on %s", len(r.Tables), r.Manifest.Go, r.Manifest.Arch)
			}
			out = append(out, f)
			continue
		}
		dir, err := fs.Sub(data.Results(), name)
		var r *study.Result
		if err == nil {
			r, err = study.Load(dir)
		}
		if err != nil {
			f.Found, f.Fix = "none that can be used: "+oneLine(err), "go run ./cmd/divergent run "+name
		} else {
			f.Found = fmt.Sprintf("%d seeds, %d conditions, engine %s on %s", len(r.Manifest.Seeds), len(r.Manifest.Conditions), r.Manifest.Engine, r.Manifest.Kernel)
		}
		out = append(out, f)
	}
	return out
}

// modules lists the versions of what the numbers and the pictures depend on.
func modules() []debug.Module {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var out []debug.Module
	for _, d := range info.Deps {
		switch d.Path {
		case "gonum.org/v1/gonum", "gonum.org/v1/plot", "github.com/janpfeifer/gonb":
			out = append(out, debug.Module{Path: d.Path, Version: d.Version})
		}
	}
	return out
}

// Footer ends a notebook: the settings that differ from the published ones, the
// versions, and where the figures went.
func Footer(r *study.Result) {
	m := r.Manifest
	settings := "none, all as published"
	if remarks := m.Remarks(); len(remarks) > 0 {
		settings = strings.Join(remarks, "; ")
	}
	var versions []string
	for _, d := range modules() {
		versions = append(versions, d.Path+" "+d.Version)
	}
	Markdownf("---\n**Settings that differ from the published ones:** %s.\n\n"+
		"**Study** %s, seeds %s, engine %s, inner loops %s. **Versions:** %s, %s.\n\n**Figures:** %s",
		escape(settings), escape(m.Study), fmt.Sprint(m.Seeds), escape(m.Engine), escape(m.Kernel), runtime.Version(), strings.Join(versions, ", "), whereFigures())
}

func whereFigures() string {
	dir := os.Getenv(FiguresVariable)
	if dir == "" {
		return "inline only; `notebook.Save` exports one, `go run ./cmd/divergent notebooks` all of them to `build/figures`."
	}
	if rel, err := filepath.Rel(Root(), dir); err == nil && !strings.HasPrefix(rel, "..") {
		dir = filepath.ToSlash(rel)
	}
	return "as PNG, SVG, PDF and CSV in " + code(dir) + "."
}
