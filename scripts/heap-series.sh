#!/bin/sh
# Heap profiles over time, to be compared with `go tool pprof -base heap-1.prof heap-10.prof`.
# Usage: scripts/heap-series.sh [URL of the profiling port] [how many] [seconds between two]
set -eu
url=${1:-http://127.0.0.1:6060} count=${2:-10} pause=${3:-60}
i=1
while [ "$i" -le "$count" ]; do
  curl -fsS "$url/debug/pprof/heap" >"heap-$i.prof"
  [ "$i" -eq "$count" ] || sleep "$pause"
  i=$((i + 1))
done
