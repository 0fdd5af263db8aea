// Command browser opens the toolkit's notebooks in a real Chromium, as a new user does:
// every stored output is in the page before anything is run; a new Go notebook works
// with its imports alone, completes names on Tab and shows their documentation on
// Shift-Tab; a notebook runs from top to bottom; and the clone stays as it
// was, while changed copies are kept.
//
//	go -C .ci/browser run . CLONE
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func main() {
	clone := "../.."
	if len(os.Args) > 1 {
		clone = os.Args[1]
	}
	if err := run(clone); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

// session is a server and a browser on it.
type session struct {
	clone, dir, base, token string
	page                    context.Context
}

func run(clone string) (err error) {
	dir, err := os.MkdirTemp("", "divergent-browser-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	before, err := status(clone)
	if err != nil {
		return err
	}
	work := filepath.Join(dir, "my analysis")
	s, end, err := open(clone, work)
	if err != nil {
		return err
	}
	err = errors.Join(s.stored(), s.own(), s.help(), s.rerun("00-start-here.ipynb"))
	end()
	if err != nil {
		return err
	}
	if after, err := status(clone); err != nil || after != before {
		return fmt.Errorf("the clone was changed: %q, before %q, %v", after, before, err)
	}
	return kept(clone, work)
}

// status is what git says of the clone.
func status(clone string) (string, error) {
	b, err := exec.Command("git", "-C", clone, "status", "--porcelain").Output()
	return string(b), err
}

// serve starts the server and returns the lines that it prints up to its address, and
// what ends it.
func serve(clone, dir string) (lines []string, end func(), err error) {
	cmd := exec.Command("go", "run", "./cmd/divergent", "open", "--dir", dir)
	cmd.Dir, cmd.Stderr = clone, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	end = func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGINT)
		_ = cmd.Wait()
	}
	for in := bufio.NewScanner(out); in.Scan(); {
		lines = append(lines, in.Text())
		if strings.HasPrefix(in.Text(), "http://127.0.0.1:") {
			return lines, end, nil
		}
	}
	end()
	return nil, nil, fmt.Errorf("open printed %q and no address", lines)
}

func open(clone, dir string) (*session, func(), error) {
	lines, end, err := serve(clone, dir)
	if err != nil {
		return nil, nil, err
	}
	address, err := url.Parse(lines[len(lines)-1])
	if err != nil {
		end()
		return nil, nil, err
	}
	chromium := "chromium"
	if path := os.Getenv("CHROMIUM"); path != "" {
		chromium = path
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(1400, 1000), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	page, cancel := chromedp.NewContext(allocator)
	page, late := context.WithTimeout(page, 20*time.Minute)
	s := &session{clone: clone, dir: dir, base: "http://" + address.Host, token: address.Query().Get("token"), page: page}
	// The token once, in the address; then a cookie has it.
	err = chromedp.Run(page, chromedp.Navigate(lines[len(lines)-1]))
	return s, func() { late(); cancel(); stop(); end() }, err
}

// load opens a notebook and waits for its kernel.
func (s *session) load(name string) error {
	ready := `typeof Jupyter !== "undefined" && Jupyter.notebook && Jupyter.notebook._fully_loaded && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()`
	ctx, cancel := context.WithTimeout(s.page, 3*time.Minute)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate(`window.onbeforeunload = null; 0`, nil), // else the page asks whether to leave it
		chromedp.Navigate(s.base+"/notebooks/"+url.PathEscape(name)+"?kernel_name=gonb"),
		chromedp.Poll(ready, nil, chromedp.WithPollingTimeout(2*time.Minute)))
}

// picture keeps the page.
func (s *session) picture(name string) error {
	var b []byte
	if err := chromedp.Run(s.page, chromedp.FullScreenshot(&b, 100)); err != nil {
		return err
	}
	dir := filepath.Join(s.clone, "build", "browser")
	return errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, strings.TrimSuffix(name, ".ipynb")+".png"), b, 0o644))
}

// shown counts the outputs of code cells that the page shows: pictures, tables and
// words, and not the empty places of outputs that it does not trust.
const shown = `[...document.querySelectorAll(".code_cell .output_subarea")].filter(e => e.querySelector("img, table, svg") || e.innerText.trim() !== "").length`

