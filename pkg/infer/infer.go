// Package infer asks a study's result for measurements over seeds, and holds
// them against the published numbers. What it does with samples is package stats.
package infer

import (
	"divergent/pkg/stats"
	"divergent/pkg/study"
	"divergent/pkg/task"
)

// The names that notebooks know from here.
type (
	Interval   = stats.Interval
	Comparison = stats.Comparison
	Summary    = stats.Summary
	Choice     = stats.Choice
)

// Mean is stats.Mean: a mean with Student's t interval.
func Mean(x []float64, confidence float64) Interval { return stats.Mean(x, confidence) }

// Bootstrap is stats.Bootstrap: a mean with its BCa bootstrap interval.
func Bootstrap(x []float64, confidence float64) Interval { return stats.Bootstrap(x, confidence) }

// Paired is stats.Paired: x and y compared over the same seeds.
func Paired(x, y []float64, confidence float64) Comparison { return stats.Paired(x, y, confidence) }

// Summarise is stats.Summarise: mean, sample SD and size.
func Summarise(x []float64) Summary { return stats.Summarise(x) }

// SD is stats.SD: the population SD of the published tables.
func SD(x []float64) float64 { return stats.SD(x) }

// Chance is the accuracy that guessing gives in the result's task, percent.
func Chance(r *study.Result) float64 {
	classes := len(task.Four().Centres)
	if settings, ok := r.Manifest.Settings.(map[string]any); ok {
		if t, ok := settings["Task"].(map[string]any); ok {
			if centres, ok := t["Centres"].([]any); ok && len(centres) > 0 {
				classes = len(centres)
			}
		}
	}
	return 100 / float64(classes)
}
