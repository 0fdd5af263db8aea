#!/usr/bin/env bash
# Times one seed of the seed study, the three published arms, in Divergent and in
# PyTorch, one thread each on one core, in turn, and prints both and the ratio;
# then the SSRI-like arm alone, in Divergent as a process of its own that starts
# from the stored pruned network.
# OpenBLAS, which PyTorch multiplies with, may take its oldest loops (Prescott) on a
# processor newer than itself, and is then half as fast: the fastest of those that it
# takes by itself and of those for AVX-512 and AVX2 are used, and named.
# Needs Debian's python3-torch.  Usage: compare-torch.sh [SEED] [ROUNDS] [CORE]
set -euo pipefail
cd "$(dirname "$0")"
seed=${1:-7} rounds=${2:-1} core=${3:-1}
python=/usr/bin/python3
"$python" -c 'import torch' 2>/dev/null || { echo "PyTorch is missing: apt-get install python3-torch" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go build -o "$work/divergent" ../../../cmd/divergent
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# probe [TYPE] prints the loops that OpenBLAS takes and their GFLOP/s in the largest product.
probe() {
  env ${1:+OPENBLAS_CORETYPE=$1} OPENBLAS_VERBOSE=2 taskset -c "$core" "$python" -c '
import time, torch
a, b, best = torch.ones(512, 512), torch.ones(512, 128), 0
for _ in range(20):
    t = time.process_time()
    for _ in range(50): torch.mm(a, b)
    best = max(best, 50 * 2 * 512 * 512 * 128 / (time.process_time() - t) / 1e9)
print("GFLOP/s: %.0f" % best)' 2>&1 | awk '/^Core: /{loops = $2} /^GFLOP/{print loops, $2}'
}
flags=$(grep -m1 '^flags' /proc/cpuinfo || true) types=
case $flags in *avx512f*) types="SkylakeX" ;; esac
case $flags in *avx2*) types="$types Haswell" ;; esac
unset OPENBLAS_CORETYPE
read -r loops speed <<<"$(probe)"
[ -n "$loops" ] || { echo "PyTorch does not multiply with OpenBLAS: apt-get install libopenblas0-pthread" >&2; exit 1; }
echo "OpenBLAS loops by itself: $loops, $speed GFLOP/s"
for t in $types; do
  read -r l s <<<"$(probe "$t")"
  echo "OpenBLAS loops if told $t: $l, $s GFLOP/s"
  if [ -n "$s" ] && [ "$s" -gt "$speed" ]; then
    export OPENBLAS_CORETYPE=$t
    loops=$l speed=$s
  fi
done
echo "$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), core $core; OpenBLAS loops taken: $loops; load $(cut -d' ' -f1 /proc/loadavg)"

# wall seconds of a command pinned to the core; what it printed is in $work/out
seconds() {
  local t0 t1
  t0=$(date +%s.%N)
  taskset -c "$core" "$@" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  t1=$(date +%s.%N)
  awk "BEGIN {printf \"%.2f\", $t1 - $t0}"
}

for i in $(seq "$rounds"); do
  ours=$(seconds "$work/divergent" run divergent --seeds "$seed" --arms ketamine,ssri,neurosteroid --workers 1 --dir "$work/run-$i")
  torch=$(seconds "$python" torch_reference.py --first "$seed" --seeds 1 --threads 1)
  phases=$("$python" -c 'import json, sys; print(", ".join(f"{k} {v:.1f}" for k, v in json.load(open(sys.argv[1]))["seconds"].items()))' "$work/out")
  torch_ssri=$("$python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["seconds"]["ssri"])' "$work/out")
  "$work/divergent" run divergent --seeds "$seed" --arms neurosteroid --workers 1 --dir "$work/ssri-$i" >"$work/out" 2>&1
  ours_ssri=$(seconds "$work/divergent" run divergent --seeds "$seed" --arms ssri --workers 1 --dir "$work/ssri-$i")
  echo "round $i: Divergent $ours s; PyTorch $torch s ($phases); ratio $(awk "BEGIN {printf \"%.2f\", $torch / $ours}")"
  echo "round $i: SSRI-like arm alone: Divergent $ours_ssri s, PyTorch $torch_ssri s; ratio $(awk "BEGIN {printf \"%.2f\", $torch_ssri / $ours_ssri}")"
done
