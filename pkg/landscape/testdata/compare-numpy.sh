#!/usr/bin/env bash
# Times ten thousand paths of the two areas over 1000 days, 20,000 steps each, in this
# package, and the same in NumPy, in turn: whole runs of this package on one core
# and on two, NumPy on one core over DAYS days (every step costs it the same),
# scaled to 1000.
# Needs Debian's python3-numpy.  Usage: compare-numpy.sh [ROUNDS] [DAYS]
set -euo pipefail
cd "$(dirname "$0")"
rounds=${1:-3} days=${2:-100}
python=/usr/bin/python3
"$python" -c 'import numpy' 2>/dev/null || { echo "NumPy is missing: apt-get install python3-numpy" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go test -c -o "$work/landscape.test" ..
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

for i in $(seq "$rounds"); do
  for cores in 1 2; do # apart: with a list, -test.cpu does not hold for the first run of a benchmark
    "$work/landscape.test" -test.run xxx -test.bench TenThousand -test.cpu "$cores" -test.benchtime 1x |
      awk -v cores="$cores" '/^BenchmarkTenThousand/ { sub("BenchmarkTenThousand/", "", $1); sub("-2$", "", $1); print $1, cores, $3 / 1e9 }'
  done >>"$work/all"
  taskset -c 0 "$python" numpy_reference.py --time "$days" | awk '{ print $1, "numpy", $2 * 10000 * 20000 }' >>"$work/all"
  awk -v round="$i" '
    !(($1, $2) in best) || $3 < best[$1, $2] { best[$1, $2] = $3 }
    { name[$1] }
    END {
      for (n in name) printf "best of %d: %s: %.1f s on one core, %.1f s on two; NumPy %.1f s: %.1f and %.1f times\n",
        round, n, best[n, 1], best[n, 2], best[n, "numpy"], best[n, "numpy"] / best[n, 1], best[n, "numpy"] / best[n, 2] }' "$work/all"
done
