package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// Quote is one published number in the vocabulary of the results: factor,
// setting, arm, phase, test and level are those of rows of results.csv.
//
// Metric is that of a row, or one that package infer derives from rows seed by
// seed:
//
//	accuracy, sparsity   percent; drop: points; loss: nats
//	dose, dose-l2        weight units
//	turnover             percent of weights
//	sparsity-all         percent of weights and biases that are zero
//	nonzero              weights and biases that are not zero, a count
//	restored             synapses present beyond those of untreated, a count
//	improvement          accuracy minus untreated's in the same test, points
//	difference           accuracy minus that of Minus in the same test, points
//	efficiency           improvement over dose + 1e-8, points per weight unit
//	cliff                percent pruned at which accuracy falls most from the published level
//	                     below, 100 being assumed before the first level
//	fall                 size of that fall, points
//	dose-percentile      the Level-th percentile of the doses of every published level
//	activation, gain, protection, severity, scarred: as rows have them
//	relapsed, autonomous share of the seeds
//	relapse-rate         percent of the cycles of a phase in which a seed relapsed
//	relapses             number of them
//	ever-relapsed        share of the seeds that relapsed in any cycle of a phase
//	first-relapse        first cycle with a relapse, of the seeds that had one
//	course-drop          accuracy in the first cycle minus that in the last, points
type Quote struct {
	Arm     string  // dense, untreated or the name of a treatment; empty where Metric belongs to none
	Factor  string  // swept factor, such as pruned; empty where none is or where Metric is over all its settings
	Setting float64 // the factor's; 0 without one
	Phase   string  // acute, off-drug or relapse
	Test    string  // clean, standard, input, internal, combined, or empty where the metric belongs to none
	Level   float64 // SD of the noise where Test is input or internal; percentile where Metric is dose-percentile; 0 elsewhere
	Metric  string  // see above
	Minus   Other   // what is subtracted where Metric is difference; zero elsewhere
	Cycle   int     // of a course, as in rows; 0 elsewhere
	Epoch   int     // epoch of the arm's training, from 1, where Metric is loss; 0 elsewhere
	Value   float64 // in Unit
	Seeds   int     // the author's that the number is the mean of; 0 for a single run
	SD      float64 // population SD over them, in Unit; NaN for a single run and where none is given
	Digits  int     // decimals printed: the author's value lies within half a unit of the last one
	Unit    string  // percent, percentage_points, nats, count, mean_abs_weight_change, l2_change_per_weight or points_per_unit_l1_dose
	Source  string  // table of the paper or the book, section of its prose, or notebook
}

// Other is the condition that a difference of accuracies subtracts.
type Other struct {
	Arm     string
	Factor  string  // swept factor; empty for the level of the number itself
	Setting float64 // the factor's; 0 without one
}

// Studies returns the studies that have published numbers.
func Studies() []string {
	return []string{"divergent", "cliff", "consolidation", "regimens", "isodose", "manic-switch", "chronic-stress", "withdrawal", "kindling"}
}

// place is where numbers are printed: the rows of a table whose Source starts so.
type place struct {
	table  string
	source string
	metric string // only this one; empty for all
}

// runs returns where the numbers of each of the author's runs are printed, the
// texts' tables first, then what the notebook prints, then prose. Of a number that
// stands in several places of one run the first counts.
func runs(study string) [][]place {
	const text1, text3, text4 = "ch01_pruning", "ch03_consolidation", "ch04_divergent"
	const notebook = "_notebook"
	switch study {
	case "divergent": // what the prose repeats has no place here; a cell of both tables comes twice
		return [][]place{{{table: text4, source: "Seed paper Table 1"}}, {{table: text4, source: "Seed paper Table 2"}},
			{{table: text4 + notebook, metric: "train_loss"}}}
	case "cliff":
		return [][]place{
			{{table: text1, source: "Book ch.1 Table"}, {table: text1 + notebook}, {table: text1}},
			{{table: "ch02_cliff" + notebook}, {table: "ch02_cliff"}},
			{{table: text3 + notebook, source: "Author notebook Ch03 run A, gradient versus random"},
				{table: text3 + notebook, source: "Author notebook Ch03 run A, sparsity sweep"}}}
	case "consolidation":
		return [][]place{
			{{table: text3, source: "Book ch.3 Table"}, {table: text3 + notebook, source: "Author notebook Ch03 run A"}, {table: text3}},
			{{table: text3 + notebook, source: "Author notebook Ch03 run B"}}}
	case "regimens":
		return [][]place{{{table: text3 + notebook, source: "Author notebook Ch03 run B"}, {table: text3}}}
	case "isodose":
		iso := func(printout string) []place {
			return []place{{table: text4 + notebook, source: "Author notebook 068A v2, " + printout}}
		}
		return [][]place{iso("iso-dose dose-response tables"), iso("efficiency tables"), iso("detailed iso-dose levels")}
	}
	if table := map[string]string{"manic-switch": "ch05_manic_switch", "chronic-stress": "ch06_chronic_stress",
		"withdrawal": "ch07_longitudinal", "kindling": "ch08_kindling"}[study]; table != "" {
		return [][]place{{{table: table, source: "Book ch." + table[3:4] + " Table"}, {table: table + notebook}, {table: table}}}
	}
	return nil
}

