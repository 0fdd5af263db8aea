// Package kepttest gives tests what is kept of the small models.
package kepttest

import (
	"context"

	"divergent/internal/kept"
)

// Context returns one whose computations for a small model are looked up in the committed
// results: where these are of this code and hold them; else they are computed. That the
// committed results are what the code computes is shown by divergent verify.
func Context(model string) context.Context {
	stored, err := kept.Committed(model)
	if err != nil { // there are none yet
		return context.Background()
	}
	return kept.With(context.Background(), &kept.Store{Stored: stored})
}
