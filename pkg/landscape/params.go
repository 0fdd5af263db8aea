package landscape

import (
	"fmt"

	"divergent/pkg/model"
)

// Params are the parameters of the model: of the two areas, of the slow
// variables and of the treatments. Every one is a choice of the modeller; the
// sources say what the choice leans on. A circuit of more regions (Circuit) takes
// the place of the first group and keeps the others.
type Params struct {
	// Two areas.
	BiasSelf      float64 `card:"symbol=w_vv; unit=1; low=0; high=2; status=free; source=prototype of the model; meaning=excitation of the negative-bias area by itself"`
	ControlSelf   float64 `card:"symbol=w_xx; unit=1; low=0; high=2; status=free; source=prototype of the model; meaning=excitation of the control area by itself at s = 1"`
	ControlToBias float64 `card:"symbol=c_xv; unit=1; low=0; high=2; status=free; source=prototype of the model, sign from Quirk 2003 and Mayberg 1999, size free; meaning=inhibition of the negative-bias area by the control area at s = 1"`
	BiasToControl float64 `card:"symbol=c_vx; unit=1; low=0; high=2; status=free; source=prototype of the model, sign from Mayberg 1999, size free; meaning=inhibition of the control area by the negative-bias area"`
	ControlInput  float64 `card:"symbol=I_x; unit=1; low=-0.5; high=1; status=free; source=prototype of the model; meaning=input of the control area at s = 1"`

	// Activity.
	BiasInput float64 `card:"symbol=I_v; unit=1; low=-0.5; high=1; status=free; source=prototype of the model; meaning=input of the negative-bias area that no experience has changed"`
	Gain      float64 `card:"symbol=g; unit=1; low=1; high=20; status=free; source=prototype of the model; meaning=steepness of an area's response to its input"`
	Threshold float64 `card:"symbol=θ; unit=1; low=0; high=1; status=free; source=prototype of the model; meaning=input at which an area is half active"`
	Tau       float64 `card:"symbol=τ; unit=day; low=0.01; high=10; scale=log; status=free; source=the prototype's unit of time read as a day, as mood changes within days; meaning=time constant of an area"`
	Noise     float64 `card:"symbol=σ; unit=1/√day; low=0; high=1; status=free; source=prototype of the model; meaning=noise of each area"`

	// Connection strength and learning.
	Strength        float64 `card:"symbol=s_0; unit=1; low=0; high=3; status=free; source=both states exist and the ill one lasts for months; meaning=strength of the excitatory connections at rest"`
	StrengthTau     float64 `card:"symbol=τ_s; unit=day; low=0.1; high=1000; scale=log; status=free; source=free. Leans on spines that turn over within weeks (Shao 2021); meaning=time constant of the strength at ordinary plasticity"`
	StressLoss      float64 `card:"symbol=k_s; unit=1; low=0; high=2; status=free; source=sign from LeGates 2018 and Duman and Duman 2015, size free; meaning=fall of the strength's target under standard stress"`
	StressInput     float64 `card:"symbol=I_stress; unit=1; low=0; high=1; status=free; source=stress drives the negative-bias area; meaning=input of standard stress to that area"`
	LearningRate    float64 `card:"symbol=η; unit=1/day; low=0; high=1; status=free; source=learning takes weeks at ordinary plasticity; meaning=rate at which the learned bias follows experience at ordinary plasticity"`
	ExperienceBias  float64 `card:"symbol=ΔI_v; unit=1; low=0; high=1; status=free; source=sign from Page 2024, size free; meaning=change of the learned bias in lasting full experience, down if supportive and up if adverse"`
	ExperienceInput float64 `card:"symbol=I_env; unit=1; low=0; high=1; status=free; source=sign from Page 2024, size free; meaning=input of full experience while it lasts, to the control area if supportive and to the negative-bias area if adverse"`

	// Background, on top of which a protocol comes.
	Stress float64 `card:"symbol=σ_0; unit=1; low=0; high=5; status=free; source=none at rest; meaning=stress that is always there, in standard stresses"`
	Tone   float64 `card:"symbol=e_0; unit=1; low=-1; high=1; status=free; source=neutral at rest; meaning=experience that is always there, from -1 adverse to 1 supportive"`

	// Treatments of amount 1.
	SSRIRaise            float64 `card:"symbol=k_ssri; unit=1; low=0; high=2; status=free; source=sign from Page 2024, size free; meaning=rise of the strength's target under an SSRI-like drug"`
	SSRITau              float64 `card:"symbol=τ_ssri; unit=day; low=0.1; high=100; scale=log; status=free; source=free. Leans on 21 days, which describe the symptoms in Taylor 2006; meaning=time constant with which that rise comes and goes"`
	SSRIPlasticity       float64 `card:"symbol=p_ssri; unit=1; low=0; high=50; status=free; source=sign from Page 2024, size free; meaning=plasticity added under an SSRI-like drug once it acts, in ordinary plasticities"`
	KetamineRaise        float64 `card:"symbol=k_ket; unit=1; low=0; high=3; status=free; source=sign from Page 2024, size free; meaning=rise of the strength's target after a ketamine-like dose"`
	KetamineTau          float64 `card:"symbol=τ_ket; unit=day; low=0.1; high=200; scale=log; status=free; source=free. Leans on an advantage that is gone by days 10 to 12 (Kishimoto 2016); meaning=time constant with which that rise fades"`
	KetaminePlasticity   float64 `card:"symbol=p_ket; unit=1; low=0; high=200; status=free; source=free. Leans on an effect within a day (Kishimoto 2016), which gives no size; meaning=plasticity added after a ketamine-like dose, in ordinary plasticities"`
	KetamineWindow       float64 `card:"symbol=τ_pket; unit=day; low=0.05; high=50; scale=log; status=free; source=free. Leans on spines that form within 12 to 24 h (Moda-Sava 2019); meaning=time constant with which that plasticity fades"`
	PsilocybinRaise      float64 `card:"symbol=k_psi; unit=1; low=0; high=3; status=free; source=sign from Page 2024, size free; meaning=rise of the strength's target after a psilocybin-like dose"`
	PsilocybinTau        float64 `card:"symbol=τ_psi; unit=day; low=0.1; high=500; scale=log; status=free; source=free. Leans on spine density that is still up after 34 days (Shao 2021); meaning=time constant with which that rise fades"`
	PsilocybinPlasticity float64 `card:"symbol=p_psi; unit=1; low=0; high=200; status=free; source=free. Leans on spines that form within a day (Shao 2021), which gives no size; meaning=plasticity added after a psilocybin-like dose, in ordinary plasticities"`
	PsilocybinWindow     float64 `card:"symbol=τ_ppsi; unit=day; low=0.05; high=50; scale=log; status=free; source=free. Leans on spine formation that is up for one to three intervals of two days (Shao 2021); meaning=time constant with which that plasticity fades"`
	NeurosteroidInput    float64 `card:"symbol=I_ns; unit=1; low=0; high=1; status=free; source=acts on inhibition, not on strength; meaning=input taken from the negative-bias area under a neurosteroid-like drug"`
	StimulationInput     float64 `card:"symbol=I_stim; unit=1; low=0; high=1; status=free; source=stimulation of the control area; meaning=input to the control area under stimulation"`

	// Reading.
	Remission float64 `card:"symbol=m_+; unit=1; low=-1; high=1; status=free; source=between the states, on the healthy side; meaning=mood from which a path counts as healthy"`
	Relapse   float64 `card:"symbol=m_−; unit=1; low=-1; high=1; status=free; source=between the states, on the ill side; meaning=mood down to which a healthy path still counts as healthy"`
}

