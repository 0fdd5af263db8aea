package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"divergent/pkg/notebook"
)

// A program of a reader's own uses the packages as the README says.
func TestUseInAProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the module proxy")
	}
	root, err := notebook.Module()
	if err != nil {
		t.Fatal(err)
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	_, section, _ := strings.Cut(string(readme), "## Use a model in a program")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, line := range strings.Split(section, "\n") {
		if c, ok := strings.CutPrefix(line, "    "); ok {
			commands = append(commands, strings.ReplaceAll(c, "/path/to/clone", root))
		}
	}
	if len(commands) != 3 {
		t.Fatalf("the README's commands are %q", commands)
	}
	dir := t.TempDir()
	lay(t, dir, map[string]string{"main.go": `package main

import (
	"fmt"

	"divergent/pkg/model"
	"divergent/pkg/spines"
)

func main() {
	r, err := spines.Simulate(spines.Default(), model.Days(21, model.Stress(0, 21)), spines.Options{Days: []float64{0, 21}})
	fmt.Println(len(r.Density), err)
}
`})
	cmd := exec.Command("sh", "-ec", strings.Join(commands, "\n"))
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "2 <nil>\n") {
		t.Errorf("%v: %s", err, out)
	}
}
