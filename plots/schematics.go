package plots

import "divergent/plots/figure"

// Schematics show what a small model consists of: its variables and inputs as boxes, and
// what each does to which as arrows, with the symbols of its equations and its card. They
// hold no results, and are drawn from the lists below.

// schematic draws a model on a page as wide as two columns; places are in millimetres from
// the lower left corner.
func schematic(name, title, caption string, height float64, nodes []figure.Node, edges []figure.Edge) (*figure.Figure, error) {
	f := figure.New(name, figure.DoubleColumn, height)
	f.Title, f.Caption = title, caption
	p := figure.NewPanel("", figure.Axis{Max: 181, Bare: true}, figure.Axis{Max: height, Bare: true})
	p.Name = "schematic"
	p.Diagram(nodes, edges)
	f.Stack([][]*figure.Panel{{p}}, height)
	return f, f.Validate()
}

// SpinesSchematic draws the model of package spines.
func SpinesSchematic() (*figure.Figure, error) {
	const none, fresh, kept, lost, gone, stress, dose, pulse, fast = "no site", "new spines", "established\nspines", "lost sites", "site gone", "stress", "dose", "plasticity pulse", "fast effect"
	const density, ensembles, immobility, erasure = "spine density", "ensemble activity", "immobility", "erasure"
	return schematic("spines-schematic", "The model of spine turnover",
		"Wide arrows are sites on a dendrite that change from one state to another, at the rate written on them. "+
			"Thin arrows end at the rate or the variable that they change, with the parameters that say by how much.", 68,
		[]figure.Node{
			{Name: dose, X: 9, Y: 62, Role: figure.Input},
			{Name: pulse, Symbol: "q", X: 62, Y: 62},
			{Name: stress, Symbol: "σ", X: 142, Y: 62, Role: figure.Input},
			{Name: none, X: 30, Y: 38, Role: figure.Input},
			{Name: fresh, Symbol: "U", X: 68, Y: 38},
			{Name: kept, Symbol: "S", X: 106, Y: 38},
			{Name: lost, Symbol: "L", X: 144, Y: 38},
			{Name: gone, X: 172, Y: 38, Role: figure.Input},
			{Name: density, Symbol: "N = U + S", X: 87, Y: 21, Role: figure.Function},
			{Name: erasure, X: 126, Y: 21, Role: figure.Input},
			{Name: fast, Symbol: "E", X: 10, Y: 5},
			{Name: ensembles, Symbol: "A", X: 87, Y: 5, Role: figure.Function},
			{Name: immobility, X: 144, Y: 5, Role: figure.Function},
		},
		[]figure.Edge{
			{From: none, To: fresh, Effect: figure.Becomes, Label: "F", Bend: 0.13},
			{From: fresh, To: none, Effect: figure.Becomes, Label: "ku", Bend: 0.13},
			{From: fresh, To: kept, Effect: figure.Becomes, Label: "km", Bend: 0.13},
			{From: kept, To: lost, Effect: figure.Becomes, Label: "b", Bend: -0.13},
			{From: lost, To: kept, Effect: figure.Becomes, Label: "r", Bend: -0.13},
			{From: lost, To: gone, Effect: figure.Becomes, Label: "d"},
			{From: dose, To: pulse, Label: "τw, τlag", Drug: true},
			{From: dose, To: fast, Label: "τE, τon", Drug: true},
			{From: pulse, To: "F", Label: "aF"},
			{From: pulse, To: "km", Label: "aM"},
			{From: pulse, To: "r", Label: "aR", At: 0.7},
			{From: stress, To: "b", Label: "kb", At: 0.25},
			{From: stress, To: "r", Effect: figure.Lowers, Label: "kr", At: 0.62},
			{From: stress, To: "F", Effect: figure.Lowers, Label: "kr", At: 0.3},
			{From: fresh, To: density},
			{From: kept, To: density},
			{From: erasure, To: kept, Effect: figure.Lowers, Label: "z", Drug: true},
			{From: erasure, To: fresh, Effect: figure.Lowers, Drug: true},
			{From: density, To: ensembles, Label: "N50, n"},
			{From: fast, To: ensembles, Label: "e0"},
			{From: ensembles, To: immobility, Effect: figure.Lowers, Label: "c, i0, iS"},
		})
}

