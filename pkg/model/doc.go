// Package model is the ground that the small models stand on: what happens to
// a subject and when (Protocol), a model's parameters and where they come from
// (Card), what it must reproduce and what speaks against it (Check), and its results
// as tables (Record). No model is in it; packages fit and uncertain ask how sure a
// result is.
//
// Time is in days. Everything random comes from named streams of one seed, and
// any number of workers gives the same bytes.
package model
