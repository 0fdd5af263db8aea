package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

func openCommand() command {
	return command{name: "open", args: "[--port P]",
		short: "start Jupyter Notebook on this machine with the Go kernel ready",
		help: `Installs what is missing, prints the address to open in a browser, and ends on
Ctrl-C. The server listens on loopback only and wants the token in the address.

  divergent open
  divergent open --port 9000`,
		run: runOpen}
}

func runOpen(ctx context.Context, c command, a app, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	port := fs.Int("port", 0, "`port` to listen on; 0 takes 8888 or the next free one")
	rest, err := c.parse(a, fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return fmt.Errorf("open: unexpected argument %q: want flags only", rest[0])
	}
	if *port, err = freePort(*port); err != nil {
		return err
	}
	j, err := a.setUp(ctx, "jupyter-notebook")
	if err != nil {
		return err
	}
	return a.serve(ctx, j, *port)
}

// freePort returns the wanted port if it is free, or one from 8888 on.
func freePort(want int) (int, error) {
	if want < 0 || want > 65535 {
		return 0, fmt.Errorf("--port = %d: want 1 to 65535, or 0 for a free one", want)
	}
	first, last := want, want
	if want == 0 {
		first, last = 8888, 8987
	}
	for p := first; p <= last; p++ {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p)); err == nil {
			return p, l.Close()
		}
	}
	return 0, fmt.Errorf("--port = %d: in use: want a free port; leave the flag out to have one chosen", want)
}

// serve runs the server until it ends or ctx does.
func (a app) serve(ctx context.Context, j jupyter, port int) error {
	token := strings.ToLower(rand.Text())
	args := []string{"--no-browser", "--ip=127.0.0.1", fmt.Sprintf("--port=%d", port), "--notebook-dir=" + a.root}
	if os.Geteuid() == 0 {
		args = append(args, "--allow-root")
	}
	// In the environment, as everyone on the machine can read a command line.
	cmd := child(ctx, append(j.env, "JUPYTER_TOKEN="+token), j.program, args...)
	cmd.Dir = a.root
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		return err
	}
	defer sweep(j.mark)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	base := fmt.Sprintf("http://127.0.0.1:%d", port)
	for !answers(ctx, base) {
		select {
		case err := <-ended:
			if ctx.Err() == nil {
				return fmt.Errorf("jupyter-notebook ended: %w: %s", err, lastLine(log.String()))
			}
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
	fmt.Fprintf(a.out, "%s/tree/notebooks?token=%s\nCtrl-C ends the server and its kernels.\n", base, token)
	err := <-ended
	if ctx.Err() != nil {
		return nil // ended as it was asked to
	}
	return fmt.Errorf("jupyter-notebook ended: %w: %s", err, lastLine(log.String()))
}

// answers reports whether the server is up.
func answers(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
