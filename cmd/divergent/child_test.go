package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What a test has the test binary do in a process of its own, to be killed there.
const roleVariable = "DIVERGENT_TEST_ROLE"

func TestMain(m *testing.M) {
	role, rest, _ := strings.Cut(os.Getenv(roleVariable), " ")
	switch role {
	case "":
		os.Exit(m.Run())
	case "save":
		saveForEver(rest)
	case "serve":
		serveInTurn(rest)
	case "jupyter":
		pretendJupyter()
	}
}

// process starts the test binary in a role, and returns what it prints first.
func process(t *testing.T, role string, env ...string) (cmd *exec.Cmd, first string, stderr *strings.Builder) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), env...), roleVariable+"="+role)
	stderr = new(strings.Builder)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	lines := make(chan string, 1)
	go func() {
		r := bufio.NewReader(out)
		s, _ := r.ReadString('\n')
		lines <- s
		_, _ = io.Copy(io.Discard, r)
	}()
	select {
	case first = <-lines:
	case <-time.After(5 * time.Minute):
		t.Fatalf("%s: nothing was printed: %s", role, stderr)
	}
	return cmd, first, stderr
}
