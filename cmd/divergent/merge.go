package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"

	"divergent/pkg/study"
)

func mergeCommand() command {
	return command{name: "merge", args: "DIR... --dir OUT [--partial]",
		short: "join the folders of shards into one result",
		help: `The folders must hold one design, and together all of it; OUT must be new or empty.
With --partial measurements may be missing, which every table and figure then says.

  divergent merge part0 part1 --dir results`,
		run: runMerge}
}

func runMerge(ctx context.Context, c command, a app, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	out := fs.String("dir", "", "`folder` for the joined results")
	partial := fs.Bool("partial", false, "write a result that lacks measurements")
	dirs, err := c.parse(a, fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(dirs) == 0:
		return fmt.Errorf("merge: no folders given: want those that run --shard wrote")
	case *out == "":
		return fmt.Errorf("merge: --dir is missing: want a folder to write to, such as --dir results")
	}
	res, err := study.Merge(dirs, *out, *partial)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	fmt.Fprintf(a.out, "%d measurements of %d seeds: %s\n", len(res.Rows), len(res.Manifest.Seeds), filepath.Join(*out, "results.csv"))
	warnMissing(a, res)
	return nil
}
