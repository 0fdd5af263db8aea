package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"divergent/internal/files"
	"divergent/pkg/catalogue"
	"divergent/pkg/study"
	"divergent/pkg/study/store"
)

type submitCommand struct {
	asked
	Tasks   tasks    `required:"" placeholder:"N" help:"Tasks that the cells are dealt to; as many as cores that you may use at a time is a good number."`
	Out     string   `required:"" aliases:"dir" placeholder:"FOLDER" help:"Folder for the results, on a file system that all nodes see."`
	Print   bool     `help:"Write the scripts and print what would be submitted."`
	Options []string `arg:"" optional:"" help:"After --: options for sbatch, passed as they are."`
}

func (submitCommand) Help() string {
	return `Writes scripts for the queue and submits them: an array of tasks, each of which runs its part of
the cells into a folder of its own, and a job that joins what they have left. Where there are
fewer seeds than tasks, a first step trains the dense networks, from which all arms of a seed
start. Submitting again, with the same flags, sends only what is missing.

    divergent submit triage --tasks 32 --dir /scratch/me/triage -- --time=1:00:00
    divergent submit cliff --seeds 100-199 --tasks 64 --dir /scratch/me/cliff -- --partition=short --account=lab
    divergent status /scratch/me/triage

` + studies()
}

//go:embed cluster/*.sbatch
var scripts embed.FS

// submission is what the scripts are filled with.
type submission struct {
	Study   string
	Args    []string
	Tasks   int
	Dir     string // of the results
	Program string `json:"-"`
}

func (s submission) Top() string      { return filepath.Join(s.Dir, store.TaskFolder) }
func (s submission) Networks() string { return filepath.Join(s.Top(), "dense") }
func (s submission) Log() string      { return filepath.Join(s.Top(), "log", "%a.txt") }
func (s submission) Finish() string   { return filepath.Join(s.Top(), "log", "finish.txt") }

// Form is how the number of a task is written as its folder's name.
func (s submission) Form() string { return fmt.Sprintf("%%0%dd", len(strconv.Itoa(s.Tasks-1))) }

// folders lists the tasks' folders.
func (s submission) folders() []string {
	out := make([]string, s.Tasks)
	for i := range out {
		out[i] = filepath.Join(s.Top(), fmt.Sprintf(s.Form(), i))
	}
	return out
}

// Run submits.
func (c *submitCommand) Run(ctx context.Context, a app) error {
	s, d, err := c.submission(a)
	if err != nil {
		return usage{err}
	}
	if err := s.same(); err != nil {
		return err
	}
	if m, err := store.ReadManifest(os.DirFS(s.Dir)); err == nil && len(m.Files) > 0 {
		return a.say("nothing is missing: %s", filepath.Join(s.Dir, store.ResultsFile))
	}
	dense, cells, err := s.missing(d)
	if err != nil {
		return err
	}
	queue := slurm{print: c.Print, options: c.Options}
	sent, err := queue.sent(ctx, s)
	if err != nil {
		return err
	}
	gone := func(task int) bool { return slices.Contains(sent.tasks, task) }
	dense, cells = slices.DeleteFunc(dense, gone), slices.DeleteFunc(cells, gone)
	if err := s.write(); err != nil {
		return err
	}
	if len(cells) == 0 && len(sent.tasks) > 0 {
		return a.say("%d tasks are in the queue already, and no others have anything left to do: divergent status %s", len(sent.tasks), shellWord(s.Dir))
	}
	var jobs []string
	submit := func(step, script string, after []string, args ...string) error {
		if len(after) > 0 {
			args = append([]string{"--dependency=afterany:" + strings.Join(after, ":")}, args...)
		}
		id, err := queue.submit(ctx, a, step, filepath.Join(s.Top(), script), args...)
		if err != nil {
			return err
		}
		jobs = append(jobs, id)
		return queue.record(s, id)
	}
	var before []string
	if len(d.Seeds) < s.Tasks && len(dense) > 0 {
		if err := submit("dense", "array.sbatch", nil, "--array="+ranges(dense), "--", "--dense-only"); err != nil {
			return err
		}
		before = jobs
	}
	if len(cells) > 0 {
		if err := submit("array", "array.sbatch", before, "--array="+ranges(cells)); err != nil {
			return err
		}
	}
	if err := submit("finish", "finish.sbatch", slices.Concat(sent.jobs, jobs)); err != nil {
		return err
	}
	if c.Print {
		return nil
	}
	return a.say("submitted jobs %s: %d of %d tasks\n  to watch:    divergent status %s\n  to stop:     scancel %s\n  afterwards:  %s", strings.Join(jobs, ", "), len(cells), s.Tasks,
		shellWord(s.Dir), strings.Join(jobs, " "), filepath.Join(s.Dir, store.ResultsFile))
}

