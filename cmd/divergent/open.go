package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type openCommand struct {
	Dir  string `placeholder:"FOLDER" help:"Folder to work in, made where it is missing; build/open of the clone unless given."`
	Port port   `default:"0" placeholder:"PORT" help:"Port to listen on; 0 takes 8888 or the next free one."`
}

func (openCommand) Help() string {
	return `Installs what is missing, prints the address to open in a browser, and ends on Ctrl-C or
with its terminal. The server listens on loopback only and wants the token in the address.

You work on copies of the notebooks, and on notebooks of your own beside them: New, Go.
A copy that you have changed is never overwritten.

    divergent open
    divergent open --dir my-analysis
    divergent open --port 9000`
}

// Run serves until it is ended.
func (c *openCommand) Run(ctx context.Context, a app) error {
	if _, err := a.clone(); err != nil {
		return err
	}
	if c.Port != 0 { // before the seconds of setting up, after which it is tried for good
		if err := free(int(c.Port)); err != nil {
			return err
		}
	}
	dir, err := filepath.Abs(cmp.Or(c.Dir, filepath.Join(a.root, "build", "open")))
	if err != nil {
		return err
	}
	trusted, kept, err := a.copies(dir)
	if err != nil {
		return err
	}
	j, err := a.setUp(ctx, "jupyter-notebook")
	if err != nil {
		return err
	}
	if err := a.trust(ctx, j, trusted); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	helped, err := j.help(ctx, a)
	if err != nil {
		return err
	}
	defer func() { cancel(); <-helped }()
	fmt.Fprintf(a.out, "working in %s, on copies: the clone stays as it is\n", a.relative(dir))
	if len(kept) > 0 {
		fmt.Fprintf(a.out, "kept as they are there, changed since they were copied: %s\n", strings.Join(kept, ", "))
	}
	return a.serve(ctx, j, dir, int(c.Port))
}

// free says why no server could listen on the port now, if so.
func free(port int) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		if e := syscall.Errno(0); errors.As(err, &e) {
			err = e
		}
		return fmt.Errorf("--port = %d: %w: want a free port; leave the flag out to have one chosen", port, err)
	}
	return l.Close()
}

// The ports that are tried unless one is given.
const firstPort, lastPort = 8888, 8987

// serve runs the server in a folder until it ends or ctx does, on the given port or, for 0, on
// the first one that is free when the server starts.
func (a app) serve(ctx context.Context, j jupyter, dir string, port int) error {
	defer sweep(j.mark)
	if port != 0 {
		started, err := a.serveOn(ctx, j, dir, port)
		if taken := free(port); err != nil && !started && taken != nil {
			return taken
		}
		return err
	}
	for port = firstPort; port <= lastPort; port++ {
		if free(port) != nil {
			continue
		}
		started, err := a.serveOn(ctx, j, dir, port)
		if started || err == nil {
			return err
		}
		// Another program may have taken it before the server did, and have let it go since.
		if free(port) == nil && !strings.Contains(err.Error(), fmt.Sprintf("port %d is not available", port)) {
			return err
		}
	}
	return fmt.Errorf("ports %d to %d: all in use: want a free one, such as --port 9000", firstPort, lastPort)
}

// startUp is how long the server may take to answer.
const startUp = 2 * time.Minute

// serveOn runs the server on that port and no other, and reports whether it came
// to serve.
func (a app) serveOn(ctx context.Context, j jupyter, dir string, port int) (started bool, err error) {
	runtime := filepath.Join(a.root, ".jupyter", "runtime") // where the server keeps its token
	if err := errors.Join(os.MkdirAll(runtime, 0o700), os.Chmod(runtime, 0o700)); err != nil {
		return false, fmt.Errorf("%w: want a clone that can be written to", err)
	}
	token := strings.ToLower(rand.Text())
	args := []string{"--no-browser", "--ip=127.0.0.1", fmt.Sprintf("--port=%d", port), "--notebook-dir=" + dir,
		"--NotebookApp.port_retries=0", "--ServerApp.port_retries=0"} // version 6, and from 7 on
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// In the environment, as everyone on the machine can read a command line.
	cmd := child(ctx, append(slices.Clone(j.env), "JUPYTER_TOKEN="+token), j.program, args...)
	cmd.Dir = a.root
	log := new(tail)
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return false, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	failed := func(err error) error {
		if ctx.Err() != nil {
			return nil // ended as it was asked to
		}
		return fmt.Errorf("jupyter-notebook ended: %w: %s", err, lastLine(log.String()))
	}
	for late := time.After(startUp); !serves(ctx, runtime, cmd.Process.Pid, port, token); {
		select {
		case err := <-ended:
			return false, failed(err)
		case <-late:
			cancel()
			<-ended
			return false, fmt.Errorf("jupyter-notebook did not answer within %v: %s", startUp, lastLine(log.String()))
		case <-time.After(200 * time.Millisecond):
		}
	}
	fmt.Fprintf(a.out, "http://127.0.0.1:%d/tree?token=%s\nCtrl-C ends the server and its kernels.\n", port, token)
	return true, failed(<-ended)
}

// tail keeps the end of what is written to it.
type tail []byte

func (t *tail) Write(b []byte) (int, error) {
	const kept = 4096
	*t = append(*t, b...)
	*t = (*t)[max(0, len(*t)-kept):]
	return len(b), nil
}

func (t *tail) String() string { return string(*t) }

// serves reports whether our server, the process of that number, listens on the
// port and answers to its token. Another program's server may answer there, and is
// not to be given the token: first the file must be there that the server writes
// once it listens, with the token that nobody else knows.
func serves(ctx context.Context, runtime string, pid, port int, token string) bool {
	var info struct {
		Port  int
		Token string
	}
	for _, name := range []string{"nbserver-%d.json", "jpserver-%d.json"} { // version 6, and from 7 on
		if b, err := os.ReadFile(filepath.Join(runtime, fmt.Sprintf(name, pid))); err == nil {
			_ = json.Unmarshal(b, &info) // half a file is none yet
		}
	}
	if info.Port != port || info.Token != token {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/api/status", port), nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "token "+token)
	resp, err := http.DefaultTransport.RoundTrip(req) // follows no redirection
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
