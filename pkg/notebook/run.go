package notebook

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"divergent/data"
	"divergent/internal/console"
	"divergent/pkg/study"
)

// Run returns the results of the study: what is stored, in the committed
// results or in data/runs, is read; the rest is simulated, with a progress line,
// and kept in data/runs, where divergent run keeps its own, too. An error, and an interrupt, fail the cell; finished
// cells of the study are kept.
func Run(d study.Design) *study.Result { return run(d, false) }

// Recompute simulates the whole study again, whatever is stored.
func Recompute(d study.Design) *study.Result { return run(d, true) }

func run(d study.Design, fresh bool) *study.Result {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := newProgress()
	r := study.Runner{Dir: filepath.Join(Root(), "data", "runs", d.Name), Reference: data.Results(), Fresh: fresh, Progress: p.event}
	res, err := r.Run(ctx, d)
	p.end()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("stopped; finished cells are kept, run this cell again to go on")
	}
	Check(err)
	if arms := d.Unstorable(); len(arms) > 0 {
		Markdownf("*Simulated anew in each cell, as nothing tells whether its code has changed: %s. "+
			"A method `Version() string` has the results kept.*", escape(strings.Join(arms, ", ")))
	}
	return res
}

// Load returns the results of a folder that divergent run or merge has written. What
// it lacks is said below each cell that loads it.
func Load(dir string) *study.Result {
	r, err := study.Load(os.DirFS(dir))
	if err != nil {
		err = fmt.Errorf("%s: %w", dir, err)
	}
	Check(err)
	if s := r.Lacks(); s != "" {
		Markdownf("*Incomplete: %s.*", escape(s))
	}
	return r
}

// ProgressClass marks the progress line, which no notebook is committed with.
const ProgressClass = "divergent-progress"

// progress shows one line, in the notebook or on a terminal.
type progress struct {
	show func(string) // nil where nobody looks
	done func()       // after the last one
	last time.Time
	at   study.Event
}

func newProgress() *progress {
	if gonbui.IsNotebook {
		id := "divergent_" + gonbui.UniqueId()
		return &progress{done: gonbui.Sync, show: func(s string) {
			gonbui.UpdateHTML(id, `<i class="`+ProgressClass+`">`+html.EscapeString(s)+"</i>")
		}}
	}
	if line := console.To(os.Stderr); line.Terminal {
		return &progress{show: line.Show, done: line.End}
	}
	return &progress{}
}

// event takes what the runner reports, one call at a time, and shows it at most
// ten times a second. Where everything is stored nothing is shown.
func (p *progress) event(e study.Event) {
	p.at = e
	if p.show == nil || e.Stored == e.Total || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	p.show(e.String())
}

// end leaves a line that says what was done.
func (p *progress) end() {
	if p.show == nil || p.last.IsZero() {
		return
	}
	p.show(p.at.String())
	p.done()
}

// Root is the folder of the module: at or above the notebook's folder, else the
// notebook's folder itself.
func Root() string {
	dir, err := Module()
	if err != nil {
		dir, _ = os.Getwd()
	}
	return dir
}

// RootVariable names the clone in the environment of the kernels that the command
// starts, so that a notebook in any folder finds it.
const RootVariable = data.RootVariable

// Module is the folder of this module's go.mod, at or above the working one, or the one
// that RootVariable names.
func Module() (string, error) { return data.WorkingClone() }
