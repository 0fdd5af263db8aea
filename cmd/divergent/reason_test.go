package main

import (
	"strings"
	"testing"
)

// A tool that fails tells its reason, which often stands before its last line, in one line.
func TestToolsTellTheirReason(t *testing.T) {
	err := quiet(t.Context(), t.TempDir(), nil, "sh", "-c", "echo one >&2; echo the reason; echo; echo 'exit status 3'; exit 3")
	if err == nil || !strings.HasSuffix(err.Error(), "one; the reason; exit status 3") || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v", err)
	}
	long := strings.Repeat("line\n", 100)
	if got := lastLines(long); got != "line; line; line; line; line" {
		t.Errorf("%q", got)
	}
}
