package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"divergent/internal/files"
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

// Place tells the conditions of one manifest apart.
func (c Condition) Place() Place { return Place{c.Name, Setting{c.Factor, c.Setting}} }

// Missing counts the measurements of a condition by an assay under a seed that are
// not there.
func (m Manifest) Missing() int {
	n := 0
	for _, g := range m.Gaps {
		n += len(g.Seeds)
	}
	return n
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

// lacks reports whether a measurement is a gap.
func (m Manifest) lacks(condition, assay int, seed uint64) bool {
	return slices.ContainsFunc(m.Gaps, func(g Gap) bool {
		_, found := slices.BinarySearch(g.Seeds, seed)
		return g.Condition == condition && g.Assay == assay && found
	})
}

// within reports whether each measurement that results of m hold is among the cells
// or will be made by a run of another manifest.
func (m Manifest) within(known Cells, will Manifest) bool {
	makes := map[[2]string]bool{}
	for _, c := range will.Conditions {
		for _, k := range c.Keys {
			makes[[2]string{c.Network, k}] = true
		}
	}
	for _, seed := range m.Seeds {
		_, run := slices.BinarySearch(will.Seeds, seed)
		for i, c := range m.Conditions {
			for k, key := range c.Keys {
				if known[ID{c.Network, seed}].Part(key) == nil && !(run && makes[[2]string{c.Network, key}]) && !m.lacks(i, k, seed) {
					return false
				}
			}
		}
	}
	return true
}

// Keeps lists the networks that results with the manifest keep: every seed's
// pruned one, from which a new arm starts, and of the first seed all that no sweep
// concerns, which figures draw.
func (m Manifest) Keeps() []Origin {
	var out []Origin
	if !m.Networks {
		return nil
	}
	for i, seed := range m.Seeds {
		for _, c := range m.Conditions {
			if c.Factor == "" && (i == 0 || c.Name == Untreated) {
				out = append(out, Origin{seed, c.Name, c.Network})
			}
		}
	}
	return out
}

// Remarks lists what a figure or table of the result has to say beside its
// numbers: that measurements are missing, and settings that are not the published ones.
func (m Manifest) Remarks() []string {
	if len(m.Gaps) == 0 {
		return m.NonDefault
	}
	return append([]string{fmt.Sprintf("incomplete: %d of %d measurements are missing", m.Missing(), m.parts())}, m.NonDefault...)
}

// Extends reports, as an error, why results of m cannot stand in one folder, named
// where, with those of an earlier manifest.
func (m Manifest) Extends(old Manifest, where string) error {
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
		o, ok := was[c.Place()]
		if ok && (o.Network != c.Network || !prefix(c.Keys, o.Keys)) {
			return fmt.Errorf("study: %s holds another design (%s or its tests differ): %s", where, c.Place(), fix)
		}
	}
	if err := CheckSeeds(m.Union(old).Seeds); err != nil {
		return fmt.Errorf("%w (with those of %s)", err, where)
	}
	return nil
}

// prefix reports whether one list begins with all of the other.
func prefix(a, b []string) bool {
	n := min(len(a), len(b))
	return slices.Equal(a[:n], b[:n])
}

// Union returns m with the seeds, conditions and assays of old added, seeds
// ascending, conditions in the order of whichever has more of them.
func (m Manifest) Union(old Manifest) Manifest {
	m.Seeds = slices.Compact(slices.Sorted(slices.Values(slices.Concat(m.Seeds, old.Seeds))))
	if len(old.Assays) > len(m.Assays) {
		m.Assays, m.Settings = old.Assays, old.Settings
	}
	ours, theirs := byPlace(m.Conditions), byPlace(old.Conditions)
	m.Conditions = joinLists(m.Conditions, old.Conditions, Condition.Place)
	for i, c := range m.Conditions {
		m.Conditions[i] = ours[c.Place()]
		if o := theirs[c.Place()]; len(o.Keys) > len(m.Conditions[i].Keys) {
			m.Conditions[i] = o
		}
	}
	m.NonDefault = joinLists(m.NonDefault, old.NonDefault, func(s string) string { return s })
	m.Networks = m.Networks || old.Networks
	return m
}

