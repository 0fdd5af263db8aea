//go:build linux && (amd64 || arm64)

// Attack tries to make the results store lose or accept something: it kills runs
// and merges, fills disks, damages and exchanges files, repairs their checksums,
// and lets several writers loose. It ends with a table, and with status 1 where
// something was lost, something false accepted, or an error of no use.
//
//	go run ./internal/attack --kills 300 --corruptions 1000
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"divergent/internal/files"
	"divergent/internal/kernel"
	"divergent/pkg/study"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "victim" {
		os.Exit(victim(os.Args[2]))
	}
	kills := flag.Int("kills", 30, "`number` of kills and signals")
	corruptions := flag.Int("corruptions", 150, "`number` of damaged folders")
	seed := flag.Uint64("seed", 1, "`seed` of all that is drawn at random")
	readme := flag.String("readme", "", "`file` for the table, as a page")
	flag.Parse()
	if *kills < 0 || *corruptions < 0 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "attack: --kills and --corruptions: want 0 or more, and no other arguments")
		os.Exit(1)
	}
	if err := campaigns(*kills, *corruptions, *seed, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func campaigns(kills, corruptions int, seed uint64, readme string) error {
	dir, err := os.MkdirTemp("", "attack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := &campaign{dir: dir, rand: rand.New(rand.NewPCG(seed, 0)), start: time.Now(), refs: map[string]reference{}}
	c.run(kills, corruptions)
	text := c.table()
	fmt.Print(text)
	if readme != "" {
		if err := files.Write(readme, c.page(kills, corruptions, seed, text)); err != nil {
			return err
		}
	}
	if c.failed() {
		return errors.New("not all held or were refused")
	}
	return nil
}

// tally counts what came of one kind of attack.
type tally struct {
	name    string
	came    map[string]int // by outcome
	skipped string         // why, where it could not be tried
}

// cells are the numbers of attacks and outcomes.
func (k *tally) cells() []any {
	out := []any{0}
	for _, outcome := range outcomes {
		out = append(out, k.came[outcome])
		out[0] = out[0].(int) + k.came[outcome]
	}
	return out
}

// campaign is one run of all attacks.
type campaign struct {
	dir     string
	rand    *rand.Rand
	start   time.Time
	planned int
	done    int
	folders int
	shown   time.Time
	kinds   []*tally
	refs    map[string]reference
}

// kind finds or begins the tally of a kind of attack.
func (c *campaign) kind(name string) *tally {
	for _, k := range c.kinds {
		if k.name == name {
			return k
		}
	}
	c.kinds = append(c.kinds, &tally{name: name, came: map[string]int{}})
	return c.kinds[len(c.kinds)-1]
}

// verdict is the outcome of an attack and, of one that succeeded, why.
type verdict struct{ outcome, why string }

var (
	held     = verdict{outcome: "held"}    // the result is that of an undisturbed run
	refused  = verdict{outcome: "refused"} // by one clear line, and nothing changed
	outcomes = []string{held.outcome, refused.outcome, lost("").outcome, accepted("").outcome, wrong("").outcome}
)

// lost: something finished was lost.
func lost(why string, x ...any) verdict { return verdict{"LOST", fmt.Sprintf(why, x...)} }

// accepted: something false was taken in.
func accepted(why string, x ...any) verdict {
	return verdict{"FALSELY ACCEPTED", fmt.Sprintf(why, x...)}
}

// wrong: a panic, a hang, an unclear error, a dead end.
func wrong(why string, x ...any) verdict { return verdict{"WRONG", fmt.Sprintf(why, x...)} }

// count notes the outcome of an attack of a kind.
func (c *campaign) count(kind string, v verdict, what string) {
	k := c.kind(kind)
	k.came[v.outcome]++
	c.done++
	if v != held && v != refused {
		fmt.Printf("%s: %s: %s: %s\n", v.outcome, kind, what, v.why)
	}
	if now := time.Now(); now.Sub(c.shown) > 5*time.Second {
		c.shown = now
		elapsed := now.Sub(c.start)
		left := time.Duration(float64(elapsed) / float64(c.done) * float64(max(c.planned-c.done, 0)))
		fmt.Printf("%d of %d attacks, %v, about %v left (%s)\n", c.done, c.planned, elapsed.Round(time.Second), left.Round(time.Second), k.name)
	}
}

func (c *campaign) failed() bool {
	for _, k := range c.kinds {
		for _, outcome := range outcomes[2:] {
			if k.came[outcome] > 0 {
				return true
			}
		}
	}
	return false
}

// folder returns the path of a folder that does not exist yet.
func (c *campaign) folder() string {
	c.folders++
	return filepath.Join(c.dir, fmt.Sprint(c.folders))
}

// copy returns a copy of a folder; of none, a path.
func (c *campaign) copy(of string) string {
	dir := c.folder()
	if of != "" {
		c.must(os.CopyFS(dir, os.DirFS(of)))
	}
	return dir
}

// try attacks a copy of a folder, counts what comes of it and cleans up.
func (c *campaign) try(kind, base, what string, attack func(dir string) verdict) {
	dir := c.copy(base)
	defer os.RemoveAll(dir)
	if v := attack(dir); v != (verdict{}) {
		c.count(kind, v, what)
	}
}

// safely turns a panic into an error.
func safely[T any](f func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

// must ends the campaign where it cannot prepare an attack.
func (c *campaign) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("attack: preparing: %v", err))
	}
}

