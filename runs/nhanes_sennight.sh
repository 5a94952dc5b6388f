#!/usr/bin/env bash
# The released recipes on NHANES, on people they never saw: five models each, pretrained on everybody outside a fold.
# Needs the store and the baselines that runs/nhanes.sh made; makes those it lacks, but for its AIM model.
#
#   runs/nhanes_sennight.sh [DATA] [OUT]      about three quarters of an hour of one core, the audit half of it
#
# Reconstruction is left out here: it shares no weight with the day vector, which alone is judged.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data/nhanes_2005_2006}
out=${2:-out/nhanes}
sennight=${SENNIGHT:-.venv/bin/sennight}
made() { [ -e "$out/embeddings/$1" ]; }

[ -d "$out/store" ] || "$sennight" prepare "$data" --out "$out/store"
declare -A runs=([sennight]=sennight_xs [sennight_s]=sennight_s [actigraphy]=sennight_actigraphy)
for name in sennight sennight_s actigraphy; do
  "$sennight" pretrain "$out/store" --out "$out/run_$name" --recipe "${runs[$name]}" --set aim_weight=0 --folds 5 --threads 1
done
for name in engineered engineered_mean half_hour missingness; do
  made "$name.parquet" || "$sennight" embed "$out/store" --backbone "$name" --out "$out/embeddings/$name.parquet"
done
made sennight || "$sennight" embed "$out/store" --backbone "$out/run_sennight" --out "$out/embeddings/sennight"
made sennight_s || "$sennight" embed "$out/store" --backbone "$out/run_sennight_s" --out "$out/embeddings/sennight_s"
made sennight_actigraphy ||
  "$sennight" embed "$out/store" --backbone "$out/run_actigraphy" --out "$out/embeddings/sennight_actigraphy"
for name in distribution random_init; do
  made "sennight_$name" ||
    "$sennight" embed "$out/store" --backbone "$name:$out/run_sennight" --out "$out/embeddings/sennight_$name"
done
"$sennight" evaluate "$out/store" --out "${out}_sennight" --run "$out/run_sennight" --folds 5 \
  --embedding "sennight-xs=$out/embeddings/sennight" \
  --embedding "sennight-s=$out/embeddings/sennight_s" \
  --embedding "sennight-actigraphy=$out/embeddings/sennight_actigraphy" \
  --embedding "engineered=$out/embeddings/engineered.parquet" \
  --embedding "engineered_mean=$out/embeddings/engineered_mean.parquet" \
  --embedding "distribution=$out/embeddings/sennight_distribution" \
  --embedding "half_hour=$out/embeddings/half_hour.parquet" \
  --embedding "missingness=$out/embeddings/missingness.parquet" \
  --embedding "random_init=$out/embeddings/sennight_random_init"
"$sennight" show "${out}_sennight/result" --markdown "NHANES 2005-2006: the released recipes on unseen people" \
  --made-by runs/nhanes_sennight.sh > docs/results/sennight.md
echo "table: docs/results/sennight.md"
# The recipes were chosen on people of folds 0 and 1; and is the lead the wear pattern?
"$sennight" show "${out}_sennight/result" --only-folds 2,3,4 --made-by runs/nhanes_sennight.sh \
  --markdown "NHANES 2005-2006: folds that had no part in choosing the recipe" > docs/results/sennight_untouched.md
"$sennight" show "${out}_sennight/result" --wear-matched "$out/store" --made-by runs/nhanes_sennight.sh \
  --markdown "NHANES 2005-2006: among people of equal wear" > docs/results/sennight_wear_matched.md
"$sennight" show "${out}_sennight/result" --groups --made-by runs/nhanes_sennight.sh \
  --markdown "NHANES 2005-2006: groups, gaps and the population" > docs/results/sennight_groups.md

# What a model of each recipe gives away; the other face of telling people apart.
for name in sennight:xs sennight_s:s actigraphy:actigraphy; do
  "$sennight" audit "$out/store" --run "$out/run_${name%:*}" --out "${out}_sennight/audit_${name#*:}" \
    --set windows=3 --threads 1
done
sed '1s/.*/# Audit of sennight-xs on NHANES 2005-2006: the first of five folds/' "${out}_sennight/audit_xs/audit.md" \
  > docs/results/audit.md
echo "table: docs/results/audit.md"

# The released weights saw the unlabelled days of everybody: what that is worth, on the same people and folds.
made sennight_everybody.parquet ||
  "$sennight" embed "$out/store" --backbone sennight-xs --out "$out/embeddings/sennight_everybody.parquet"
"$sennight" evaluate "$out/store" --out "${out}_everybody" --folds 5 \
  --embedding "sennight-xs=$out/embeddings/sennight_everybody.parquet" \
  --embedding "engineered=$out/embeddings/engineered.parquet" \
  --embedding "engineered_mean=$out/embeddings/engineered_mean.parquet" \
  --embedding "missingness=$out/embeddings/missingness.parquet"
"$sennight" show "${out}_everybody/result" --markdown "NHANES 2005-2006: pretrained on everybody's unlabelled days" \
  --made-by runs/nhanes_sennight.sh > docs/results/sennight_everybody.md
echo "table: docs/results/sennight_everybody.md"
