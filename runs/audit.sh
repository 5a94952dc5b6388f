#!/usr/bin/env bash
# Audit and explain a pretraining run or a checkpoint on a store: what it gives away, and which minutes move its answers.
#
#   runs/audit.sh RUN [STORE] [OUT]      about 15 minutes of one core with the defaults (XXS shadows of few steps)
#
# If OUT holds a result of `sennight evaluate`, its card takes the audit up and every printed number is checked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
run=$1
store=${2:-out/nhanes/store}
out=${3:-out/nhanes}
sennight=${SENNIGHT:-.venv/bin/sennight}

mkdir -p "$out"
if [ -e "$out/card.json" ]; then
  "$sennight" audit "$store" --run "$run" --out "$out/audited" --result "$out" --threads 1
  "$sennight" evaluate "$out" --verify
else
  "$sennight" audit "$store" --run "$run" --out "$out/audited" --threads 1
fi
"$sennight" explain "$store" --backbone "$run" --task sex --out "$out/explained" --threads 1
