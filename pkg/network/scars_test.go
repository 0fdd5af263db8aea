package network

import (
	"bytes"
	"testing"

	"divergent/pkg/rng"
)

// A scar stays in copies and in the file; a network without any is written as before.
func TestScarsAreKept(t *testing.T) {
	n, err := New([]int{2, 9, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := n.MarshalBinary()
	if err != nil || bytes.Contains(before, []byte("Scarred")) {
		t.Fatalf("a network without scars mentions them, or %v", err)
	}
	n.Layers[1].Scar(5)
	n.Layers[1].Scar(35)
	if l := n.Layers[1]; n.Scars() != 2 || l.Present[5] || l.W[5] != 0 || !l.Lost(5) || n.Layers[0].Lost(5) {
		t.Fatalf("%d scars, %+v", n.Scars(), l)
	}
	b, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read Network
	if err := read.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	c := n.Clone()
	for what, m := range map[string]*Network{"the file": &read, "the copy": c} {
		if again, err := m.MarshalBinary(); err != nil || !bytes.Equal(again, b) || !m.SameSynapses(n) {
			t.Errorf("%s has other scars, or %v", what, err)
		}
	}
	if c.Layers[1].Scar(6); n.Layers[1].Lost(6) {
		t.Error("a copy shares its scars")
	}
	if c.Layers[1].Present[6] = false; c.SameSynapses(n) {
		t.Error("other scars are the same synapses")
	}
	n.Layers[1].Present[5] = true
	if n.Validate() == nil {
		t.Error("a synapse at a scar is accepted")
	}
	n.Layers[1].Present[5], n.Layers[1].Scarred = false, make([]bool, 3)
	if n.Validate() == nil {
		t.Error("scars of another shape are accepted")
	}
}

// A file with scars that is cut anywhere, or says otherwise in its header, is an error.
func TestDamagedScars(t *testing.T) {
	n, err := New([]int{2, 9, 4}, rng.Stream(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	n.Layers[0].Scar(1)
	b, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(b) - 4 { // the rest is the checksum
		if new(Network).UnmarshalBinary(appendChecksum(bytes.Clone(b[:i]))) == nil {
			t.Fatalf("%d of %d bytes are read as a network", i, len(b))
		}
	}
	for _, edit := range [][2]string{{"[true,false]", "[true,true] "}, {"[true,false]", "[true]      "}, {"[true,false]", "[false,true]"}} {
		e := bytes.Replace(b[:len(b)-4], []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(e, b[:len(b)-4]) {
			t.Fatal("the header has other text")
		}
		if new(Network).UnmarshalBinary(appendChecksum(e)) == nil {
			t.Errorf("%s is read as %s", edit[1], edit[0])
		}
	}
}