func byPlace(cs []Condition) map[Place]Condition {
	out := make(map[Place]Condition, len(cs))
	for _, c := range cs {
		out[c.Place()] = c
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
	within := len(m.Union(old).Seeds) == len(m.Seeds)
	for _, o := range old.Conditions {
		if o.Unstored > 0 && (!within || len(ours[o.Place()].Keys) < len(o.Keys)) {
			return fmt.Errorf("study: %s holds results of code without a Version (%s), which cannot be extended, as nothing tells whether it has changed: want a new folder, or this code and all of the %d seeds in one run", where, o.Place(), len(old.Seeds))
		}
	}
	return nil
}

// save writes the manifest with the checksums of the files; with none it stands for
// an unfinished run.
func (m Manifest) save(dir string, sums map[string]string) error {
	m.Files = sums
	b, err := files.Seal(m)
	if err != nil {
		return err
	}
	if err := files.Write(filepath.Join(dir, ManifestFile), b); err != nil {
		return fmt.Errorf("study: %w", err)
	}
	return nil
}

// ReadManifest reads and checks the manifest of a folder.
func ReadManifest(dir fs.FS) (*Manifest, error) {
	b, err := files.Read(dir, ManifestFile, largest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("study: no %s: want a folder that divergent run or merge has written (%w)", ManifestFile, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("study: %w: want the %s of a run or merge", err, ManifestFile)
	}
	var m Manifest
	err = files.Unseal(b, &m)
	if m.Schema != Schema && (m.Schema != 0 || err == nil) {
		return nil, fmt.Errorf("study: %s: Schema = %d: want %d; run the study again, in an empty folder, with this version", ManifestFile, m.Schema, Schema)
	}
	if err != nil {
		return nil, fmt.Errorf("study: %s is damaged (%v): copy it again; or, where there is a folder %s, copy it into a new folder and run there, which keeps the finished cells", ManifestFile, err, CellFolder)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("%w; %s is not as a run has written it: copy it again", err, ManifestFile)
	}
	return &m, nil
}

// check returns an error where a manifest from elsewhere could not have been
// written by a run. Names and keys become parts of paths.
func (m Manifest) check() error {
	texts := slices.Concat(m.NonDefault, []string{m.Kernel, m.Go}, slices.Collect(maps.Keys(m.Modules)), slices.Collect(maps.Values(m.Modules)))
	if err := cmp.Or(checkKey(m.Dense, m.Template), CheckStudy(m.Study), CheckSeeds(m.Seeds), checkLine(texts...), m.checkConditions()); err != nil {
		return err
	}
	if !slices.IsSorted(m.Seeds) {
		return errors.New("study: Seeds are not ascending")
	}
	for i, a := range m.Assays {
		if err := CheckName(fmt.Sprintf("Assays[%d]", i), a); err != nil {
			return err
		}
		if slices.Contains(m.Assays[:i], a) {
			return fmt.Errorf("study: assay %q stands twice", a)
		}
	}
	for i, g := range m.Gaps {
		if g.Condition < 0 || g.Condition >= len(m.Conditions) || g.Assay < 0 || g.Assay >= len(m.Conditions[g.Condition].Keys) || len(g.Seeds) == 0 || !slices.IsSorted(g.Seeds) ||
			slices.ContainsFunc(g.Seeds, func(s uint64) bool { _, ok := slices.BinarySearch(m.Seeds, s); return !ok }) {
			return fmt.Errorf("study: Gaps[%d] = %+v: want a condition, an assay and ascending seeds that there are", i, g)
		}
	}
	for name := range m.Files {
		if name != ResultsFile && name != TracesFile && (!fs.ValidPath(name) || path.Dir(name) != NetworkFolder) {
			return fmt.Errorf("study: file %q: want a path inside the folder that a run would write", name)
		}
	}
	return nil
}

func (m Manifest) checkConditions() error {
	seen := make(map[Place]bool, len(m.Conditions))
	for i, c := range m.Conditions {
		if err := cmp.Or(CheckName(fmt.Sprintf("Conditions[%d]", i), c.Name), CheckName(fmt.Sprintf("the factor of Conditions[%d]", i), cmp.Or(c.Factor, "none")),
			checkKey(slices.Concat(c.Keys, []string{c.Network})...)); err != nil {
			return err
		}
		if seen[c.Place()] || len(c.Keys) > len(m.Assays) || c.Unstored < 0 || c.Unstored > len(c.Keys) || c.Factor == "" && c.Setting != 0 {
			return fmt.Errorf("study: Conditions[%d], %s, stands twice or has keys of more assays than there are", i, c.Place())
		}
		seen[c.Place()] = true
		if c.Factor == "" && (c.Name == Dense && c.Network != m.Dense || c.Name == Untreated && c.Network != m.Template) {
			return fmt.Errorf("study: the key of %s, %s, is not Dense or Template", c.Name, c.Network)
		}
	}
	return nil
}
