package study

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"divergent/internal/files"
	"divergent/internal/kernel"
)

// Schema is the version of the results' file format.
const Schema = 3

// Engine is the version of the engine: it changes whenever the same design and
// seed give other numbers.
const Engine = "2"

// Manifest says what made a result. It names no host and no time, so that equal
// runs give equal bytes.
type Manifest struct {
	Schema     int
	Engine     string
	Study      string
	Dense      string // hash of everything that decides the networks before pruning, the seed aside
	Template   string // likewise, the pruned networks
	Seeds      []uint64
	Assays     []string          // names, in the order of the design
	Conditions []Condition       // dense, untreated and the arms, then the settings of the sweeps, in the order of the rows
	Gaps       []Gap             `json:",omitempty"` // measurements that are not there; none in a whole result
	Networks   bool              // whether the results hold networks
	Settings   any               // task, network, training, pruning and tests as plain data, for readers
	NonDefault []string          // settings that differ from the published ones
	Kernel     string            // which inner loops; the same bits only on the same kernel
	Go         string            // Go version
	Modules    map[string]string // versions of the numerical modules
	Files      map[string]string // SHA-256 of each results file; empty while a run is unfinished
}

// Gap says under which seeds a condition was not measured by an assay.
type Gap struct {
	Condition int // index in Conditions
	Assay     int // index in Assays
	Seeds     []uint64
}

// Missing counts the measurements of a condition by an assay under a seed that are
// not there.
func (m Manifest) Missing() int {
	n := 0
	for _, g := range m.Gaps {
		n += len(g.Seeds)
	}
	return n
}

// Condition is dense, untreated or an arm of a result.
type Condition struct {
	Name     string
	Network  string   // hash of everything that decides its networks, the seed aside
	Keys     []string // of each assay in turn: hash of that and of the assays up to it
	Unstored int      `json:",omitempty"` // of these, how many of the last are not taken from the store, being code without a Version
	Settings any      // the arm as plain data, for readers; nil for dense and untreated

	Factor  string  `json:",omitempty"` // of the sweep that it is a setting of; empty for none
	Setting float64 `json:",omitempty"` // the factor's
}

func (c Condition) setting() setting { return setting{c.Factor, c.Setting} }

// place tells the conditions of one manifest apart.
type place struct {
	name string
	setting
}

func (p place) String() string {
	if p.setting == (setting{}) {
		return "arm " + p.name
	}
	return "arm " + p.name + ", " + p.setting.String()
}

func (c Condition) place() place { return place{c.Name, c.setting()} }

// manifest describes the design as run here.
func (d Design) manifest() Manifest {
	m := Manifest{Schema: Schema, Engine: Engine, Study: d.Name, Dense: d.denseKey(), Template: d.templateKey(), Networks: d.KeepNetworks,
		Seeds: slices.Sorted(slices.Values(d.Seeds)), Settings: d.settings(), NonDefault: d.NonDefault(),
		Kernel: kernel.Name(), Go: runtime.Version(), Modules: map[string]string{}}
	for _, a := range d.Assays {
		m.Assays = append(m.Assays, a.Name())
	}
	for _, c := range d.conditions() {
		m.Conditions = append(m.Conditions, Condition{Name: c.name, Network: c.network, Keys: c.keys, Unstored: len(c.keys) - c.stored,
			Settings: describe(reflect.ValueOf(c.therapy)), Factor: c.setting.factor, Setting: c.setting.value})
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if strings.HasPrefix(dep.Path, "gonum.org/") {
				m.Modules[dep.Path] = dep.Version
			}
		}
	}
	return m
}

// Remarks lists what a figure or table of the result has to say beside its
// numbers: that measurements are missing, and settings that are not the published ones.
func (m Manifest) Remarks() []string {
	if len(m.Gaps) == 0 {
		return m.NonDefault
	}
	return append([]string{fmt.Sprintf("incomplete: %d of %d measurements are missing", m.Missing(), m.parts())}, m.NonDefault...)
}

// parts counts the measurements of a whole result: each condition by each of its
// assays under each seed.
func (m Manifest) parts() int {
	n := 0
	for _, c := range m.Conditions {
		n += len(c.Keys)
	}
	return n * len(m.Seeds)
}