// stored opens every notebook and runs nothing: each of its stored outputs is there.
func (s *session) stored() error {
	paths, err := filepath.Glob(filepath.Join(s.dir, "*.ipynb"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("no copies in %s: %v", s.dir, err)
	}
	var failed []error
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		var nb struct{ Cells []struct{ Outputs []any } }
		if err := json.Unmarshal(b, &nb); err != nil {
			return err
		}
		want, got := 0, 0
		for _, c := range nb.Cells {
			want += len(c.Outputs)
		}
		name := filepath.Base(p)
		if err := errors.Join(s.load(name), chromedp.Run(s.page, chromedp.Sleep(time.Second), chromedp.Evaluate(shown, &got)), s.picture(name)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Printf("%-34s %3d of %3d stored outputs shown\n", name, got, want)
		if got < want {
			failed = append(failed, fmt.Errorf("%s: %d of %d stored outputs are shown on opening", name, got, want))
		}
	}
	return errors.Join(failed...)
}

// own makes a new notebook, whose first cell has imports and no set-up.
func (s *session) own() error {
	req, err := http.NewRequestWithContext(s.page, http.MethodPost, s.base+"/api/contents", strings.NewReader(`{"type": "notebook"}`))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+s.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	var made struct{ Name string }
	err = json.NewDecoder(resp.Body).Decode(&made)
	resp.Body.Close()
	if err != nil || made.Name == "" {
		return fmt.Errorf("a new notebook: status %d, %v", resp.StatusCode, err)
	}
	if err := s.load(made.Name); err != nil {
		return err
	}
	cell, err := json.Marshal("import (\n\t\"divergent/pkg/notebook\"\n\t\"divergent/pkg/study\"\n\t\"divergent/pkg/treat\"\n)\n\n%%\nnotebook.Fold(\"Every arm\", study.Divergent().Arms)")
	if err != nil {
		return err
	}
	var text string
	err = chromedp.Run(s.page,
		chromedp.Evaluate(fmt.Sprintf(`{ const c = Jupyter.notebook.get_cell(0); c.set_text(%s); c.execute(); 0 }`, cell), nil),
		chromedp.Poll(`typeof Jupyter.notebook.get_cell(0).input_prompt_number === "number"`, nil, chromedp.WithPollingTimeout(2*time.Minute)), chromedp.Sleep(time.Second),
		chromedp.Evaluate(`document.querySelector(".output").innerText`, &text))
	if err != nil {
		return err
	}
	fmt.Printf("a new notebook with imports alone: %.60q\n", text)
	if !strings.Contains(text, "Every arm") {
		return fmt.Errorf("a new notebook prints %q: want a folded table", text)
	}
	if err := s.folded(); err != nil {
		return err
	}
	return s.picture(made.Name)
}

// folded opens the folded table by its line, which looks as if it could be opened; columns
// of text are set to the left.
func (s *session) folded() error {
	const look = `{ const q = (e, p) => getComputedStyle(document.querySelector(".output details " + e))[p];
		[q("summary", "cursor"), q("summary", "display"), q("td", "textAlign"), document.querySelector(".output details").open].join(" ") }`
	var got string
	err := chromedp.Run(s.page, chromedp.Click(".output details summary", chromedp.ByQuery), chromedp.Evaluate(look, &got))
	if want := "pointer list-item left true"; err == nil && got != want {
		err = fmt.Errorf("a folded table: cursor, display, alignment and whether a click opens it are %q: want %q", got, want)
	}
	return err
}

// help presses Tab and Shift-Tab in a second cell of the notebook that own has made, once
// gopls is there.
func (s *session) help() error {
	gopls := filepath.Join(s.clone, ".bin", "help", "gopls")
	for start := time.Now(); ; time.Sleep(time.Second) {
		if _, err := os.Stat(gopls); err == nil {
			break
		}
		if time.Since(start) > 6*time.Minute {
			return fmt.Errorf("open has not built %s", gopls)
		}
	}
	if err := s.restart(); err != nil {
		return err
	}
	for _, c := range []struct{ cell, want string }{{"study.Div", "Divergent"}, {"treat.Neuro", "Neurosteroid"}, {"notebook.Ta", "Table"}} {
		start := time.Now()
		got, err := s.until(c.want, s.edit("%%\n"+c.cell), chromedp.KeyEvent(kb.Tab),
			`[...document.querySelectorAll(".completions option")].map(o => o.innerText).join(" ") + Jupyter.notebook.get_cell(1).get_text()`)
		if err := errors.Join(err, s.picture("tab"), chromedp.Run(s.page, chromedp.KeyEvent(kb.Escape))); err != nil {
			return fmt.Errorf("Tab after %s: %w", c.cell, err)
		}
		fmt.Printf("Tab after %s in %.1f s: %q\n", c.cell, time.Since(start).Seconds(), got)
	}
	shiftTab := chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(input.ModifierShift))
	got, err := s.until("returns the seed study", s.edit("%%\nstudy.Divergent"), shiftTab, `document.querySelector("#tooltip").innerText`)
	fmt.Printf("Shift-Tab: %.100q\n", got)
	return errors.Join(err, s.picture("shift-tab"))
}

