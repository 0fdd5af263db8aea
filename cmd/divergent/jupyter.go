package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"divergent/internal/files"
	"divergent/internal/kept"
	"divergent/internal/par"
	"divergent/pkg/notebook"
)

// jupyter is Jupyter with the kernel ready, all inside the clone.
type jupyter struct {
	program string   // path of jupyter-nbconvert or jupyter-notebook
	env     []string // environment of everything that Jupyter starts
	mark    string   // entry of env that no other process carries
}

// setUp makes all ready, at the same time: it installs the program where it is missing,
// builds the kernel pinned in .ci/tools and registers it below .jupyter, and compiles the
// packages, which two kernels would do each.
func (a app) setUp(ctx context.Context, program string) (jupyter, error) {
	j := jupyter{mark: "DIVERGENT_SESSION=" + rand.Text()}
	j.env = append(a.jupyterEnv(os.Environ()), j.mark)
	steps := []func() error{
		func() (err error) { j.program, err = a.install(ctx, program); return err },
		func() error { return a.kernel(ctx, j.env) },
		func() error {
			return quiet(ctx, a.root, append(slices.Clone(j.env), "GOWORK=off"), "go", "build", "./pkg/...", "./plots/...", "./data")
		},
	}
	err := par.Each(ctx, len(steps), len(steps), func(i int) error { return steps[i]() })
	return j, err // after the steps, one of which fills j in
}

// kernel builds the kernel and registers it.
func (a app) kernel(ctx context.Context, env []string) error {
	bin, log := filepath.Join(a.root, ".bin"), filepath.Join(a.root, ".jupyter", "log")
	for _, d := range []string{bin, log, filepath.Join(a.root, ".jupyter", "data")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return fmt.Errorf("folder %s: %w: want a clone that can be written to", a.relative(d), err)
		}
	}
	if _, err := os.Stat(filepath.Join(bin, "gonb")); err != nil {
		fmt.Fprintln(a.err, "building the Go kernel into .bin (once, about a minute)")
	}
	// In their own module, whatever workspace there is around it.
	tools := filepath.Join(a.root, ".ci", "tools")
	if err := quiet(ctx, tools, append(slices.Clone(env), "GOWORK=off", "GOBIN="+bin), "go", "install", "github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports"); err != nil {
		return err
	}
	if err := shim(bin); err != nil {
		return err
	}
	// gopls may be absent, errors are wanted as plain text, and the log in a file.
	if err := quiet(ctx, a.root, env, filepath.Join(bin, "gonb"), "--install", "--force_deps", "--raw_error",
		"--logtostderr=false", "--stderrthreshold=3", "--log_dir="+log, "--go_work="+a.root); err != nil {
		return err
	}
	return a.anyClient()
}

// anyClient puts into the kernel's own file what its cells need of the environment, so that
// it works with every client that is shown .jupyter/data, and not only with those that the
// command starts.
func (a app) anyClient() error {
	path := filepath.Join(a.root, ".jupyter", "data", "kernels", "gonb", "kernel.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var spec map[string]any
	if err := json.Unmarshal(b, &spec); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	env := map[string]string{"PATH": filepath.Join(a.root, ".bin") + string(os.PathListSeparator) + "${PATH}", "GOWORK": "", notebook.RootVariable: a.root,
		kept.Variable: filepath.Join(a.root, "data", "runs", "kept")}
	for _, e := range a.jupyterEnv(os.Environ()) {
		if flags, ok := strings.CutPrefix(e, "GOFLAGS="); ok {
			env["GOFLAGS"] = flags
		}
	}
	spec["env"] = env
	if b, err = json.MarshalIndent(spec, "", " "); err != nil {
		return err
	}
	return files.Write(path, append(b, '\n'))
}

// tooltip teaches the classic notebook to show what the kernel says on Shift-Tab.
//
//go:embed custom.js
var tooltip []byte

// help puts gopls, which answers Tab and Shift-Tab in cells, on the kernels' path, and
// builds it in the background: that takes some two minutes, and cells run without it.
// Notebooks that are executed without a reader need none. What it returns is closed when
// it has ended.
func (j *jupyter) help(ctx context.Context, a app) (<-chan struct{}, error) {
	bin, done := filepath.Join(a.root, ".bin", "help"), make(chan struct{})
	custom := filepath.Join(a.root, ".jupyter", "config", "custom")
	if err := errors.Join(os.MkdirAll(custom, 0o755), files.Write(filepath.Join(custom, "custom.js"), tooltip)); err != nil {
		return nil, files.Unwritable(custom, err)
	}
	j.env = append(j.env, "PATH="+strings.Join([]string{bin, filepath.Dir(bin), os.Getenv("PATH")}, string(os.PathListSeparator)))
	_, missing := os.Stat(filepath.Join(bin, "gopls"))
	if missing != nil {
		fmt.Fprintln(a.err, "building gopls, for Tab and Shift-Tab in cells, in the background (once, about two minutes)")
	}
	go func() {
		defer close(done)
		err := a.buildHelp(ctx, bin, j.env)
		switch {
		case ctx.Err() != nil || missing == nil:
		case err != nil:
			fmt.Fprintln(a.err, "no completion by Tab and no help by Shift-Tab, as gopls cannot be built; the rest works:", files.OneLine(err.Error()))
		default:
			fmt.Fprintln(a.err, "Tab completes names and Shift-Tab shows their documentation, in notebooks opened from now on and after Kernel, Restart")
		}
	}()
	return done, nil
}

// buildHelp builds gopls where cells come first, and puts a script before it that says so
// of its runs, too: it reads the whole clone once, in a gigabyte and some ten seconds.
func (a app) buildHelp(ctx context.Context, bin string, env []string) error {
	nice := ""
	if _, err := exec.LookPath("nice"); err == nil {
		nice = "nice -n 10"
	}
	built := filepath.Join(bin, "built")
	env = append(slices.Clone(env), "GOWORK=off", "GOBIN="+built)
	if err := quiet(ctx, filepath.Join(a.root, ".ci", "gopls"), env, "sh", "-c", nice+" go install golang.org/x/tools/gopls"); err != nil {
		return err
	}
	return executable(filepath.Join(bin, "gopls"), fmt.Sprintf("#!/bin/sh\nGOMEMLIMIT=1GiB exec %s %s \"$@\"\n", nice, quote(filepath.Join(built, "gopls"))))
}

// quote makes one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// shim puts a go before the real one that does nothing where the kernel runs "go get"
// without a package, as it does before every cell: all that cells of this clone import is
// in the workspace, and asking the network costs a second each time. With a package, go
// get works as ever.
func shim(bin string) error {
	real, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("go is not on the path: want the Go that runs this command there (%w)", err)
	}
	script := fmt.Sprintf(`#!/bin/sh
case "$GONB_TMP_DIR:$*" in ?*:get | ?*:"get -t") exit 0 ;; esac
exec %s "$@"
`, quote(real))
	return executable(filepath.Join(bin, "go"), script)
}

