// Command divergent runs the toolkit from a shell: the notebooks headless, the
// figures without Jupyter, a study over seeds, and the checks of its results.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"divergent/internal/files"
	"divergent/pkg/catalogue"
	"divergent/pkg/notebook"
)

// app is what a subcommand works with.
type app struct {
	out, err io.Writer
	root     string            // folder of the module
	list     []catalogue.Entry // what can be run; nil means the catalogue
}

// command is one subcommand.
type command struct {
	name, args string // as typed
	short      string // what it does, one line
	help       string // more, and examples
	run        func(ctx context.Context, c command, a app, args []string) error
}

func commands() []command {
	return []command{notebooksCommand(), openCommand(), figuresCommand(), runCommand(), mergeCommand(), verifyCommand(), doctorCommand()}
}

// interrupted is the error of a command that Ctrl-C ended; it says what is kept.
type interrupted string

func (e interrupted) Error() string { return "interrupted; " + string(e) }

func (e interrupted) Unwrap() error { return context.Canceled }

// errHelp asks for exit 0 after help was printed.
var errHelp = errors.New("help was asked for")

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

// start runs the command line and returns the exit status: 0, 1 on an error,
// 130 when interrupted.
func start(ctx context.Context, args []string, out, err io.Writer) int {
	e := dispatch(ctx, args, out, err)
	switch {
	case e == nil || errors.Is(e, errHelp):
		return 0
	case errors.Is(e, context.Canceled):
		fmt.Fprintln(err, "divergent:", files.OneLine(e.Error()))
		return 130
	}
	fmt.Fprintln(err, "divergent:", files.OneLine(e.Error()))
	return 1
}

func dispatch(ctx context.Context, args []string, out, err io.Writer) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(out)
		if len(args) == 0 {
			return fmt.Errorf("no command given: want one of %s", names())
		}
		return errHelp
	}
	for _, c := range commands() {
		if c.name == args[0] {
			root, e := notebook.Module()
			if e != nil {
				return e
			}
			return c.run(ctx, c, app{out: out, err: err, root: root}, args[1:])
		}
	}
	return fmt.Errorf("unknown command %q: want one of %s", args[0], names())
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Divergent compares how antidepressant mechanisms act on a model of a depressed circuit.\n\nUsage: go run ./cmd/divergent COMMAND [arguments]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-10s %s\n", c.name, c.short)
	}
	fmt.Fprint(w, "\nEach command explains itself: go run ./cmd/divergent COMMAND --help\n")
}

func names() string {
	var s []string
	for _, c := range commands() {
		s = append(s, c.name)
	}
	return strings.Join(s, ", ")
}

// parse reads flags and positional arguments in any order.
func (c command) parse(a app, fs *flag.FlagSet, args []string) ([]string, error) {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	var rest []string
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			c.explain(a.out, fs)
			return nil, errHelp
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w; see divergent %s --help", c.name, flagError(fs, err), c.name)
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, fs.Arg(0)), fs.Args()[1:]
	}
}

// flagError is an error of a flag's value as the command's own are, with what the flag
// is where package flag says no more than that it cannot parse.
func flagError(fs *flag.FlagSet, err error) error {
	var value, name string
	text := err.Error()
	if n, _ := fmt.Sscanf(text, "invalid value %q for flag -%s", &value, &name); n < 2 {
		return err
	}
	name = strings.TrimSuffix(name, ":")
	_, why, _ := strings.Cut(text, "for flag -"+name+": ")
	if f := fs.Lookup(name); f != nil && (why == "parse error" || why == "value out of range") {
		kind, usage := flag.UnquoteUsage(f)
		why = fmt.Sprintf("want a %s: %s", kind, usage)
	}
	return fmt.Errorf("--%s = %.60q: %s", name, value, why)
}

func (c command) explain(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "Usage: divergent %s %s\n\n%s\n\n%s\n", c.name, c.args, c.short, c.help)
	if strings.HasPrefix(c.args, "STUDY") {
		fmt.Fprintf(w, "\nSTUDY is one of\n%s", catalogue.Help(catalogue.All()))
	}
	first := true
	fs.VisitAll(func(f *flag.Flag) {
		if first {
			fmt.Fprint(w, "\nFlags:\n")
			first = false
		}
		kind, text := flag.UnquoteUsage(f)
		fmt.Fprintf(w, "  %-20s %s", strings.TrimSpace("--"+f.Name+" "+kind), text)
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" {
			fmt.Fprintf(w, " (default %s)", f.DefValue)
		}
		fmt.Fprintln(w)
	})
}

// relative shortens a path inside the clone.
func (a app) relative(path string) string {
	if r, err := filepath.Rel(a.root, path); err == nil && !strings.HasPrefix(r, "..") {
		return r
	}
	return path
}
