// Package par runs independent pieces of work side by side.
package par

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Each calls f(0), f(1), ... f(n−1) on the given number of workers; none or
// fewer than one means one for every processor. Each f writes only to its own
// place of a result, so that any number of workers gives the same bytes.
//
// The first error stops what has not begun and is returned: of several, the one
// of the smallest index, whatever the number of workers. A context that ends
// stops it likewise, with the context's error.
func Each(ctx context.Context, n, workers int, f func(i int) error) error {
	if workers < 1 {
		workers = runtime.GOMAXPROCS(0)
	}
	workers = min(workers, n)
	var (
		next   atomic.Int64
		stop   atomic.Bool
		mu     sync.Mutex
		failed = n // smallest index that failed
		first  error
		wg     sync.WaitGroup
	)
	for range workers {
		wg.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := f(i)
				if err == nil {
					continue
				}
				// Indices are handed out in order, so all smaller ones have begun.
				mu.Lock()
				if i < failed {
					failed, first = i, err
				}
				mu.Unlock()
				stop.Store(true)
			}
		})
	}
	wg.Wait()
	if first != nil {
		return first
	}
	return ctx.Err()
}
