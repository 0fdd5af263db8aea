package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"html"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"divergent/internal/files"
)

// Format is a file format of a figure.
type Format string

// The formats. CSV holds the plotted numbers.
const (
	PNG Format = "png"
	SVG Format = "svg"
	PDF Format = "pdf"
	CSV Format = "csv"
)

// Formats returns all formats.
func Formats() []Format { return []Format{PNG, SVG, PDF, CSV} }

// printDPI is the resolution of a saved PNG file unless the figure sets its own.
const printDPI = 300

// ParseFormat returns the format of that name, in upper or lower case, with or
// without a leading dot.
func ParseFormat(name string) (Format, error) {
	f := Format(strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), ".")))
	if !slices.Contains(Formats(), f) {
		return "", fmt.Errorf("figure: format %q: want png, svg, pdf or csv", name)
	}
	return f, nil
}

// Split takes the format off a file's name: recovery.pdf is recovery and PDF, recovery is
// itself and no format. An ending that only other programs' pictures have is an error.
func Split(name string) (base string, format Format, err error) {
	ending := strings.ToLower(filepath.Ext(name))
	base = name[:len(name)-len(ending)]
	if slices.Contains([]string{".jpg", ".jpeg", ".tif", ".tiff", ".eps", ".ps", ".gif", ".webp", ".bmp", ".emf"}, ending) {
		return "", "", fmt.Errorf("figure: file name %q: want png, svg, pdf or csv, or no ending for all of them", name)
	}
	if format = Format(strings.TrimPrefix(ending, ".")); ending != "" && slices.Contains(Formats(), format) {
		return base, format, nil
	}
	return name, "", nil
}

// Save writes the figure to base.png, base.svg and base.pdf, or to the given
// formats only, and the plotted numbers always to base.csv. A base with an ending,
// such as recovery.pdf, is that format. Missing folders are
// made. Each file is complete or absent: it is written to a temporary name and
// renamed. Equal figures give equal bytes.
func (f *Figure) Save(base string, formats ...Format) error {
	base, ending, err := Split(base)
	if err != nil {
		return err
	}
	if ending != "" && !slices.Contains(formats, ending) {
		formats = append(slices.Clone(formats), ending)
	}
	if name := filepath.Base(base); base == "" || name == "." || name == ".." || strings.HasSuffix(base, string(filepath.Separator)) {
		return fmt.Errorf("figure: file name %q: want a folder and a name without extension, such as figures/recovery", base)
	}
	if len(formats) == 0 {
		formats = Formats()
	} else if !slices.Contains(formats, CSV) {
		formats = append(slices.Clone(formats), CSV)
	}
	var encoded []bytes.Buffer
	for _, format := range formats {
		var b bytes.Buffer
		if err := f.Encode(&b, format); err != nil {
			return err
		}
		encoded = append(encoded, b)
	}
	for i, format := range formats {
		if err := files.Write(base+"."+string(format), encoded[i].Bytes()); err != nil {
			return fmt.Errorf("figure: cannot save %s: %w", base, err)
		}
	}
	return nil
}

// PNG returns the figure as a PNG image of the given resolution in dots per
// inch, and the width and height in CSS pixels (96 to the inch) at which it has
// its physical size.
func (f *Figure) PNG(dpi float64) (data []byte, width, height int, err error) {
	if err := f.Validate(); err != nil {
		return nil, 0, 0, err
	}
	if err := checkDPI(dpi); err != nil {
		return nil, 0, 0, err
	}
	var b bytes.Buffer
	if err := f.writePNG(&b, dpi); err != nil {
		return nil, 0, 0, err
	}
	css := func(mm float64) int { return int(math.Round(mm / 25.4 * 96)) }
	return b.Bytes(), css(f.Width), css(f.Height), nil
}

// Encode writes the figure in one format.
func (f *Figure) Encode(w io.Writer, format Format) error {
	if err := f.Validate(); err != nil {
		return err
	}
	switch format {
	case PNG:
		dpi := f.DPI
		if dpi == 0 {
			dpi = printDPI
		}
		return f.writePNG(w, dpi)
	case SVG:
		return f.writeSVG(w)
	case PDF:
		return f.writePDF(w)
	case CSV:
		return f.writeCSV(w)
	}
	_, err := ParseFormat(string(format))
	return err
}

// size returns the figure's physical size.
func (f *Figure) size() (w, h vg.Length) { return millimetres(f.Width), millimetres(f.Height) }

func (f *Figure) writePNG(w io.Writer, dpi float64) (err error) {
	defer recovered(&err)
	width, height := f.size()
	c := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(int(math.Round(dpi))))
	f.Draw(draw.New(c))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return err
	}
	_, err = w.Write(withResolution(b.Bytes(), dpi))
	return err
}

// withResolution adds the pHYs chunk to a PNG file, so that it is placed at its
// physical size.
func withResolution(png []byte, dpi float64) []byte {
	const head = 8 + 25 // signature and IHDR, which pHYs may follow
	perMetre := uint32(math.Round(dpi / 0.0254))
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return slices.Concat(png[:head], chunk, png[head:])
}

// writeSVG writes text as text. Liberation Sans has the widths of Arial and
// Helvetica, so the file looks the same where only one of these is installed.
func (f *Figure) writeSVG(w io.Writer) (err error) {
	defer recovered(&err)
	c := vgsvg.New(f.size())
	f.Draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	about := "<title>" + html.EscapeString(f.Title) + "</title>\n<desc>" + html.EscapeString(f.Caption) + "</desc>\n<g "
	s := strings.Replace(b.String(), "<g ", about, 1)
	s = strings.NewReplacer(
		"font-family:Liberation Sans;", "font-family:'Liberation Sans',Arimo,Arial,Helvetica,sans-serif;",
		"font-variant:normal;", "",
		`xlink:href="data:image/jpg;`, `preserveAspectRatio="none" xlink:href="data:image/png;`,
	).Replace(s)
	_, err = io.WriteString(w, s)
	return err
}

// recovered makes an error of a panic while drawing, such as that of a plotter which the
// kit does not know.
func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("figure: cannot be drawn: %v", p)
	}
}
