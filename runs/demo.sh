#!/usr/bin/env bash
# The main job one verb at a time: what `make demo` does in one go. Each verb reads one artifact and writes one.
#
#   bash runs/demo.sh [SOURCE] [OUT]      a few minutes on two cores with the 60 synthetic people it starts from
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/.venv/bin:$PATH"
source=${1:-synthetic:people=60}
out=${2:-out/steps}

# An export or a cohort becomes person-days in a store; whatever was dropped is counted with its reason.
sennight prepare "$source" --out "$out/store"
sennight show "$out/store"

# One model a fold, each pretrained on everybody outside it, so that nobody is judged by a model that saw them.
sennight pretrain "$out/store" --out "$out/run" --recipe demo --folds 5

# One vector a person: from the models, from 20 engineered features a channel and day, and from two controls.
sennight embed "$out/store" --backbone "$out/run" --out "$out/model"
sennight embed "$out/store" --backbone engineered --out "$out/engineered.parquet"
sennight embed "$out/store" --backbone "random_init:$out/run" --out "$out/random_init.parquet"
sennight embed "$out/store" --backbone missingness --out "$out/missingness.parquet"

# The same questions of all of them, on the same people and folds; a page to open at the end.
sennight evaluate "$out/store" --out "$out" --run "$out/run" \
  --embedding "sennight-xxs=$out/model" \
  --embedding "engineered=$out/engineered.parquet" \
  --embedding "random_init=$out/random_init.parquet" \
  --embedding "missingness=$out/missingness.parquet"
