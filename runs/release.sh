#!/usr/bin/env bash
# Pretrain the released weights on everybody in the NHANES pack and put them into the package.
# Needs the store, the result and the audit of runs/nhanes_sennight.sh, whose figures the card quotes.
#
#   runs/release.sh [OUT]      about a quarter of an hour of one core
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-out/nhanes}
bin=${BIN:-.venv/bin}

"$bin/sennight" pretrain "$out/store" --out "$out/release/xs" --recipe sennight_xs --threads 1
"$bin/python" runs/release.py "$out/release/xs" sennight-xs --result "${out}_sennight/result" \
  --store "$out/store" --audit "${out}_sennight/audit"
