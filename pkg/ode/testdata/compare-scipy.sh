#!/usr/bin/env bash
# Times the problem "spines" (five states, 67 days, three restarts, daily output,
# tolerances 1e-6 and 1e-9) in this package and in SciPy's solve_ivp, on one core,
# in turn, and prints the best of several times of each and their ratio.
# Needs Debian's python3-scipy.  Usage: compare-scipy.sh [ROUNDS] [CORE]
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-3} core=${2:-1}
python=/usr/bin/python3
"$python" -c 'import scipy' 2>/dev/null || { echo "SciPy is missing: apt-get install python3-scipy" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go test -c -o "$work/ode.test" ..
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

for i in $(seq "$rounds"); do
  taskset -c "$core" "$work/ode.test" -test.run xxx -test.bench Spines -test.cpu 1 -test.count 10 -test.benchtime 0.1s >"$work/ours"
  taskset -c "$core" "$python" scipy_reference.py --time 50 >"$work/theirs"
  awk -v round="$i" '
    NR == FNR && /^BenchmarkSpines/ { if (!(($1) in ns) || $3 < ns[$1]) ns[$1] = $3; for (k = 4; k < NF; k++) if ($(k+1) == "evaluations/op") calls[$1] = $k; next }
    NR != FNR { best[$1] = $2; count[$1] = $3 }
    END {
      dp = ns["BenchmarkSpines/Dormand-Prince_5(4)"]
      for (m in ns) printf "round %d: %s %.1f us, %d evaluations\n", round, substr(m, 17), ns[m] / 1e3, calls[m]
      for (m in best) printf "round %d: solve_ivp %s %.2f ms, %d evaluations: %.0f times Dormand-Prince\n", round, m, best[m] * 1e3, count[m], best[m] * 1e9 / dp
    }' "$work/ours" "$work/theirs"
done
