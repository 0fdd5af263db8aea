package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"divergent/internal/files"
)

// serveInTurn is open after it has set up: clone, port, session and program come
// in the role.
func serveInTurn(rest string) {
	var root, session, program string
	var port int
	if _, err := fmt.Sscan(rest, &root, &port, &session, &program); err != nil {
		panic(err)
	}
	a := app{out: os.Stdout, err: os.Stderr, root: root}
	j := jupyter{program: program, mark: session}
	j.env = append(a.jupyterEnv(os.Environ()), session)
	if program == os.Args[0] {
		j.env = append(j.env, roleVariable+"=jupyter")
	}
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	if err := a.serve(ctx, j, a.root, port); err != nil {
		fmt.Fprintln(os.Stderr, files.OneLine(err.Error()))
		fmt.Println("ended")
		os.Exit(1)
	}
}

// pretendJupyter does what open relies on: the port or the end, the token from the
// environment, the file once it listens, kernels in sessions of their own.
func pretendJupyter() {
	port := 0
	for _, arg := range os.Args {
		_, _ = fmt.Sscanf(arg, "--port=%d", &port)
	}
	time.Sleep(300 * time.Millisecond) // the time in which others may take the port
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		fmt.Fprintln(os.Stderr, "The port is already in use.")
		os.Exit(1)
	}
	token := os.Getenv("JUPYTER_TOKEN")
	info, _ := json.Marshal(map[string]any{"port": port, "token": token})
	if err := os.WriteFile(filepath.Join(os.Getenv("JUPYTER_RUNTIME_DIR"), fmt.Sprintf("nbserver-%d.json", os.Getpid())), info, 0o600); err != nil {
		panic(err)
	}
	panic(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") != "token "+token:
			w.WriteHeader(http.StatusForbidden)
		case r.Method == http.MethodPost:
			kernel := exec.Command("sleep", "600")
			kernel.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := kernel.Start(); err != nil {
				panic(err)
			}
			w.WriteHeader(http.StatusCreated)
		}
	})))
}

// servers are the programs that the tests open: one that pretends, and Jupyter
// where it is installed.
func servers(t *testing.T, each func(t *testing.T, program string)) {
	t.Run("pretended", func(t *testing.T) { each(t, os.Args[0]) })
	t.Run("Jupyter", func(t *testing.T) {
		program, ok := find("jupyter-notebook")
		if !ok {
			t.Skip("jupyter-notebook is not installed")
		}
		each(t, program)
	})
}

var session atomic.Int64

// newSession marks the processes of one open.
func newSession() string {
	return fmt.Sprintf("DIVERGENT_SESSION=test-%d-%d", os.Getpid(), session.Add(1))
}

// clone is a folder with a kernel that only sleeps.
func clone(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	lay(t, root, map[string]string{".jupyter/data/kernels/sleeper/kernel.json": `{"argv": ["sleep", "600"], "display_name": "sleeper", "language": "go"}`})
	return root
}

var address = regexp.MustCompile(`^http://127\.0\.0\.1:(\d+)/tree\?token=([a-z0-9]{20,})\n$`)

// opened returns the port and the token of a printed address.
func opened(t *testing.T, line string, stderr fmt.Stringer) (port, token string) {
	t.Helper()
	m := address.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("printed %q and %q: want an address", line, stderr)
	}
	return m[1], m[2]
}

func ask(t *testing.T, method, url, token, body string) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "token "+token)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

// gone waits until no process of the session is left.
func gone(mark string) bool { return counts(mark, func(n int) bool { return n == 0 }) }

// counts waits until the number of the session's processes is as wanted.
func counts(mark string, wanted func(n int) bool) bool {
	for range 100 {
		if wanted(signalAll(mark, 0)) {
			return true
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

// Whichever signal ends it, a closed terminal's too, no server and no kernel stays;
// while it runs it listens on loopback only, and no command line holds its token.
func TestNothingOutlivesOpen(t *testing.T) {
	servers(t, func(t *testing.T, program string) {
		for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
			t.Run(s.String(), func(t *testing.T) {
				if signal.Ignored(s) { // as nohup has it, for all that it starts
					t.Skip("the tests were started with this signal ignored")
				}
				t.Parallel() // most of it is waiting
				root, mark := clone(t), newSession()
				cmd, line, stderr := process(t, fmt.Sprintf("serve %s 0 %s %s", root, mark, program))
				port, token := opened(t, line, stderr)
				base := "http://127.0.0.1:" + port
				if code := ask(t, http.MethodPost, base+"/api/kernels", token, `{"name": "sleeper"}`); code != http.StatusCreated {
					t.Errorf("starting a kernel: status %d", code)
				}
				if code := ask(t, http.MethodGet, base+"/api/kernels", "", ""); code != http.StatusForbidden {
					t.Errorf("without a token: status %d, want %d", code, http.StatusForbidden)
				}
				if !counts(mark, func(n int) bool { return n >= 2 }) {
					t.Error("want a server and a kernel")
				}
				exposed(t, mark, token)
				if info, err := os.Stat(filepath.Join(root, ".jupyter", "runtime")); err != nil || info.Mode().Perm() != 0o700 {
					t.Errorf("folder with the token: %v, %v: want it closed to others", info.Mode(), err)
				}
				if err := cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err != nil {
					t.Errorf("ended with %v: %s", err, stderr)
				}
				if !gone(mark) {
					t.Error("processes are left")
					signalAll(mark, syscall.SIGKILL)
				}
			})
		}
	})
}

// exposed fails where a process of the session listens beyond loopback, or shows
// the token on its command line.
func exposed(t *testing.T, mark, token string) {
	t.Helper()
	sockets := map[string]bool{}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(dirs) == 0 {
		t.Skip("no /proc to look into")
	}
	for _, d := range dirs {
		if b, err := os.ReadFile(filepath.Join(d, "cmdline")); err == nil && bytes.Contains(b, []byte(token)) {
			t.Errorf("a command line holds the token: %q", b)
		}
		b, err := os.ReadFile(filepath.Join(d, "environ"))
		if err != nil || !bytes.Contains(b, []byte(mark)) {
			continue
		}
		links, _ := filepath.Glob(filepath.Join(d, "fd", "*"))
		for _, l := range links {
			if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, "socket:[") {
				sockets[strings.Trim(to, "socket:[]")] = true
			}
		}
	}
	listening := 0
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(b), "\n") {
			f := strings.Fields(line)
			if len(f) < 10 || f[3] != "0A" || !sockets[f[9]] {
				continue
			}
			listening++
			if ip, _, _ := strings.Cut(f[1], ":"); ip != "0100007F" && ip != "00000000000000000000000001000000" {
				t.Errorf("a server listens on %s: want loopback only", f[1])
			}
		}
	}
	if listening == 0 {
		t.Error("no listening socket was found among the session's processes")
	}
}

