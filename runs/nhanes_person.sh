#!/usr/bin/env bash
# Same person, other day, on NHANES: two models, each pretrained on half of the people and judged on the other half.
# Needs the store and the engineered features that runs/nhanes.sh made.
#
#   runs/nhanes_person.sh [OUT]      about half an hour on two cores, nearly all of it pretraining
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/nhanes}
sennight=${SENNIGHT:-.venv/bin/sennight}

"$sennight" pretrain "$out/store" --out "$out/run_person" --recipe nhanes_person_xs --set steps=500 --folds 2
"$sennight" embed "$out/store" --backbone "$out/run_person" --out "$out/embeddings/person"
"$sennight" embed "$out/store" --backbone "random_init:$out/run_person" --out "$out/embeddings/person_random_init.parquet"
"$sennight" evaluate "$out/store" --out "${out}_person" --run "$out/run_person" --folds 2 \
  --embedding "sennight-xs=$out/embeddings/person" \
  --embedding "engineered=$out/embeddings/engineered.parquet" \
  --embedding "missingness=$out/embeddings/missingness.parquet" \
  --embedding "random_init=$out/embeddings/person_random_init.parquet"
"$sennight" show "${out}_person/result" --markdown "NHANES 2005-2006: same person, other day" \
  --made-by runs/nhanes_person.sh > docs/results/nhanes_person.md
echo "table: docs/results/nhanes_person.md"
