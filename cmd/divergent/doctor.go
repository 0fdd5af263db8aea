package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"divergent/internal/kernel"
	"divergent/pkg/catalogue"
	"divergent/pkg/notebook"
	"divergent/pkg/study"
)

type doctorCommand struct {
	JSON bool `name:"json" help:"Print the findings for programs."`
}

func (doctorCommand) Help() string { return "Ends with status 1 where something is missing." }

// Run looks around.
func (c *doctorCommand) Run(a app) error {
	if _, err := a.clone(); err != nil {
		return err
	}
	found, missing := notebook.Diagnose(), 0
	for _, f := range found {
		if f.Fix != "" {
			missing++
		}
		if c.JSON {
			continue
		}
		fmt.Fprintf(a.out, "%-28s %s\n", f.What, f.Found)
		if f.Fix != "" {
			fmt.Fprintf(a.out, "%-28s -> %s\n", "", f.Fix)
		}
	}
	if c.JSON {
		if err := a.printJSON(found); err != nil {
			return err
		}
	} else if missing == 0 {
		fmt.Fprintln(a.out, "nothing is missing")
	}
	if missing > 0 {
		return fmt.Errorf("doctor: missing: %d; the lines with -> say what to do", missing)
	}
	return nil
}

type listCommand struct {
	JSON bool `name:"json" help:"Print the list for programs."`
}

// Run lists the catalogue.
func (c *listCommand) Run(a app) error {
	if c.JSON {
		type row struct{ Name, Question, Source, Time string }
		var rows []row
		for _, e := range a.entries() {
			rows = append(rows, row{e.Name, e.Question, e.Source, e.Time})
		}
		return a.printJSON(rows)
	}
	for _, e := range a.entries() {
		fmt.Fprintf(a.out, "%-14s %-7s %s\n", e.Name, e.Time, e.Question)
	}
	fmt.Fprintln(a.out, "\nTimes are to compute all of it on two cores; the results are in the repository.")
	return nil
}

type versionCommand struct {
	JSON bool `name:"json" help:"Print it for programs."`
}

// Run prints versions.
func (c *versionCommand) Run(a app) error {
	v := struct{ Divergent, Engine, Results, Loops, Go string }{"of an unknown commit", study.Engine, fmt.Sprint(study.Schema), kernel.Name(), runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Divergent = s.Value
			}
		}
	}
	if c.JSON {
		return a.printJSON(v)
	}
	_, err := fmt.Fprintf(a.out, "divergent %s, engine %s, results of version %s, inner loops %s, %s\n", v.Divergent, v.Engine, v.Results, v.Loops, v.Go)
	return err
}

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh" default:"bash" help:"bash or zsh."`
}

func (completionCommand) Help() string {
	return `For a command installed by go install ./cmd/divergent:

    source <(divergent completion bash)`
}

// Run prints a line for the shell, which then asks the hidden command complete.
func (c *completionCommand) Run(a app) error {
	if c.Shell == "zsh" {
		fmt.Fprintln(a.out, "autoload -U +X bashcompinit && bashcompinit")
	}
	_, err := fmt.Fprintln(a.out, "complete -o default -C 'divergent complete' divergent")
	return err
}

type completeCommand struct {
	Words []string `arg:"" optional:"" passthrough:""` // of the shell: command, word to complete, word before it
	Line  string   `env:"COMP_LINE" hidden:""`
}

// Run prints what the word on the line may become.
func (c *completeCommand) Run(a app) error {
	words := strings.Fields(c.Line)
	last := ""
	if len(words) > 1 && !strings.HasSuffix(c.Line, " ") {
		last, words = words[len(words)-1], words[:len(words)-1]
	}
	p, err := a.parser(&grammar{}, func() {})
	if err != nil {
		return err
	}
	var choices []string
	for _, n := range p.Model.Children {
		switch {
		case n.Hidden:
		case len(words) == 1:
			choices = append(choices, n.Name)
		case len(words) > 1 && n.Name == words[1]:
			for _, f := range n.Flags {
				choices = append(choices, "--"+f.Name)
			}
			if len(n.Positional) == 1 && n.Positional[0].Name == "study" {
				choices = append(choices, catalogue.Names(a.entries())...)
			}
		}
	}
	for _, w := range choices {
		if strings.HasPrefix(w, last) {
			fmt.Fprintln(a.out, w)
		}
	}
	return nil
}
