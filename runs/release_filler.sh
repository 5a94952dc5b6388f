#!/usr/bin/env bash
# Learn the released filler, from sets that may be released alone, and put it into the package beside the weights.
#
#   runs/release_filler.sh [DATA] [OUT]      some minutes of one core
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-../shared/data}
out=${2:-out/generate}
sennight=${SENNIGHT:-.venv/bin/sennight}

stores=()
for name in nhanes_2005_2006 insomnia_couples ochauni_fitbit; do
  [ -e "$out/stores/$name/manifest.json" ] || "$sennight" prepare "$data/$name" --out "$out/stores/$name"
  stores+=("$out/stores/$name")
done
"$sennight" generate learn "${stores[@]}" --backbone sennight-xs --threads 1 --out src/sennight/generate/fillers/sennight-filler
