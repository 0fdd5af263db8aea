//go:build amd64.v3

package kernel

// target is the instruction set that Go code is compiled to. From GOAMD64=v3 on
// the compiler fuses x·y + z, in the standard library's logarithms and normal
// draws, too: other bits in the same loops.
const target = "amd64.v3"
