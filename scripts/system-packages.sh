#!/usr/bin/env bash
# Programs the whole suite and the benchmarks use beside Node: wrk, a peer of the load generator, a C compiler for the
# server that costs nothing, Go, whose pprof reads the gateway's profiles, and ss. Without them those parts are skipped. Debian
# and Ubuntu only; elsewhere it says what to install.
set -euo pipefail

missing=()
command -v wrk >/dev/null || missing+=(wrk)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v go >/dev/null || missing+=(golang-go)
command -v ss >/dev/null || missing+=(iproute2)
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

cannot() {
  echo "system packages: $1; install by hand what is missing: ${missing[*]}" >&2
  exit 1
}

command -v apt-get >/dev/null || cannot 'there is no apt-get here'
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null && sudo -n true 2>/dev/null || cannot 'this is not root and sudo asks for a password or is missing'
  as_root=(sudo -n)
fi

echo "system packages: installing ${missing[*]} …" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
install=("${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}")
{ "${as_root[@]}" apt-get update -qq && "${install[@]}"; } >"$log" 2>&1 || {
  tail -n 5 "$log" >&2
  cannot 'apt-get failed'
}
