package gillespie_test

import (
	"fmt"
	"math/rand/v2"

	"divergent/pkg/gillespie"
)

// Sites that form and are lost, each with its own time of birth: Fire chooses who
// is lost, and the event erases what was born since day 5.
func ExampleReplicates() {
	build := func(int) gillespie.System {
		var born []float64
		return gillespie.System{
			Start: []int{0}, To: 6, At: []float64{6},
			Reactions: []gillespie.Reaction{
				{Name: "formation", Change: map[int]int{0: 1}, Reads: []int{}, Rate: func(float64, []int) float64 { return 8 }},
				{Name: "loss", Change: map[int]int{0: -1}, Rate: func(_ float64, x []int) float64 { return 0.2 * float64(x[0]) }},
			},
			Fire: func(t float64, reaction int, _ []int, r *rand.Rand) {
				if reaction == 0 {
					born = append(born, t)
					return
				}
				i := r.IntN(len(born))
				born = append(born[:i], born[i+1:]...)
			},
			Events: []gillespie.Event{{Time: 6, Apply: func(_ float64, x []int, _ *rand.Rand) {
				for len(born) > 0 && born[len(born)-1] >= 5 {
					born = born[:len(born)-1]
				}
				x[0] = len(born)
			}}},
		}
	}
	e, err := gillespie.Replicates(1000, 1, 0, build)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f sites, SD %.0f\n", e.Mean[0][0], e.SD[0][0])
	// Output:
	// 21 sites, SD 5
}
