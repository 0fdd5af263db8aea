"""States and relief of the convergence model by SciPy: a second program of equations (1) to
(15), over parameter sets drawn from the card's ranges. Writes scipy.csv, which
reference_test.go reads. Run: divergent's `run convergence` writes parameters.csv, then

    python3 reference.py .../convergence/parameters.csv
"""
import csv
import sys

import numpy as np
from scipy.integrate import solve_ivp

PULSES = {"ketamine": ("VKet", "ChiKet"), "esketamine": ("VEsk", "ChiKet"), "psilocybin": ("VPsi", "ChiPsi"),
          "snt": ("VSNT", "ChiSNT"), "rtms": ("VRTMS", "ChiRTMS"), "ect": ("VECT", "ChiECT")}
LEVELS = {"ssri": "TauBSSRI", "dxm": "TauBDXM", "tdcs": "TauBLvl", "aripiprazole": "TauBLvl", "anti": 3.0, "psy": "TauPsy",
          "zuranolone": "TauN", "brexanolone": 0.5}
# arm: pulses by treatment (days, amount), levels by treatment (from, to, level), stress (from, to), postpartum
ARMS = {
    "ket6+psy": ({"ketamine": ([0, 2, 4, 7, 9, 11], 1)}, {"psy": (0, 84, 1)}, None, False),
    "esk56+ssri": ({"esketamine": ([0, 3], 56 / 84)}, {"ssri": (0, 1e9, 1)}, None, False),
    "psi10+anti": ({"psilocybin": ([0], 0.4)}, {"anti": (0, 1e9, 1)}, None, False),
    "snt+dxm": ({"snt": ([0, 1, 2, 3, 4], 1)}, {"dxm": (0, 1e9, 1)}, None, False),
    "zurppd+brex": ({}, {"zuranolone": (0, 14, 1), "brexanolone": (0, 2.5, 1)}, None, True),
    "ssri+anti+stress": ({}, {"ssri": (0, 1e9, 1), "anti": (0, 1e9, 1)}, (5, 15), False),
    "ect9+tdcs+ari": ({"ect": ([7 * w + d for w in range(3) for d in (0, 2, 4)], 1)}, {"tdcs": (0, 70, 1), "aripiprazole": (0, 1e9, 1)}, None, False),
    "rtms20": ({"rtms": ([7 * w + d for w in range(4) for d in range(5)], 1)}, {}, None, False),
}
DAYS = [1.0, 6.5, 20.0, 42.0]


def capacity(p, y):
    return np.exp(p["KH"] * (1 - y[0]) + p["KI"] * (1 - y[1]) + p["KO"] * (1 - y[2]) + p["KM"] * (1 - (1 - y[3]) / p["M"]))