// GlutamateSchematic draws the model of package glutamate.
func GlutamateSchematic() (*figure.Figure, error) {
	const drug, inter, pyr, rest, surge, kinase, bdnf, mtor, capacity, density = "ketamine in\nthe brain", "block on\ninterneurons", "block on\npyramidal cells", "block of resting\nreceptors", "glutamate", "eEF2K", "BDNF-TrkB", "mTORC1", "synaptic\ncapacity", "synaptic\ndensity"
	const ampa, rapamycin = "AMPA receptor\nblocker", "rapamycin"
	return schematic("glutamate-schematic", "Two ways from ketamine to synaptic capacity",
		"Above, the activation arm: blocked interneurons let glutamate rise, which acts through AMPA receptors. "+
			"Below, the inhibition arm: blocked NMDA receptors at rest lower eEF2K, which holds BDNF down. Each arm can be switched off. "+
			"Beside an arrow stand the parameters that say by how much. Rapamycin acts on the gate; without the gate, capacity follows BDNF whatever rapamycin does.", 60,
		[]figure.Node{
			{Name: drug, Symbol: "x", X: 11, Y: 28},
			{Name: pyr, Symbol: "θP", X: 45, Y: 53, Role: figure.Function},
			{Name: inter, Symbol: "θI", X: 45, Y: 34, Role: figure.Function},
			{Name: rest, Symbol: "θR", X: 45, Y: 9, Role: figure.Function},
			{Name: surge, Symbol: "G", X: 80, Y: 44},
			{Name: kinase, Symbol: "e", X: 80, Y: 9},
			{Name: bdnf, Symbol: "B", X: 120, Y: 26},
			{Name: mtor, Symbol: "m", X: 146, Y: 26},
			{Name: capacity, Symbol: "Y", X: 171, Y: 26},
			{Name: density, Symbol: "N", X: 171, Y: 7},
			{Name: ampa, Symbol: "a", X: 111, Y: 54, Role: figure.Input},
			{Name: rapamycin, Symbol: "ρ", X: 146, Y: 54, Role: figure.Input},
		},
		[]figure.Edge{
			{From: drug, To: pyr, Label: "KP, h"},
			{From: drug, To: inter, Label: "KI"},
			{From: drug, To: rest, Label: "KR"},
			{From: pyr, To: surge, Effect: figure.Lowers, Label: "β"},
			{From: inter, To: surge, Label: "α"},
			{From: rest, To: kinase, Effect: figure.Lowers, Label: "μ"},
			{From: surge, To: bdnf, Label: "kG"},
			{From: kinase, To: bdnf, Effect: figure.Lowers, Label: "kE"},
			{From: bdnf, To: mtor, Label: "KB"},
			{From: mtor, To: capacity},
			{From: capacity, To: density, Label: "κ"},
			{From: ampa, To: "kG", Effect: figure.Lowers, Drug: true},
			{From: ampa, To: "kE", Effect: figure.Lowers, Label: "s", At: 0.66, Drug: true},
			{From: rapamycin, To: "KB", Effect: figure.Lowers, Drug: true},
		})
}

