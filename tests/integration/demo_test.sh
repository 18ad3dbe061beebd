#!/usr/bin/env bash
# The demonstration runs to its end and finds both sides equal, and what README.md shows of it is what it prints; but for
# the sizes and the curves, which move with every improvement of the forecasts.
# Usage: demo_test.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/../.."

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
EDGE_DEMO_PROGRAM=$1 tools/demo | sed -E 's/[0-9.]+ k?B (out|in)/N B \1/g' >"$printed" || { cat "$printed"; exit 1; }
grep -q '^Both sides hold the same rows' "$printed" || { cat "$printed"; exit 1; }

bad=0
while IFS= read -r line; do
    grep -qxF -- "$line" "$printed" || { echo "README.md shows what is not printed: $line"; bad=1; }
done < <(awk '/^```$/ { fences++; next } fences == 1 && NF && !/^\$/ && !/│/' README.md | sed -E 's/[0-9.]+ k?B (out|in)/N B \1/g')
exit "$bad"
