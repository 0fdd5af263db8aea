// Package notebook is what a cell calls: it runs a study with a progress line,
// shows figures and tables, and turns an error into one clear line and a failed
// cell. It is the only importer of GoNB; outside a notebook text and tables go
// to standard output and figures are not shown.
package notebook

import (
	"fmt"
	"os"

	"github.com/janpfeifer/gonb/gonbui"

	"divergent/internal/files"
)

// Markdown shows the text as Markdown. Unlike printed text it keeps its place
// among figures and tables.
func Markdown(text string) {
	if !gonbui.IsNotebook {
		fmt.Println(text)
		return
	}
	gonbui.DisplayMarkdown(text)
	gonbui.Sync()
}

// Markdownf shows a formatted text as Markdown.
func Markdownf(format string, args ...any) { Markdown(fmt.Sprintf(format, args...)) }

// Must returns v, or fails the cell if err is not nil.
func Must[T any](v T, err error) T {
	Check(err)
	return v
}

// Check fails the cell if err is not nil: one line, exit status 1.
func Check(err error) {
	if err == nil {
		return
	}
	gonbui.Sync() // what was shown before stays
	fmt.Fprintln(os.Stderr, "divergent:", files.OneLine(err.Error()))
	os.Exit(1)
}