// say prints a line, or several.
func (a app) say(format string, x ...any) error {
	_, err := fmt.Fprintf(a.out, format+"\n", x...)
	return err
}

// submission reads what is asked for.
func (c *submitCommand) submission(a app) (submission, study.Design, error) {
	e, err := catalogue.Find(a.entries(), c.Study)
	if err != nil {
		return submission{}, study.Design{}, err
	}
	if e.Small != nil {
		return submission{}, study.Design{}, fmt.Errorf("submit: %s is a small model, computed in %s: want divergent run %s", e.Name, e.Time, e.Name)
	}
	for _, o := range c.Options {
		name, _, _ := strings.Cut(o, "=")
		if slices.Contains([]string{"-a", "--array", "-n", "--ntasks", "--wrap", "-W", "--wait"}, name) {
			return submission{}, study.Design{}, fmt.Errorf("submit: %s is not for you to pass on to sbatch: want --tasks for the number of tasks, and other options, such as --time=1:00:00", name)
		}
	}
	d, err := c.design()
	if err != nil {
		return submission{}, d, err
	}
	dir, err := filepath.Abs(c.Out)
	if err == nil && strings.ContainsAny(dir, "\n%\\\"'") { // sbatch reads its own marks in file names
		err = fmt.Errorf("submit: --dir = %q: want a path without %%, quotes, backslashes and line ends", c.Out)
	}
	s := submission{Study: c.Study, Args: c.args(), Tasks: int(c.Tasks), Dir: dir}
	s.Program = filepath.Join(s.Top(), "divergent")
	return s, d, err
}

// submissionFile says what a folder was submitted for.
const submissionFile = "submission.json"

