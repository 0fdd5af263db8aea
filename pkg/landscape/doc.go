// Package landscape models a circuit that is stuck in a state, and what frees it,
// after Page, Epperson, Novick, Duffy & Thompson 2024 (Mol Psychiatry 29:3802-3813,
// doi 10.1038/s41380-024-02625-2): depression is inflexibility, antidepressants
// restore the strength of excitatory connections, and experience decides where the
// freed circuit goes. That paper gives no numbers. All parameters here are free,
// signs follow the sources of the card and of the table of connections, and
// only the order of results is claimed: no value is a prediction.
//
// An area of negative bias and one of control (TwoAreas), or five named regions
// (FiveRegions) or a Circuit of one's own, move in noise between an ill and a
// healthy state. The strength s of the excitatory connections, a learned bias and
// plasticity follow a protocol of stress, experience and treatments, and are not
// influenced by the circuit. Simulate follows paths; At freezes the slow variables
// and gives fixed points, nullclines, density and connectivity; Bifurcation
// follows fixed points in a parameter; Escapes, Trial, Warnings and Checks do the
// rest. Cubic is the reduction to one dimension.
//
// Time is in days.
package landscape
