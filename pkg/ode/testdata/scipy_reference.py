#!/usr/bin/python3
"""Solves the problems of scipy_test.go with SciPy's solve_ivp.

scipy_reference.py > scipy.json    writes the fixture
scipy_reference.py --time [N]      prints the best of N times of the problem
                                   "spines", seconds, for each method

Needs Debian's python3-scipy. Events are what a user of solve_ivp would write:
one call for each stretch between them.
"""
import json
import math
import sys
import time

import numpy as np
import scipy
from scipy.integrate import solve_ivp

KU, KM, B, R, D, F = 1.21, 0.032, 0.032, 0.129, 0.0034, 0.031
KB, KR, AR, LAG, TAU_W, TAU_E = 1.5, 0.5, 15.0, 0.5, 1.0, 1.0
DOSES = (21.0, 28.0)


def spines(t, y):
    """Five states: new, established and lost sites, pulse, fast term."""
    u, s, l, w, e = y
    stress = 1.0 if 0 <= t < 21 else 0.0
    since = t - (DOSES[1] if t >= DOSES[1] else DOSES[0])
    q = w * (1 - math.exp(-since / LAG)) if since >= 0 else 0.0
    lost = B * (1 + KB * stress) * s
    back = R * (1 - KR * stress) * (1 + AR * q) * l
    return [F - (KU + KM) * u, KM * u - lost + back, lost - back - D * l, -w / TAU_W, -e / TAU_E]


def dose(y):
    y[3] = 1.0
    y[4] += 1.0


def erase(y):
    y[1] *= 0.8


def span(a, b, n):
    return [a + (b - a) * i / n for i in range(n + 1)]


# rate, start, times to report, events, methods to compare, method of the reference
PROBLEMS = {
    "decay": (lambda t, y: [-y[0]], [1.0], span(0, 10, 20), [], ["RK45"], "DOP853"),
    "oscillator": (lambda t, y: [y[1], -y[0]], [1.0, 0.0], span(0, 20, 40), [], ["RK45"], "DOP853"),
    "logistic": (lambda t, y: [y[0] * (1 - y[0])], [0.01], span(0, 12, 24), [], ["RK45"], "DOP853"),
    "forced": (lambda t, y: [-2 * y[0] + math.sin(3 * t)], [1.0], span(0, 8, 16), [], ["RK45", "Radau", "BDF"], "DOP853"),
    "predators": (lambda t, y: [y[0] * (1.1 - 0.4 * y[1]), y[1] * (0.1 * y[0] - 0.4)], [10.0, 5.0],
                  span(0, 40, 80), [], ["RK45"], "DOP853"),
    "spines": (spines, [0.025, 0.975, 0.24, 0.0, 0.0], span(-7, 60, 67),
               [(0.0, None), (21.0, dose), (28.0, dose), (29.0, erase)], ["RK45", "Radau", "BDF"], "DOP853"),
    "vanderpol": (lambda t, y: [y[1], 2 * (1 - y[0] ** 2) * y[1] - y[0]], [2.0, 0.0], span(0, 20, 40), [],
                  ["RK45", "Radau", "BDF"], "DOP853"),
    "stiff vanderpol": (lambda t, y: [y[1], ((1 - y[0] ** 2) * y[1] - y[0]) / 1e-6], [2.0, -0.66], span(0, 2, 20), [],
                        ["Radau", "BDF"], "Radau"),
    "robertson": (lambda t, y: [-0.04 * y[0] + 1e4 * y[1] * y[2], 0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] ** 2,
                                3e7 * y[1] ** 2], [1.0, 0.0, 0.0], [0.4 * 10.0**k for k in range(12)], [],
                  ["Radau", "BDF"], "Radau"),
}


def solve(name, method, rtol, atol):
    """The states at the reported times, those at an event after it, and the evaluations."""
    rate, start, times, events, _, _ = PROBLEMS[name]
    y, t, rows, count = np.array(start), min(times[0], 0.0), [], 0
    stops = [at for at, _ in events] + [times[-1]]
    applied = [f for _, f in events] + [None]
    for stop, apply in zip(stops, applied):
        inside = [x for x in times if t <= x < stop]
        # The rates switch by t >= ...: the last stage must not see the far side.
        last = math.nextafter(stop, -math.inf) if events else stop

        def f(t, y):
            nonlocal count  # nfev leaves out what finite differences take
            count += 1
            return rate(min(t, last), y)

        out = solve_ivp(f, (t, stop), y, method=method, t_eval=inside + [stop], rtol=rtol, atol=atol)
        assert out.success, (name, method, out.message)
        rows += [list(map(float, row)) for row in out.y.T[:-1]]
        y, t = out.y[:, -1].copy(), stop
        if apply:
            apply(y)
    rows.append(list(map(float, y)))
    return rows, count


def fixture():
    problems = {}
    for name, (_, _, times, _, methods, exact) in PROBLEMS.items():
        tight = {"DOP853": (1e-13, 1e-15), "Radau": (1e-11, 1e-15)}[exact]
        runs = []
        for method in methods:
            for rtol in (1e-3, 1e-6, 1e-8):
                atol = rtol * (1e-3 if name != "robertson" else 1e-6)
                rows, count = solve(name, method, rtol, atol)
                runs.append({"Method": method, "Rel": rtol, "Abs": atol, "Evaluations": count, "Y": rows})
        problems[name] = {"At": times, "Exact": solve(name, exact, *tight)[0], "Runs": runs}
    json.dump({"SciPy": scipy.__version__, "NumPy": np.__version__, "Problems": problems}, sys.stdout, indent=None,
              separators=(",", ":"))
    print()


def timing(rounds):
    for method in ("RK45", "LSODA", "Radau", "BDF"):
        best = math.inf
        for _ in range(rounds):
            t0 = time.perf_counter()
            _, count = solve("spines", method, 1e-6, 1e-9)
            best = min(best, time.perf_counter() - t0)
        print(method, best, count)


if len(sys.argv) > 1 and sys.argv[1] == "--time":
    timing(int(sys.argv[2]) if len(sys.argv) > 2 else 20)
else:
    fixture()
