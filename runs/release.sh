#!/usr/bin/env bash
# Pretrain the released weights on everybody in the NHANES pack and put them into the package.
# Needs the store, the result and the audits of runs/nhanes_sennight.sh, whose figures the cards quote.
#
#   runs/release.sh [OUT] [NAME ...]      names: xs s actigraphy (default: all); about an hour of one core, s most of it
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/nhanes}
shift || true
names=("$@")
if [ ${#names[@]} -eq 0 ]; then names=(xs s actigraphy); fi
bin=${BIN:-.venv/bin}

for name in "${names[@]}"; do
  "$bin/sennight" pretrain "$out/store" --out "$out/release/$name" --recipe "sennight_$name" --threads 1
  extra=()
  if [ "$name" = xs ]; then extra=(--inputs); fi
  "$bin/python" runs/release.py "$out/release/$name" "sennight-$name" --result "${out}_sennight/result" \
    --store "$out/store" --audit "${out}_sennight/audit_$name" "${extra[@]}"
done