// same returns an error where the folder is of another submission.
func (s submission) same() error {
	b, err := files.Read(os.DirFS(s.Top()), submissionFile, 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var was submission
	if err == nil {
		err = json.Unmarshal(b, &was)
	}
	if err != nil {
		return fmt.Errorf("submit: %s: %w: want a new folder", s.Top(), err)
	}
	if was.Tasks != s.Tasks || !slices.Equal(was.Args, s.Args) {
		return usage{fmt.Errorf("submit: folder %s was submitted as %s --tasks %d: want the same, which sends what is missing, or another folder", s.Dir, strings.Join(was.Args, " "), was.Tasks)}
	}
	return nil
}

// missing lists the tasks that lack dense networks, and those that lack cells.
func (s submission) missing(d study.Design) (dense, cells []int, err error) {
	for _, step := range []struct {
		only bool
		list *[]int
	}{{true, &dense}, {false, &cells}} {
		left, _, err := study.Left(d, s.folders(), step.only)
		if err != nil {
			return nil, nil, err
		}
		for i, n := range left {
			if n > 0 {
				*step.list = append(*step.list, i)
			}
		}
	}
	return dense, cells, nil
}

// write puts the scripts, this program and what it is for into the folder.
func (s submission) write() error {
	t, err := template.New("").Funcs(template.FuncMap{"quote": shellWord}).ParseFS(scripts, "cluster/*.sbatch")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := os.ReadFile(self) // one that go run has built is gone when the jobs run
	if err != nil {
		return err
	}
	if err := errors.Join(files.Write(s.Program, program), os.Chmod(s.Program, 0o755), os.MkdirAll(filepath.Dir(s.Log()), 0o755)); err != nil {
		return err
	}
	for _, name := range []string{"array.sbatch", "finish.sbatch"} {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, name, s); err != nil {
			return err
		}
		path := filepath.Join(s.Top(), name)
		if _, err := os.Stat(path); err == nil {
			continue // it may have been edited
		}
		if err := files.Write(path, b.Bytes()); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return files.Write(filepath.Join(s.Top(), submissionFile), append(b, '\n'))
}

// slurm is the queue.
type slurm struct {
	print   bool
	options []string
}

// submit sends a script, or prints how to, and returns the job's number. What stands
// after -- goes to the script.
func (q slurm) submit(ctx context.Context, a app, step, script string, args ...string) (string, error) {
	var own []string
	if i := slices.Index(args, "--"); i >= 0 {
		args, own = args[:i], args[i+1:]
	}
	words := slices.Concat([]string{"--parsable"}, q.options, args, []string{script}, own)
	if q.print {
		line := "sbatch"
		for _, w := range words {
			if strings.HasPrefix(w, "--dependency=") && strings.Contains(w, "$") { // on a step printed before
				line += ` "` + w + `"`
			} else {
				line += " " + shellWord(w)
			}
		}
		return "$" + step, a.say("%s=$(%s)", step, line)
	}
	out, err := q.ask(ctx, "sbatch", words...)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a cluster's name may follow
	if _, err := strconv.Atoi(id); err != nil {
		return "", fmt.Errorf("submit: sbatch said %.60q: want a job's number", out)
	}
	return id, nil
}

// ask runs a program of Slurm.
func (q slurm) ask(ctx context.Context, name string, args ...string) (string, error) {
	cmd := child(ctx, os.Environ(), name, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", fmt.Errorf("submit: there is no %s here: want a login node of a cluster with Slurm; --print writes the scripts only", name)
	case err != nil:
		return "", fmt.Errorf("submit: %s: %w: %s", name, err, lastLines(said.String()))
	}
	return string(out), nil
}

// jobsFile lists the jobs that were submitted, a line each.
const jobsFile = "jobs.txt"

func (q slurm) record(s submission, id string) error {
	if q.print {
		return nil
	}
	path := filepath.Join(s.Top(), jobsFile)
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return files.Write(path, append(b, id+"\n"...))
}

// sent is what is in the queue of earlier submissions.
type sent struct {
	jobs  []string
	tasks []int
}

// sent asks the queue for what earlier submissions of the folder wait for. A queue that
// does not answer is an error: it looks like an empty one.
func (q slurm) sent(ctx context.Context, s submission) (out sent, err error) {
	b, err := os.ReadFile(filepath.Join(s.Top(), jobsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	ours := strings.Fields(string(b))
	listed, err := q.ask(ctx, "squeue", "--noheader", "--array", "--user="+strconv.Itoa(os.Getuid()), "--format=%F %K")
	if err != nil {
		return out, err
	}
	for line := range strings.Lines(listed) {
		job, task, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !slices.Contains(ours, job) {
			continue
		}
		if n, err := strconv.Atoi(task); err == nil { // N/A is a finishing job
			out.tasks = append(out.tasks, n)
			if !slices.Contains(out.jobs, job) {
				out.jobs = append(out.jobs, job)
			}
		}
	}
	return out, nil
}

// ranges writes ascending numbers as sbatch takes them.
func ranges(list []int) string {
	s := make(seeds, len(list))
	for i, n := range list {
		s[i] = uint64(n)
	}
	return s.String()
}

// shellWord writes a word for a shell, in quotes where it needs them.
func shellWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+") == "" {
		return s
	}
	return quote(s)
}
