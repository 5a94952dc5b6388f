#!/usr/bin/env bash
# Filled minutes, days from holes, days to come: everything judged on unseen people, four data sets, one page of tables.
#
#   runs/generate.sh [RUN] [DATA] [OUT]      about half an hour of one core
#
# The released weights have seen nobody of insomnia_couples, cgmacros and fitabase_2016, so they are judged there as they
# are. They have seen everybody in the NHANES pack; there RUN is judged, a model of the same size and the same recipe's
# reconstruction, on people it never saw. Without RUN it is pretrained first, on the first 3,000 people of the pack.
# Where a set is small, people of the others teach its filler too; nobody who is judged is among those it learnt from.
# PLAN may hold further settings, such as PLAN="--set judged=20".
set -euo pipefail
cd "$(dirname "$0")/.."
run=${1:-}
data=${2:-../shared/data}
out=${3:-out/generate}
threads=${THREADS:-1}
sennight=${SENNIGHT:-.venv/bin/sennight}
read -r -a plan <<< "${PLAN:-}"

store() { # a name and settings: prepared once
  [ -e "$out/stores/$1/manifest.json" ] || "$sennight" prepare "$data/$2" --out "$out/stores/$1" "${@:3}"
}
judge() { # a store, the model, then settings: judged once
  "$sennight" generate judge "$out/stores/$1" --out "$out/judged/$1" --backbone "$2" --threads "$threads" "${@:3}" "${plan[@]}"
}

for name in nhanes_2005_2006 insomnia_couples cgmacros fitabase_2016 ochauni_fitbit; do store "$name" "$name"; done
store nhanes_3000 nhanes_2005_2006 --people 3000
if [ -z "$run" ]; then
  run=$out/run
  "$sennight" pretrain "$out/stores/nhanes_3000" --out "$run" --recipe sennight_xs --threads "$threads" \
    --set person_weight=0 --set other_day_weight=0 --set vector=0 --set batch=128 --set steps=1000
fi
judge nhanes_2005_2006 "$run" --set folds=1 --set judged=60 --set learn=120 --set forecast_people=150
for name in insomnia_couples cgmacros fitabase_2016; do
  also=()
  for other in nhanes_3000 insomnia_couples cgmacros fitabase_2016 ochauni_fitbit; do
    [ "$other" = "$name" ] || also+=(--also "$out/stores/$other")
  done
  judge "$name" sennight-xs --set folds=1 "${also[@]}"
done
"$sennight" generate table "$out"/judged/{nhanes_2005_2006,insomnia_couples,cgmacros,fitabase_2016} \
  --out docs/results/generate.md --picture docs/images/generate/error_by_length.png --made-by runs/generate.sh
