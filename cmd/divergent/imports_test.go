package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// packageOrder is the order of the packages: each imports only what stands in an earlier group.
var packageOrder = [][]string{
	{"pkg/rng", "internal/check", "internal/console", "internal/files", "internal/kernel", "internal/par", "internal/scalar", "internal/text", "data"},
	{"pkg/task", "pkg/ode", "pkg/stats", "internal/kept"}, {"internal/kept/kepttest"},
	{"pkg/model", "pkg/gillespie", "pkg/pk", "pkg/sde", "pkg/flow", "pkg/warning", "pkg/stages"}, {"pkg/flow/fokker"}, {"pkg/uncertain"}, {"pkg/fit", "pkg/evidence"},
	{"pkg/network", "pkg/spines", "pkg/glutamate", "pkg/landscape", "pkg/convergence", "internal/fittest"},
	{"pkg/train"}, {"pkg/plasticity"}, {"pkg/treat", "pkg/linked"}, {"pkg/assay"}, {"pkg/study/store"}, {"pkg/study"}, {"internal/studytest"}, {"pkg/infer", "internal/attack"}, {"pkg/report"},
	{"plots/figure"}, {"plots/timeline"}, {"plots"}, {"pkg/catalogue"}, {"pkg/notebook"}, {"cmd/divergent"},
}

func TestImportsGoOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "divergent/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	group := func(path string) int {
		return slices.IndexFunc(packageOrder, func(g []string) bool { return slices.Contains(g, strings.TrimPrefix(path, "divergent/")) })
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		pkg := fields[0]
		at := group(pkg)
		if at < 0 {
			t.Errorf("%s has no place in the order of packages: give it one", pkg)
		}
		for _, imp := range fields[1:] {
			switch {
			case strings.HasPrefix(imp, "divergent/") && group(imp) >= at:
				t.Errorf("%s imports %s, which does not stand before it", pkg, imp)
			case strings.HasPrefix(imp, "github.com/janpfeifer/gonb") && pkg != "divergent/pkg/notebook":
				t.Errorf("%s imports %s: only pkg/notebook may", pkg, imp)
			case strings.HasPrefix(imp, "gonum.org/v1/plot") && pkg != "divergent/plots" && !strings.HasPrefix(pkg, "divergent/plots/"):
				t.Errorf("%s imports %s: only plots and its subpackages may", pkg, imp)
			}
		}
	}
}
