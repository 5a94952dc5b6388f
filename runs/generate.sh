#!/usr/bin/env bash
# Filled minutes, days from holes, days to come: everything judged on unseen people, four data sets, one page of tables.
#
#   runs/generate.sh [RUN] [DATA] [OUT]      RUN: a pretraining run; nobody it was pretrained on is judged
#
# Without RUN a small day transformer (XXS, joint tokens of ten minutes) is pretrained on the first 3,000 people of NHANES
# first. PLAN may hold further settings, such as PLAN="--set judged=50".
set -euo pipefail
cd "$(dirname "$0")/.."
run=${1:-}
data=${2:-../shared/data}
out=${3:-out/generate}
threads=${THREADS:-1}
sennight=${SENNIGHT:-.venv/bin/sennight}
page=("$sennight" generate table)
read -r -a plan <<< "${PLAN:-}"

for name in nhanes_2005_2006 insomnia_couples cgmacros fitabase_2016; do
  [ -f "$out/stores/$name/store.json" ] || [ -d "$out/stores/$name" ] || "$sennight" prepare "$data/$name" --out "$out/stores/$name"
done
if [ -z "$run" ]; then
  run=$out/run
  [ -d "$out/stores/nhanes_3000" ] || "$sennight" prepare "$data/nhanes_2005_2006" --people 3000 --out "$out/stores/nhanes_3000"
  "$sennight" pretrain "$out/stores/nhanes_3000" --out "$run" --recipe nhanes_xs --threads "$threads" \
    --set size=xxs --set layout=joint --set patch_minutes=10 --set learning_rate=2e-3 --set steps=800
fi
judge() { # a store, then settings
  local name=$1
  shift
  [ -f "$out/judged/$name/made.json" ] || "$sennight" generate judge "$out/stores/$name" --out "$out/judged/$name" --backbone "$run" \
    --threads "$threads" "$@" "${plan[@]}"
}
judge nhanes_2005_2006 --set folds=1
judge insomnia_couples
judge cgmacros
judge fitabase_2016
"${page[@]}" "$out"/judged/{nhanes_2005_2006,insomnia_couples,cgmacros,fitabase_2016} \
  --out docs/results/generate.md --made-by runs/generate.sh
