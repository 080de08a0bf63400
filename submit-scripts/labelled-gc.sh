#!/usr/bin/env bash
# Makes a labelled set for regression: 2,000 windows of E. coli K-12 MG1655, 500 bases each and evenly spread over the genome, with
# their fraction of G and C.
#
#   submit-scripts/labelled-gc.sh OUT-DIR
#
# Writes gc.jsonl.gz; a line is {"id":"gc-0","sequence":...,"label":0.512}. The genome is that of conf/ecoli.conf, from Debian's
# package ragout-examples, which is fetched unless it is installed.
set -euo pipefail

fail() { # EXIT-CODE MESSAGE
  printf 'labelled-gc.sh: %s\n' "$2" >&2
  exit "$1"
}

usage='usage: submit-scripts/labelled-gc.sh OUT-DIR'
case ${1:-} in
-h | --help)
  printf '%s\n' "$usage"
  exit
  ;;
-*) fail 2 "found the option $1, expected a folder to write to; $usage" ;;
esac
if [ $# != 1 ]; then fail 2 "found $# arguments, expected one, the folder to write to; $usage"; fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
genome=usr/share/doc/ragout/examples/E.Coli/references/MG1655-K12.fasta.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -e "/$genome" ]; then
  genome=/$genome
else
  (cd "$work" && apt-get -qq -o APT::Sandbox::User=root download ragout-examples >&2 && dpkg-deb -x ragout-examples_*.deb .) ||
    fail 1 'apt-get could not fetch ragout-examples; this script needs Debian after apt-get update'
  genome=$work/$genome
fi
gzip -dc "$genome" | grep -v '^>' | tr -d '\n' | LC_ALL=C awk -v windows=2000 -v bases=500 '{
  $0 = toupper($0)
  for (i = 0; i < windows; i++) {
    sequence = substr($0, 1 + int(i * (length($0) - bases) / (windows - 1)), bases)
    rest = sequence
    printf "{\"id\":\"gc-%d\",\"sequence\":\"%s\",\"label\":%.3f}\n", i, sequence, gsub(/[GC]/, "", rest) / bases
  }
}' | gzip -9n >"$out/gc.jsonl.gz"
printf '{"windows":%s}\n' "$(gzip -dc "$out/gc.jsonl.gz" | wc -l)"
