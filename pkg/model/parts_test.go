package model

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// Parts are computed in their order, told of before they begin, and stop between two
// of them; the time left counts what is to come.
func TestPartsAreComputedInTurn(t *testing.T) {
	var log []string
	ctx, cancel := context.WithCancel(t.Context())
	part := func(name string, seconds float64, after func()) Part {
		return Part{Name: name, Seconds: seconds, Compute: func(context.Context, int) error {
			log = append(log, name)
			after()
			return nil
		}, Tables: func() []Table { return []Table{{Name: name, Header: []string{"x"}}} }}
	}
	nothing := func() {}
	all := Parts{part("a", 0.5, nothing), {Name: "card"}, part("b", 0.25, cancel), part("c", 0.25, nothing)}
	err := all.Compute(ctx, 1, func(p Progress) {
		log = append(log, p.Part+"?")
		if want := map[string]float64{"a": 1, "b": 0.5}[p.Part]; p.Left.Seconds() != want || p.Total != 4 {
			t.Errorf("%+v: want %v s left", p, want)
		}
	})
	if got := strings.Join(log, " "); !errors.Is(err, context.Canceled) || got != "a? a b? b" {
		t.Errorf("%s, %v: want the parts up to the one that ended the context", got, err)
	}
	some, err := all.Named("c", "card")
	if err != nil || len(some) != 2 {
		t.Fatal(some, err)
	}
	if tables := some.Tables(); len(tables) != 1 || tables[0].Name != "c" {
		t.Errorf("tables %v, want those of c", tables)
	}
	if _, err := all.Named("d"); err == nil || !strings.Contains(err.Error(), `"a", "card", "b", "c"`) {
		t.Errorf("an unknown part: %v", err)
	}
	if err := (Parts{OfCard(struct{ X float64 }{})}).Compute(t.Context(), 1, nil); err == nil {
		t.Error("parameters without a card pass")
	}
}
