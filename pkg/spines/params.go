package spines

import (
	"fmt"

	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// Params are the model's parameters. Rates are per day, densities relative to
// the baseline. Card tells symbol, range, status and source of each, and how far a
// source was checked: A read in an abstract, D recomputed from the authors' deposit,
// S second-hand.
type Params struct {
	Memory bool // an eliminated spine leaves a site where it can return; without, two pools and no memory (the rival)

	// Turnover, fitted to imaging of unstressed mice.
	Ku float64 `card:"symbol=ku; unit=1/day; low=0.3; high=6; scale=log; status=free; source=a new spine that does not settle lasts some hours. Sessions two days apart bound it from below only (FitTurnover); meaning=loss of new spines"`
	Km float64 `card:"symbol=km; unit=1/day; low=0.001; high=3; scale=log; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=settling of new spines into established ones"`
	B  float64 `card:"symbol=b; unit=1/day; low=0.001; high=0.5; scale=log; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=elimination of established spines"`
	R  float64 `card:"symbol=r; unit=1/day; low=0.01; high=2; scale=log; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=return of a spine to a lost site"`
	D  float64 `card:"symbol=d; unit=1/day; low=0.0005; high=1; scale=log; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=loss of a lost site for good"`

	// Imaging. Drift concerns only what is compared with imaging: everything else is relative to age-matched controls.
	Drift float64 `card:"symbol=g; unit=1/day; low=0; high=0.05; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=fall of density that controls show too"`
	Miss  float64 `card:"symbol=m; unit=1; low=0; high=0.3; status=free; source=0 as in the deposits, where it is not known. What it would explain is fitted by FitTurnover; meaning=share of spines that a session misses"`

	// Plasticity pulse after a dose.
	GainReturn float64 `card:"symbol=aR; unit=1; low=0; high=50; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao, equal to aF; meaning=rise of return at the full pulse"`
	GainForm   float64 `card:"symbol=aF; unit=1; low=0; high=50; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao, equal to aR; meaning=rise of formation at the full pulse"`
	GainSettle float64 `card:"symbol=aM; unit=1; low=0; high=50; status=free; source=0, since new spines do not live longer under the drug (Shao 2021 and Phoumthipphavong 2016, D); meaning=rise of settling at the full pulse"`
	TauPulse   float64 `card:"symbol=τw; unit=day; low=0.5; high=400; scale=log; status=fit; source=Shao 2021, saline and psilocybin (D), by FitShao; meaning=decay of the pulse"`
	Lag        float64 `card:"symbol=τlag; unit=day; low=0.05; high=1.5; scale=log; status=free; source=bounded by formation that is unchanged at 3 to 6 h and up at 12 to 24 h (Moda-Sava 2019, S); meaning=mean delay of the pulse"`

	// Stress of level 1.
	StressLoss   float64 `card:"symbol=kb; unit=1; low=0; high=10; status=free; source=no percentage was readable; meaning=rise of elimination under stress, on average over branches"`
	StressReturn float64 `card:"symbol=kr; unit=1; low=0; high=1; status=free; source=formation falls under stress (NIMH text on Moda-Sava 2019, S), by how much was not readable; meaning=fall of formation and return under stress"`
	StressSpread float64 `card:"symbol=CV; unit=1; low=0; high=1.5; status=free; source=elimination is branch-specific (Moda-Sava 2019, A), how much was not readable; meaning=coefficient of variation of kb between branches, log-normal"`

	// Erasure.
	ErasedReturn float64 `card:"symbol=z; unit=1; low=0; high=1; status=free; source=whether an erased spine leaves a site is not known; meaning=share of erased established spines whose site stays recoverable"`

	// Fast functional effect.
	Fast    float64 `card:"symbol=e0; unit=1; low=0; high=1; status=free; source=behaviour is rescued at 3 h (NAMI summary, S), its size was not readable; meaning=fast functional rescue by a dose"`
	TauFast float64 `card:"symbol=τE; unit=day; low=0.3; high=7; scale=log; status=free; source=up at 3 h, mostly gone by day 2 to 3, when the effect needs spines (Moda-Sava 2019, A); meaning=decay of the fast effect"`
	TauOn   float64 `card:"symbol=τon; unit=day; low=0.005; high=0.2; scale=log; status=free; source=behaviour is rescued within 3 h (NAMI summary, S); meaning=onset of the fast effect"`

	// From spines to ensembles and behaviour.
	N50      float64 `card:"symbol=N50; unit=1; low=0.5; high=0.95; status=free; source=no dose-response of behaviour on spines was readable; meaning=density of half ensemble activity"`
	Hill     float64 `card:"symbol=n; unit=1; low=1; high=20; status=free; source=no dose-response of behaviour on spines was readable; meaning=steepness of ensemble activity over density"`
	Enough   float64 `card:"symbol=c; unit=1; low=0.05; high=10; scale=log; status=free; source=puts behaviour before ensembles by assumption. Both were readable only as before spines; meaning=ensemble activity of about half behaviour"`
	ImmRest  float64 `card:"symbol=i0; unit=1; low=0; high=1; status=free; source=a scale only; meaning=immobile share of a tail suspension test, unstressed"`
	ImmWorst float64 `card:"symbol=iS; unit=1; low=0; high=1; status=free; source=a scale only; meaning=immobile share without any ensemble activity"`
}

// Default returns the parameters fitted to Shao 2021 (FitShao), and the
// modeller's choices where nothing measured decides.
func Default() Params {
	p := Params{
		Memory: true, Ku: 3, Lag: 0.4,
		StressLoss: 1.5, StressReturn: 0.5, StressSpread: 0.6,
		Fast: 1, TauFast: 1, TauOn: 0.04,
		N50: 0.8, Hill: 8, Enough: 0.5, ImmRest: 0.35, ImmWorst: 0.65,
	}
	return must(p.with(must(fit.Stored("spines", "Default")).Values()))
}

// must is for tables that are part of the program; a test reads them all.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Card returns the card of the default parameters.
func Card() (model.Parameters, error) { return Default().Card() }

// Card returns the card of these parameters.
func (p Params) Card() (model.Parameters, error) { return model.Card(p) }

// Validate reports the first parameter outside its range.
func (p Params) Validate() error {
	if err := model.Validate(p); err != nil {
		return err
	}
	if !(p.ImmWorst > p.ImmRest) {
		return fmt.Errorf("spines: ImmWorst = %v: want more than ImmRest, %v; are the two exchanged?", p.ImmWorst, p.ImmRest)
	}
	return nil
}
