package treat

import (
	"fmt"
	"slices"
)

// Series is a sequence of arms.
type Series struct {
	Label string
	Arms  []Treatment
}

// Sequence returns the treatment that applies the arms one after the other. The
// drug of an arm is stopped before the next arm begins; the last one's stays on.
func Sequence(name string, arms ...Treatment) Treatment { return Series{Label: name, Arms: arms} }

// Name returns the sequence's name.
func (c Series) Name() string { return c.Label }

// Validate checks every arm.
func (c Series) Validate() error {
	for i, a := range c.Arms {
		if err := validate(fmt.Sprintf("Arms[%d]", i), c.Label, a); err != nil {
			return c.named(a, err)
		}
	}
	return nil
}

// named puts the name of the arm at fault before the error.
func (c Series) named(a Treatment, err error) error {
	if isNil(a) {
		return err
	}
	return fmt.Errorf("%s: %w", a.Name(), err)
}

// Plan returns the arms' plans in order.
func (c Series) Plan() (out []Step) {
	for _, a := range c.Arms {
		out = append(out, Plan(a)...)
	}
	return out
}

// Apply applies the arms in order.
func (c Series) Apply(s *Subject) error {
	if err := c.Validate(); err != nil {
		return err
	}
	for i, a := range c.Arms {
		if i > 0 {
			Withdraw(c.Arms[i-1], s)
		}
		err := a.Apply(s)
		if err == nil {
			err = s.settled()
		}
		if err != nil {
			return c.named(a, err)
		}
	}
	return nil
}

// Unwrap returns the last arm.
func (c Series) Unwrap() Treatment {
	if len(c.Arms) == 0 {
		return nil
	}
	return c.Arms[len(c.Arms)-1]
}

// Cycles is an arm applied several times over.
type Cycles struct {
	Label string
	Times int // range 1 to 1000; published: 3, 6 and 10 in the repeated regimens
	Arm   Treatment
}

// Repeat returns the treatment that applies the arm so many times; its drug is
// stopped between them and stays on after the last.
func Repeat(name string, times int, arm Treatment) Treatment {
	return Cycles{Label: name, Times: times, Arm: arm}
}

// Name returns the arm's name.
func (c Cycles) Name() string { return c.Label }

// Validate reports the first field outside its range.
func (c Cycles) Validate() error {
	if c.Times < 1 || c.Times > 1000 {
		return fmt.Errorf("treat: Times of %q = %d: want 1 to 1000", c.Label, c.Times)
	}
	return validate("Arm", c.Label, c.Arm)
}

// series returns the arm once for each cycle.
func (c Cycles) series() Series {
	return Series{Label: c.Label, Arms: slices.Repeat([]Treatment{c.Arm}, c.Times)}
}

// Plan returns the plans of all cycles.
func (c Cycles) Plan() []Step { return c.series().Plan() }

// Apply applies the arm again and again.
func (c Cycles) Apply(s *Subject) error {
	if err := c.Validate(); err != nil {
		return err
	}
	return c.series().Apply(s)
}

// Unwrap returns the arm.
func (c Cycles) Unwrap() Treatment { return c.Arm }
