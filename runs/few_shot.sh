#!/usr/bin/env bash
# Few-shot on a store: how many labelled people each embedding needs to reach the engineered features with everybody's.
# Takes any number of embeddings, each a file of `sennight embed` or a folder with one a fold; engineered features and
# half-hour profiles are made if they are not there, and half-hour profiles are compared if nothing else is named.
#
#   runs/few_shot.sh STORE OUT [NAME=EMBEDDING ...]      about a minute of two cores for two embeddings
#
#   runs/few_shot.sh out/nhanes/store out/nhanes/few_shot sennight-xs=out/nhanes/embeddings/model
set -euo pipefail
cd "$(dirname "$0")/.."
store=${1:-out/nhanes/store}
out=${2:-out/nhanes/few_shot}
shift $(($# < 2 ? $# : 2))
sennight=${SENNIGHT:-.venv/bin/sennight}
made=$(dirname "$store")/embeddings

for name in engineered half_hour; do
  [ -e "$made/$name.parquet" ] || "$sennight" embed "$store" --backbone "$name" --out "$made/$name.parquet"
done
[ $# -gt 0 ] || set -- "half_hour=$made/half_hour.parquet"
options=(--embedding "engineered=$made/engineered.parquet")
for embedding in "$@"; do options+=(--embedding "$embedding"); done
"$sennight" few-shot "$store" --out "$out" "${options[@]}"
"$sennight" show "$out" --recompute
