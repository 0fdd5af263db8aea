package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// grace is how long a child may take to end after it was asked to.
const grace = 8 * time.Second

// child returns a command in a process group of its own, so that Ctrl-C reaches
// it only through us: the end of ctx asks the group to end.
func child(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = grace
	return cmd
}

// quiet runs a command in dir and, where it fails, says why in one line.
func quiet(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := child(ctx, env, name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, lastLines(string(out)))
	}
	return nil
}

// lastLines are those that say why a tool failed, as one: the reason often stands before
// the last.
func lastLines(s string) string {
	const most = 5
	var said []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			said = append(said, line)
		}
	}
	return strings.Join(said[max(0, len(said)-most):], "; ")
}

// lastLine is the last line that says something.
func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}

// sweep ends the processes that carry the given entry in their environment: a
// Jupyter kernel leads a session of its own, and outlives a server or a
// converter that was stopped. Elsewhere than on Linux it finds none.
func sweep(entry string) {
	for range 30 { // they may finish and tidy up for three seconds
		if signalAll(entry, syscall.SIGTERM) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	signalAll(entry, syscall.SIGKILL)
}

func signalAll(entry string, s syscall.Signal) (found int) {
	dirs, _ := os.ReadDir("/proc")
	for _, d := range dirs {
		pid, err := strconv.Atoi(d.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		b, err := os.ReadFile(filepath.Join("/proc", d.Name(), "environ"))
		if err == nil && strings.Contains("\x00"+string(b), "\x00"+entry+"\x00") {
			found++
			_ = syscall.Kill(pid, s)
		}
	}
	return found
}
