package plots

import (
	"io/fs"

	"divergent/data"
	"divergent/pkg/study"
)

// SeedStudy returns what the examples draw: the committed results of the seed
// study, or a stand-in of the same shape where there are none.
func SeedStudy() *study.Result {
	if r := committed("divergent"); r != nil {
		return r
	}
	return withNetworks(synthetic(10))
}

// Study returns the same of another study.
func Study(name string) *study.Result {
	if r := committed(name); r != nil {
		return r
	}
	return syntheticStudy(name, 10)
}

// Committed tells whether a study has committed results.
func Committed(name string) bool { return committed(name) != nil }

// committed returns the committed results of a study, nil where there are none.
func committed(name string) *study.Result {
	dir, err := fs.Sub(data.Results(), name)
	if err != nil {
		return nil
	}
	r, err := study.Load(dir)
	if err != nil {
		return nil
	}
	return r
}
