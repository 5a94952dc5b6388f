#!/usr/bin/env bash
# Networks trained on the labels, on the store and folds of runs/nhanes.sh, beside whatever result is there.
# One training a fold answers all 35 questions. Stops and goes on after every epoch; finished folds are kept.
#
#   runs/baselines.sh [OUT] [WORD ...]     words: lstm cnn_3d cnn_1d pat_s conv_lstm pat_m pat_l (default: the first four)
#
# Processor seconds of one core an epoch and fold: lstm 4, cnn_3d 15, cnn_1d 25, pat_s 65, conv_lstm 180, pat_m 200,
# pat_l 1,400 (the rates of benchmarks/pat.py times 3,260 weeks; docs/log.md has what was measured).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/nhanes}
shift || true
words=("$@")
if [ ${#words[@]} -eq 0 ]; then words=(lstm cnn_3d cnn_1d pat_s); fi
sennight=${SENNIGHT:-.venv/bin/sennight}
result=${RESULT:-$out/result}   # what they are put beside
data=${DATA:-../shared/data/nhanes_2005_2006}

declare -A settings=(
  [lstm]="--set epochs=12 --set patience=2 --set learning_rate=0.003"
  [cnn_3d]="--set epochs=6 --set patience=2 --set learning_rate=0.0001"
  [cnn_1d]="--set epochs=6 --set patience=2 --set learning_rate=0.001"
  [conv_lstm]="--set epochs=4 --set patience=2 --set learning_rate=0.0003"
  [pat_s]="--set epochs=6 --set patience=2 --set learning_rate=0.0003 --bf16"
  [pat_m]="--set epochs=4 --set patience=2 --set learning_rate=0.0003 --bf16"
  [pat_l]="--set epochs=3 --set patience=2 --set learning_rate=0.0001 --bf16"
)

[ -d "$out/store" ] || "$sennight" prepare "$data" --out "$out/store"
others=()
for word in "${words[@]}"; do
  # shellcheck disable=SC2086
  "$sennight" finetune "$out/store" --backbone "$word" --out "$out/baselines/$word" --threads 1 ${settings[$word]}
  others+=(--other "$out/baselines/$word/result")
done

# Beside the frozen model and the engineered features, if runs/nhanes.sh has been there.
if [ -d "$result" ]; then
  "$sennight" beside "$result" "${others[@]}" --out "$out/baselines/result"
  "$sennight" beside "$result" "${others[@]}" --out "$out/baselines/result_pat_tasks" \
    --task told_sleep_disorder --task sleep_abnormality --task depression_phq10 --task med_ssri \
    --task med_benzodiazepine
  mkdir -p docs/results
  "$sennight" show "$out/baselines/result" --markdown "NHANES 2005-2006: networks trained on the labels" \
    --made-by runs/baselines.sh > docs/results/baselines.md
  "$sennight" show "$out/baselines/result_pat_tasks" --markdown "NHANES 2005-2006: the five tasks of PAT" \
    --made-by runs/baselines.sh > docs/results/pat_tasks.md
fi