def solve(p, arm):
    pulses, levels, stress, ppd = arm
    names = list(pulses) + list(levels)
    n = 8 + len(names)  # H I O M D w s l, then the effects
    a = np.array([[1, -p["AHI"], 0, 0], [-p["AIH"], 1, -p["AIO"], 0], [0, p["AOM"] - 1, 1, p["AOM"] / p["M"]], [0, 0, p["M"], 1]])
    b = [(1 - p["AHI"]) * p["Sigma"], (1 - p["AIH"] - p["AIO"]) * p["Iota"], p["AOM"] / p["M"], 1]
    y = np.zeros(n)
    y[:4] = np.linalg.solve(a, b)
    edges = sorted({0.0, *DAYS, *(float(d) for days, _ in pulses.values() for d in days),
                    *(x for f, t, _ in levels.values() for x in (float(f), float(t)) if x < 1e8), *(map(float, stress) if stress else ())})

    def rhs(t, y, mid):
        d = np.zeros(n)
        u = {k: (l if f <= mid < e else 0.0) for k, (f, e, l) in levels.items()}
        x = {k: y[8 + i] for i, k in enumerate(names)}
        sigma = p["Sigma"] + (1.0 if stress and stress[0] <= mid < stress[1] else 0.0)
        d[0] = ((1 - p["AHI"]) * sigma * (1 - p["Eps"] * x.get("psy", 0)) + p["AHI"] * y[1] - y[0]) / p["TauH"]
        d[1] = ((1 - p["AIH"] - p["AIO"]) * p["Iota"] + p["AIH"] * y[0] + p["AIO"] * y[2] - y[1] * (1 + p["DI"] * x.get("anti", 0))) / p["TauI"]
        d[2] = ((1 - p["AOM"]) * y[1] + p["AOM"] * (1 - y[3]) / p["M"] - y[2]) / p["TauO"]
        d[3] = (1 - p["M"] * y[2] - y[3]) / p["TauM"]
        d[4] = (p["Dmax"] * u.get("ssri", 0) - y[4]) / p["TauD"]
        d[5] = (p["Tol"] * x.get("zuranolone", 0) - y[5]) / p["TauTol"]
        short = long = 0.0
        for i, k in enumerate(names):
            if k in PULSES:
                v, chi = p[PULSES[k][0]] * x[k] / p["TauX"], p[PULSES[k][1]]
                d[8 + i] = -x[k] / p["TauX"]
            else:
                tau = LEVELS[k]
                tau = p[tau] if isinstance(tau, str) else tau
                to = u[k]
                if k == "ssri":
                    to = u[k] * (1 - p["F5"] * (1 - y[4])) / (1 - p["F5"] * (1 - p["Dmax"]))
                d[8 + i] = (to - x[k]) / tau
                v, chi = {"ssri": p["VSSRI"], "dxm": p["VDXM"], "tdcs": p["VTDCS"], "aripiprazole": p["VAri"]}.get(k, 0.0) * x[k], 0.0
                if k == "psy":
                    v, chi = p["VPsy"] * x[k] * (1 + p["Lam"] * (y[6] + y[7])), p["ChiPsy"]
            short, long = short + (1 - chi) * v, long + chi * v
        room = capacity(p, y) * (1 - y[6] - y[7])
        d[6] = room * short - y[6] * (1 / p["TauS"] + p["KC"])
        d[7] = room * long + p["KC"] * y[6] - y[7] / p["TauC"]
        return d

    def amount(k, a):
        return a ** {"esketamine": p["HEsk"], "psilocybin": p["PPsi"]}.get(k, 1.0)

    out = []
    for start, end in zip(edges, edges[1:] + [None]):
        if start in DAYS:
            f = 0.0
            for k in ("ketamine", "esketamine"):
                for d in pulses.get(k, ([], 1))[0]:
                    if start > d:
                        s = start - d
                        f += p["FEsk"] * amount(k, pulses[k][1]) * p["TauF"] / (p["TauF"] - p["TauFOn"]) * (np.exp(-s / p["TauF"]) - np.exp(-s / p["TauFOn"]))
            for i, k in enumerate(names):
                if k == "zuranolone":
                    f += p["FZur"] * (p["GPPD"] if ppd else 1) * (y[8 + i] - y[5])
                if k == "brexanolone":
                    f += p["FBrex"] * y[8 + i]
            f = min(1.0, max(-0.5, f))
            relief = 1 - (1 - y[6] - y[7]) * (1 - f) * (1 - p["WB"] * (1 - 1 / capacity(p, y)))
            out.append([start, *y[:4], y[6], y[7], relief])
        for i, k in enumerate(names):
            if k in pulses and start in map(float, pulses[k][0]):
                y[8 + i] += amount(k, pulses[k][1])
        if end is None or start >= DAYS[-1]:
            break
        y = solve_ivp(rhs, (start, end), y, method="DOP853", rtol=1e-11, atol=1e-13, args=((start + end) / 2,)).y[:, -1]
    return out


def main():
    card = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
    rng = np.random.default_rng(7)
    with open("scipy.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        fields = [c["field"] for c in card]
        w.writerow(["arm", "day"] + ["state " + k for k in ("H", "I", "O", "M", "s", "l", "y")] + fields)
        for arm in ARMS:
            for _ in range(3):
                p = {}
                for c in card:
                    lo, hi = float(c["low"]), float(c["high"])
                    u = rng.uniform(0.02, 0.98)
                    p[c["field"]] = float("%.6g" % (lo * (hi / lo) ** u if c["logarithmic"] == "true" else lo + u * (hi - lo)))
                for row in solve(p, ARMS[arm]):
                    w.writerow([arm] + ["%.9f" % v for v in row] + ["%.6g" % p[k] for k in fields])


main()
