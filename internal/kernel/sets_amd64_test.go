//go:build amd64 && !noasm

package kernel

// available lists the sets of loops that run on this machine.
func available() []isa {
	var out []isa
	for l := portable; l <= detect(); l++ {
		out = append(out, l)
	}
	return out
}

// use switches to a set of loops and returns what switches back.
func use(l isa) func() {
	was := loops
	loops = l
	return func() { loops = was }
}
