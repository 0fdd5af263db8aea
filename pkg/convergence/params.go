package convergence

import (
	"fmt"

	"divergent/pkg/fit"
	"divergent/pkg/model"
)

// Params are the model's parameters. Times are in days; v is the strength that one
// standard dose or session builds, or that a full level builds in a day, and χ the share
// of it that lasts. Card tells symbol, range, status and source of each, and how far a
// source was checked: A read in an abstract, registry or table, D recomputed from such
// numbers, S second-hand, R recalled.
type Params struct {
	// Burden.
	Sigma float64 `card:"symbol=σ; unit=1; low=0; high=3; status=free; source=1 is the untreated reference patient; meaning=stress"`
	Iota  float64 `card:"symbol=ι; unit=1; low=0; high=3; status=free; source=1 is the untreated reference patient; meaning=inflammation that stress does not make"`
	TauH  float64 `card:"symbol=τH; unit=day; low=0.2; high=7; scale=log; status=free; source=hormones change within hours to days; meaning=time constant of the stress axis"`
	TauI  float64 `card:"symbol=τI; unit=day; low=2; high=30; scale=log; status=free; source=no course of markers under treatment was readable; meaning=time constant of inflammation"`
	TauO  float64 `card:"symbol=τO; unit=day; low=3; high=60; scale=log; status=free; source=no course of markers under treatment was readable; meaning=time constant of oxidative stress"`
	TauM  float64 `card:"symbol=τM; unit=day; low=3; high=60; scale=log; status=free; source=no course of markers under treatment was readable; meaning=time constant of mitochondrial function"`
	AHI   float64 `card:"symbol=aHI; unit=1; low=0.05; high=0.4; status=free; source=cross-sectional links are small. r is 0.05 for CRP and depression in the strictest studies (A, PMC6800199); meaning=part of the stress axis that inflammation drives"`
	AIH   float64 `card:"symbol=aIH; unit=1; low=0.05; high=0.4; status=free; source=cross-sectional links are small. d is 0.15 for CRP and 0.25 for IL-6 (A, Howren 2009); meaning=part of inflammation that the stress axis drives"`
	AIO   float64 `card:"symbol=aIO; unit=1; low=0.05; high=0.4; status=free; source=cross-sectional links are small, as above; meaning=part of inflammation that oxidative stress drives"`
	AOM   float64 `card:"symbol=aOM; unit=1; low=0.1; high=0.9; status=free; source=no size was readable; meaning=part of oxidative stress that mitochondria make, the rest is inflammation's"`
	M     float64 `card:"symbol=m; unit=1; low=0.1; high=0.6; status=free; source=a scale only; meaning=mitochondrial function that the reference patient lacks"`
	DI    float64 `card:"symbol=dI; unit=1; low=0.3; high=3; status=free; source=no size was readable; meaning=faster loss of inflammation at the full level of an anti-inflammatory drug"`
	KH    float64 `card:"symbol=kH; unit=1; low=0.03; high=0.3; scale=log; status=free; source=no size was readable; meaning=fall of capacity with the stress axis"`
	KI    float64 `card:"symbol=kI; unit=1; low=0.05; high=0.8; scale=log; status=free; source=its sign only. Markers predict that antidepressants do not work (A, Raison 2013); meaning=fall of capacity with inflammation"`
	KO    float64 `card:"symbol=kO; unit=1; low=0.05; high=0.4; scale=log; status=free; source=no size was readable; meaning=fall of capacity with oxidative stress"`
	KM    float64 `card:"symbol=kM; unit=1; low=0.05; high=0.4; scale=log; status=free; source=no size was readable; meaning=fall of capacity with the loss of mitochondrial function"`
	WB    float64 `card:"symbol=wb; unit=1; low=0; high=1; status=free; source=0 contradicts what celecoxib adds. Any value above it is undecided; meaning=relief by a lower burden itself"`

	// WBInflamed is a rival form of (15), in which wb counts times the untreated patient's
	// inflammation above the reference patient's.
	WBInflamed bool

	// Serotonin.
	Dmax     float64 `card:"symbol=Dmax; unit=1; low=0.6; high=0.8; status=data; source=60 to 80 % of neurons at day 21 (A, Le Poul 1995); meaning=autoreceptors that desensitise under an SSRI"`
	TauD     float64 `card:"symbol=τD; unit=day; low=2; high=7; scale=log; status=data; source=40 % of neurons at day 3 (A, Le Poul 1995); meaning=time constant of desensitisation"`
	F5       float64 `card:"symbol=f5; unit=1; low=0; high=1; status=free; source=no size was readable; meaning=share of serotonin tone that autoreceptors withhold at first"`
	TauBSSRI float64 `card:"symbol=τB ssri; unit=day; low=1; high=120; scale=log; status=fit; source=trials.csv, by Fit. One third of the gap of week 6 in week 1 (A, Taylor 2006); meaning=slow trophic step of an SSRI"`
	VSSRI    float64 `card:"symbol=v ssri; unit=1/day; low=0.001; high=0.2; scale=log; status=fit; source=trials.csv, by Fit. 1.75 HAM-D points (A, Stone 2022); meaning=strength built by an SSRI"`

	// Plasticity.
	TauX    float64 `card:"symbol=τx; unit=day; low=0.1; high=1; scale=log; status=free; source=spines form 12 to 24 h after ketamine (S, Moda-Sava 2019); meaning=decay of the drive that a dose or session sets off"`
	TauS    float64 `card:"symbol=τs; unit=day; low=1; high=60; scale=log; status=fit; source=trials.csv, by Fit. Loss of ketamine's effect; meaning=loss of labile strength"`
	TauC    float64 `card:"symbol=τc; unit=day; low=60; high=600; scale=log; status=free; source=effect of psilocybin flat from day 8 to 43 (A, Raison 2023), open follow-up to 12 months (A); meaning=loss of lasting strength"`
	KC      float64 `card:"symbol=kc; unit=1/day; low=0; high=0.05; status=free; source=see the facts on relapse, which contradict each other here; meaning=consolidation of labile into lasting strength"`
	VKet    float64 `card:"symbol=v ket; unit=1; low=0.02; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=strength built by 0.5 mg/kg of ketamine i.v."`
	ChiKet  float64 `card:"symbol=χ ket; unit=1; low=0; high=1; status=fit; source=trials.csv, by Fit; meaning=share of what ketamine or esketamine builds that lasts"`
	VEsk    float64 `card:"symbol=v esk; unit=1; low=0.02; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=strength built by 84 mg of nasal esketamine"`
	HEsk    float64 `card:"symbol=h esk; unit=1; low=0; high=2; status=fit; source=trials.csv, by Fit. 28 to 84 mg are not told apart (A, Daly 2018); meaning=exponent of the dose of esketamine"`
	FEsk    float64 `card:"symbol=f esk; unit=1; low=0; high=0.6; status=fit; source=trials.csv, by Fit. Effect at 2 and 4 h (A, Daly 2018, ASPIRE II); meaning=direct relief by a dose of ketamine or esketamine"`
	TauF    float64 `card:"symbol=τF; unit=day; low=0.3; high=3; scale=log; status=free; source=no size was readable; meaning=decay of that direct relief"`
	TauFOn  float64 `card:"symbol=τFon; unit=day; low=0.005; high=0.1; scale=log; status=free; source=superior from 40 min (A, Kishimoto 2016); meaning=onset of that direct relief"`
	VPsi    float64 `card:"symbol=v psi; unit=1; low=0.02; high=3; scale=log; status=fit; source=trials.csv, by Fit; meaning=strength built by 25 mg of psilocybin"`
	PPsi    float64 `card:"symbol=p psi; unit=1; low=0; high=4; status=fit; source=trials.csv, by Fit. 25, 10 and 1 mg (A, Goodwin 2022); meaning=exponent of the dose of psilocybin"`
	ChiPsi  float64 `card:"symbol=χ psi; unit=1; low=0; high=1; status=fit; source=trials.csv, by Fit; meaning=share of what psilocybin builds that lasts"`
	VSNT    float64 `card:"symbol=v snt; unit=1; low=0.005; high=1; scale=log; status=fit; source=trials.csv, by Fit; meaning=strength built by a day of accelerated theta bursts (SNT)"`
	ChiSNT  float64 `card:"symbol=χ snt; unit=1; low=0.3; high=1; status=free; source=one time point only; meaning=share of what SNT builds that lasts"`
	VRTMS   float64 `card:"symbol=v rtms; unit=1; low=0.005; high=0.1; scale=log; status=free; source=THREE-D has no sham arm (A). 23.6 to 13.4 HRSD points in both arms; meaning=strength built by a session of rTMS"`
	ChiRTMS float64 `card:"symbol=χ rtms; unit=1; low=0; high=1; status=free; source=no size was readable; meaning=share of what rTMS builds that lasts"`
	VECT    float64 `card:"symbol=v ect; unit=1; low=0.02; high=0.5; scale=log; status=free; source=KetECT and ELEKT-D contradict each other (A); meaning=strength built by a session of ECT"`
	ChiECT  float64 `card:"symbol=χ ect; unit=1; low=0; high=1; status=free; source=no size was readable; meaning=share of what ECT builds that lasts"`
	TauBDXM float64 `card:"symbol=τB dxm; unit=day; low=0.5; high=120; scale=log; status=fit; source=trials.csv, by Fit. Two points for two parameters; meaning=slow step of dextromethorphan-bupropion"`
	VDXM    float64 `card:"symbol=v dxm; unit=1/day; low=0.001; high=0.3; scale=log; status=fit; source=trials.csv, by Fit. Two points for two parameters; meaning=strength built by dextromethorphan-bupropion"`
	VTDCS   float64 `card:"symbol=v tdcs; unit=1/day; low=0.023; high=0.207; scale=log; status=fit; source=trials.csv, by Fit. One time point, a third to three times the estimate; meaning=strength built by tDCS"`
	VAri    float64 `card:"symbol=v ari; unit=1/day; low=0.013; high=0.117; scale=log; status=fit; source=trials.csv, by Fit. One time point, a third to three times the estimate; meaning=strength built by aripiprazole"`
	TauBLvl float64 `card:"symbol=τB lvl; unit=day; low=3; high=30; scale=log; status=free; source=no size was readable; meaning=slow step of tDCS and aripiprazole"`

	// Neurosteroids.
	FZur   float64 `card:"symbol=f zur; unit=1; low=0; high=0.9; status=fit; source=trials.csv, by Fit; meaning=direct relief at the full level of zuranolone"`
	TauN   float64 `card:"symbol=τn; unit=day; low=1.2; high=1.5; status=data; source=half-life of 19.7 to 24.6 h (S, label); meaning=time constant of zuranolone's level"`
	Tol    float64 `card:"symbol=tol; unit=1; low=0; high=1; status=free; source=0 as the control response alone shrinks the gap from day 3 to 15; meaning=share of zuranolone's relief lost to tolerance"`
	TauTol float64 `card:"symbol=τtol; unit=day; low=2; high=30; scale=log; status=free; source=no size was readable; meaning=time constant of tolerance"`
	GPPD   float64 `card:"symbol=g ppd; unit=1; low=0.3; high=4; scale=log; status=fit; source=trials.csv, by Fit; meaning=zuranolone's relief in postpartum depression over that in other depression"`
	FBrex  float64 `card:"symbol=f brex; unit=1; low=0; high=0.9; status=fit; source=trials.csv, by Fit; meaning=direct relief at the full level of brexanolone"`

	// Experience.
	VPsy   float64 `card:"symbol=v psy; unit=1/day; low=0.004; high=0.03; scale=log; status=free; source=therapy equals drugs in response, RR 0.99 (A, Cuijpers 2020); meaning=strength built by psychotherapy"`
	ChiPsy float64 `card:"symbol=χ psy; unit=1; low=0; high=1; status=free; source=no size was readable; meaning=share of what psychotherapy builds that lasts"`
	TauPsy float64 `card:"symbol=τpsy; unit=day; low=7; high=30; scale=log; status=free; source=no size was readable; meaning=slow step of psychotherapy"`
	Lam    float64 `card:"symbol=λ; unit=1; low=0; high=3; status=free; source=0 as effects of drug and therapy are largely independent (A, Cuijpers 2014); meaning=rise of psychotherapy's drive with restored strength"`
	Eps    float64 `card:"symbol=ε; unit=1; low=0; high=0.5; status=free; source=no size was readable; meaning=share of stress that psychotherapy takes"`

	// Control response.
	Theta  float64 `card:"symbol=θ; unit=1; low=0; high=2.5; status=fit; source=trials.csv, by Fit; meaning=overlap of drug and control response, 0 add, 1 independent"`
	CInf   float64 `card:"symbol=c∞; unit=1; low=0.1; high=0.55; status=data; source=shares of the baseline score in control arms, 0.09 to 0.49 (A); meaning=share of the score that a control arm loses in the end"`
	TauCtl float64 `card:"symbol=τctl; unit=day; low=3; high=15; scale=log; status=data; source=4 d in WATERFALL, 13 d in GEMINI (D); meaning=time constant of the control response"`
}

