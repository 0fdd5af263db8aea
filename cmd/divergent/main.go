// Command divergent runs the toolkit from a shell: the notebooks headless, the
// figures without Jupyter, a study over seeds, and the checks of its results.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"divergent/internal/check"
	"divergent/internal/files"
	"divergent/pkg/catalogue"
	"divergent/pkg/notebook"
)

// grammar is the command line. A command is a struct of its arguments and flags with a
// method Run; its method Help says more.
type grammar struct {
	Notebooks  notebooksCommand  `cmd:"" help:"Execute the notebooks headless and export their figures."`
	Open       openCommand       `cmd:"" help:"Start Jupyter Notebook on this machine with the Go kernel ready."`
	List       listCommand       `cmd:"" help:"List the studies and small models, what they ask and how long they take."`
	Figures    figuresCommand    `cmd:"" help:"Draw every figure of a study, without Jupyter."`
	Run        runCommand        `cmd:"" help:"Simulate a study and write its results."`
	Submit     submitCommand     `cmd:"" help:"Run a study on a Slurm cluster."`
	Status     statusCommand     `cmd:"" help:"Show how far the shards of a study are."`
	Merge      mergeCommand      `cmd:"" help:"Join the folders of shards into one result."`
	Verify     verifyCommand     `cmd:"" help:"Recompute seeds of the committed results and compare."`
	Doctor     doctorCommand     `cmd:"" help:"Show versions, the kernel, stored results, and what is missing."`
	Version    versionCommand    `cmd:"" help:"Show the versions of the toolkit, its engine and Go."`
	Completion completionCommand `cmd:"" help:"Print what makes a shell complete commands, flags and studies."`
	Complete   completeCommand   `cmd:"" hidden:""`
}

// app is what a command works with.
type app struct {
	out, err io.Writer
	list     []catalogue.Entry // what can be run; nil means the catalogue
	root     string            // folder of the clone; empty outside one
	noRoot   error             // why it is empty
}

// clone returns the folder of the clone, or the error of being outside one.
func (a app) clone() (string, error) { return a.root, a.noRoot }

// interrupted is the error of a command that Ctrl-C ended; it says what is kept.
type interrupted string

func (e interrupted) Error() string { return "interrupted; " + string(e) }

func (e interrupted) Unwrap() error { return context.Canceled }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	code := start(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// endings lists the signals that end a command: Ctrl-C, kill, and a closed
// terminal unless nohup has it ignored.
func endings() []os.Signal {
	s := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		s = append(s, syscall.SIGHUP)
	}
	return s
}

// usage is the error of a command line that can never work, which who runs it need not
// try again.
type usage struct{ error }

func (e usage) Unwrap() error { return e.error }

// start runs the command line and returns the exit status: 0, 1 on an error, 2 on
// a wrong command line, 130 when interrupted.
func start(ctx context.Context, args []string, out, err io.Writer) int {
	a := app{out: out, err: err}
	a.root, a.noRoot = notebook.Module()
	e := a.dispatch(ctx, args)
	switch {
	case e == nil:
		return 0
	case errors.Is(e, context.Canceled):
		if !errors.As(e, new(interrupted)) {
			e = interrupted("nothing was written")
		}
		fmt.Fprintln(err, "divergent:", files.OneLine(e.Error()))
		return 130
	}
	fmt.Fprintln(err, "divergent:", files.OneLine(e.Error()))
	if errors.As(e, new(usage)) {
		return 2
	}
	return 1
}

// parser returns the parser of the command line; helped is called where help was asked
// for and shown.
func (a app) parser(g *grammar, helped func()) (*kong.Kong, error) {
	return kong.New(g, kong.Name("divergent"),
		kong.Description("Divergent compares how antidepressant mechanisms act on a model of a depressed circuit. Inside a clone: go run ./cmd/divergent <command>"),
		kong.Writers(a.out, a.err), kong.Exit(func(int) { helped() }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}), kong.WithHyphenPrefixedParameters(true), kong.Vars{"jobs": fmt.Sprint(min(2, runtime.NumCPU()))})
}

func (a app) dispatch(ctx context.Context, args []string) error {
	help := false
	p, err := a.parser(&grammar{}, func() { help = true })
	if err != nil {
		return err
	}
	var commands []string
	for _, n := range p.Model.Children {
		if !n.Hidden {
			commands = append(commands, n.Name)
		}
	}
	switch {
	case len(args) == 0:
		_, _ = p.Parse([]string{"--help"})
		return usage{fmt.Errorf("no command given: want one of %s", strings.Join(commands, ", "))}
	case args[0] == "help": // help run is run --help
		args = append(args[1:], "--help")
	case args[0] == "--version":
		args = []string{"version"}
	}
	if name := args[0]; !strings.HasPrefix(name, "-") && name != "complete" {
		if err := check.Known("command", name, commands); err != nil {
			return usage{err}
		}
	}
	k, err := p.Parse(args)
	switch {
	case help:
		return nil
	case err != nil:
		return usage{a.usageError(err, args[0])}
	}
	k.BindTo(ctx, (*context.Context)(nil))
	return k.Run(a)
}

// usageError says what is wrong with the command line and where to read more.
func (a app) usageError(err error, command string) error {
	if strings.Contains(err.Error(), `"<study>`) {
		return fmt.Errorf("%s: no study given: want one of %s", command, strings.Join(catalogue.Names(a.entries()), ", "))
	}
	return fmt.Errorf("%s: %w; see divergent %s --help", command, err, command)
}

// studies explains the argument of commands that want a study.
func studies() string { return "The studies and small models:\n\n" + catalogue.Help(catalogue.All()) }

// relative shortens a path inside the clone.
func (a app) relative(path string) string {
	if r, err := filepath.Rel(a.root, path); err == nil && !strings.HasPrefix(r, "..") {
		return r
	}
	return path
}

// printJSON prints for a program.
func (a app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
