package study

import (
	"divergent/pkg/assay"
	"divergent/pkg/network"
	"divergent/pkg/plasticity"
	"divergent/pkg/train"
	"divergent/pkg/treat"
)

// The four studies of courses: Cheung, Network Fragility, chapters 5 to 8 (doi
// 10.5281/zenodo.18316723), as coded in the author's notebooks, each with controls
// that the book lacks.

// withGain returns the three arms of the chapters that have an excitability gain: 1.25
// ketamine-like, 1 to 1.6 SSRI-like, 0.85 neurosteroid-like.
func withGain() (treat.Regrow, treat.Refine, treat.Inhibit) {
	k, s, n := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	k.Training.Gain = train.Ramp{From: 1.25, To: 1.25}
	s.Training.Gain = train.Ramp{From: 1, To: 1.6}
	n.Drug.Gain = 0.85
	return k, s, n
}

// acuteParts returns the tests that the four chapters have in common.
func acuteParts(b assay.Battery) []assay.Assay {
	return []assay.Assay{assay.AcuteTests{Battery: b}, assay.OffDrugTests{Battery: b},
		assay.RelapseTests{Battery: assay.Battery{Combined: b.Combined}, Fraction: 0.4, Cap: 0.99}}
}

// gainBattery returns the tests of the chapters that have a gain.
func gainBattery() assay.Battery {
	return assay.Battery{Internal: []float64{0.5, 1, 1.5, 2.5}, Combined: network.Stress{Input: 1, Internal: 0.5}, Bias: []float64{1}, Activity: true}
}

// ManicSwitch returns chapter 5: does a treatment raise excitability, and does the
// network then fail under a manic drive? Beside the arms stand their shams, each sham
// with the arm's gain, and each arm without it; and every arm is tested at every gain.
func ManicSwitch() Design {
	d := like("manic-switch")
	b := gainBattery()
	b.Bias = []float64{0.5, 1, 1.5, 2} // published: 1
	k, s, n := withGain()
	alone := func(name string, t train.Config, gain train.Ramp) treat.Treatment {
		t.Noise, t.Gain = train.Ramp{}, gain
		return treat.Refine{Label: name, Training: t}
	}
	k1, s1, n1 := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	k1.Label, s1.Label, n1.Label = "ketamine-gain1", "ssri-gain1", "neurosteroid-gain1"
	d.Arms = []treat.Treatment{k, s, n, treat.Sham(k), treat.Sham(s), treat.Sham(n),
		alone("ketamine-gain", k.Training, k.Training.Gain), alone("ssri-gain", s.Training, s.Training.Gain),
		alone("neurosteroid-gain", n.Training, train.Ramp{From: n.Drug.Gain, To: n.Drug.Gain}), k1, s1, n1}
	d.Assays = acuteParts(b)
	short := assay.Battery{Combined: b.Combined, Bias: b.Bias, Short: true, Activity: true}
	for _, gain := range []float64{0.85, 1, 1.25, 1.6} {
		d.Assays = append(d.Assays, assay.GainTests{Gain: gain, Battery: short})
	}
	return d
}

// ChronicStress returns chapter 6: eight cycles that each cost a tenth of the synapses,
// with maintenance. Beside the published courses stand one with equally long maintenance
// for all arms, one without any, and a ketamine-like arm that goes on regrowing.
func ChronicStress() Design {
	d := like("chronic-stress")
	k, s, n := treat.Ketamine(), treat.SSRI(), treat.Neurosteroid()
	k.Upkeep.Training = train.Config{Epochs: 5, Batch: train.PublishedBatch, Rate: 5e-4}
	s.Upkeep.Training = train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 1e-5, Noise: train.Ramp{From: 0.3}}
	n.Upkeep.Training = train.Config{Epochs: 10, Batch: train.PublishedBatch, Rate: 5e-4}
	regrow := k
	regrow.Label = "ketamine-regrow"
	regrow.Upkeep.Regrowth = plasticity.Regrowth{Fraction: 0.1, Batches: plasticity.PublishedBatches, SD: plasticity.PublishedSD} // as the text has it, without a share; published as coded: none
	d.Arms = []treat.Treatment{k, s, n, regrow}
	b := assay.PublishedBattery()
	d.Assays = acuteParts(b)
	test := assay.Challenge{Stress: b.Combined, Below: 80} // From: 1 leaves a poor response at the start out; published as coded: 0
	course := func(name string, maintain ...assay.Event) {
		each := append([]assay.Event{assay.Loss{Fraction: 0.1}}, maintain...)
		d.Assays = append(d.Assays, assay.Course{Label: name, Draws: assay.Chronic, Cycles: 8, Start: []assay.Event{test}, Each: append(each, test)})
	}
	course(assay.Chronic, assay.Maintain{})
	course("chronic-equal", assay.Maintain{Epochs: 10})
	course("chronic-none")
	return d
}

// Withdrawal returns chapter 7: maintenance of 25 to 300 epochs under a mood stabiliser,
// then withdrawal of the drug. Beside the published decay of the stabiliser's protection,
// which is each arm's own, every network is tested under common ones and without any.
func Withdrawal() Design {
	d := like("withdrawal")
	k, s, n := withGain()
	d.Arms = []treat.Treatment{k, s, n}
	d.Assays = append(acuteParts(gainBattery()), withdrawal())
	return d
}

func withdrawal() assay.Withdrawal {
	return assay.Withdrawal{Lengths: []int{25, 50, 100, 150, 200, 300}, Rate: 1e-6, Protection: 1, Decay: assay.PublishedDecay(), Steps: 50,
		Bias: 1, Below: 60, Common: []float64{0, 0.25, 0.6, 0.9}}
}

// Kindling returns chapter 8: early adversity, then six episodes under weakening triggers,
// each of which scars the network where it fails. Beside the published course stand one
// with a common severity, one with a constant trigger, and one with a common learning rate
// of maintenance.
func Kindling() Design {
	d := like("kindling")
	d.Adversity = plasticity.Adversity{Most: 0.06}
	k, s, n := withGain()
	k.Upkeep = treat.Upkeep{Regrowth: plasticity.Regrowth{Fraction: 0.3, Batches: plasticity.PublishedBatches, SD: plasticity.PublishedSD},
		Training: train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 5e-4}}
	s.Upkeep.Training = train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 1e-5}
	n.Upkeep.Training = train.Config{Epochs: 20, Batch: train.PublishedBatch, Rate: 5e-4}
	d.Arms = []treat.Treatment{k, s, n}
	d.Assays = append(acuteParts(gainBattery()), withdrawal())
	course := func(name string, maintain assay.Maintain, fall, severity float64) {
		episode := []assay.Event{assay.Challenge{Stress: network.Stress{Bias: 1.5}, Fall: fall, Below: 60, Activity: true},
			assay.Scarring{Base: 0.05, Least: 0.02, Most: 0.2, Severity: severity}}
		d.Assays = append(d.Assays, assay.Course{Label: name, Draws: assay.Kindled, Cycles: 5,
			Start: episode, // maintenance here, too, in the text; published as coded: from the second episode on
			Each:  append([]assay.Event{maintain}, episode...),
			End:   []assay.Event{assay.Challenge{Stress: network.Stress{Bias: 0.3}, Below: 70, Metric: assay.Autonomous}}})
	}
	course(assay.Kindled, assay.Maintain{}, 0.2, 0)
	course("kindling-severity", assay.Maintain{}, 0.2, 1)
	course("kindling-constant", assay.Maintain{}, 0, 0)
	course("kindling-rate", assay.Maintain{Rate: 5e-4}, 0.2, 0)
	return d
}
