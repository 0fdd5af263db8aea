#!/usr/bin/env python3
"""The two areas at constant strength in NumPy, as one would write them there: all
paths at once, step by step, scheme SRA1 (Roessler 2010) or Euler and Maruyama.

numpy_reference.py > numpy.json   writes the reference that TestNumPy reads
numpy_reference.py --time DAYS    prints scheme and seconds per path and step

Debian's python3-numpy suffices.
"""
import json
import sys
import time

import numpy as np

GAIN, THRESHOLD, NOISE = 6.0, 0.5, 0.18
BIAS_SELF, CONTROL_SELF, CONTROL_TO_BIAS, BIAS_TO_CONTROL = 1.0, 1.0, 0.9, 0.45
BIAS_INPUT, CONTROL_INPUT = 0.15, 0.3
REMISSION, RELAPSE = 0.5, -0.5


def drift(v, x, s):
    a = 1 / (1 + np.exp(-GAIN * (BIAS_SELF * v - CONTROL_TO_BIAS * s * x + BIAS_INPUT - THRESHOLD))) - v
    b = 1 / (1 + np.exp(-GAIN * (CONTROL_SELF * s * x - BIAS_TO_CONTROL * v + CONTROL_INPUT * s - THRESHOLD))) - x
    return a, b


def paths(s, n, days, h, scheme, seed, start):
    """Follows n paths; returns the days, the mean mood and the share that is well."""
    r = np.random.default_rng(seed)
    v, x = np.full(n, start[0]), np.full(n, start[1])
    well = np.zeros(n, bool)
    t, mood, healthy = [], [], []
    root = np.sqrt(h)
    for k in range(int(round(days / h))):
        a, b = drift(v, x, s)
        wv, wx = r.standard_normal(n), r.standard_normal(n)
        if scheme == "SRA1":
            zv, zx = r.standard_normal(n), r.standard_normal(n)
            sd = 0.75 * root * NOISE
            av, bx = drift(v + 0.75 * h * a + sd * (wv + zv / np.sqrt(3)), x + 0.75 * h * b + sd * (wx + zx / np.sqrt(3)), s)
            v += h / 3 * (a + 2 * av) + NOISE * root * wv
            x += h / 3 * (b + 2 * bx) + NOISE * root * wx
        else:
            v += h * a + NOISE * root * wv
            x += h * b + NOISE * root * wx
        m = x - v
        well = np.where(well, m > RELAPSE, m >= REMISSION)
        if (k + 1) % int(round(10 / h)) == 0:
            t.append((k + 1) * h)
            mood.append(float(m.mean()))
            healthy.append(float(well.mean()))
    return t, mood, healthy


def settle(s, v=1.0, x=0.0):
    for _ in range(100000):
        a, b = drift(v, x, s)
        v, x = v + 0.05 * a, x + 0.05 * b
    return float(v), float(x)


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "--time":
        days = float(sys.argv[2])
        for scheme in "SRA1", "Euler-Maruyama":
            start = time.perf_counter()
            paths(0.75, 10000, days, 0.05, scheme, 1, settle(0.75))
            print(scheme, (time.perf_counter() - start) / (10000 * round(days / 0.05)))
        return
    out = {"numpy": np.__version__, "paths": 20000, "runs": []}
    for s in 0.75, 1.0, 1.3:
        v, x = settle(s)
        t, mood, well = paths(s, 20000, 60, 0.05, "SRA1", 1, (v, x))
        out["runs"].append({"strength": s, "state": [v, x], "days": t, "mood": mood, "well": well})
    json.dump(out, sys.stdout, indent=1)
    print()


main()
