package notebook

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"divergent/plots"
	"divergent/plots/figure"
)

// FiguresVariable is the environment variable that names a folder: every figure
// shown is exported there too. The headless run sets it.
const FiguresVariable = "DIVERGENT_FIGURES"

// screenDPI is sharp on screens of twice the usual density and small enough to
// be committed.
const screenDPI = 192

// Shown is a figure that stands in the page.
type Shown struct{ figure *plots.Figure }

// Save exports the figure as Save does.
func (s Shown) Save(base string, formats ...plots.Format) { Save(s.figure, base, formats...) }

// Show shows the figure inline with its caption, and takes the error beside it
// so that notebook.Show(plots.Recovery(res)) reads well: an error fails the cell.
// notebook.Show(plots.Recovery(res)).Save("recovery.pdf") saves it, too.
func Show(f *plots.Figure, err error) Shown {
	Check(err)
	png, w, h, err := f.PNG(screenDPI)
	Check(err)
	if dir := os.Getenv(FiguresVariable); dir != "" {
		Check(export(f, dir))
	}
	if !gonbui.IsNotebook {
		return Shown{f}
	}
	gonbui.SendData(&protocol.DisplayData{
		Data:     map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: f.Title},
		Metadata: map[string]any{string(protocol.MIMEImagePNG): map[string]int{"width": w, "height": h}},
	})
	if f.Caption != "" {
		gonbui.DisplayMarkdown("**" + escape(f.Title) + ".** " + escape(f.Caption))
	}
	warn(f)
	gonbui.Sync()
	return Shown{f}
}

// Save exports the figure to base.png, base.svg and so on, and its numbers to
// base.csv; a relative base is below the notebook's folder. No formats means
// all. An error fails the cell.
func Save(f *plots.Figure, base string, formats ...plots.Format) {
	Check(f.Save(base, formats...))
	base, ending, _ := figure.Split(base) // Save has checked it
	if ending != "" && !slices.Contains(formats, ending) {
		formats = append(slices.Clone(formats), ending)
	}
	if len(formats) == 0 {
		formats = plots.Formats()
	}
	Markdownf("Saved %s as %s, its numbers as csv.", code(base), list(formats))
	warn(f)
}

// warn says which characters the font of figures lacks.
func warn(f *plots.Figure) {
	if line := Must(f.Warning()); line != "" {
		Markdown("**Warning:** " + escape(line))
	}
}

// list names the formats but for the CSV that always comes along.
func list(formats []plots.Format) string {
	var names []string
	for _, f := range formats {
		if f != plots.CSV {
			names = append(names, string(f))
		}
	}
	return strings.Join(names, ", ")
}

// export saves the figure in the folder under its name, or its title where it has
// none; a second figure of the same name gets a number.
func export(f *plots.Figure, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("notebook: %s = %q: %w: want a folder that can be written to", FiguresVariable, dir, err)
	}
	name := f.Name
	if name == "" || strings.ContainsAny(name, `/\`) {
		name = slug(cmp.Or(name, f.Title))
	}
	base := filepath.Join(dir, name)
	for n := 2; exists(base + ".png"); n++ {
		base = filepath.Join(dir, fmt.Sprintf("%s-%d", name, n))
	}
	return f.Save(base)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// longestSlug in bytes leaves room for a number and an ending: names end at 255.
const longestSlug = 200

// slug makes a file name of a title; what follows a colon is a finding, and may
// change.
func slug(title string) string {
	title, _, _ = strings.Cut(title, ":")
	fields := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(fields) == 0 {
		return "figure"
	}
	name := strings.Join(fields, "-")
	if len(name) > longestSlug {
		name = strings.ToValidUTF8(name[:longestSlug], "")
	}
	return name
}