// reference is what an undisturbed run of an order gives.
type reference struct {
	table
	manifest study.Manifest
}

// undisturbed returns the results of an order's design, in a folder of its own.
func (c *campaign) undisturbed(o order) reference {
	o.Dir, o.Workers, o.Merge, o.Shard, o.Shards = "", 0, nil, 0, 0
	key, err := json.Marshal(o)
	c.must(err)
	if known, ok := c.refs[string(key)]; ok {
		return known
	}
	o.Dir = c.folder()
	_, err = o.here()
	c.must(err)
	res, err := study.Load(os.DirFS(o.Dir))
	c.must(err)
	c.refs[string(key)] = reference{read(o.Dir), res.Manifest}
	return c.refs[string(key)]
}

// table lists the kinds of attacks and what came of them.
func (c *campaign) table() string {
	var b strings.Builder
	row := func(cells ...any) { fmt.Fprintf(&b, "| %-44v | %7v | %7v | %7v | %6v | %16v | %5v |\n", cells...) }
	row("attack", "number", "held", "refused", "losses", "false acceptances", "other")
	fmt.Fprintf(&b, "| %s |\n", strings.Join([]string{strings.Repeat("-", 44), "------:", "------:", "------:", "-----:", "----------------:", "----:"}, " | "))
	sum := tally{came: map[string]int{}}
	for _, k := range c.kinds {
		if k.skipped != "" {
			row(k.name+" (skipped: "+k.skipped+")", 0, "", "", "", "", "")
			continue
		}
		row(append([]any{k.name}, k.cells()...)...)
		for outcome, n := range k.came {
			sum.came[outcome] += n
		}
	}
	row(append([]any{"all"}, sum.cells()...)...)
	return b.String()
}

// page is the page that tells of a campaign.
func (c *campaign) page(kills, corruptions int, seed uint64, text string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# The results store under attack

This page is what the command wrote that it tells of:

    go run ./internal/attack --kills %d --corruptions %d --seed %d --readme internal/attack/README.md

It runs a design of milliseconds as its victim, kills and damages it, and runs it again.
An attack is **held** where the result is, to the byte, that of a run that nothing disturbed,
and **refused** where one line says what is wrong with which file and what to do, nothing was
changed, and doing so works. A **loss** is a finished measurement that is gone, a **false
acceptance** a number or a statement that no run made and that neither reading nor
`+"`divergent verify`"+` finds. What a manifest that is sealed again
claims of the processor, the Go version, the modules, or of a gap where nothing is measured counts as
neither: nobody can compute it again. Other failures are panics, hangs, dead ends, files outside the folder,
leftovers and errors that are no such line.

%s
Made with %s on %s, loops %s, %d processors.
`, kills, corruptions, seed, text, runtime.Version(), runtime.GOOS, kernel.Name(), runtime.NumCPU())
	return b.Bytes()
}
