#!/usr/bin/env bash
# Other load generators for the benchmarks, built from their public sources into .mcpb/bench/bin: those named, or all.
#   bash bench/install-peers.sh [k6|vegeta|bombardier|oha …]
# One that is there already is left alone. Says what could not be installed and why, and then ends with 1.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.mcpb/bench/bin
longest=1200 # seconds for one peer
mkdir -p "$bin"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

build() {
  case $1 in
    k6) with_go go.k6.io/k6@latest ;;
    vegeta) with_go github.com/tsenart/vegeta/v12@latest ;;
    bombardier) with_go github.com/codesenberg/bombardier@latest ;;
    oha) with_cargo oha ;;
    *) echo 'there is no such peer; one of k6, vegeta, bombardier, oha' && return 1 ;;
  esac
}

with_go() {
  command -v go >/dev/null || { echo 'it is built with Go, which is not installed' && return 1; }
  GOBIN=$bin bounded go install "$1"
}

with_cargo() {
  command -v cargo >/dev/null || { echo 'it is built with Cargo (Rust), which is not installed' && return 1; }
  bounded cargo install --quiet --locked --root "${bin%/bin}" "$1"
}

bounded() {
  nice -n 19 timeout --kill-after=10 "$longest" "$@"
  local code=$?
  [ $code -ne 124 ] || echo "$1 took longer than $longest s"
  return $code
}

failed=0
peers=("$@")
[ $# -gt 0 ] || peers=(vegeta bombardier k6 oha)
for peer in "${peers[@]}"; do
  if [ -x "$bin/$peer" ]; then
    echo "$peer: is there"
  elif build "$peer" >"$log" 2>&1; then
    echo "$peer: installed"
  else
    echo "$peer: not installed: $(tail -n 3 "$log" | tr '\n' ' ')" >&2
    failed=1
  fi
done
exit $failed
