package study

// Schema is the version of the results' file format.
const Schema = 1

// Engine is the version of the engine: it changes whenever the same design and
// seed give other numbers.
const Engine = "1"

// Manifest says what made a result. It names no host and no time, so that equal
// runs give equal bytes.
type Manifest struct {
	Schema     int
	Engine     string
	Study      string
	Seeds      []uint64
	Arms       []ArmEntry
	NonDefault []string          // settings that differ from the published ones
	Kernel     string            // which inner loops; the same bits only on the same kernel
	Go         string            // Go version
	Modules    map[string]string // module versions
	Files      map[string]string // SHA-256 of each results file
}

// ArmEntry describes one arm of a result.
type ArmEntry struct {
	Name string
	Key  string // hash of everything that decides the arm's cells, the seed aside
}
