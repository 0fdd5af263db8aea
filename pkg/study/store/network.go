package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path"

	"divergent/internal/files"
	"divergent/pkg/network"
)

// Origin says which network a file holds; the file's name says the same.
type Origin struct {
	Seed    uint64
	Arm     string
	Network string // hash of everything that decides it, the seed aside
}

// File is the network's path in a results folder.
func (o Origin) File() string {
	return path.Join(NetworkFolder, fmt.Sprintf("%d-%s-%s.net", o.Seed, o.Arm, o.Network))
}

// marshal writes a network's file: a line with its origin, behind the checksum of
// it and all that follows, and the network.
func (o Origin) marshal(n *network.Network) ([]byte, error) {
	b, err := n.MarshalBinary()
	if err != nil {
		return nil, err
	}
	head, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	return summed(bytes.Join([][]byte{head, b}, []byte("\n"))), nil
}

// unmarshal reads the network's file and checks that it is this one.
func (o Origin) unmarshal(b []byte) (*network.Network, error) {
	body, ok := checked(b)
	head, rest, found := bytes.Cut(body, []byte("\n"))
	if !ok || !found {
		return nil, errors.New("its checksum does not fit: it is truncated or edited, or of an earlier version")
	}
	var is Origin
	if err := json.Unmarshal(head, &is); err != nil || is != o {
		return nil, fmt.Errorf("it holds seed %d, arm %q: want seed %d, arm %q of the same design", is.Seed, is.Arm, o.Seed, o.Arm)
	}
	n := new(network.Network)
	return n, n.UnmarshalBinary(rest)
}

// in reads the network from a results folder whose manifest has the checksum of its
// file; without one the file's own has to do.
func (o Origin) in(dir fs.FS, sum string) (*network.Network, error) {
	b, err := files.Read(dir, o.File(), largest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("study: %w: %s", err, again)
	}
	if err != nil {
		return nil, fmt.Errorf("study: %w", err)
	}
	if sum != "" && files.Checksum(b) != sum {
		return nil, fmt.Errorf("study: %s is edited: its checksum is not the one in %s; %s", o.File(), ManifestFile, again)
	}
	n, err := o.unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("study: %s is not what its name says (%w): %s", o.File(), err, again)
	}
	return n, nil
}

// snapshot returns the network of a results folder, to be read when it is asked for.
func (o Origin) snapshot(dir fs.FS, sum string) Snapshot {
	return Snapshot{Seed: o.Seed, Arm: o.Arm, file: func() (*network.Network, error) { return o.in(dir, sum) }}
}

// summed puts the checksum before a text.
func summed(body []byte) []byte {
	return append(fmt.Appendf(nil, "%08x ", crc32.ChecksumIEEE(body)), body...)
}

// checked returns what stands behind a checksum that fits.
func checked(line []byte) (body []byte, ok bool) {
	sum, body, ok := bytes.Cut(line, []byte(" "))
	return body, ok && string(sum) == fmt.Sprintf("%08x", crc32.ChecksumIEEE(body))
}
