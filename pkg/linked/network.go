package linked

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"divergent/pkg/model"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/rng"
	"divergent/pkg/task"
)

// Pruning maps spine density to a classifier's synapses. It is a mapping of convenience
// and no measured quantity: 95 % of a trained network's synapses are not 95 % of spines.
type Pruning struct {
	Lost    float64 `card:"symbol=ρ0; unit=1; low=0.5; high=0.99; status=free; source=the seed study prunes 95 %. A mapping of convenience; meaning=share of synapses pruned at the density of lasting stress"`
	Density float64 `card:"symbol=N_s; unit=1; low=0.2; high=0.9; status=free; source=density after 60 days of stress at the defaults of spines; meaning=density of lasting stress"`
}

// ConveniencePruning are the defaults.
func ConveniencePruning() Pruning { return Pruning{Lost: 0.95, Density: 0.478} }

// Share is the share of synapses that is pruned at a density:
//
//	ρ = ρ0 (1 − N)/(1 − N_s), in [0, 0.99].
func (p Pruning) Share(density float64) float64 {
	return min(0.99, max(0, p.Lost*(1-density)/(1-p.Density)))
}

// knots are the shares at which a network is tested; between them accuracy is Smooth.
func knots() (out []float64) {
	for i := range 20 {
		out = append(out, float64(i)/20)
	}
	return append(out, 0.96, 0.97, 0.98, 0.99)
}

// Network is a trained network whose smallest synapses go where density falls, and come
// back with their weights where it rises: a link for the end of a chain, with the input
// "density", and the accuracy on a test set under a stress.
func Network(p Pruning, net *network.Network, test task.Set, stress network.Stress) model.Model {
	m := link("network", p, ports("baseline density", "density"), append(ports("share", "pruned"), ports("%", "accuracy")...), nil)
	accuracy := sync.OnceValues(func() ([]float64, error) {
		var out []float64
		for _, share := range knots() {
			n := net.Clone()
			if share > 0 {
				if err := plasticity.Prune(n, share); err != nil {
					return nil, fmt.Errorf("linked: %w", err)
				}
			}
			out = append(out, n.Accuracy(test, stress, rng.Stream(1, "linked", "network")))
		}
		return out, nil
	})
	m.Simulate = func(_ context.Context, p Pruning, s model.Setting) (*model.Course, error) {
		known, err := accuracy()
		if err = cmp.Or(model.Validate(p), err); err != nil {
			return nil, err
		}
		at := model.Smooth(knots(), known)
		var pruned, correct []float64
		for _, d := range s.Day {
			share := p.Share(s.Inputs["density"](d))
			pruned, correct = append(pruned, share), append(correct, at(share))
		}
		return &model.Course{Day: s.Day, Series: []model.Series{{Name: "pruned", Unit: "share", Value: pruned}, {Name: "accuracy", Unit: "%", Value: correct}}}, nil
	}
	return m
}

// AppendNetwork adds the network behind the spines of a chain.
func AppendNetwork(c model.Chain, m model.Model) model.Chain {
	return append(c[:len(c):len(c)], model.Link{Model: m, Feed: map[string]model.Feed{"density": {Model: "spines", Series: "spine density"}}})
}
