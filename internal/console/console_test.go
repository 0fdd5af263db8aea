package console

import (
	"bytes"
	"testing"
)

func TestLine(t *testing.T) {
	for terminal, want := range map[bool]string{true: "\r\x1b[Ka\r\x1b[Kb\n", false: "a\nb\n"} {
		var b bytes.Buffer
		l := To(&b)
		if l.Terminal {
			t.Error("a buffer is no terminal")
		}
		l.Terminal = terminal
		l.Show("a")
		l.Show("b")
		l.End()
		if b.String() != want {
			t.Errorf("terminal %v: %q, want %q", terminal, b.String(), want)
		}
	}
}
