package study

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"divergent/internal/files"
)

// lockFile says which run writes to a folder, and is locked for as long.
const lockFile = ".lock"

// lock is a run's hold on its folder. On file systems without locks there is
// none, and what two runs write is joined.
type lock struct {
	file   *flock.Flock
	shared bool
}

// acquire takes the folder for one run alone or for one of several shards, which
// is an error while a run that cannot share it has it.
func acquire(dir string, shard bool) (*lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("study: %w", files.Unwritable(dir, err))
	}
	if err := misplaced(dir); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, lockFile)
	l := &lock{file: flock.New(name, flock.SetPermissions(0o644)), shared: shard}
	take := l.file.TryLock
	if shard {
		take = l.file.TryRLock
	}
	for {
		ok, err := take()
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			return nil, fmt.Errorf("study: %w", files.Unwritable(dir, err))
		}
		if err != nil {
			return &lock{}, nil // the file is open and its system has no locks
		}
		if ok && !l.stale(name) {
			break
		}
		if !ok {
			holder, _ := os.ReadFile(name)
			return nil, fmt.Errorf("study: folder %s is in use by %s: wait until it is done, or choose another folder", dir, cmp.Or(strings.TrimSpace(string(holder)), "a process that has just begun"))
		}
		l.file.Close()
	}
	host, _ := os.Hostname()
	text := fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), host, time.Now().Format("2006-01-02 15:04:05"))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		l.release()
		return nil, fmt.Errorf("study: %w", files.Unwritable(dir, err))
	}
	files.Sweep(dir)
	files.Sweep(filepath.Join(dir, networkFolder))
	return l, nil
}

// turn waits until no other shard changes the folder's manifest, which takes no time.
func (l *lock) turn() (done func() error) {
	if !l.shared {
		return func() error { return nil }
	}
	f := flock.New(filepath.Dir(l.file.Path()), flock.SetFlag(os.O_RDONLY))
	f.Lock() // where folders cannot be locked, shards of one design write the same
	return f.Close
}

// stale reports whether another run removed the file between its opening and its
// locking.
func (l *lock) stale(name string) bool {
	held, err := l.file.Stat()
	if err != nil {
		return true
	}
	there, err := os.Stat(name)
	return err != nil || !os.SameFile(held, there)
}

// release gives the folder back.
func (l *lock) release() {
	if l.file == nil {
		return
	}
	if !l.shared { // a shard's file is other shards', too
		os.Remove(l.file.Path())
	}
	l.file.Close()
}
