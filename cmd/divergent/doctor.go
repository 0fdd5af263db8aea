package main

import (
	"context"
	"flag"
	"fmt"

	"divergent/pkg/notebook"
)

func doctorCommand() command {
	return command{name: "doctor",
		short: "show versions, the kernel, stored results, and what is missing",
		help:  "  divergent doctor",
		run:   runDoctor}
}

func runDoctor(ctx context.Context, c command, a app, args []string) error {
	rest, err := c.parse(a, flag.NewFlagSet(c.name, flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("doctor: unexpected argument %q: want none", rest[0])
	}
	missing := 0
	for _, f := range notebook.Diagnose() {
		fmt.Fprintf(a.out, "%-28s %s\n", f.What, f.Found)
		if f.Fix != "" {
			missing++
			fmt.Fprintf(a.out, "%-28s -> %s\n", "", f.Fix)
		}
	}
	if missing == 0 {
		fmt.Fprintln(a.out, "nothing is missing")
	}
	return nil
}