// LandscapeSchematic draws the model of package landscape, with its two areas.
func LandscapeSchematic() (*figure.Figure, error) {
	const bias, control, strength, learned, plasticity, mood = "negative bias", "control", "connection\nstrength", "learned bias", "plasticity", "mood"
	const stress, experience, drugs, neuro, stimulation = "stress", "experience", "SSRI-, ketamine- or\npsilocybin-like drug", "neurosteroid-\nlike drug", "stimulation"
	return schematic("landscape-schematic", "The model of a stuck circuit",
		"Right, two areas of the circuit, which hold each other down. Left, the slow variables that drugs, stress and experience move. "+
			"Connection strength multiplies the connections that are plastic; plasticity multiplies the rates at which strength and learned bias change. "+
			"Beside an arrow stand the parameters that say by how much; j is one of the drugs. Adverse experience is negative, so that it does the reverse.", 68,
		[]figure.Node{
			{Name: drugs, Symbol: "r_j, q_j", X: 17, Y: 42, Role: figure.Input},
			{Name: plasticity, Symbol: "p", X: 52, Y: 26, Role: figure.Function},
			{Name: strength, Symbol: "s", X: 82, Y: 52},
			{Name: learned, Symbol: "b", X: 82, Y: 16},
			{Name: stress, Symbol: "σ", X: 104, Y: 4, Role: figure.Input},
			{Name: experience, Symbol: "e", X: 106, Y: 32, Role: figure.Input},
			{Name: bias, Symbol: "v", X: 134, Y: 16},
			{Name: control, Symbol: "x", X: 134, Y: 50},
			{Name: mood, Symbol: "x − v", X: 171, Y: 33, Role: figure.Function},
			{Name: stimulation, Symbol: "u", X: 168, Y: 60, Role: figure.Input},
			{Name: neuro, Symbol: "n", X: 168, Y: 7, Role: figure.Input},
		},
		[]figure.Edge{
			{From: bias, To: bias, Label: "w_vv", Bend: -0.1},
			{From: control, To: control, Label: "w_xx", Bend: 0.1},
			{From: control, To: bias, Effect: figure.Lowers, Label: "c_xv", Bend: 0.13},
			{From: bias, To: control, Effect: figure.Lowers, Label: "c_vx", Bend: 0.13},
			{From: strength, To: "w_xx", Effect: figure.Scales},
			{From: strength, To: "c_xv", Effect: figure.Scales},
			{From: strength, To: control, Label: "I_x"},
			{From: drugs, To: strength, Label: "k_j", Drug: true},
			{From: drugs, To: plasticity, Label: "p_j", Drug: true},
			{From: plasticity, To: strength, Effect: figure.Scales, Label: "1/τ_s"},
			{From: plasticity, To: learned, Effect: figure.Scales, Label: "η"},
			{From: learned, To: bias},
			{From: stress, To: strength, Effect: figure.Lowers, Label: "k_s", At: 0.7},
			{From: stress, To: bias, Label: "I_stress"},
			{From: experience, To: learned, Effect: figure.Lowers, Label: "ΔI_v", At: 0.6},
			{From: experience, To: bias, Effect: figure.Lowers, Label: "I_env"},
			{From: experience, To: control, Label: "I_env"},
			{From: stimulation, To: control, Label: "I_stim", Drug: true},
			{From: neuro, To: bias, Effect: figure.Lowers, Label: "I_ns", Drug: true},
			{From: control, To: mood},
			{From: bias, To: mood, Effect: figure.Lowers},
		})
}

