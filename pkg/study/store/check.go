package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"divergent/pkg/assay"
)

// What may stand in a folder: each check returns an error that says what is wanted.

// longest is the length of a name in bytes; file names are made of it.
const longest = 100

// CheckName returns an error unless a name can be a cell of a table, a part of a
// file's name and a label in a figure on every system.
func CheckName(what, name string) error {
	const want = "want a name of letters, digits, spaces and signs such as - _ . + ( ) %"
	switch {
	case name == "" || len(name) > longest:
		return fmt.Errorf("study: %s is named %.40q: want 1 to %d bytes, it has %d", what, name, longest, len(name))
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }):
		return fmt.Errorf("study: %s is named %q: %s, in valid UTF-8", what, name, want)
	case strings.ContainsAny(name, "\"'`*<>?|/\\:;,"):
		return fmt.Errorf("study: %s is named %q: %s, without commas, quotes, slashes and : ; * ? < > |", what, name, want)
	case strings.ContainsAny(name[:1], "=+-@. ") || strings.ContainsAny(name[len(name)-1:], ". "):
		return fmt.Errorf("study: %s is named %q: %s, which begins with none of = + - @ (to a spreadsheet these are formulas) and neither begins nor ends with a dot or a space", what, name, want)
	}
	return nil
}

// CheckStudy returns an error unless a study's name can be that of a folder.
func CheckStudy(name string) error {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return fmt.Errorf("study: Name = %q: want letters, digits, - and _, as folders are named after it", name)
	}
	return nil
}

// PublishedSeed is the seed that stands for the published single run's data, which
// seed 0 draws, too.
const PublishedSeed = 42

// MaxSeed keeps 1000·seed + 300, from which points are drawn, within 32 bits.
const MaxSeed = (math.MaxUint32 - 300) / 1000

// CheckSeeds returns an error unless the seeds are independent draws.
func CheckSeeds(seeds []uint64) error {
	if len(seeds) == 0 {
		return fmt.Errorf("study: Seeds is empty: want at least one, such as 0")
	}
	seen := make(map[uint64]bool, len(seeds))
	for _, s := range seeds {
		if s > MaxSeed {
			return fmt.Errorf("study: seed %d: want 0 to %d, as the data's generator takes 32 bits", s, uint64(MaxSeed))
		}
		if seen[s] {
			return fmt.Errorf("study: seed %d stands twice in Seeds: want each once", s)
		}
		seen[s] = true
	}
	if seen[0] && seen[PublishedSeed] {
		return fmt.Errorf("study: seeds 0 and %d draw the same points, those of the published single run: want one of them, such as 0-9 or 100-199", PublishedSeed)
	}
	return nil
}

// CheckReadings returns an error for a reading that no table can hold or that stands
// twice, or among those before them.
func CheckReadings(readings []assay.Reading, before ...assay.Reading) error {
	seen := map[assay.Reading]bool{}
	for i, x := range slices.Concat(before, readings) {
		id := x
		id.Value = 0
		if seen[id] {
			return fmt.Errorf("%s of test %q at level %v in phase %s, cycle %d, is measured twice: want each once; give one of the assays a Label of its own", x.Metric, x.Test, x.Level, x.Phase, x.Cycle)
		}
		seen[id] = true
		if i < len(before) {
			continue
		}
		if x.Cycle < 0 {
			return fmt.Errorf("%s of test %q in phase %s is of cycle %d: want 0 or more", x.Metric, x.Test, x.Phase, x.Cycle)
		}
		if math.IsNaN(x.Value) || math.IsInf(x.Value, 0) || math.IsNaN(x.Level) || math.IsInf(x.Level, 0) {
			return fmt.Errorf("%s of test %q at level %v in phase %s is %v: want finite numbers", x.Metric, x.Test, x.Level, x.Phase, x.Value)
		}
		if err := cmp.Or(CheckName("a phase", x.Phase), CheckName("a metric", x.Metric), CheckName("a test", cmp.Or(x.Test, "none"))); err != nil {
			return err
		}
	}
	return nil
}

// checkLine returns an error for what cannot stand in a line of text. Footers and
// errors print it.
func checkLine(texts ...string) error {
	for _, s := range texts {
		if len(s) > 2000 || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fmt.Errorf("study: %.40q: want a line of text", s)
		}
	}
	return nil
}

func checkKey(keys ...string) error {
	for _, k := range keys {
		if len(k) != 24 || strings.Trim(k, "0123456789abcdef") != "" {
			return fmt.Errorf("study: key %.40q: want 24 hexadecimal digits", k)
		}
	}
	return nil
}
