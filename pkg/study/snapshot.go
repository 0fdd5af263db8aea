package study

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"divergent/internal/files"
	"divergent/pkg/network"
)

// Snapshot is one network that a run kept.
type Snapshot struct {
	Seed uint64
	Arm  string
	Net  *network.Network
}

// Network returns the kept network of the arm and its seed, or nil where none
// was kept.
func (r *Result) Network(arm string) (*network.Network, uint64) {
	for _, s := range r.Networks {
		if s.Arm == arm {
			return s.Net, s.Seed
		}
	}
	return nil, 0
}

// origin says which network a file holds; the file's name says the same.
type origin struct {
	Seed    uint64
	Arm     string
	Network string // hash of everything that decides it, the seed aside
}

// file is the network's path in a results folder.
func (o origin) file() string {
	return path.Join(networkFolder, fmt.Sprintf("%d-%s-%s.net", o.Seed, o.Arm, o.Network))
}

// marshal writes a network's file: a line with its origin, behind the checksum of
// it and all that follows, and the network.
func (o origin) marshal(n *network.Network) ([]byte, error) {
	b, err := n.MarshalBinary()
	if err != nil {
		return nil, err
	}
	head, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return journalLine(bytes.Join([][]byte{head, b}, []byte("\n"))), nil
}

// body returns what stands in the network's file, once it is known to be this one.
func (o origin) body(b []byte) ([]byte, error) {
	body, ok := checked(b)
	head, rest, found := bytes.Cut(body, []byte("\n"))
	if !ok || !found {
		return nil, errors.New("its checksum does not fit: it is truncated or edited, or of an earlier version")
	}
	var is origin
	if err := json.Unmarshal(head, &is); err != nil || is != o {
		return nil, fmt.Errorf("it holds seed %d, arm %q: want seed %d, arm %q of the same design", is.Seed, is.Arm, o.Seed, o.Arm)
	}
	return rest, nil
}

// unmarshal reads the network's file and checks that it is this one.
func (o origin) unmarshal(b []byte) (*network.Network, error) {
	body, err := o.body(b)
	if err != nil {
		return nil, err
	}
	n := new(network.Network)
	return n, n.UnmarshalBinary(body)
}

// read returns the network from a results folder, or nil where there is none
// that is whole.
func (o origin) read(dir fs.FS) *network.Network {
	b, err := files.Read(dir, o.file(), largest)
	if err != nil {
		return nil
	}
	n, err := o.unmarshal(b)
	if err != nil {
		return nil
	}
	return n
}

// keeps lists the networks that results with the manifest keep: every seed's
// pruned one, from which a new arm starts, and of the first seed all that no sweep
// concerns, which figures draw.
func (m Manifest) keeps() []origin {
	var out []origin
	if !m.Networks {
		return nil
	}
	for i, seed := range m.Seeds {
		for _, c := range m.Conditions {
			if c.Factor == "" && (i == 0 || c.Name == Untreated) {
				out = append(out, origin{seed, c.Name, c.Network})
			}
		}
	}
	return out
}