// ConvergenceSchematic draws the model of package convergence.
func ConvergenceSchematic() (*figure.Figure, error) {
	const stress, anti, axis, inflammation, oxidative, mitochondria, capacity = "stress", "anti-inflammatory\ndrug", "stress axis", "inflammation", "oxidative stress", "mitochondria", "capacity"
	const dosed, taken, ssri, therapy, receptors, tone, drive = "doses and\nsessions", "taken on:\ndxm, tDCS …", "SSRI", "psychotherapy", "autoreceptors", "serotonin tone", "plasticity drive"
	const vacant, labile, lasting, steroid, ketamine, direct, relief, control, score = "vacant\nstrength", "labile strength", "lasting strength", "neurosteroid", "ketamine,\nesketamine", "direct relief", "relief", "control response", "score"
	return schematic("convergence-schematic", "Many ways in, one pool of strength, one score",
		"Treatments on the left. Above, the burden of the body, which sets the capacity for plasticity. In the middle, the one pool of vacant strength that all plasticity fills (wide arrows). "+
			"Below, direct relief without strength, and the control response of the trial.", 98,
		[]figure.Node{
			{Name: stress, Symbol: "σ", X: 12, Y: 78, Role: figure.Input},
			{Name: anti, X: 76, Y: 94, Role: figure.Input},
			{Name: axis, Symbol: "H", X: 44, Y: 78},
			{Name: inflammation, Symbol: "I", X: 86, Y: 78},
			{Name: oxidative, Symbol: "O", X: 128, Y: 78},
			{Name: mitochondria, Symbol: "M", X: 168, Y: 78},
			{Name: capacity, Symbol: "π", X: 106, Y: 61, Role: figure.Function},
			{Name: therapy, X: 14, Y: 61, Role: figure.Input},
			{Name: dosed, X: 12, Y: 46, Role: figure.Input},
			{Name: taken, X: 12, Y: 33, Role: figure.Input},
			{Name: ssri, X: 12, Y: 20, Role: figure.Input},
			{Name: receptors, Symbol: "D", X: 40, Y: 13},
			{Name: tone, Symbol: "T", X: 40, Y: 27, Role: figure.Function},
			{Name: drive, Symbol: "V", X: 56, Y: 43, Role: figure.Function},
			{Name: vacant, Symbol: "1 − s − l", X: 96, Y: 38, Role: figure.Function},
			{Name: labile, Symbol: "s", X: 154, Y: 54},
			{Name: lasting, Symbol: "l", X: 154, Y: 24},
			{Name: steroid, X: 12, Y: 4, Role: figure.Input},
			{Name: ketamine, X: 74, Y: 20, Role: figure.Input},
			{Name: direct, Symbol: "F", X: 74, Y: 4},
			{Name: relief, Symbol: "y", X: 116, Y: 4, Role: figure.Function},
			{Name: control, Symbol: "c", X: 168, Y: 14, Role: figure.Function},
			{Name: score, X: 168, Y: 2, Role: figure.Function},
		},
		[]figure.Edge{
			{From: stress, To: axis},
			{From: axis, To: inflammation, Label: "aIH", Bend: -0.1},
			{From: inflammation, To: axis, Label: "aHI", Bend: -0.1},
			{From: inflammation, To: oxidative, Label: "1 − aOM", Bend: -0.1},
			{From: oxidative, To: inflammation, Label: "aIO", Bend: -0.1},
			{From: oxidative, To: mitochondria, Effect: figure.Lowers, Label: "m", Bend: -0.1},
			{From: mitochondria, To: oxidative, Effect: figure.Lowers, Label: "aOM", Bend: -0.1},
			{From: anti, To: inflammation, Effect: figure.Lowers, Label: "dI", Drug: true},
			{From: axis, To: capacity, Effect: figure.Lowers, Label: "kH", At: 0.35},
			{From: inflammation, To: capacity, Effect: figure.Lowers, Label: "kI", At: 0.4},
			{From: oxidative, To: capacity, Effect: figure.Lowers, Label: "kO", At: 0.4},
			{From: mitochondria, To: capacity, Label: "kM", At: 0.35},
			{From: therapy, To: axis, Effect: figure.Lowers, Label: "ε", Drug: true},
			{From: therapy, To: drive, Label: "v psy, λ", At: 0.4, Drug: true},
			{From: dosed, To: drive, Label: "v_k, τx", Drug: true},
			{From: taken, To: drive, Label: "v_j, τB_j", At: 0.4, Drug: true},
			{From: ssri, To: tone, Drug: true},
			{From: ssri, To: receptors, Label: "τD", Drug: true},
			{From: receptors, To: tone, Label: "f5"},
			{From: tone, To: drive, Label: "v ssri, τB ssri"},
			{From: vacant, To: labile, Effect: figure.Becomes, Label: "1 − χ_j", Bend: 0.16},
			{From: labile, To: vacant, Effect: figure.Becomes, Label: "1/τs", At: 0.4, Bend: 0.02},
			{From: vacant, To: lasting, Effect: figure.Becomes, Label: "χ_j", At: 0.6, Bend: 0.02},
			{From: lasting, To: vacant, Effect: figure.Becomes, Label: "1/τc", Bend: 0.16},
			{From: labile, To: lasting, Effect: figure.Becomes, Label: "kc"},
			{From: drive, To: "1 − χ_j"},
			{From: drive, To: "χ_j", Bend: -0.22},
			{From: capacity, To: "1 − χ_j", Effect: figure.Scales},
			{From: capacity, To: "χ_j", Effect: figure.Scales, Bend: 0.15},
			{From: steroid, To: direct, Label: "f zur, f brex, tol", Drug: true},
			{From: ketamine, To: direct, Label: "f esk", Drug: true},
			{From: vacant, To: relief, Effect: figure.Lowers},
			{From: direct, To: relief},
			{From: relief, To: score, Effect: figure.Lowers, Label: "θ"},
			{From: control, To: score, Effect: figure.Lowers},
		})
}