// Default returns the values of the prototype, and choices where it has none.
func Default() Params {
	return Params{
		BiasSelf: 1, ControlSelf: 1, ControlToBias: 0.9, BiasToControl: 0.45, ControlInput: 0.3,
		BiasInput: 0.15, Gain: 6, Threshold: 0.5, Tau: 1, Noise: 0.18,
		Strength: 0.75, StrengthTau: 14, StressLoss: 0.4, StressInput: 0.1,
		LearningRate: 0.003, ExperienceBias: 0.3, ExperienceInput: 0.02,
		SSRIRaise: 0.25, SSRITau: 21, SSRIPlasticity: 1,
		KetamineRaise: 0.4, KetamineTau: 7, KetaminePlasticity: 40, KetamineWindow: 1,
		PsilocybinRaise: 0.2, PsilocybinTau: 45, PsilocybinPlasticity: 20, PsilocybinWindow: 4,
		NeurosteroidInput: 0.15, StimulationInput: 0.15,
		Remission: 0.5, Relapse: -0.5,
	}
}

// Validate reports the first parameter outside its range.
func (p Params) Validate() error {
	if err := model.Validate(p); err != nil {
		return err
	}
	if p.Relapse >= p.Remission {
		return fmt.Errorf("landscape: Relapse = %v: want a mood below Remission, %v", p.Relapse, p.Remission)
	}
	return nil
}
