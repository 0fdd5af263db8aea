// Package kept keeps what long computations of the small models come to, so that a cell
// that asks for the same again gets it at once. What is kept has a key: the function,
// every argument, and the code of the model with all that it imports. So whoever changes a
// parameter, an equation or the data gets no old number.
package kept

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"divergent/data"
	"divergent/internal/files"
)

// Variable names, in the environment of the notebooks' kernels, the folder for what a
// reader's cells compute. Without it, as in tests and programs, nothing is looked up.
const Variable = "DIVERGENT_KEPT"

// File is the name of the file beside a model's tables, and the ending of those in a
// reader's folder.
const File = "kept.bin"

// Store says where results are looked for and kept. The zero Store looks nowhere and
// collects what is computed.
type Store struct {
	Stored Values // looked at first
	Dir    string // a folder for each model, with a file for each result; empty for none

	mu   sync.Mutex
	made map[string][]byte
}

// Values are results by key, as they are written, and the code that made them.
type Values struct {
	Code string // of all of them
	Of   map[string][]byte
}

type storeKey struct{}

// With returns a context whose computations use a store.
func With(ctx context.Context, s *Store) context.Context {
	return context.WithValue(ctx, storeKey{}, s)
}

// Without returns a context whose computations are not kept, as parts of one that is.
func Without(ctx context.Context) context.Context { return With(ctx, nil) }

// Values returns what was looked up or computed so far, of a model whose code is in the
// clone.
func (s *Store) Values(model string) Values {
	code, _ := Code(model) // nothing is found under none
	s.mu.Lock()
	defer s.mu.Unlock()
	return Values{code, s.made}
}

// of returns the store of a context, else that of the environment, else nil.
func of(ctx context.Context, model string) *Store {
	if s, ok := ctx.Value(storeKey{}).(*Store); ok {
		return s
	}
	dir := os.Getenv(Variable)
	if dir == "" {
		return nil
	}
	s, _ := defaults.LoadOrStore(dir+"\n"+model, sync.OnceValue(func() *Store {
		stored, _ := Committed(model) // if there are none, or damaged ones, it is computed
		return &Store{Stored: stored, Dir: dir}
	}))
	return s.(func() *Store)()
}

var defaults sync.Map // stores of the environment, by folder and model

// Committed returns what is kept of a model in the repository.
func Committed(model string) (Values, error) {
	dir, err := fs.Sub(data.Results(), "models/"+model)
	if err != nil {
		return Values{}, err
	}
	return Load(dir, File)
}

// Of returns what compute makes of the arguments: what is kept of it, or else it is
// computed, and kept. The name is that of the model's package and the function, such as
// spines/fit. Arguments that hold functions, or what has methods behind an interface,
// cannot be told apart, and are computed each time.
func Of[T any](ctx context.Context, name string, args []any, compute func() (T, error)) (T, error) {
	model, what, _ := strings.Cut(name, "/")
	s := of(ctx, model)
	if s == nil {
		return compute()
	}
	b, err := encode(args...)
	if err != nil {
		return compute()
	}
	sum := sha256.Sum256(b)
	key := what + "-" + hex.EncodeToString(sum[:12])
	code := ""
	if s.Dir != "" || s.Stored.Of != nil {
		if code, err = Code(model); err != nil {
			return compute()
		}
	}
	if b, ok := s.find(model, key, code); ok {
		var v T
		if decode(b, &v) == nil {
			s.keep(key, b)
			return v, nil
		}
	}
	v, err := compute()
	if err != nil {
		return v, err
	}
	b, err = encode(&v)
	if err != nil {
		return v, nil // it holds what cannot be kept
	}
	s.keep(key, b)
	if s.Dir != "" { // what cannot be written is computed again
		_ = os.MkdirAll(filepath.Join(s.Dir, model), 0o755)
		_ = files.Write(s.path(model, key), Values{code, map[string][]byte{key: b}}.Bytes())
	}
	return v, nil
}

func (s *Store) path(model, key string) string { return filepath.Join(s.Dir, model, key+"."+File) }

// find looks a result up.
func (s *Store) find(model, key, code string) ([]byte, bool) {
	if b, ok := s.Stored.Of[key]; ok && s.Stored.Code == code {
		return b, true
	}
	if s.Dir == "" {
		return nil, false
	}
	v, err := Load(os.DirFS(filepath.Join(s.Dir, model)), key+"."+File)
	if err != nil || v.Code != code {
		return nil, false
	}
	b, ok := v.Of[key]
	return b, ok
}

func (s *Store) keep(key string, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made == nil {
		s.made = map[string][]byte{}
	}
	s.made[key] = b
}

var errDamaged = errors.New("it is truncated, edited or of another version: run the model again")