// until edits and presses, again and again as the first time may come before gopls has read
// the clone, until what the page shows has the wanted word in it.
func (s *session) until(want string, edit, press chromedp.Action, shown string) (got string, err error) {
	for start := time.Now(); time.Since(start) < 3*time.Minute; {
		err = chromedp.Run(s.page, edit, press, chromedp.Sleep(2*time.Second), chromedp.Evaluate(shown, &got))
		if err != nil || strings.Contains(got, want) {
			return got, err
		}
	}
	return got, fmt.Errorf("the page shows %q: want %q", got, want)
}

// edit puts text into the second cell, and the cursor behind it.
func (s *session) edit(text string) chromedp.Action {
	quoted, _ := json.Marshal(text)
	return chromedp.Evaluate(fmt.Sprintf(`{ const n = Jupyter.notebook; if (n.ncells() < 2) n.insert_cell_below("code", 0);
		n.select(1); n.edit_mode(); const c = n.get_cell(1); c.set_text(%s); c.focus_editor();
		c.code_mirror.setCursor(c.code_mirror.lineCount(), 0); c.code_mirror.execCommand("goDocEnd"); 0 }`, quoted), nil)
}

// restart starts the kernel of the page anew and runs its first cell.
func (s *session) restart() error {
	return chromedp.Run(s.page,
		chromedp.Evaluate(`Jupyter.notebook.clear_all_output(); Jupyter.notebook.get_cell(0).set_input_prompt(); Jupyter.notebook.kernel.restart(); 0`, nil),
		chromedp.Sleep(2*time.Second),
		chromedp.Poll(`Jupyter.notebook.kernel.is_connected()`, nil, chromedp.WithPollingTimeout(time.Minute)),
		chromedp.Evaluate(`Jupyter.notebook.get_cell(0).execute(); 0`, nil),
		chromedp.Poll(`typeof Jupyter.notebook.get_cell(0).input_prompt_number === "number"`, nil, chromedp.WithPollingTimeout(2*time.Minute)))
}

// rerun runs a copy from top to bottom and saves it.
func (s *session) rerun(name string) error {
	if err := s.load(name); err != nil {
		return err
	}
	var failed []string
	start := time.Now()
	err := chromedp.Run(s.page,
		chromedp.Evaluate(`Jupyter.notebook.clear_all_output(); Jupyter.notebook.execute_all_cells(); 0`, nil),
		chromedp.Poll(`Jupyter.notebook.get_cells().every(c => c.cell_type !== "code" || typeof c.input_prompt_number === "number")`, nil, chromedp.WithPollingTimeout(5*time.Minute)),
		chromedp.Sleep(2*time.Second),
		chromedp.Evaluate(`Jupyter.notebook.get_cells().filter(c => c.cell_type === "code").flatMap(c => c.output_area.outputs.filter(o => o.output_type === "error").map(o => o.ename + ": " + o.evalue))`, &failed),
		chromedp.Evaluate(`Jupyter.notebook.save_notebook(); 0`, nil), chromedp.Sleep(2*time.Second))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Printf("%s run from top to bottom in %.0f s\n", name, time.Since(start).Seconds())
	if len(failed) > 0 {
		return fmt.Errorf("%s: %q", name, failed)
	}
	return s.picture("run-" + name)
}

// kept opens the folder again: a changed copy is not overwritten.
func kept(clone, dir string) error {
	path := filepath.Join(dir, "00-start-here.ipynb")
	mine, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines, end, err := serve(clone, dir)
	if err != nil {
		return err
	}
	end()
	again, err := os.ReadFile(path)
	if err != nil || string(again) != string(mine) || !strings.Contains(strings.Join(lines, "\n"), "00-start-here.ipynb") {
		return fmt.Errorf("the changed copy is not kept, or open does not say so: %q, %v", lines, err)
	}
	fmt.Println("a changed copy is kept:", lines[1])
	return nil
}
