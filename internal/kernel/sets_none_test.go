//go:build !amd64 || noasm

package kernel

func available() []isa { return []isa{portable} }

func use(isa) func() { return func() {} }
