#!/usr/bin/env bash
# The main job on the real NHANES 2005-2006 pack, start to finish: everybody with three valid days, all 35 tasks.
# Each stage is its own process, prints its time and peak memory, and is skipped or resumed when run again.
#
#   runs/nhanes.sh [DATA] [OUT]      about 45 minutes of one core, nearly all of it pretraining
#
# People who are judged are never seen in pretraining: one model a fold (docs/decisions/0009).
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data/nhanes_2005_2006}
out=${2:-out/nhanes}
sennight=${SENNIGHT:-.venv/bin/sennight}

"$sennight" prepare "$data" --out "$out/store"
"$sennight" pretrain "$out/store" --out "$out/run" --recipe nhanes_xs --folds 5 --threads 1
"$sennight" embed "$out/store" --backbone "$out/run" --out "$out/embeddings/model"
"$sennight" embed "$out/store" --backbone engineered --out "$out/embeddings/engineered.parquet"
"$sennight" embed "$out/store" --backbone half_hour --out "$out/embeddings/half_hour.parquet"
"$sennight" embed "$out/store" --backbone missingness --out "$out/embeddings/missingness.parquet"
"$sennight" embed "$out/store" --backbone "random_init:$out/run" --out "$out/embeddings/random_init.parquet"
"$sennight" evaluate "$out/store" --out "$out" --run "$out/run" --folds 5 \
  --embedding "sennight-xs=$out/embeddings/model" \
  --embedding "engineered=$out/embeddings/engineered.parquet" \
  --embedding "half_hour=$out/embeddings/half_hour.parquet" \
  --embedding "missingness=$out/embeddings/missingness.parquet" \
  --embedding "random_init=$out/embeddings/random_init.parquet"
mkdir -p docs/results
"$sennight" show "$out/result" --markdown "NHANES 2005-2006: 35 tasks" --made-by runs/nhanes.sh > docs/results/nhanes.md
echo "table: docs/results/nhanes.md"
