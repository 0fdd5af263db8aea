package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"divergent/pkg/study"
)

func mergeCommand() command {
	return command{name: "merge", args: "DIR... --dir OUT",
		short: "join the folders of shards into one result",
		help: `The folders must hold one design. OUT must be new or empty.

  divergent merge part0 part1 --dir results`,
		run: runMerge}
}

func runMerge(ctx context.Context, c command, a app, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	out := fs.String("dir", "", "`folder` for the joined results")
	dirs, err := c.parse(a, fs, args)
	if err != nil {
		return err
	}
	switch entries, err := os.ReadDir(*out); {
	case len(dirs) == 0:
		return fmt.Errorf("merge: no folders given: want those that run --shard wrote")
	case *out == "":
		return fmt.Errorf("merge: --dir is missing: want a folder to write to, such as --dir results")
	case err == nil && len(entries) > 0:
		return fmt.Errorf("merge: --dir %s is not empty: want a new or empty folder, so that nothing is overwritten", *out)
	}
	res, err := study.Merge(dirs)
	if err != nil {
		return err
	}
	if err := res.Save(*out); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "%d measurements of %d seeds: %s\n", len(res.Rows), len(res.Manifest.Seeds), filepath.Join(*out, "results.csv"))
	return nil
}
