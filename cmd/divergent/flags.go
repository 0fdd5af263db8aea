package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"divergent/pkg/study"
	"divergent/plots"
)

// The values of flags, which say what is wrong with what was typed.

type workers int

func (w *workers) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 || n > 1024 {
		return fmt.Errorf("%.60q: want a number of cells computed at a time, 1 to 1024, or 0 for one per core", b)
	}
	*w = workers(n)
	return nil
}

type jobs int

func (j *jobs) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 1 {
		return fmt.Errorf("%.60q: want a number of notebooks to run at once, 1 or more", b)
	}
	*j = jobs(n)
	return nil
}

type port int

func (p *port) UnmarshalText(b []byte) error {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%.60q: want a port, 1 to 65535, or 0 for a free one", b)
	}
	*p = port(n)
	return nil
}

type timeout time.Duration

func (t *timeout) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	if err != nil || d < time.Second {
		return fmt.Errorf("%.60q: want the longest time that a cell may take, at least 1s, such as 30m", b)
	}
	*t = timeout(d)
	return nil
}

type share float64

func (s *share) UnmarshalText(b []byte) error {
	x, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return fmt.Errorf("%.60q: want a share of synapses in (0, 1], or 0 for none", b)
	}
	*s = share(x) // its range is the design's to judge
	return nil
}

type seeds []uint64

func (s *seeds) UnmarshalText(b []byte) (err error) {
	*s, err = study.ParseSeeds(string(b))
	return err
}

// String lists them as the flag takes them, neighbours as a range.
func (s seeds) String() string {
	var parts []string
	for i := 0; i < len(s); {
		n := i + 1
		for n < len(s) && s[n] == s[n-1]+1 {
			n++
		}
		part := fmt.Sprint(s[i])
		if n > i+1 {
			part += fmt.Sprintf("-%d", s[n-1])
		}
		parts = append(parts, part)
		i = n
	}
	return strings.Join(parts, ",")
}

type tasks int

func (n *tasks) UnmarshalText(b []byte) error {
	x, err := strconv.Atoi(string(b))
	if err != nil || x < 1 || x > 100_000 {
		return fmt.Errorf("%.60q: want a number of tasks, 1 to 100000; as many as cores that you may use at a time is a good one", b)
	}
	*n = tasks(x)
	return nil
}

type formats []plots.Format

func (f *formats) UnmarshalText(b []byte) error {
	for _, name := range strings.Split(string(b), ",") {
		x, err := plots.ParseFormat(name)
		if err != nil {
			return err
		}
		*f = append(*f, x)
	}
	return nil
}

type levels study.Sweep

func (s *levels) UnmarshalText(b []byte) error {
	field, list, ok := strings.Cut(string(b), "=")
	var settings []float64
	for _, v := range strings.Split(list, ",") {
		x, err := strconv.ParseFloat(v, 64)
		ok = ok && err == nil
		settings = append(settings, x)
	}
	if !ok || field == "" {
		return fmt.Errorf("%.60q: want a field and numbers, such as Prune=0.8,0.9", b)
	}
	*s = levels(study.Over(field, settings...))
	return nil
}

// shard is a part of the cells, counted from 0.
type shard struct{ part, of int }

func (s *shard) UnmarshalText(b []byte) error {
	left, right, ok := strings.Cut(string(b), "/")
	i, errI := strconv.Atoi(left)
	n, errN := strconv.Atoi(right)
	if !ok || errI != nil || errN != nil || n < 1 || i < 0 || i >= n {
		return fmt.Errorf("%.60q: want i/n with i from 0 to n-1, such as 0/4", b)
	}
	*s = shard{i, n}
	return nil
}
