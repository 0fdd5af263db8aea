#!/usr/bin/python3
"""Solves the cascade with SciPy's solve_ivp, drug included: compartments as
amounts, all stages in one system, one call for each stretch between events.

scipy_reference.py > scipy.json    writes the fixture

Needs Debian's python3-scipy.
"""
import json
import math
import sys

import numpy as np
import scipy
from scipy.integrate import solve_ivp

LN2 = math.log(2)
P = dict(FreePlasma=0.65, FreeBrain=0.6, Bridge=8.0, RodentRise=0.002, RodentDecay=0.017, KInter=15, KPyr=52, Hill=2, Surge=1.2,
         Quench=0.95, KRest=25, TauSurge=0.004, TauKinase=0.02, TauBDNF=0.1, TauMTOR=0.05, SurgeBDNF=1.5, KinaseBDNF=2.5,
         Insertion=0.4, HalfBDNF=0.8, TauCapacity=1.5, Growth=9, TauDensity=20)
# Kamp 2020 as quoted by public code, L and L/h at 70 kg; ketamine's molar mass, g/mol
V1, V2, V3, CL, Q2, Q3, MASS = 25, 56, 157, 84 * 24, 161 * 24, 79 * 24, 237.73
INFUSION = 40 / 1440


def rate(t, y, case):
    p, on = P, case["switches"]
    if case["subject"] == "human":
        a1, a2, a3 = y[:3]
        given = sum(mg * 70 / (end - begin) for begin, end, mg in case["infusions"] if begin <= t < end)
        drug = [given - (CL + Q2 + Q3) / V1 * a1 + Q2 / V2 * a2 + Q3 / V3 * a3, Q2 / V1 * a1 - Q2 / V2 * a2, Q3 / V1 * a1 - Q3 / V3 * a3]
        x = 1000 * a1 / V1 / MASS * p["FreePlasma"] * p["FreeBrain"] * p["Bridge"]
    else:  # gut and body, scaled to a peak of one per mg/kg
        ka, ke = LN2 / p["RodentRise"], LN2 / p["RodentDecay"]
        drug = [-ka * y[0], ka * y[0] - ke * y[1], 0]
        peak = (ka / ke) ** (-ke / (ka - ke))
        x = y[1] / peak
    x = max(x, 0)
    g, e, b, m, u, c, n = y[3:]
    interneurons = x / (x + p["KInter"])
    pyramidal = x ** p["Hill"] / (x ** p["Hill"] + p["KPyr"] ** p["Hill"])
    ampar = sum(share for begin, end, share in case.get("ampar", []) if begin <= t < end)
    mtor = sum(share for begin, end, share in case.get("mtor", []) if begin <= t < end)
    surge = (1 + p["Surge"] * interneurons) * (1 - p["Quench"] * pyramidal) if on["activation"] else 1
    rest = on["mg"] * x / (x + p["KRest"]) if on["inhibition"] else 0
    drive = p["SurgeBDNF"] * max(g - 1, 0) * (1 - ampar) + p["KinaseBDNF"] * (1 - e) * (1 - p["Insertion"] * ampar)
    k = p["HalfBDNF"] ** 2
    gain = (1 + k) * b * b / (b * b + k)
    return drug + [
        (surge - g) / p["TauSurge"], (1 - rest - e) / p["TauKinase"], (1 + drive - b) / p["TauBDNF"],
        (1 + (gain - 1) * (1 - mtor) - m) / p["TauMTOR"], (gain - u) / p["TauMTOR"],
        ((m if on["gate"] == "strict" else u) - c) / p["TauCapacity"],
        p["Growth"] * (c - 1) - (n - 1) / p["TauDensity"]]


def solve(case):
    times = case["days"]
    cuts = {0.0, times[-1]}
    for key in ("infusions", "ampar", "mtor"):
        for begin, end, _ in case.get(key, []):
            cuts |= {begin, min(end, times[-1])}
    for day, _ in case.get("doses", []):
        cuts.add(day)
    cuts = sorted(cuts)
    y = np.array([0, 0, 0] + [1.0] * 7)
    rows = {}
    for a, b in zip(cuts, cuts[1:]):
        for day, mg in case.get("doses", []):
            if day == a:
                y[0] += mg
        last = math.nextafter(b, a)
        inside = [t for t in times if a <= t < b]
        # short steps, lest one passes over a pulse; times after a in its units, lest they cancel
        out = solve_ivp(lambda t, y: rate(min(a + t, last), y, case), (0, b - a), y, method="LSODA", t_eval=[t - a for t in inside] + [b - a],
                        rtol=1e-11, atol=1e-14, max_step=max((b - a) / 50, 1e-3))
        assert out.success, out.message
        for t, row in zip(inside, out.y.T):
            rows[t] = row
        y = out.y[:, -1].copy()
    rows[times[-1]] = y
    return [[float(v) for v in rows[t][3:8]] + [float(v) for v in rows[t][8:]] for t in times]


BOTH = dict(activation=True, inhibition=True, mg=1, gate="strict")
HUMAN = [i / 1440 for i in range(0, 240, 10)] + [i / 24 for i in range(4, 48, 2)] + [2.0 + i / 2 for i in range(0, 27)]
CASES = {
    "person": dict(subject="human", infusions=[(0, INFUSION, 0.5)], switches=BOTH, days=HUMAN),
    "person, twice": dict(subject="human", infusions=[(0, INFUSION, 0.5), (3, 3 + INFUSION, 1.0)], switches=BOTH, days=HUMAN),
    "person, no gate, mTORC1 blocked for half a day": dict(
        subject="human", infusions=[(0, INFUSION, 0.5)], mtor=[(0, 0.5, 1)], switches=dict(BOTH, gate="none"), days=HUMAN),
    "person, gate, mTORC1 half blocked from 2 h to 4 h": dict(
        subject="human", infusions=[(0, INFUSION, 0.5)], mtor=[(2 / 24, 4 / 24, 0.5)], switches=BOTH, days=HUMAN),
    "rodent 10": dict(subject="rodent", doses=[(0, 10)], switches=BOTH, days=HUMAN),
    "rodent 200, activation": dict(subject="rodent", doses=[(0, 200)], switches=dict(BOTH, inhibition=False), days=HUMAN),
    "rodent 160, inhibition, weak at rest": dict(subject="rodent", doses=[(0, 160)], switches=dict(BOTH, activation=False, mg=0.3), days=HUMAN),
    "rodent 30, AMPA block for an hour": dict(subject="rodent", doses=[(0, 30)], ampar=[(0, 1 / 24, 0.7)], switches=BOTH, days=HUMAN),
    "rodent 10, three days": dict(subject="rodent", doses=[(0, 10), (1, 10), (2, 10)], switches=BOTH, days=HUMAN),
}
json.dump({"SciPy": scipy.__version__, "NumPy": np.__version__, "Parameters": P,
           "Cases": [dict(name=k, case=dict({"infusions": [], "doses": [], "ampar": [], "mtor": []}, **c), y=solve(c)) for k, c in CASES.items()]},
          sys.stdout, separators=(",", ":"))
print()
