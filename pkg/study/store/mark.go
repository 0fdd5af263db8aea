package store

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"
)

// Mark is what a shard says of itself in its journal, between its cells, to those who
// watch. It is no part of a result.
type Mark struct {
	Shard, Shards int
	State         string        // one of the states below
	Dense         bool          `json:",omitempty"` // in the step of dense networks alone
	Cells         int           // of its part, or of the step
	Done          int           // of these
	Left          time.Duration `json:",omitempty"` // estimate, in nanoseconds
	Host          string
	At            time.Time
	Why           string `json:",omitempty"` // it failed
}

// The states of a shard, by its last mark.
const (
	Working = "working"
	Done    = "done"
	Stopped = "stopped" // by a signal
	Failed  = "failed"
)

// Beat is how often a shard that works says so.
const Beat = 30 * time.Second

// markLine is a mark as a line of a journal; as it has no cell's fields, readers of cells pass it over.
type markLine struct{ Mark *Mark }

// Mark writes a mark.
func (f *Folder) Mark(m Mark) error {
	m.Host, _ = os.Hostname()
	m.At = time.Now().UTC().Truncate(time.Second)
	return f.add(markLine{&m})
}

// Watched is what the journals of a folder say.
type Watched struct {
	Manifest Manifest
	Finished map[ID]bool
	Shards   map[int]Mark // the last mark of each
	Seen     map[int]time.Time
}

// Watch reads the journals of a folder that runs may be writing to. One that no run
// has begun gives fs.ErrNotExist.
func Watch(dir string) (*Watched, error) {
	folder := os.DirFS(dir)
	m, err := ReadManifest(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	w := &Watched{Manifest: *m, Finished: map[ID]bool{}, Shards: map[int]Mark{}, Seen: map[int]time.Time{}}
	var last []struct {
		Mark
		journal int32
	}
	names, _, err := eachLine(folder, nil, func(at place, body []byte) bool {
		var c struct {
			ID
			Engine string
			Mark   *Mark
		}
		switch {
		case json.Unmarshal(body, &c) != nil:
			return false
		case c.Mark != nil:
			last = append(last, struct {
				Mark
				journal int32
			}{*c.Mark, at.journal})
		case c.Engine == Engine && c.Network != "":
			w.Finished[c.ID] = true
		}
		return true
	})
	for _, m := range last {
		info, err := fs.Stat(folder, names[m.journal])
		if err != nil {
			return nil, err
		}
		w.Shards[m.Shard], w.Seen[m.Shard] = m.Mark, info.ModTime()
	}
	return w, err
}

// Cells counts the cells of a whole result.
func (m Manifest) Cells() int {
	networks := map[string]bool{}
	for _, c := range m.Conditions {
		networks[c.Network] = true
	}
	return len(networks) * len(m.Seeds)
}

// Wants reports whether a whole result has the cell.
func (m Manifest) Wants(id ID) bool {
	_, known := slices.BinarySearch(m.Seeds, id.Seed)
	return known && slices.ContainsFunc(m.Conditions, func(c Condition) bool { return c.Network == id.Network })
}
