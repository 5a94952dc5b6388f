#!/usr/bin/env bash
# The scaling study: sizes x people, on people no model saw; reconstruction, downstream, and the power law through them.
# Every model learns from people outside the first of five folds and is judged on that fold; more people hold all of fewer.
#
#   runs/scaling.sh [OUT] [SIZE ...]      sizes: xxs xs s b (default: xxs xs s, about an hour of one core; b needs a GPU)
#
# Stops and goes on: finished models are kept. PEOPLE="250 500" and STEPS=100 make it smaller.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/nhanes}
shift || true
sizes=("$@")
if [ ${#sizes[@]} -eq 0 ]; then sizes=(xxs xs s); fi
bin=${BIN:-.venv/bin}
sennight=${SENNIGHT:-$bin/sennight}
data=${DATA:-../shared/data/nhanes_2005_2006}
read -r -a people <<< "${PEOPLE:-250 500 1000 2000 all}"
steps=${STEPS:-500}
runs=$out/scaling
declare -A width=([xxs]=128 [xs]=512 [s]=1024 [b]=2048)

[ -d "$out/store" ] || "$sennight" prepare "$data" --out "$out/store"
[ -e "$out/embeddings/engineered.parquet" ] ||
  "$sennight" embed "$out/store" --backbone engineered --out "$out/embeddings/engineered.parquet"
embeddings=(--embedding "engineered=$out/embeddings/engineered.parquet")
for size in "${sizes[@]}"; do
  for n in "${people[@]}"; do
    some=()
    if [ "$n" != all ]; then some=(--people "$n"); fi
    "$sennight" pretrain "$out/store" --out "$runs/$size-$n" --recipe sennight_xs --folds 5 --only-fold 0 --threads 1 \
      "${some[@]}" --set "size=$size" --set "vector=${width[$size]}" --set "steps=$steps" --set aim_windows=48 \
      --set "validate_every=$steps" --set batch=192
    [ -e "$runs/$size-$n.parquet" ] ||
      "$sennight" embed "$out/store" --backbone "$runs/$size-$n/fold-0" --out "$runs/$size-$n.parquet" --threads 1
    embeddings+=(--embedding "$size-$n=$runs/$size-$n.parquet")
  done
done
"$sennight" evaluate "$out/store" --out "$runs/judged" --folds 5 --replicates 500 "${embeddings[@]}"
"$bin/python" runs/scaling.py "$out/store" "$runs" --result "$runs/judged/result"
echo "table: docs/results/scaling.md, picture: docs/images/scaling.svg"
