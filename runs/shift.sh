#!/usr/bin/env bash
# What travels: heads learned on NHANES (hip, 2005-2006) asked of two small cohorts with wrist devices, one page of tables.
# Questions are asked where facts of the other cohort can answer them; the other public sets share none.
#
#   runs/shift.sh [STORE] [DATA] [OUT] [BACKBONE ...]      about a minute of one core for each of the two cohorts
set -euo pipefail
cd "$(dirname "$0")/.."
store=${1:-out/nhanes/store}
data=${2:-../shared/data}
out=${3:-out/shift}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- sennight-xs
sennight=${SENNIGHT:-.venv/bin/sennight}
backbones=()
for name in "$@"; do backbones+=(--backbone "$name"); done

for name in insomnia_couples cgmacros; do
  [ -f "$out/stores/$name/manifest.json" ] || "$sennight" prepare "$data/$name" --out "$out/stores/$name"
done
"$sennight" shift "$store" "$out/stores/insomnia_couples" --out "$out/insomnia_couples" "${backbones[@]}" \
  --map wrist_counts=hip_counts --ask told_trouble_sleeping=insomnia --ask told_sleep_disorder=insomnia \
  --ask sleep_abnormality=insomnia --ask short_sleep_le6h=insomnia --group couple \
  --title "Insomnia or bed partner, wrist counts"
"$sennight" shift "$store" "$out/stores/insomnia_couples" --out "$out/insomnia_couples_unmatched" "${backbones[@]}" \
  --map wrist_counts=hip_counts --ask told_trouble_sleeping=insomnia --ask sleep_abnormality=insomnia --group couple \
  --match none --title "The same, wrist counts as they are"
"$sennight" shift "$store" "$out/stores/cgmacros" --out "$out/cgmacros" "${backbones[@]}" \
  --map mets=hip_counts --title "CGMacros, wrist METs"

{
  cat << 'END'
# From the hip to the wrist: what travels

Heads learn on NHANES 2005-2006 (hip ActiGraph, one week, days only) and are asked about people of other cohorts with other
devices. Both sides are brought to shared channels and hours; *at home* is out of fold on NHANES under the same restriction,
*learned there* is out of fold among the other people themselves. Brackets: 95 % bootstrap over people (couples together).
Research figures; not a diagnosis. The released weights saw NHANES without labels, and nobody of the other cohorts.

Nothing can be asked of Fitabase 2016 and the Fitbit of ochauni (no answers beside weights of a few people), LifeSnaps and
Welltory (days, no minutes), and Stress-Predict (an hour a person). CGMacros has laboratory values, so diabetes there is by
HbA1c and fasting glucose alone.

Made by `runs/shift.sh`.

END
  for name in insomnia_couples insomnia_couples_unmatched cgmacros; do cat "$out/$name/shift.md"; echo; done
} > docs/results/shift.md
echo "table: docs/results/shift.md"
