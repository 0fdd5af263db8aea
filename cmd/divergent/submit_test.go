package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"divergent/pkg/assay"
	"divergent/pkg/study"
	"divergent/pkg/study/store"
)

// fakeQueue puts sbatch and squeue in the path that note what they were told. .ci/slurm
// has the real ones.
func fakeQueue(t *testing.T, squeue string) (log string) {
	t.Helper()
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	for name, body := range map[string]string{
		"sbatch": "printf '%s ' \"$@\" >>" + log + "; echo >>" + log + "; wc -l <" + log,
		"squeue": squeue,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	return log
}

func submitted(t *testing.T, log string) []string {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	os.Remove(log)
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// The first submission sends a step of dense networks, all tasks and a finishing job; the
// next one only what neither a folder nor the queue has.
func TestSubmitSendsWhatIsMissing(t *testing.T) {
	log := fakeQueue(t, "echo 2 3; echo 2 4; echo 3 N/A; echo 77 0")
	dir := filepath.Join(t.TempDir(), "a folder")
	args := []string{"submit", "divergent", "--seeds", "0,1,2", "--arms", "ssri", "--tasks", "5", "--dir", dir, "--", "--time=1:00:00", "-p", "short"}
	run := func(args ...string) string {
		t.Helper()
		code, out, err := commandLine(t.Context(), args...)
		if code != 0 {
			t.Fatalf("exit status %d: %s", code, err)
		}
		return out
	}
	scripts := filepath.Join(dir, store.TaskFolder)
	printed := run(slices.Insert(slices.Clone(args), 1, "--print")...)
	if lines := submitted(t, log); lines[0] != "" || strings.Count(printed, "=$(sbatch --parsable --time=1:00:00 -p short ") != 3 || !strings.Contains(printed, `"--dependency=afterany:$dense"`) {
		t.Errorf("--print submitted %q and printed %s", lines, printed)
	}
	out := run(args...)
	want := []string{
		"--parsable --time=1:00:00 -p short --array=0-2 " + scripts + "/array.sbatch --dense-only ",
		"--parsable --time=1:00:00 -p short --dependency=afterany:1 --array=0-4 " + scripts + "/array.sbatch ",
		"--parsable --time=1:00:00 -p short --dependency=afterany:1:2 " + scripts + "/finish.sbatch",
	}
	if got := submitted(t, log); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("submitted\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, w := range []string{"jobs 1, 2, 3: 5 of 5 tasks", "divergent status '" + dir, "scancel 1 2 3", "results.csv"} {
		if !strings.Contains(out, w) {
			t.Errorf("%q does not say %q", out, w)
		}
	}
	b, err := os.ReadFile(filepath.Join(scripts, "array.sbatch"))
	for _, w := range []string{"'" + scripts + "/divergent' run divergent --seeds 0-2 --arms ssri --shard \"$task/5\"", "--open-mode=append", "--requeue", "SLURM_CPUS_PER_TASK"} {
		if err != nil || !strings.Contains(string(b), w) {
			t.Errorf("the script lacks %q, %v", w, err)
		}
	}
	// Task 0 is done, as if by a queue; 3 and 4 are in it.
	d, err := study.Divergent().WithArms([]string{"ssri"})
	if err != nil {
		t.Fatal(err)
	}
	d.Seeds = []uint64{0, 1, 2}
	edited := append(b, "# mine\n"...)
	if err := os.WriteFile(filepath.Join(scripts, "array.sbatch"), edited, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (study.Runner{Dir: filepath.Join(scripts, "0"), Shard: 0, Shards: 5}).RunFolder(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	run(args...)
	got := submitted(t, log)
	if len(got) != 3 || !strings.Contains(got[0], "--array=1-2 ") || !strings.Contains(got[1], "--array=1-2 ") || !strings.Contains(got[2], "--dependency=afterany:2:1:2 ") {
		t.Errorf("submitted again: %q", got)
	}
	if now, _ := os.ReadFile(filepath.Join(scripts, "array.sbatch")); string(now) != string(edited) {
		t.Error("an edited script was replaced")
	}
	if code, _, err := commandLine(t.Context(), slices.Replace(slices.Clone(args), 7, 8, "6")...); code != 2 || !strings.Contains(err, "was submitted as divergent --seeds 0-2 --arms ssri --tasks 5") {
		t.Errorf("another number of tasks ends with %d: %s", code, err)
	}
	p, err := progressOf(dir, time.Now())
	if err != nil || p.Cells != 9 || p.Finished == 0 || p.Missing != 9-p.Finished || p.Shards[store.Done] != 1 || p.Shards["not begun"] != 4 {
		t.Errorf("%+v, %v", p, err)
	}
}

// A queue that does not answer is no empty one.
func TestAQueueThatFails(t *testing.T) {
	log := fakeQueue(t, "echo 'Unable to contact slurm controller' >&2; exit 1")
	dir := t.TempDir()
	args := []string{"submit", "divergent", "--tasks", "2", "--seeds", "0", "--dir", dir}
	if code, _, err := commandLine(t.Context(), args...); code != 0 {
		t.Fatal(err)
	}
	submitted(t, log)
	if code, _, err := commandLine(t.Context(), args...); code != 1 || !strings.Contains(err, "Unable to contact slurm controller") || submitted(t, log)[0] != "" {
		t.Errorf("exit status %d: %s", code, err)
	}
}

// What becomes of shards that say nothing any more, and of those that failed.
func TestStatus(t *testing.T) {
	dir := t.TempDir()
	d := study.Divergent()
	d.Seeds = []uint64{0, 1}
	d, err := d.WithArms([]string{"ssri"})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range []store.Mark{{State: store.Working, Cells: 3, Done: 1, Left: time.Minute}, {State: store.Failed, Cells: 2, Why: "disk full"}, {State: store.Stopped, Cells: 1, Done: 1}} {
		f, err := store.Begin(t.Context(), filepath.Join(dir, fmt.Sprint(i)), d.Manifest(), true)
		if err != nil {
			t.Fatal(err)
		}
		m.Shard, m.Shards = i, 4
		if err := f.Mark(m); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	p, err := progressOf(dir, time.Now())
	if err != nil || p.Running != 2 || p.Failed != 2 || p.Missing != 2 || p.Left > time.Minute || p.Left < 50*time.Second || !strings.Contains(p.String(), "1 working, 1 stopped, 1 failed, 1 not begun") || !strings.Contains(p.String(), "is failed: disk full") {
		t.Errorf("%+v, %v", p, err)
	}
	p, err = progressOf(dir, time.Now().Add(time.Hour))
	if err != nil || p.Running != 0 || p.Failed != 4 || p.Shards[lost] != 1 || !strings.Contains(p.String(), "nothing runs") {
		t.Errorf("an hour later: %+v, %v", p, err)
	}
}

func TestSeedsAreRead(t *testing.T) {
	for in, want := range map[string]string{"0,1,2": "0-2", "3": "3", "0-9": "0-9", "5,1,2": "5,1-2", "7,9,10": "7,9-10"} {
		var s, again seeds
		if err := s.UnmarshalText([]byte(in)); err != nil || s.String() != want || again.UnmarshalText([]byte(s.String())) != nil || !slices.Equal(s, again) {
			t.Errorf("%s: %s, want %s; %v", in, s, want, err)
		}
	}
}

// Cells that other processors made are joined all the same, and a merge says so.
func TestMergeAcrossKernels(t *testing.T) {
	d := study.Divergent()
	d.Seeds, d.KeepNetworks = []uint64{0, 1}, false
	m := d.Manifest()
	var dirs []string
	for i, by := range []string{"divergent-avx512/amd64 go1", "divergent-portable/arm64 go1"} {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		dirs = append(dirs, dir)
		f, err := store.Begin(t.Context(), dir, m, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range m.Conditions {
			cell := &store.Cell{Engine: study.Engine, Network: c.Network, Seed: uint64(i), Arm: c.Name, By: by}
			for k, key := range c.Keys {
				cell.Parts = append(cell.Parts, store.Part{Assay: m.Assays[k], Key: key, By: by, Readings: []assay.Reading{{Phase: "acute", Test: fmt.Sprint("test", k), Metric: "accuracy", Value: 50}}})
			}
			if err := f.Put(cell); err != nil {
				t.Fatal(err)
			}
		}
		f.Close()
	}
	out := filepath.Join(t.TempDir(), "out")
	code, _, said := commandLine(t.Context(), "merge", dirs[0], dirs[1], "--out", out)
	if want := "divergent-avx512/amd64, divergent-portable/arm64"; code != 0 || !strings.Contains(said, want) || strings.Count(said, "\n") != 1 {
		t.Errorf("exit status %d, %q: want a line with %q", code, said, want)
	}
	res, err := study.Open(os.DirFS(out))
	if err != nil || res.Lacks() != "" || len(res.Rows) != 2*len(m.Conditions)*len(m.Assays) {
		t.Errorf("%d rows, %v", len(res.Rows), err)
	}
}

// The jobs for Kubernetes ask for what the command takes: as many shards as are run and merged.
func TestKubernetesJobs(t *testing.T) {
	args := func(file string) (words []string, all string) {
		t.Helper()
		b, err := os.ReadFile(filepath.Join("cluster", file))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(b), "args: [")
		list, _, _ := strings.Cut(rest, "]")
		for _, w := range strings.Split(list, ",") {
			words = append(words, strings.ReplaceAll(strings.Trim(w, " \n\""), "$(JOB_COMPLETION_INDEX)", "3"))
		}
		return words, string(b)
	}
	run, job := args("run.yaml")
	o, err := parsed(run[1:]...)
	if err != nil || run[0] != "run" || o.runner.Shard != 3 || !strings.Contains(job, fmt.Sprintf("completions: %d ", o.runner.Shards)) || o.runner.Networks == "" || !slices.Contains(run, "/data/shard-3") {
		t.Errorf("%q: %+v, %v", run, o.runner, err)
	}
	merge, _ := args("merge.yaml")
	var want []string
	for i := range o.runner.Shards {
		want = append(want, fmt.Sprintf("/data/shard-%d", i))
	}
	if merge[0] != "merge" || !slices.Equal(merge[1:1+len(want)], want) {
		t.Errorf("merge.yaml joins %q, want %q", merge, want)
	}
}
