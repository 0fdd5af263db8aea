package network

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

// The file format, little-endian: the magic, the length of a JSON header with
// the layer widths, the drug state and which layers have scars, the header; then per
// layer the mask as bits (lowest first), that of the scars where there are, the present weights in row-major order and the biases as
// float32; at the end the CRC-32 (IEEE) of all before it.
const magic = "DVNET1\n\x00"

type header struct {
	Sizes   []int
	State   State
	Scarred []bool `json:",omitempty"` // by layer; none where no layer has scars
}

// MarshalBinary writes the network in the format above: 4 bytes a present
// synapse, 1 bit an absent one.
func (n *Network) MarshalBinary() ([]byte, error) {
	if err := n.Validate(); err != nil {
		return nil, err
	}
	head, err := json.Marshal(header{n.Sizes(), n.State, n.scarred()})
	if err != nil {
		return nil, err
	}
	b := append([]byte(magic), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[len(magic):], uint32(len(head)))
	b = append(b, head...)
	for _, l := range n.Layers {
		b = appendBits(b, l.Present)
		if l.Scarred != nil {
			b = appendBits(b, l.Scarred)
		}
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

// scarred says which layers have scars, if any has.
func (n *Network) scarred() []bool {
	out := make([]bool, len(n.Layers))
	for k, l := range n.Layers {
		out[k] = l.Scarred != nil
	}
	if !slices.Contains(out, true) {
		return nil
	}
	return out
}

// appendBits writes a mask, the lowest bit first.
func appendBits(b []byte, mask []bool) []byte {
	first := len(b)
	b = append(b, make([]byte, (len(mask)+7)/8)...)
	for i, set := range mask {
		if set {
			b[first+i/8] |= 1 << (i % 8)
		}
	}
	return b
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
	r := reader{rest: body[len(magic):]}
	h := r.header()
	read := Network{State: h.State}
	for k := 1; k < len(h.Sizes) && r.err == nil; k++ {
		read.Layers = append(read.Layers, r.layer(h.Sizes[k-1], h.Sizes[k], len(h.Scarred) > 0 && h.Scarred[k-1]))
	}
	if r.err == nil && len(r.rest) != 0 {
		r.err = fmt.Errorf("network: %d bytes too many: want a file from MarshalBinary", len(r.rest))
	}
	if r.err == nil {
		r.err = read.Validate()
	}
	if r.err != nil {
		return r.err
	}
	*n = read
	return nil
}

// reader takes a file apart. After its first error it hands out empty values.
type reader struct {
	rest []byte
	err  error
}

// take returns the next n bytes, or nil where there are fewer.
func (r *reader) take(n int) []byte {
	if r.err == nil && (n < 0 || n > len(r.rest)) {
		r.err = errTruncated
	}
	if r.err != nil {
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) header() (h header) {
	size := r.take(4)
	if r.err != nil {
		return h
	}
	text := r.take(int(binary.LittleEndian.Uint32(size)))
	if r.err != nil {
		return h
	}
	if err := json.Unmarshal(text, &h); err != nil {
		r.err = fmt.Errorf("network: header: %w", err)
		return h
	}
	r.err = CheckSizes(h.Sizes)
	if n := len(h.Scarred); r.err == nil && n > 0 && n != len(h.Sizes)-1 {
		r.err = fmt.Errorf("network: scars of %d layers: want one entry for each of %d, or none", n, len(h.Sizes)-1)
	}
	return h
}

// layer makes nothing large before it has the mask, an eighth of its size.
func (r *reader) layer(in, out int, scarred bool) (l Layer) {
	mask, scars := r.take((in*out+7)/8), []byte(nil)
	if scarred {
		scars = r.take((in*out + 7) / 8)
	}
	if r.err != nil {
		return l
	}
	l = newLayer(in, out)
	readBits(l.Present, mask)
	if scarred {
		l.Scarred = make([]bool, len(l.W))
		readBits(l.Scarred, scars)
	}
	numbers := r.take(4 * (l.Count() + out))
	if r.err != nil {
		return l
	}
	next := func() float32 {
		v := math.Float32frombits(binary.LittleEndian.Uint32(numbers))
		numbers = numbers[4:]
		return v
	}
	for i, p := range l.Present {
		if p {
			l.W[i] = next()
		}
	}
	for i := range l.B {
		l.B[i] = next()
	}
	return l
}

func readBits(mask []bool, b []byte) {
	for i := range mask {
		mask[i] = b[i/8]>>(i%8)&1 == 1
	}
}