// executable writes a script, unless it is there.
func executable(path, script string) error {
	if b, err := os.ReadFile(path); err == nil && string(b) == script {
		return os.Chmod(path, 0o755)
	}
	if err := files.Write(path, []byte(script)); err != nil {
		return fmt.Errorf("%s: %w: want a clone that can be written to", path, err)
	}
	return os.Chmod(path, 0o755)
}

// jupyterEnv keeps everything of Jupyter inside the clone, puts the kernel on
// the path, and drops settings of another Jupyter and the Go settings that break the cells' workspace.
func (a app) jupyterEnv(environ []string) []string {
	in := func(name string) string { return filepath.Join(a.root, ".jupyter", name) }
	var env []string
	flags := []string{"-ldflags=-w"} // a fifth less for a cell; traces of panics need no more
	path := os.Getenv("PATH")
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		switch {
		case slices.Contains([]string{"PATH", "GOWORK", "GOBIN", "IPYTHONDIR", notebook.RootVariable, kept.Variable}, name), strings.HasPrefix(name, "JUPYTER_"):
		case name == "GOFLAGS":
			for _, f := range strings.Fields(value) {
				if !strings.HasPrefix(f, "-mod=") {
					flags = append(flags, f)
				}
			}
		default:
			env = append(env, e)
		}
	}
	return append(env, "GOFLAGS="+strings.Join(flags, " "), notebook.RootVariable+"="+a.root, kept.Variable+"="+filepath.Join(a.root, "data", "runs", "kept"),
		"PATH="+filepath.Join(a.root, ".bin")+string(os.PathListSeparator)+path,
		"JUPYTER_DATA_DIR="+in("data"), "JUPYTER_CONFIG_DIR="+in("config"), "JUPYTER_RUNTIME_DIR="+in("runtime"), "IPYTHONDIR="+in("ipython"))
}

// install returns the path of a Jupyter program, and installs Debian's package
// of the same name where there is none.
func (a app) install(ctx context.Context, program string) (string, error) {
	if path, ok := find(program); ok {
		return path, nil
	}
	missing := fmt.Errorf("%s is not installed and apt-get cannot install it here: install it (Debian: sudo apt-get install --no-install-recommends %s; elsewhere: your system's package or pip install %s)",
		program, program, strings.TrimPrefix(program, "jupyter-"))
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return "", missing
	}
	get := []string{apt}
	if os.Geteuid() != 0 {
		sudo, err := exec.LookPath("sudo")
		if err != nil || quiet(ctx, a.root, nil, sudo, "-n", "true") != nil {
			return "", missing
		}
		get = []string{sudo, "-n", apt}
	}
	fmt.Fprintf(a.err, "installing %s with apt-get\n", program)
	env := append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	run := func(args ...string) error {
		all := append(append([]string{}, get[1:]...), args...)
		return quiet(ctx, a.root, env, get[0], all...)
	}
	if err := run("install", "-y", "--no-install-recommends", program); err != nil {
		_ = run("update") // a fresh machine has no package lists
		if err := run("install", "-y", "--no-install-recommends", program); err != nil {
			return "", fmt.Errorf("%w (%w)", missing, err)
		}
	}
	if path, ok := find(program); ok {
		return path, nil
	}
	return "", missing
}

// find prefers Debian's program: another Python may come first on the path.
func find(program string) (string, bool) {
	if path, err := exec.LookPath(filepath.Join("/usr/bin", program)); err == nil {
		return path, true
	}
	path, err := exec.LookPath(program)
	return path, err == nil
}