// extends reports, as an error, why results of m cannot stand in one folder with
// those of an earlier manifest.
func (m Manifest) extends(old Manifest, where string) error {
	const fix = "choose an empty folder, or the folder of this design"
	if old.Engine != m.Engine {
		return fmt.Errorf("study: %s was made by engine version %q: want %q; %s", where, old.Engine, m.Engine, fix)
	}
	if old.Template != m.Template || old.Study != m.Study {
		return fmt.Errorf("study: %s holds another design (study %q, or other task, network, training or pruning): %s", where, old.Study, fix)
	}
	if !prefix(m.Assays, old.Assays) {
		return fmt.Errorf("study: %s holds another design (its tests are %s, not %s): %s", where, strings.Join(old.Assays, ", "), strings.Join(m.Assays, ", "), fix)
	}
	was := byPlace(old.Conditions)
	for _, c := range m.Conditions {
		o, ok := was[c.place()]
		if ok && (o.Network != c.Network || !prefix(c.Keys, o.Keys)) {
			return fmt.Errorf("study: %s holds another design (%s or its tests differ): %s", where, c.place(), fix)
		}
	}
	return checkSeeds(m.union(old).Seeds)
}

// prefix reports whether one list begins with all of the other.
func prefix(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// union returns m with the seeds, conditions and assays of old added, seeds
// ascending, conditions in the order of whichever has more of them.
func (m Manifest) union(old Manifest) Manifest {
	m.Seeds = slices.Compact(slices.Sorted(slices.Values(slices.Concat(m.Seeds, old.Seeds))))
	if len(old.Assays) > len(m.Assays) {
		m.Assays, m.Settings = old.Assays, old.Settings
	}
	ours, theirs := byPlace(m.Conditions), byPlace(old.Conditions)
	m.Conditions = joinLists(m.Conditions, old.Conditions, Condition.place)
	for i, c := range m.Conditions {
		m.Conditions[i] = ours[c.place()]
		if o := theirs[c.place()]; len(o.Keys) > len(m.Conditions[i].Keys) {
			m.Conditions[i] = o
		}
	}
	m.NonDefault = joinLists(m.NonDefault, old.NonDefault, func(s string) string { return s })
	m.Networks = m.Networks || old.Networks
	return m
}

func byPlace(cs []Condition) map[place]Condition {
	out := make(map[place]Condition, len(cs))
	for _, c := range cs {
		out[c.place()] = c
	}
	return out
}

// joinLists returns the longer list and then what only the other has.
func joinLists[T any, K comparable](a, b []T, id func(T) K) []T {
	if len(b) > len(a) {
		a, b = b, a
	}
	seen := make(map[K]bool, len(a))
	for _, x := range a {
		seen[id(x)] = true
	}
	return append(slices.Clone(a), slices.DeleteFunc(slices.Clone(b), func(x T) bool { return seen[id(x)] })...)
}

// unstored returns an error where the old results hold what a run of m can
// neither tell from its own nor make again: code of a reader's without a Version.
func (m Manifest) unstored(old Manifest, where string) error {
	ours := byPlace(m.Conditions)
	within := len(m.union(old).Seeds) == len(m.Seeds)
	for _, o := range old.Conditions {
		if o.Unstored > 0 && (!within || len(ours[o.place()].Keys) < len(o.Keys)) {
			return fmt.Errorf("study: %s holds results of code without a Version (%s), which cannot be extended, as nothing tells whether it has changed: want a new folder, or this code and all of the %d seeds in one run", where, o.place(), len(old.Seeds))
		}
	}
	return nil
}

func loadManifest(dir fs.FS) (*Manifest, error) {
	b, err := files.Read(dir, manifestFile, largest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("study: no %s: want a folder that divergent run or merge has written (%w)", manifestFile, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("study: %w: want the %s of a run or merge", err, manifestFile)
	}
	var m Manifest
	err = files.Unseal(b, &m)
	if m.Schema != Schema && m.Schema != 0 {
		return nil, fmt.Errorf("study: %s: Schema = %d: want %d; run the study again, in an empty folder, with this version", manifestFile, m.Schema, Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("study: %s is damaged (%v): copy it again; or, where there is a folder %s, copy it into a new folder and run there, which keeps the finished cells", manifestFile, err, cellFolder)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%w; %s is not as a run has written it: copy it again", err, manifestFile)
	}
	return &m, nil
}

// check returns an error where a manifest from elsewhere could not have been
// written by a run. Names and keys become parts of paths.
func (m Manifest) check() error {
	for _, k := range []string{m.Dense, m.Template} {
		if err := checkKey(k); err != nil {
			return err
		}
	}
	if m.Schema != Schema || m.Study == "" || strings.Trim(m.Study, nameLetters) != "" {
		return fmt.Errorf("study: study %q of schema %d: want letters, digits, - and _", m.Study, m.Schema)
	}
	if err := checkSeeds(m.Seeds); err != nil {
		return err
	}
	if !slices.IsSorted(m.Seeds) {
		return errors.New("study: Seeds are not ascending")
	}
	for i, a := range m.Assays {
		if err := checkName(fmt.Sprintf("Assays[%d]", i), a); err != nil {
			return err
		}
		if slices.Contains(m.Assays[:i], a) {
			return fmt.Errorf("study: assay %q stands twice", a)
		}
	}
	seen := make(map[place]bool, len(m.Conditions))
	for i, c := range m.Conditions {
		if err := checkName(fmt.Sprintf("Conditions[%d]", i), c.Name); err != nil {
			return err
		}
		if c.Factor != "" {
			if err := checkName(fmt.Sprintf("the factor of Conditions[%d]", i), c.Factor); err != nil {
				return err
			}
		}
		if seen[c.place()] || len(c.Keys) > len(m.Assays) || c.Unstored < 0 || c.Unstored > len(c.Keys) || c.Factor == "" && c.Setting != 0 {
			return fmt.Errorf("study: Conditions[%d], %s, stands twice or has keys of more assays than there are", i, c.place())
		}
		seen[c.place()] = true
		for _, k := range append([]string{c.Network}, c.Keys...) {
			if err := checkKey(k); err != nil {
				return err
			}
		}
	}
	for _, c := range m.Conditions {
		if c.setting() == (setting{}) && (c.Name == Dense && c.Network != m.Dense || c.Name == Untreated && c.Network != m.Template) {
			return fmt.Errorf("study: the key of %s, %s, is not Dense or Template", c.Name, c.Network)
		}
	}
	for _, s := range slices.Concat(m.NonDefault, []string{m.Kernel, m.Go}, slices.Collect(maps.Keys(m.Modules)), slices.Collect(maps.Values(m.Modules))) {
		if err := checkLine(s); err != nil {
			return err
		}
	}
	for i, g := range m.Gaps {
		if g.Condition < 0 || g.Condition >= len(m.Conditions) || g.Assay < 0 || g.Assay >= len(m.Conditions[g.Condition].Keys) || len(g.Seeds) == 0 ||
			slices.ContainsFunc(g.Seeds, func(s uint64) bool { _, ok := slices.BinarySearch(m.Seeds, s); return !ok }) {
			return fmt.Errorf("study: Gaps[%d] = %+v: want a condition, an assay and seeds that there are", i, g)
		}
	}
	for name := range m.Files {
		if name != resultsFile && name != tracesFile && (!fs.ValidPath(name) || path.Dir(name) != networkFolder) {
			return fmt.Errorf("study: file %q: want a path inside the folder that a run would write", name)
		}
	}
	return nil
}

// checkLine returns an error for what cannot stand in a line of text. Footers and
// errors print it.
func checkLine(s string) error {
	if len(s) > 2000 || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("study: %.40q: want a line of text", s)
	}
	return nil
}

func checkKey(k string) error {
	if len(k) != 24 || strings.Trim(k, "0123456789abcdef") != "" {
		return fmt.Errorf("study: key %.40q: want 24 hexadecimal digits", k)
	}
	return nil
}

// bare drops the path of a file error, which the caller names better.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
