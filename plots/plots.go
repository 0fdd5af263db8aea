// Package plots draws the toolkit's comparison figures: one function per
// comparison, built with package divergent/plots/figure, which is also what a
// reader's own figures are built with.
//
// A figure function takes what a study found and returns a Figure, which holds
// its panels, legend, caption and the numbers it plots. Every arm of the result
// is drawn, in one order and with one look in all figures; an arm that the
// library does not know gets its own name and the next look.
package plots

import "divergent/plots/figure"

// The kit's names that notebooks and programs use, see package figure.
type (
	Figure = figure.Figure
	Panel  = figure.Panel
	Entry  = figure.Entry
	Datum  = figure.Datum
	Format = figure.Format
)

// The formats of a file.
const (
	PNG = figure.PNG
	SVG = figure.SVG
	PDF = figure.PDF
	CSV = figure.CSV
)

// Widths of a figure in mm.
const (
	SingleColumn = figure.SingleColumn
	DoubleColumn = figure.DoubleColumn
)

// Formats returns all formats.
func Formats() []Format { return figure.Formats() }

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) { return figure.ParseFormat(name) }
