package store

import (
	"cmp"
	"context"
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

// lock is a run's hold on its folder: on LockFile, which says whose it is. On file
// systems without locks there is none, and what two runs write is joined.
type lock struct {
	file   *flock.Flock // nil where there is none
	shared bool
}

// attempts is how often a run tries again as another one removes the file under its
// hands; where files are never the same as themselves there are no locks.
const attempts = 1000

// acquire takes the folder for one run alone or for one of several shards, which
// is an error while a run that cannot share it has it.
func acquire(dir string, shard bool) (*lock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("study: %w", files.Unwritable(dir, err))
	}
	if err := misplaced(dir); err != nil {
		return nil, err
	}
	l := &lock{file: flock.New(filepath.Join(dir, LockFile), flock.SetPermissions(0o644)), shared: shard}
	return l.hold(dir)
}

// hold locks the file, anew where another run has removed it meanwhile.
func (l *lock) hold(dir string) (*lock, error) {
	name, take := l.file.Path(), l.file.TryLock
	if l.shared {
		take = l.file.TryRLock
	}
	for range attempts {
		ok, err := take()
		if p := (*fs.PathError)(nil); errors.As(err, &p) {
			return nil, fmt.Errorf("study: %w", files.Unwritable(dir, err))
		}
		if err != nil {
			return &lock{}, nil // the file is open and its system has no locks
		}
		if !ok {
			holder, _ := os.ReadFile(name)
			return nil, fmt.Errorf("study: folder %s is in use by %s: wait until it is done, or choose another folder", dir, cmp.Or(strings.TrimSpace(string(holder)), "a process that has just begun"))
		}
		if !l.stale(name) {
			return l, l.sign(dir, name)
		}
		l.file.Close()
	}
	return &lock{}, nil
}

// sign writes whose the folder is, and removes what killed writers have left.
func (l *lock) sign(dir, name string) error {
	host, _ := os.Hostname()
	text := fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), host, time.Now().Format("2006-01-02 15:04:05"))
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		l.release()
		return fmt.Errorf("study: %w", files.Unwritable(dir, err))
	}
	files.Sweep(dir)
	files.Sweep(filepath.Join(dir, NetworkFolder))
	return nil
}

// patience is how long a shard waits for others that change the folder's manifest,
// which takes them a moment unless they were stopped in it.
const patience = time.Minute

// turn waits until no other shard changes the folder's manifest.
func (l *lock) turn(ctx context.Context, patience time.Duration) (done func() error, err error) {
	if !l.shared {
		return func() error { return nil }, nil
	}
	dir := filepath.Dir(l.file.Path())
	f := flock.New(dir, flock.SetFlag(os.O_RDONLY))
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// Where folders cannot be locked, shards of one design write the same.
	if _, err := f.TryLockContext(limited, 5*time.Millisecond); limited.Err() != nil && err != nil {
		return nil, cmp.Or(ctx.Err(), fmt.Errorf("study: folder %s: another shard has been at its %s for %v: wait until it is done, or end it if it has stopped", dir, ManifestFile, patience))
	}
	return f.Close, nil
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
	if l == nil || l.file == nil {
		return
	}
	if !l.shared { // a shard's file is other shards', too
		os.Remove(l.file.Path())
	}
	l.file.Close()
}
