#!/usr/bin/env python3
"""Fits and profile-likelihood intervals by SciPy, for the tests of fit.go.

Writes fit_reference.json beside itself. Needs Debian's python3-scipy. Data are
drawn here, with known standard errors; estimates are those of curve_fit, and
the limits are where the smallest chi-square over all other parameters has
risen by chi2_1(0.95), found by brentq on least_squares; null where it does
not rise so far within the bounds.
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import optimize, stats

rng = np.random.default_rng(20190412)
LIMIT = stats.chi2.ppf(0.95, 1)


def saturation(t, a, k, c):
    return c + a * (1 - np.exp(-k * t))


def two_rates(t, f, fast, slow):
    return f * np.exp(-fast * t) + (1 - f) * np.exp(-slow * t)


def pulse(t, g, rise, fall):
    return g * (np.exp(-fall * t) - np.exp(-rise * t))


def restricted(model, t, y, sd, bounds, i, value, start):
    """Smallest chi-square with parameter i at value."""
    free = [j for j in range(len(bounds)) if j != i]
    low, high = np.array(bounds).T

    def residuals(z):
        x = np.empty(len(bounds))
        x[free], x[i] = z, value
        return (model(t, *x) - y) / sd

    best = None
    for s in (start[free], np.sqrt(low * high)[free], (0.9 * low + 0.1 * high)[free], (0.1 * low + 0.9 * high)[free]):
        r = optimize.least_squares(residuals, s, bounds=(low[free], high[free]), x_scale=np.abs(start[free]),
                                   xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=4000)
        if best is None or r.cost < best:
            best = r.cost
    return 2 * best


def limit(model, t, y, sd, bounds, i, x, chi2, end):
    rise = lambda v: restricted(model, t, y, sd, bounds, i, v, x) - chi2 - LIMIT
    grid = np.geomspace(x[i], end, 60)[1:]
    inside = x[i]
    for v in grid:
        if rise(v) > 0:
            return optimize.brentq(rise, inside, v, xtol=1e-12 * abs(v), rtol=1e-10)
        inside = v
    return None


cases = []
for name, model, t, truth, sd, bounds in [
    ("saturation", saturation, np.linspace(0.5, 14, 12), (3.0, 0.35, 1.0), 0.12, [(0.1, 100), (0.01, 10), (0.01, 10)]),
    ("two rates", two_rates, np.array([1, 2, 4, 6, 10, 15, 33.0]), (0.5, 0.8, 0.02), 0.03, [(0.05, 0.95), (0.1, 10), (0.001, 0.1)]),
    ("pulse", pulse, np.array([0.125, 0.25, 0.5, 1, 2, 3, 5, 7, 10]), (1.2, 4.0, 0.2), 0.08, [(0.1, 20), (0.3, 100), (0.01, 0.3)]),
    ("pulse, late data", pulse, np.array([2, 3, 5, 7, 10, 14.0]), (1.2, 4.0, 0.2), 0.08, [(0.1, 20), (0.3, 100), (0.01, 0.3)]),
]:
    errors = sd * np.exp(rng.normal(0, 0.3, len(t)))
    y = model(t, *truth) + errors * rng.normal(size=len(t))
    low, high = np.array(bounds).T
    x, cov = optimize.curve_fit(model, t, y, p0=truth, sigma=errors, absolute_sigma=True, bounds=(low, high),
                                xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=4000)
    chi2 = float(np.sum(((model(t, *x) - y) / errors) ** 2))
    cases.append({
        "name": name, "t": t.tolist(), "y": y.tolist(), "sd": errors.tolist(), "bounds": bounds, "estimate": x.tolist(),
        "standard_error": np.sqrt(np.diag(cov)).tolist(), "chi_square": chi2,
        "log_likelihood": float(np.sum(stats.norm.logpdf(y, model(t, *x), errors))),
        "p": float(stats.chi2.sf(chi2, len(t) - len(x))),
        "low": [limit(model, t, y, errors, bounds, i, x, chi2, low[i]) for i in range(len(x))],
        "high": [limit(model, t, y, errors, bounds, i, x, chi2, high[i]) for i in range(len(x))],
    })

out = pathlib.Path(__file__).with_name("fit_reference.json")
out.write_text(json.dumps({"scipy": scipy.__version__, "cases": cases}, indent=1) + "\n")
