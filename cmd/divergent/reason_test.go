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

// The slowest cell is told by the times that the converter records; without them, none is.
func TestSlowestCell(t *testing.T) {
	d := document{Cells: []cell{
		{"cell_type": "markdown", "metadata": map[string]any{}},
		{"cell_type": "code", "metadata": map[string]any{"execution": map[string]any{"iopub.execute_input": "2026-11-29T21:00:00.5Z", "shell.execute_reply": "2026-11-29T21:00:02.75Z"}}},
		{"cell_type": "code", "metadata": map[string]any{"execution": map[string]any{"iopub.execute_input": "2026-11-29T21:00:03Z", "shell.execute_reply": "soon"}}},
	}}
	if got := d.slowest(); got != ", slowest cell [1] about 2 s" {
		t.Errorf("%q", got)
	}
	if got := (document{}).slowest(); got != "" {
		t.Errorf("%q without cells", got)
	}
}
