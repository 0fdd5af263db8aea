package main

import (
	"context"
	"flag"
	"fmt"

	"divergent/pkg/study"
)

func verifyCommand() command {
	return command{name: "verify", args: "STUDY [--seeds 0] [--workers N] [--from RESULTS]",
		short: "recompute seeds of the committed results and compare",
		help: `The same bits are expected on the same inner loops, the same statistics elsewhere.
Ends with status 1 where they differ.

  divergent verify divergent --seeds 0
  divergent verify divergent --seeds 0,1 --workers 2`,
		run: runVerify}
}

func runVerify(ctx context.Context, c command, a app, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	list := fs.String("seeds", "0", "`list` of seeds such as 0-9, 3 or 0,2,5")
	workers := fs.Int("workers", 0, "`number` of cells computed at a time, 1 to 1024; 0 means one per core")
	from := fs.String("from", "", "`folder` with results; empty means the committed ones")
	rest, err := c.parse(a, fs, args)
	if err != nil {
		return err
	}
	name, err := a.oneStudy(c, rest)
	if err != nil {
		return err
	}
	if err := checkWorkers(*workers); err != nil {
		return err
	}
	if m, ok := a.small(name); ok {
		if err := m.only(fs, "workers", "from"); err != nil {
			return err
		}
		return m.verify(ctx, a, *from, *workers)
	}
	d, err := study.Named(name)
	if err != nil {
		return err
	}
	seeds, err := study.ParseSeeds(*list)
	if err != nil {
		return fmt.Errorf("--seeds: %w", err)
	}
	stored, err := results(name, *from)
	if err != nil {
		return err
	}
	show := progressTo(a.err)
	report, err := study.Verify(ctx, stored, d, seeds, *workers, show.event)
	show.End()
	if err != nil {
		return err
	}
	fmt.Fprintln(a.out, report)
	if !report.OK() {
		return fmt.Errorf("verify: seeds %s of %s differ from the stored results", *list, name)
	}
	return nil
}
