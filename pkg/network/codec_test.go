package network

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// A file laid out by hand from the description of the format: two inputs and
// five outputs, of whose ten synapses numbers 0, 3 and 9 exist.
func TestCodecFormat(t *testing.T) {
	head := `{"Sizes":[2,5],"State":{"Activation":"tanh","Damping":0.7,"Gain":1.25,"Protection":0.5}}`
	b := append([]byte("DVNET1\n\x00"), byte(len(head)), 0, 0, 0)
	b = append(b, head...)
	b = append(b, 0b00001001, 0b00000010)
	for _, v := range []float32{0.5, -2, 3, 1, 2, 3, 4, 5} {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	b = appendChecksum(b)
	want := &Network{Layers: []Layer{newLayer(2, 5)}, State: State{Activation: Tanh, Damping: 0.7, Gain: 1.25, Protection: 0.5}}
	l := &want.Layers[0]
	for i, w := range map[int]float32{0: 0.5, 3: -2, 9: 3} {
		l.W[i], l.Present[i] = w, true
	}
	l.B = []float32{1, 2, 3, 4, 5}
	if got, err := want.MarshalBinary(); err != nil || !bytes.Equal(got, b) {
		t.Errorf("written %q (%v), want %q", got, err, b)
	}
	var got Network
	if err := got.UnmarshalBinary(b); err != nil || !reflect.DeepEqual(&got, want) {
		t.Errorf("read %+v (%v), want %+v", got, err, want)
	}
}

func TestCodecRoundTrip(t *testing.T) {
	n := small(t, 1)
	thin(n, 0.5, rand.New(rand.NewPCG(2, 2)))
	n.State = State{Activation: Tanh, Damping: 0.7, Gain: 1.25, Protection: 0.5}
	b, err := n.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var m Network
	if err := m.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&m, n) {
		t.Error("a network written and read differs")
	}
	for i := range b { // each byte is under the checksum or is it
		c := bytes.Clone(b)
		c[i] ^= 1
		if new(Network).UnmarshalBinary(c) == nil {
			t.Fatalf("a file with byte %d changed was read without an error", i)
		}
		if new(Network).UnmarshalBinary(b[:i]) == nil {
			t.Fatalf("a file cut at byte %d was read without an error", i)
		}
		// Cut under a right checksum: the lengths themselves are checked.
		if i < len(b)-4 && new(Network).UnmarshalBinary(appendChecksum(bytes.Clone(b[:i]))) == nil {
			t.Fatalf("a file cut at byte %d and sealed was read without an error", i)
		}
	}
}

func TestCodecErrors(t *testing.T) {
	good, err := small(t, 1).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	file := func(head string, more ...byte) []byte {
		b := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(head)))
		return appendChecksum(append(append(b, head...), more...))
	}
	const neutral = `"State":{"Activation":"relu","Damping":1,"Gain":1,"Protection":0}}`
	nan := []byte{1, 0, 0, 0xc0, 0x7f, 0, 0, 0, 0} // one synapse that weighs NaN, a bias
	for _, tc := range []struct {
		b    []byte
		want string
	}{
		{nil, "not a network file"},
		{[]byte("DVNET2\n\x00 and more"), "not a network file"},
		{good[:len(magic)+7], "truncated"},
		{append(bytes.Clone(good), 0), "checksum"},
		{good[:len(good)-1], "checksum"},
		{appendChecksum(binary.LittleEndian.AppendUint32([]byte(magic), math.MaxUint32)), "truncated"},
		{file(`{"Sizes":`), "header"},
		{file(`{"Sizes":[2],` + neutral), "1 layer widths"},
		{file(`{"Sizes":[65536,65536],` + neutral), "truncated"},
		{file(`{"Sizes":[1,1],` + neutral), "truncated"},
		{file(`{"Sizes":[1,1],`+neutral, 1, 0, 0, 0, 0, 0, 0, 0), "truncated"},
		{file(`{"Sizes":[1,1],`+neutral, append(nan, 9, 9)...), "2 bytes too many"},
		{file(`{"Sizes":[1,1],`+neutral, nan...), "weight 0 = NaN"},
		{file(`{"Sizes":[1,1],"State":{"Activation":"relu","Damping":1}}`, 0, 0, 0, 0, 0), "Gain = 0"},
	} {
		n := small(t, 2)
		was := n.Clone()
		if err := n.UnmarshalBinary(tc.b); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: error %v, want one with %q", tc.b, err, tc.want)
		}
		if !reflect.DeepEqual(n, was) {
			t.Errorf("%q: refused, yet the network changed", tc.b)
		}
	}
}

func FuzzUnmarshalBinary(f *testing.F) {
	n := small(f, 1)
	b, _ := n.MarshalBinary()
	f.Add(b)
	f.Add(b[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		var n Network
		if n.UnmarshalBinary(sealed(b)) == nil && n.Validate() != nil {
			t.Error("an invalid network was read without an error")
		}
	})
}

// sealed puts a right checksum at the end, so that the fuzzer gets past it.
func sealed(b []byte) []byte {
	if len(b) < 4 {
		return b
	}
	return appendChecksum(bytes.Clone(b[:len(b)-4]))
}
