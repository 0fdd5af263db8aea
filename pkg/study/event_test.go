package study

import (
	"testing"
	"time"
)

func TestEventIsALine(t *testing.T) {
	for _, tc := range []struct {
		e    Event
		want string
	}{
		{Event{Done: 3, Total: 8}, "simulated 3 of 8 cells"},
		{Event{Done: 3, Total: 8, Left: 42 * time.Second, Elapsed: time.Minute}, "simulated 3 of 8 cells, about 42 s remaining"},
		{Event{Done: 3, Total: 8, Left: 10 * time.Minute, Elapsed: time.Minute}, "simulated 3 of 8 cells, about 10 min remaining"},
		{Event{Done: 3, Total: 8, Left: 3 * time.Hour, Elapsed: time.Minute}, "simulated 3 of 8 cells, about 3.0 h remaining"},
		{Event{Done: 3, Stored: 2, Total: 8, Left: 5 * time.Second, Elapsed: time.Minute}, "simulated 1 of 6 cells (2 more were stored), about 5 s remaining"},
		{Event{Total: 8, Left: 7 * time.Minute, Elapsed: time.Second}, "simulated 0 of 8 cells"}, // too early to tell
		{Event{Done: 8, Total: 8, Left: time.Second, Elapsed: time.Minute}, "simulated 8 of 8 cells"},
		{Event{Done: 7, Total: 8, Left: time.Millisecond, Elapsed: time.Minute}, "simulated 7 of 8 cells, about 1 s remaining"},
	} {
		if got := tc.e.String(); got != tc.want {
			t.Errorf("line %q, want %q", got, tc.want)
		}
	}
}
