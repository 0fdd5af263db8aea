package main

import (
	"strings"
	"testing"

	"divergent/pkg/study"
)

// --prune 0 prunes nothing, as the help and the design say.
func TestPruneNothing(t *testing.T) {
	o, err := parsed("divergent", "--prune", "0")
	if err != nil || o.design.Prune != 0 {
		t.Errorf("Prune = %v, %v: want 0", o.design.Prune, err)
	}
}

// Whatever stands on the command line, run has a valid order or one line to say.
func FuzzRunFlags(f *testing.F) {
	for _, s := range []string{
		"divergent --seeds 0-9 --arms ketamine,ssri --workers 2 --dir x",
		"cliff --sweep pruned=0.88,0.91 --shard 1/4 --seeds 42",
		"divergent --arms ssri --sweep ssri.Training.Epochs=50,200 --prune 0.9",
		"isodose --sweep ketamine.Fraction=0.1 --sweep Task.Centres.0.1=2 --sweep Sizes.1=8,9",
		"spines --workers 3", "divergent --prune 0 --prune NaN", "regimens --sweep Assays.0.Battery.Combined=1", "-h", "run --",
		"divergent --sweep Arms=1", "divergent --sweep Seeds.0=1", "divergent --sweep relapse.Fraction=0.1,0.2", "divergent --shard 3/2",
		"triage --sweep Points.Train=1e9", "divergent --sweep Baseline.Noise.To=1,0x1p-2,-0,1e-400", "divergent --sweep =1", "divergent --workers=-1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		o, err := parsed(strings.Fields(line)...)
		if err != nil {
			if text := oneLine(err); text == "" || strings.Contains(text, "panic") {
				t.Errorf("%q: error %q", line, text)
			}
			return
		}
		if o.small == nil && (o.design.Validate() != nil || o.runner.Shard < 0 || o.runner.Shard >= o.runner.Shards || o.runner.Workers < 0) {
			t.Errorf("%q: an order that cannot be run: %+v", line, o.runner)
		}
	})
}

// A sweep that is read is one of a field and finite or refused numbers, and a design
// with it is valid or says why in one line.
func FuzzSweep(f *testing.F) {
	for _, s := range []string{"Prune=0.8,0.9", "ssri.Training.Epochs=50,200", "Sizes.1=3", "Task.SD=1", "acute.Battery.Input.0=1", "x=", "=", "a.b.c=1e308", "Prune=NaN", "ketamine.Rule=1",
		"Baseline.Batch=18446744073709551615", "neurosteroid.Drug.Activation=7", "Assays=1", "Sweeps.0.Settings.0=1", "KeepNetworks=1", "ssri.Label=1", "Sizes.-1=1", "Task.Centres.0.0=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var sweep levels
		err := sweep.UnmarshalText([]byte(s))
		if err == nil {
			err = study.Divergent().WithSweep(study.Sweep(sweep)).Validate()
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || err.Error() == "") {
			t.Errorf("%q: error %q", s, err)
		}
	})
}

func FuzzShard(f *testing.F) {
	for _, s := range []string{"0/4", "3/4", "4/4", "-1/2", "1/1", "0/0", "0x1/2", "+1/2", "1/2/3", "99999999999999999999/2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var x shard
		if err := x.UnmarshalText([]byte(s)); err == nil && (x.part < 0 || x.of < 1 || x.part >= x.of) || err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %+v, %v", s, x, err)
		}
	})
}
