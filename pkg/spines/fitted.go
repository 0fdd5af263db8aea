package spines

import "math"

// Written by go test ./pkg/spines -run TestFitted -update. Not to be edited.

// estimates holds what FitShao returns, then, by Arm.String, what Arm.FitPulse
// returns, each with memory and the pulse on return and formation.
func estimates() map[string][]Estimate {
	low, high := math.Inf(-1), math.Inf(1) // open
	return map[string][]Estimate{
		"": { // χ² = 22.3 from 32 data (p = 0.6185); log L = −40.56, K = 7, AIC = 95.11, AICc = 99.78; 8 of 8 searches agree
			{"Km", 0.2144, 0.113, 0.3576},
			{"B", 0.0437, 0.03629, 0.05297},
			{"R", 0.3228, 0.22, 0.4799},
			{"D", 0.02396, 0.01087, 0.04568},
			{"Drift", 0.003079, 0.001114, 0.004919},
			{"Gain", 2.058, 0.9011, 3.748},
			{"TauPulse", 56.14, 14.3, high},
		},
		"Shao2021, psilocybin 1 mg/kg": { // χ² = 20.29 from 32 data (p = 0.7775); log L = −39.55, K = 6, AIC = 91.1, AICc = 94.46; 8 of 8 searches agree
			{"B", 0.04274, 0.03903, 0.04649},
			{"Drift", 0.002917, 0.001262, 0.00449},
			{"DrugFactor", 1.077, 0.9502, 1.213},
			{"Gain", 1.555, 0.7375, 3.006},
			{"TauPulse", 81.64, 18.95, high},
			{"Lag", 0.1045, low, 0.5942},
		},
		"ShaoLiao2025 PT, psilocybin 1 mg/kg": { // χ² = 19.15 from 24 data (p = 0.3827); log L = −31.63, K = 6, AIC = 75.26, AICc = 80.2; 8 of 8 searches agree
			{"B", 0.06435, 0.06033, 0.0684},
			{"Drift", 0.002229, 0.001597, 0.002897},
			{"DrugFactor", 0.9853, 0.8805, 1.093},
			{"Gain", 3.917, 2.776, 5.409},
			{"TauPulse", 14.37, 10.39, 21.32},
			{"Lag", 0.05, low, 0.2523},
		},
		"ShaoLiao2025 IT, psilocybin 1 mg/kg": { // χ² = 22.76 from 24 data (p = 0.1999); log L = −33.44, K = 6, AIC = 78.87, AICc = 83.81; 8 of 8 searches agree
			{"B", 0.05873, 0.05482, 0.06268},
			{"Drift", 0.002731, 0.001903, 0.003598},
			{"DrugFactor", 1.025, 0.9235, 1.127},
			{"Gain", 1.931, 1.217, 3.648},
			{"TauPulse", 30.11, 14.45, 70.3},
			{"Lag", 0.05, low, 0.5058},
		},
		"Jefferson2023, 5-MeO-DMT 20 mg/kg": { // χ² = 56.01 from 24 data (p = 8.873e−06); log L = −50.06, K = 6, AIC = 112.1, AICc = 117.1; 8 of 8 searches agree
			{"B", 0.06002, 0.05191, 0.06795},
			{"Drift", 6.48e-13, low, 0.002868},
			{"DrugFactor", 1.302, 1.104, 1.537},
			{"Gain", 2.722, 1.353, 5.033},
			{"TauPulse", 16.98, 10.5, 35.88},
			{"Lag", 0.05, low, 0.3752},
		},
		"Phoumthipphavong2016, ketamine 10 mg/kg i.p. single": { // χ² = 80.53 from 24 data (p = 6.909e−10); log L = −62.32, K = 6, AIC = 136.6, AICc = 141.6; 8 of 8 searches agree
			{"B", 0.08679, 0.08145, 0.09211},
			{"Drift", 0.02155, 0.0161, 0.0271},
			{"DrugFactor", 1.597, 1.458, 1.748},
			{"Gain", 0.4273, 0.09332, 0.9209},
			{"TauPulse", 400, 6.421, high},
			{"Lag", 0.09085, low, high},
		},
	}
}
