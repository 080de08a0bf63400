#!/usr/bin/env bash
# Compares this project with PyTorch on this machine, measurement after measurement: ours, theirs, ours, theirs, ...
#
#   submit-scripts/peers/compare.sh conv [-p PAIRS] [-t THREADS] [BATCH,CHANNELS,LENGTH ...]
#   submit-scripts/peers/compare.sh step [-p PAIRS] [-t THREADS] [-m MIXER] [-o MIXER] [D_MODEL,N_LAYER,LENGTH,BATCH ...] \
#       [KEY=VALUE ...]
#
# conv: the long convolution alone, against libtorch with MKL (Maven downloads it).
# step: training steps, against torch for Python; -m is its mixer, -o ours: hyena, attention, rnn, lstm or gru. The
#       peer's attention has learned positions, and then so has ours.
#       KEY=VALUE is for our side, such as train.recompute=block. Needs /usr/bin/python3 (or PYTHON=...) with torch;
#       on Debian: apt-get install python3-torch libopenblas0-openmp
#
# Every measurement has a process of its own; the default is 5 pairs with 2 threads. One table line per shape has the
# medians of both and their ratio. Other work on the machine falsifies a comparison with more than one thread, because
# the threads of a parallel product wait for each other: the load is written first.
set -euo pipefail
unset CDPATH

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hyena=$here/../hyena
python=${PYTHON:-/usr/bin/python3}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
pairs=5
threads=2
mixer=hyena
own=hyena
shapes=()
settings=()

fail() { # EXIT-CODE MESSAGE
  printf 'compare.sh: %s\n' "$2" >&2
  exit "$1"
}

parse() {
  local option word
  while getopts :p:t:m:o: option; do
    case $option in
    p) pairs=$OPTARG ;;
    t) threads=$OPTARG ;;
    m) mixer=$OPTARG ;;
    o) own=$OPTARG ;;
    *) fail 2 "unknown option -$OPTARG, or one without its value; known: -p PAIRS, -t THREADS, -m MIXER, -o MIXER" ;;
    esac
  done
  [[ $pairs =~ ^[1-9][0-9]*$ ]] || fail 2 "-p $pairs: expected a number of pairs"
  [[ $threads =~ ^[1-9][0-9]*$ ]] || fail 2 "-t $threads: expected a number of threads"
  for word in "${@:OPTIND}"; do
    case $word in
    model.* | train.optimizer=* | bench.vocab=*) fail 2 "$word would change our side only; a shape is WIDTH,LAYERS,LENGTH,BATCH, and both take AdamW" ;;
    *=*) settings+=("$word") ;;
    *) shapes+=("$word") ;;
    esac
  done
}

check_shapes() { # COUNT NAMES: every shape has so many numbers
  local shape pattern="^[1-9][0-9]*(,[1-9][0-9]*){$(($1 - 1))}$"
  for shape in "${shapes[@]}"; do
    [[ $shape =~ $pattern ]] || fail 2 "$shape is not of the form $2"
  done
}

prepare_conv() {
  [ ${#shapes[@]} -gt 0 ] || shapes=("4,256,1024" "1,256,8192" "1,128,65536" "1,32,1048576")
  check_shapes 3 BATCH,CHANNELS,LENGTH
  command -v mvn >/dev/null || fail 1 'there is no mvn to build libtorch-conv: install Maven 3.9'
  mvn -q -B -f "$here/libtorch-conv/pom.xml" package >&2
}

prepare_step() {
  positions=none
  [ "$own" != attention ] || positions=learned
  [ ${#shapes[@]} -gt 0 ] || shapes=("128,4,1024,16" "128,4,16384,1" "256,4,4096,4")
  check_shapes 4 D_MODEL,N_LAYER,LENGTH,BATCH
  "$python" -c 'import torch' 2>/dev/null ||
    fail 1 "$python has no torch: apt-get install python3-torch libopenblas0-openmp, or set PYTHON"
}

ours_conv() { # BATCH CHANNELS LENGTH
  "$hyena" bench conv bench.batch="$1" bench.channels="$2" bench.length="$3" bench.threads="$threads" \
    ${settings[@]+"${settings[@]}"}
}

theirs_conv() { # BATCH CHANNELS LENGTH
  "$java" -cp "$here/libtorch-conv/target/libtorch-conv.jar:$here/libtorch-conv/target/lib/*" \
    io.github.hyenaspark.peers.LibtorchConvolution "$1" "$2" "$3" "$threads"
}

ours_step() { # D_MODEL N_LAYER LENGTH BATCH
  "$hyena" bench step train.optimizer=adamw model.mixer="$own" model.positions="$positions" model.d-model="$1" model.n-layer="$2" \
    bench.length="$3" bench.batch="$4" bench.threads="$threads" ${settings[@]+"${settings[@]}"}
}

theirs_step() { # D_MODEL N_LAYER LENGTH BATCH
  "$python" "$here/torch_step.py" --mixer "$mixer" --d-model "$1" --n-layer "$2" --length "$3" --batch "$4" \
    --threads "$threads"
}

say_load() {
  local load
  load=$(uptime | sed 's/.*load averages*: *\([0-9.]*\).*/\1/')
  echo "compare.sh: $pairs pairs, threads: $threads, load average before: $load" >&2
  if [[ $load != 0.* && $threads -gt 1 ]]; then
    echo 'compare.sh: something else runs on this machine; times with more than one thread say little' >&2
  fi
}

measure() { # WHO_KIND SHAPE FILE: appends the JSON line of one process
  local numbers
  IFS=, read -r -a numbers <<<"$2"
  "$1" "${numbers[@]}" 2>"$scratch/messages" | tail -n 1 >>"$3" || {
    cat "$scratch/messages" >&2
    fail 1 "$1 of $2 failed"
  }
}

kind=${1:-}
case $kind in
conv | step) ;;
*) fail 2 'usage: compare.sh conv|step [-p PAIRS] [-t THREADS] [SHAPE ...]; see its first lines' ;;
esac
shift
parse "$@"
"prepare_$kind"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
say_load
"$hyena" build >"$scratch/built" # outside every measurement
"$python" "$here/table.py" "$kind"
for shape in "${shapes[@]}"; do
  for who in ours theirs; do : >"$scratch/$who"; done
  for ((pair = 0; pair < pairs; pair++)); do
    for who in ours theirs; do measure "${who}_$kind" "$shape" "$scratch/$who"; done
  done
  "$python" "$here/table.py" "$kind" "$scratch/ours" "$scratch/theirs"
done
