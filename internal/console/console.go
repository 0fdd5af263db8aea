// Package console shows progress where somebody looks.
package console

import (
	"fmt"
	"io"
	"os"
)

// Line is a line of progress: on a terminal one that is overwritten.
type Line struct {
	Terminal bool
	w        io.Writer
	shown    bool
}

// To returns the line of a writer.
func To(w io.Writer) *Line {
	l := &Line{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		l.Terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return l
}

// Show puts a text in the place of the last one; elsewhere than on a terminal in a line of
// its own.
func (l *Line) Show(s string) {
	if !l.Terminal {
		fmt.Fprintln(l.w, s)
		return
	}
	fmt.Fprintf(l.w, "\r\x1b[K%s", s)
	l.shown = true
}

// End leaves the last text of a terminal's line standing.
func (l *Line) End() {
	if l.shown {
		fmt.Fprintln(l.w)
	}
}
