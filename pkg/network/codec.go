package network

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// The file format, little-endian: the magic, the length of a JSON header with
// the layer widths and the drug state, the header; then per layer the mask as
// bits (lowest first), the present weights in row-major order and the biases as
// float32; at the end the CRC-32 (IEEE) of all before it.
const magic = "DVNET1\n\x00"

type header struct {
	Sizes []int
	State State
}

// MarshalBinary writes the network in the format above: 4 bytes a present
// synapse, 1 bit an absent one.
func (n *Network) MarshalBinary() ([]byte, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(header{n.Sizes(), n.State})
	if err != nil {
		return nil, err
	}
	b := append([]byte(magic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[len(magic):], uint32(len(head)))
	b = append(b, head...)
	for _, l := range n.Layers {
		mask := make([]byte, (len(l.Present)+7)/8)
		for i, p := range l.Present {
			if p {
				mask[i/8] |= 1 << (i % 8)
			}
		}
		b = append(b, mask...)
		for i, w := range l.W {
			if l.Present[i] {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w))
			}
		}
		for _, v := range l.B {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return appendChecksum(b), nil
}

func appendChecksum(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

var errTruncated = errors.New("network: file is truncated: want a whole file from MarshalBinary; copy it again")

// UnmarshalBinary reads what MarshalBinary wrote and checks all of it.
func (n *Network) UnmarshalBinary(b []byte) error {
	if !bytes.HasPrefix(b, []byte(magic)) {
		return errors.New("network: not a network file: want one written by MarshalBinary")
	}
	if len(b) < len(magic)+8 {
		return errTruncated
	}
	body, sum := b[:len(b)-4], binary.LittleEndian.Uint32(b[len(b)-4:])
	if crc32.ChecksumIEEE(body) != sum {
		return errors.New("network: checksum does not fit: the file is truncated or edited; copy it again")
	}
	size := binary.LittleEndian.Uint32(body[len(magic):])
	rest := body[len(magic)+4:]
	if uint64(size) > uint64(len(rest)) {
		return errTruncated
	}
	var h header
	if err := json.Unmarshal(rest[:size], &h); err != nil {
		return fmt.Errorf("network: header: %w", err)
	}
	if err := CheckSizes(h.Sizes); err != nil {
		return err
	}
	rest = rest[size:]
	read := Network{State: h.State}
	for k := range len(h.Sizes) - 1 {
		sites := h.Sizes[k] * h.Sizes[k+1]
		if len(rest) < (sites+7)/8 { // before anything of that size is made
			return errTruncated
		}
		l := newLayer(h.Sizes[k], h.Sizes[k+1])
		mask := rest[:(sites+7)/8]
		rest = rest[len(mask):]
		present := 0
		for i := range l.Present {
			l.Present[i] = mask[i/8]>>(i%8)&1 == 1
			if l.Present[i] {
				present++
			}
		}
		if len(rest) < 4*(present+len(l.B)) {
			return errTruncated
		}
		for i, p := range l.Present {
			if p {
				l.W[i] = math.Float32frombits(binary.LittleEndian.Uint32(rest))
				rest = rest[4:]
			}
		}
		for i := range l.B {
			l.B[i] = math.Float32frombits(binary.LittleEndian.Uint32(rest))
			rest = rest[4:]
		}
		read.Layers = append(read.Layers, l)
	}
	if len(rest) != 0 {
		return fmt.Errorf("network: %d bytes too many: want a file from MarshalBinary", len(rest))
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*n = read
	return nil
}
