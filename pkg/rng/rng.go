// Package rng derives named random streams from one seed, so that adding an
// arm, a test or a seed changes no other number and any worker count gives the
// same bytes.
package rng

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the random stream of the given seed and labels. Equal
// arguments give equal streams; any difference, in the split of the labels too,
// gives an independent one. The generator is PCG-DXSM with a 128-bit state
// taken from a SHA-256 digest of the arguments.
func Stream(seed uint64, labels ...string) *rand.Rand {
	h := sha256.New()
	var b [8]byte
	write := func(v uint64) {
		binary.LittleEndian.PutUint64(b[:], v)
		h.Write(b[:])
	}
	write(seed)
	for _, l := range labels {
		write(uint64(len(l))) // the length keeps ("ab","c") apart from ("a","bc")
		h.Write([]byte(l))
	}
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])))
}