// What nohup has started goes on when its terminal is closed.
func TestNohupKeepsOpenRunning(t *testing.T) {
	mark := newSession()
	signal.Ignore(syscall.SIGHUP) // which a started process inherits
	cmd, line, stderr := process(t, fmt.Sprintf("serve %s 0 %s %s", clone(t), mark, os.Args[0]))
	signal.Reset(syscall.SIGHUP)
	port, token := opened(t, line, stderr)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond) // in which it would have ended
	if code := ask(t, http.MethodGet, "http://127.0.0.1:"+port+"/api/status", token, ""); code != http.StatusOK {
		t.Errorf("status %d", code)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || !gone(mark) {
		t.Errorf("ended with %v: %s", err, stderr)
	}
}

// Two at once print two addresses, and each answers to its own token only.
func TestTwoOpensAtOnce(t *testing.T) {
	servers(t, func(t *testing.T, program string) {
		root := clone(t)
		type result struct{ port, token string }
		results := make(chan result, 2)
		for i := range 2 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				cmd, line, stderr := process(t, fmt.Sprintf("serve %s 0 %s %s", root, newSession(), program))
				port, token := opened(t, line, stderr)
				results <- result{port, token}
				var other result
				for range 3000 { // the other one has printed, too
					if len(results) == 2 {
						break
					}
					time.Sleep(10 * time.Millisecond)
				}
				for range len(results) {
					r := <-results
					results <- r
					if r.token != token {
						other = r
					}
				}
				if other.port == port {
					t.Errorf("both print port %s", port)
				}
				for tok, want := range map[string]int{token: http.StatusOK, other.token: http.StatusForbidden} {
					if code := ask(t, http.MethodGet, "http://127.0.0.1:"+port+"/api/status", tok, ""); code != want {
						t.Errorf("port %s: status %d, want %d", port, code, want)
					}
				}
				_ = cmd.Process.Signal(syscall.SIGTERM)
				_ = cmd.Wait()
			})
		}
	})
}

// A program that takes the port while the server starts and says yes to everything
// is not shown the token, and the user is told.
func TestSquattersGetNoToken(t *testing.T) {
	servers(t, func(t *testing.T, program string) {
		probe, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := probe.Addr().(*net.TCPAddr).Port
		probe.Close()
		var asked atomic.Int64
		squat := make(chan *http.Server, 1)
		mark := newSession()
		go func() { // once the server starts, which it does after the port was tried
			for signalAll(mark, 0) == 0 {
				time.Sleep(time.Millisecond)
			}
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				t.Errorf("the server was faster: %v", err)
				squat <- nil
				return
			}
			s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				_, _ = io.WriteString(w, `{"started": "now", "kernels": 0}`)
			})}
			squat <- s
			_ = s.Serve(l)
		}()
		cmd, line, stderr := process(t, fmt.Sprintf("serve %s %d %s %s", clone(t), port, mark, program))
		if s := <-squat; s != nil {
			defer s.Close()
		}
		if line != "ended\n" {
			t.Errorf("printed %q", line)
		}
		if err := cmd.Wait(); err == nil {
			t.Error("it ended well")
		}
		if s := strings.TrimSpace(stderr.String()); !strings.HasPrefix(s, fmt.Sprintf("--port = %d: address already in use", port)) || strings.Contains(s, "\n") {
			t.Errorf("said %q: want one line that the port is in use", s)
		}
		if n := asked.Load(); n > 0 {
			t.Errorf("the squatter was asked %d times", n)
		}
	})
}

func TestTakenPortsAreTold(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for p, want := range map[string]string{port: "address already in use: want a free port", "70000": "want a port, 1 to 65535", "-1": "want a port, 1 to 65535"} {
		status := 2
		if p == port {
			status = 1
		}
		if code, _, err := commandLine(t.Context(), "open", "--port", p); code != status || !strings.Contains(err, want) || strings.Count(err, "\n") != 1 {
			t.Errorf("port %s: exit %d, %q: want one line with %q", p, code, err, want)
		}
	}
}