// Default returns the parameters that fit the trials (Fit, to four digits), and the
// modeller's choices where nothing measured decides.
func Default() Params {
	p := Params{
		Sigma: 1, Iota: 1, TauH: 1, TauI: 7, TauO: 14, TauM: 14, AHI: 0.2, AIH: 0.3, AIO: 0.2, AOM: 0.5, M: 0.3, DI: 1.5,
		KH: 0.10, KI: 0.30, KO: 0.15, KM: 0.15,
		Dmax: 0.7, TauD: 3.5, F5: 0.5,
		TauX: 0.5, TauC: 180, TauF: 1, TauFOn: 0.02, ChiSNT: 0.9, VRTMS: 0.03, ChiRTMS: 0.5, VECT: 0.09, ChiECT: 0.3, TauBLvl: 10,
		TauN: 1.3, TauTol: 7,
		VPsy: 0.012, ChiPsy: 0.5, TauPsy: 14,
		CInf: 0.35, TauCtl: 10,
	}
	stored, err := fit.Stored("convergence", "Default")
	if err == nil {
		names, x := stored.Values()
		p, err = model.With(p, names, x)
	}
	if err != nil {
		panic(err) // of a table that is part of the program; a test reads it
	}
	return p
}

// with returns the parameters with a field changed.
func (p Params) with(field string, x float64) (Params, error) {
	return model.With(p, []string{field}, []float64{x})
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
	if p.AIH+p.AIO >= 1 {
		return fmt.Errorf("convergence: AIH + AIO = %v: want less than 1, or inflammation has no steady state", p.AIH+p.AIO)
	}
	return nil
}
