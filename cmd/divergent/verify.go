package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"divergent/pkg/catalogue"
	"divergent/pkg/study"
)

type verifyCommand struct {
	Study   string   `arg:"" help:"Name of a study or small model."`
	Seeds   seeds    `default:"0" placeholder:"LIST" help:"Seeds such as 0-9, 3 or 0,2,5."`
	Arms    []string `placeholder:"LIST" help:"Arms; all unless given. Dense and untreated always come along."`
	Workers workers  `default:"0" placeholder:"N" help:"Cells computed at a time, 1 to 1024; 0 means one per core."`
	From    string   `placeholder:"FOLDER" help:"Folder with results; the committed ones unless given."`
	JSON    bool     `name:"json" help:"Print the outcome for programs."`
}

func (verifyCommand) Help() string {
	return `The same bits are expected on the same inner loops, the same statistics elsewhere.
Ends with status 1 where they differ.

    divergent verify divergent --seeds 0
    divergent verify divergent --seeds 0,1 --workers 2
    divergent verify kindling --seeds 0 --arms ssri,neurosteroid

` + studies()
}

// verified is the outcome, for programs.
type verified struct {
	Study       string
	Compared    int
	Agree       int
	How         string `json:",omitempty"`
	OK          bool
	Differences []string
}

// Run computes again and compares.
func (c *verifyCommand) Run(ctx context.Context, a app, k *kong.Context) error {
	e, err := catalogue.Find(a.entries(), c.Study)
	if err != nil {
		return err
	}
	v := verified{Study: c.Study}
	var words string
	if e.Small != nil {
		m := smallModel{e}
		if err := m.only(k, "workers", "from", "json"); err != nil {
			return err
		}
		n, differences, err := m.verify(ctx, a, c.From, int(c.Workers))
		if err != nil {
			return err
		}
		v.Compared, v.Agree, v.OK, v.Differences = n, n-len(differences), len(differences) == 0, differences
		words = fmt.Sprintf("%d of %d cells agree", v.Agree, n)
		for i, d := range differences {
			if i == 10 {
				words += fmt.Sprintf("\n  and %d more", len(differences)-i)
				break
			}
			words += "\n  " + d
		}
	} else {
		report, err := c.again(ctx, a)
		if err != nil {
			return err
		}
		v.Compared, v.Agree, v.How, v.OK, words = report.Compared, report.Compared-len(report.Differences), string(report.How), report.OK(), report.String()
		for _, d := range report.Differences {
			v.Differences = append(v.Differences, d.String())
		}
	}
	if c.JSON {
		if err := a.printJSON(v); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(a.out, words)
	}
	if !v.OK {
		return fmt.Errorf("verify: %s differs from the stored results", c.Study)
	}
	return nil
}

// again computes the seeds of a study again.
func (c *verifyCommand) again(ctx context.Context, a app) (study.Verification, error) {
	d, err := study.Named(c.Study)
	if err == nil && c.Arms != nil {
		d, err = d.WithArms(c.Arms)
	}
	if err != nil {
		return study.Verification{}, err
	}
	stored, err := results(c.Study, c.From)
	if err != nil {
		return study.Verification{}, err
	}
	show := progressTo(a.err)
	report, err := study.Verify(ctx, stored, d, c.Seeds, int(c.Workers), show.event)
	show.End()
	if errors.Is(err, context.Canceled) {
		err = interrupted("verify keeps nothing: run the same command to begin again")
	}
	return report, err
}