// Quotes returns the published numbers of a study in the paper's order; an
// unknown study is an error. They are all that the author printed and that a
// result can be compared with; published/README.md says which numbers are left
// to Table, and why.
//
// For divergent these are all cells of Tables 1 and 2 of Cheung 2026 (doi
// 10.7759/cureus.105040), followed by the four training losses of the SSRI-like
// arm that the author's notebook prints. What prose repeats from a table is
// left out; a cell that stands in both tables comes twice. Table 2's column
// without noise is the standard test.
//
// For cliff, consolidation and regimens they are those of chapters 1 to 3 of
// Cheung, Network Fragility (doi 10.5281/zenodo.18316723), and of their notebooks;
// for isodose, those of the extension of the chapter 4 notebook. Several runs
// of one protocol come one after the other, and Source tells them apart.
//
// For manic-switch, chronic-stress, withdrawal and kindling they are those of chapters 5
// to 8 of the same book and of their notebooks: means over ten seeds, and of chapter 5 a
// single run, too. A number that is printed with and without its SD has it.
func Quotes(study string) ([]Quote, error) {
	read, ok := quotesOnce[study]
	if !ok {
		return nil, fmt.Errorf("data: study = %q: no published numbers: want one of %s", study, strings.Join(Studies(), ", "))
	}
	quotes, err := read()
	return slices.Clone(quotes), err
}

// quotesOnce reads the numbers of each study at their first use.
var quotesOnce = func() map[string]func() ([]Quote, error) {
	once := map[string]func() ([]Quote, error){}
	for _, study := range Studies() {
		once[study] = sync.OnceValues(func() ([]Quote, error) { return readQuotes(study) })
	}
	return once
}()

func readQuotes(study string) ([]Quote, error) {
	var quotes []Quote
	for _, places := range runs(study) {
		run, err := translate(study, places)
		if err != nil {
			return nil, err
		}
		quotes = append(quotes, run...)
	}
	return quotes, nil
}

// translate returns the numbers of one run, each once. It is the same number if
// the author's name of the condition is the same, too: two networks of a run may
// stand for one arm of ours.
func translate(study string, places []place) ([]Quote, error) {
	type number struct {
		condition string
		quote     Quote
	}
	seen := map[number]int{}
	names := conditions(study)
	var quotes []Quote
	for _, p := range places {
		rows, err := Table(p.table)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if _, ours := names[r.Condition]; !ours || !p.holds(r) || !r.comparable() {
				continue
			}
			q, err := r.quote(study)
			if err != nil {
				return nil, fmt.Errorf("data: %s.csv line %d: %w", p.table, r.Line, err)
			}
			// A number is what it measures and its value, however it is printed.
			n := number{r.Condition, q}
			n.quote.SD, n.quote.Digits, n.quote.Unit, n.quote.Source = 0, 0, "", ""
			i, printed := seen[n]
			if !printed {
				i, seen[n], quotes = len(quotes), len(quotes), append(quotes, q)
			}
			if math.IsNaN(quotes[i].SD) { // of a table that gives none
				quotes[i].SD = q.SD
			}
		}
	}
	return quotes, nil
}

func (p place) holds(r Raw) bool {
	return strings.HasPrefix(r.Source, p.source) && (p.metric == "" || p.metric == r.Metric)
}
