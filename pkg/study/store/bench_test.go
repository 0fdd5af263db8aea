package store

import "testing"

func BenchmarkSeeds(b *testing.B) {
	var seeds []uint64
	for s := range uint64(100_000) {
		if s != PublishedSeed {
			seeds = append(seeds, s)
		}
	}
	m, more := plan([]string{"ketamine", "ssri", "neurosteroid"}, seeds[:50_000]...), plan([]string{"ketamine", "ssri", "neurosteroid"}, seeds...)
	for i := range m.Conditions {
		m.Conditions[i].Unstored = 1
	}
	for name, f := range map[string]func() error{
		"extends":  func() error { return more.Extends(m, "x") },
		"unstored": func() error { return more.unstored(m, "x") },
		"check":    more.check,
		"within":   func() error { m.within(Cells{}, more); return nil },
		"assemble": func() error { Assemble(more, Cells{}, nil); return nil },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
