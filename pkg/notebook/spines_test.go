package notebook

import (
	"strings"
	"testing"

	"divergent/pkg/fit"
	"divergent/pkg/model"
	"divergent/pkg/spines"
)

// A day of a dose shows the state before it, in which nothing is fast yet.
func TestOnDaysIsBeforeTheDose(t *testing.T) {
	p := spines.Default()
	c := Must(spines.Follow(p, model.Days(30, model.Stress(0, 21), model.Dose(21, "ketamine", 1)), 21))
	if i, _ := model.ReportOn(c.Day, 21); c.Fast[i] != 0 || c.Day[i] < 20.99 {
		t.Errorf("day 21 shows day %v with fast effect %v, want the state just before the dose", c.Day[i], c.Fast[i])
	}
	if _, err := c.On(31); err == nil || !strings.Contains(err.Error(), "day = 31: want one up to the last report, [30]") {
		t.Errorf("a day after the end: error %v", err)
	}
	if g := OnDays(c, 0, 30); g.Rows[0][1] != "100.0" || g.Rows[0][3] != "100.0" || g.Rows[1][0] != "30" {
		t.Errorf("got %v, want the baseline of 100 %% on day 0, then day 30", g.Rows)
	}
}

func TestRelapseTimesFollowTheirSchedules(t *testing.T) {
	p := spines.Default()
	long, often := LongerLived(p, 1, 2), MoreOften(p, []float64{2, 7}, 1, 2)
	if len(long) != 22 || long[21].Longer != 1 || long[21].Doses != 2 || long[21].Relapsed {
		t.Errorf("got %d schedules, the last %+v: want 22, the last without elimination and without relapse", len(long), long[21])
	}
	if len(often) != 4 || often[2].Every != 7 || often[2].Days != long[0].Days {
		t.Errorf("got %d schedules, the third %+v: want 4, one dose relapsing after %v days at any interval", len(often), often[2], long[0].Days)
	}
	if got := RelapseAfter(p, spines.Schedule{Longer: 1}); got != "none in 180 days" {
		t.Errorf("got %q, want none in 180 days", got)
	}
}

// The sign of the difference and which fit has more freedom.
func TestMemoriesComparesTheSameData(t *testing.T) {
	m := Memories([]spines.Arm{spines.Shao()}, spines.FitOptions{Intervals: fit.NoIntervals, Starts: 1})[0]
	if m.N != 32 || m.K >= m.KWithout || m.ForMemory != m.AICWithout-m.AIC {
		t.Errorf("got %+v, want 32 data, more estimates without memory, and AICWithout − AIC", m)
	}
}
