#!/usr/bin/env bash
# One scheduled run: brings a dataset up to date with its input.
#
#   submit-scripts/scheduling/nightly.sh FILE.conf [key=value ...] [--master URL] [-- SPARK-SUBMIT-ARGUMENTS ...]
#
# Standard output has the one result line of `hyena prepare`, everything else is in a log of the day. Exit codes:
#   0   done, or nothing was new
#   1   failed, safe to run again
#   2   wrong settings: running again as it is will not help
#   3   bad data, such as a changed input file or too many bad records; nothing has been committed
#   5   a store or a disk needs a person: credentials, a bucket, permissions, space
#   129, 130, 137, 143  ended by a signal
#   75  another run holds the dataset, here or elsewhere; try later
#
# From the environment:
#   HYENA_INTERVAL_START, HYENA_INTERVAL_END  become data.interval-start and data.interval-end
#   HYENA_NIGHTLY_DIR  folder of logs and locks; runs/nightly unless set, in our folder or, if that is read-only, in the current one
#   HYENA_NIGHTLY_LOG  the log; NAME-DATE.log in that folder unless set, /dev/stderr leaves it to the scheduler
#   HYENA_LAUNCHER     what starts hyena; the script beside this folder unless set
set -euo pipefail

fail() { # EXIT-CODE MESSAGE
  printf 'nightly: %s\n' "$2" >&2
  exit "$1"
}

check_writable() { # FILE
  { : >>"$1"; } 2>/dev/null || fail 5 "cannot write to $1: it may be another user's, or its folder is not there"
}

# shellcheck source=submit-scripts/layout.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../layout.sh"

settings=${1:-}
[[ $settings = *.conf && -r $settings ]] || fail 2 "the first argument is a settings file that ends in .conf, not '$settings'"
shift
name=$(basename "$settings" .conf)
folder=${HYENA_NIGHTLY_DIR:-$runs/nightly}
{ mkdir -p "$folder" && [ -w "$folder" ]; } 2>/dev/null ||
  fail 5 "cannot write to $folder: set HYENA_NIGHTLY_DIR to a folder that can be written"
log=${HYENA_NIGHTLY_LOG:-$folder/$name-$(date +%F).log}

# The children keep the lock open: it is held as long as one of them lives, also when this script is killed. Without
# flock the dataset itself refuses the second of two runs, only later.
if command -v flock >/dev/null; then
  # Of this file and these arguments: others of the same name may prepare another dataset.
  lock=$folder/$name-$(printf '%s\n' "$(readlink -f "$settings")" "$@" | cksum | cut -d ' ' -f 1).lock
  check_writable "$lock"
  exec 9>"$lock"
  flock -n 9 || fail 75 "another run of $name on this machine holds $lock"
fi

interval=()
[ -z "${HYENA_INTERVAL_START:-}" ] || interval+=("data.interval-start=$HYENA_INTERVAL_START")
[ -z "${HYENA_INTERVAL_END:-}" ] || interval+=("data.interval-end=$HYENA_INTERVAL_END")

[ "$log" = /dev/stderr ] || check_writable "$log"
before=0
[ ! -f "$log" ] || before=$(wc -c <"$log")
result=$(mktemp "$folder/$name.XXXXXX")
child=''
stopped=0
stop() {
  stopped=1
  [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}
trap 'rm -f "$result"' EXIT
trap stop TERM INT
# A name like /dev/stderr cannot be opened where it is a socket, as it is of a service of systemd.
if [ "$log" = /dev/stderr ]; then exec 8>&2; else exec 8>>"$log"; fi
"${HYENA_LAUNCHER:-$hyena}" prepare "$settings" ${interval[@]+"${interval[@]}"} "$@" \
  >"$result" 2>&8 8>&- &
child=$!
[ "$stopped" = 0 ] || stop
code=0
wait "$child" || code=$?
if kill -0 "$child" 2>/dev/null; then # a signal has ended the wait, and was passed on
  code=0
  wait "$child" || code=$?
fi

print_result() {
  if [ -f "$log" ]; then
    tee -a "$log" <"$result"
  else
    cat "$result"
  fi
}
# On a full disk the code of the command matters still.
print_result || printf 'nightly: %s: its result cannot be written\n' "$name" >&2 || true
if [ "$code" != 0 ]; then
  # the reason, for the scheduler's mail
  [ ! -f "$log" ] || tail -c "+$((before + 1))" "$log" | grep '^hyena' | tail -n 1 >&2 || true
  printf 'nightly: %s ended with exit code %s; what it said is in %s\n' "$name" "$code" "$log" >&2 || true
fi
exit "$code"
