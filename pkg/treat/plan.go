package treat

import (
	"fmt"

	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
)

// Planner is a Treatment that says what it does, in order, so that it can be drawn
// and the time that it takes be estimated. Plan describes and does nothing.
type Planner interface {
	Plan() []Step
}

// Step is a change of the network and the training that follows it.
type Step struct {
	Regrow   plasticity.Regrowth // synapses added before training; zero for none
	Prune    float64             // share of the present synapses removed after that; range [0, 1]
	Text     string              // what else happens before training, in a few words; empty for nothing
	Training train.Config        // none where Epochs is 0
	State    network.State       // the drug's during training; zero for no drug
	Unknown  bool                // what only the Apply method of some treatment knows; the rest does not count
}

// Plan returns what a treatment does: its own plan, or one step that is unknown.
func Plan(t Treatment) []Step {
	if p, ok := As[Planner](t); ok {
		return p.Plan()
	}
	return []Step{{Unknown: true}}
}

// Before names what happens before the step's training, in order.
func (s Step) Before() (out []string) {
	if s.Regrow.Fraction > 0 {
		text := fmt.Sprintf("regrows %.3g %% of absent synapses", 100*s.Regrow.Fraction)
		if s.Regrow.Rule == plasticity.Random {
			text += " at random"
		}
		out = append(out, text)
	}
	if s.Prune > 0 {
		out = append(out, fmt.Sprintf("prunes %.3g %% of present synapses", 100*s.Prune))
	}
	if s.State.Activation != network.ReLU {
		out = append(out, s.State.Activation.String()+" activation")
	}
	if s.Text != "" {
		out = append(out, s.Text)
	}
	return out
}

// Drug returns the network's state during the step's training.
func (s Step) Drug() network.State {
	if s.State == (network.State{}) {
		return network.Neutral()
	}
	return s.State
}

// Gain returns the excitability gain in an epoch of the step's training, from 0.
func (s Step) Gain(epoch int) float64 {
	if s.Training.Gain == (train.Ramp{}) {
		return s.Drug().Gain
	}
	return s.Training.Gain.At(epoch, s.Training.Epochs)
}

// Span is training without a change of synapses. The last one's Present is the
// share that a treatment leaves; without any it is the one before.
type Span struct {
	Epochs  int
	Present float64 // share of synapses that are present; range [0, 1]
}

// Estimate returns what a treatment trains, in order, from the given share of present
// synapses, for the estimate of the time left; of an unknown step it is a guess.
func Estimate(t Treatment, present float64) []Span {
	var out []Span
	for _, s := range Plan(t) {
		if s.Unknown {
			out = append(out, Span{20, (1 + present) / 2}, Span{0, present})
			continue
		}
		present = (present + (1-present)*s.Regrow.Fraction) * (1 - s.Prune)
		out = append(out, Span{s.Training.Epochs, present})
	}
	return out
}

// Maintenance returns what a treatment trains in one cycle of a course, from the given
// share of present synapses, likewise.
func Maintenance(t Treatment, present float64) Span {
	if _, ok := As[Maintainer](t); !ok {
		return Span{Present: present}
	}
	u, ok := As[interface{ upkeep() Step }](t)
	if !ok {
		return Span{20, present}
	}
	s := u.upkeep()
	return Span{s.Training.Epochs, present + (1-present)*s.Regrow.Fraction}
}
