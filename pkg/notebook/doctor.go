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
	"divergent/internal/files"
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
		{What: "engine", Found: fmt.Sprintf("version %s, inner loops %s, results as %s", study.Engine, kernel.Loops(), kernel.Name())},
		{What: "cores", Found: fmt.Sprint(runtime.NumCPU())},
	}
	for _, m := range modules() {
		out = append(out, Finding{What: m.Path, Found: m.Version})
	}
	for _, p := range []string{"gonb", "goimports"} {
		out = append(out, program(p, filepath.Join(root, ".bin", p), "go run ./cmd/divergent notebooks builds it"))
	}
	out = append(out, program("gopls", filepath.Join(root, ".bin", "help", "gopls"), "go run ./cmd/divergent open builds it: without it Tab and Shift-Tab show nothing"))
	for _, p := range []string{"jupyter-nbconvert", "jupyter-notebook"} {
		out = append(out, program(p, filepath.Join("/usr/bin", p), "the commands notebooks and open install it, or: apt-get install --no-install-recommends "+p))
	}
	out = append(out, elsewhere(root), writable(filepath.Join(root, "data")))
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

// elsewhere says how programs that the command does not start find the kernel.
func elsewhere(root string) Finding {
	f, where := Finding{What: "kernel in other clients"}, filepath.Join(root, ".jupyter", "data")
	if !exists(filepath.Join(where, "kernels", "gonb", "kernel.json")) {
		f.Found, f.Fix = "missing", "go run ./cmd/divergent notebooks makes it"
		return f
	}
	f.Found = "by JUPYTER_PATH set to the folder .jupyter/data of the clone, such as for jupyter execute"
	return f
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
		f := Finding{What: "results of " + e.Name}
		var err error
		if f.Found, err = found(e); err != nil {
			f.Found, f.Fix = "none that can be used: "+files.OneLine(err.Error()), "go run ./cmd/divergent run "+e.Name
		}
		out = append(out, f)
	}
	return out
}

// found sums up the committed results of one entry.
func found(e catalogue.Entry) (string, error) {
	if e.Small != nil {
		r, err := e.Committed()
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%d tables, %s on %s", len(r.Tables), r.Manifest.Go, r.Manifest.Arch), nil
	}
	dir, err := fs.Sub(data.Results(), e.Name)
	if err != nil {
		return "", err
	}
	r, err := study.Load(dir)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d seeds, %d conditions, engine %s on %s", len(r.Manifest.Seeds), len(r.Manifest.Conditions), r.Manifest.Engine, r.Manifest.Kernel), nil
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
	footer("Settings that differ from the published ones", "none, all as published", m.Remarks(),
		fmt.Sprintf("**Study** %s, seeds %v, engine %s, inner loops %s", escape(m.Study), m.Seeds, escape(m.Engine), escape(m.Kernel)))
}

// footer ends a notebook of a study or a model: what differs in it, or none of that.
func footer(title, none string, differs []string, what string) {
	settings := none
	if len(differs) > 0 {
		settings = strings.Join(differs, "; ")
	}
	versions := []string{runtime.Version()}
	for _, d := range modules() {
		versions = append(versions, d.Path+" "+d.Version)
	}
	Markdownf("---\n**%s:** %s.\n\n%s. **Versions:** %s.\n\n**Figures:** %s", title, escape(settings), what, strings.Join(versions, ", "), whereFigures())
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
