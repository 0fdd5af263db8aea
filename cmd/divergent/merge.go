package main

import (
	"fmt"
	"strings"

	"divergent/pkg/study"
)

type mergeCommand struct {
	Folders []string `arg:"" help:"Folders that run --shard wrote."`
	Out     string   `required:"" aliases:"dir" placeholder:"FOLDER" help:"Folder for the joined results; new or empty."`
	Partial bool     `help:"Write a result that lacks measurements."`
	JSON    bool     `name:"json" help:"Print a summary for programs."`
}

func (mergeCommand) Help() string {
	return `The folders must hold one design, and together all of it. With --partial measurements may
be missing, which every table and figure then says.

    divergent merge part0 part1 --out results`
}

// Run joins the folders.
func (c *mergeCommand) Run(a app) error {
	res, n, err := study.MergeFolders(c.Folders, c.Out, c.Partial)
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	if kernels := strings.Split(res.Manifest.Kernel, "+"); len(kernels) > 1 {
		fmt.Fprintf(a.err, "divergent: cells were made by other loops (%s): they are whole, but not to the bit what one kind of processor makes\n", strings.Join(kernels, ", "))
	}
	return a.written(c.JSON, res, n, c.Out)
}
