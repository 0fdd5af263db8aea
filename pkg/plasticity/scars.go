package plasticity

import (
	"fmt"
	"math"

	"divergent/internal/check"
	"divergent/pkg/network"
	"divergent/pkg/rng"
)

// Scar removes the smallest synapses of each weight matrix for good: max(1,
// ⌊fraction × present⌋ of them and those as small as the last. No rule regrows a
// scarred site.
//
// Source: Cheung, Network Fragility, chapter 8 (doi 10.5281/zenodo.18304566).
func Scar(n *network.Network, fraction float64) error {
	if err := check.Share("plasticity: Scar fraction", fraction); err != nil {
		return err
	}
	for k := range n.Layers {
		l := &n.Layers[k]
		sites := bySize(l)
		if len(sites) == 0 {
			continue
		}
		last := size(l, sites[max(1, int(fraction*float64(len(sites))))-1])
		for _, i := range sites {
			if size(l, i) > last {
				break
			}
			l.Scar(i)
		}
	}
	return nil
}

// Adversity scars a share of the sites before treatment, as an early injury does;
// the zero Adversity scars none. The share u is drawn uniformly from [0, Most] once
// for each seed, as NumPy's RandomState(seed) draws it, and in each weight matrix
// ⌊u × sites⌋ of them are scarred at random.
//
// Source: Cheung, Network Fragility, chapter 8, and the author's notebook.
type Adversity struct {
	Most      float64 // highest share; range [0, 1]; published: 0.06
	Survivors bool    // of the present synapses, as the text has it; published as coded: of all sites, of which one in twenty has a synapse
}

// Validate reports the first field outside its range.
func (a Adversity) Validate() error {
	if !(a.Most >= 0 && a.Most <= 1) {
		return fmt.Errorf("plasticity: Most = %v: want a share in [0, 1]; 0 is no adversity", a.Most)
	}
	return nil
}

// Share returns the share of sites that the seed's adversity scars.
func (a Adversity) Share(seed uint64) float64 { return a.Most * rng.NewLegacy(uint32(seed)).Uniform() }

// Apply scars the network. Of one with some adversity it is known at every site
// whether it is scarred.
func (a Adversity) Apply(n *network.Network, seed uint64) error {
	if err := a.Validate(); err != nil || a.Most == 0 {
		return err
	}
	share, r := a.Share(seed), rng.Stream(seed, "adversity")
	for k := range n.Layers {
		l := &n.Layers[k]
		if l.Scarred == nil {
			l.Scarred = make([]bool, len(l.W))
		}
		var sites []int
		for i, p := range l.Present {
			if (p || !a.Survivors) && !l.Lost(i) {
				sites = append(sites, i)
			}
		}
		r.Shuffle(len(sites), func(i, j int) { sites[i], sites[j] = sites[j], sites[i] })
		for _, i := range sites[:int(math.Floor(share*float64(len(sites))))] {
			l.Scar(i)
		}
	}
	return nil
}
