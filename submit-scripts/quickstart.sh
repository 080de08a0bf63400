#!/usr/bin/env bash
# Prepares the sample corpus, trains a small Hyena on it in two executor JVMs, draws the loss and generates a passage. A second
# run finds what the first one made. Takes key=value arguments for the training, for example: quickstart.sh train.rounds=6
#
# Writes to the folder that QUICKSTART_DIR names, or to runs/quickstart in our folder or, if that is read-only, in the current one.
# The last line of standard output is one JSON object: bits_per_byte, documents, seconds, run, dataset.
set -euo pipefail

case ${1:-} in
-h | --help)
  printf 'usage: submit-scripts/quickstart.sh [KEY=VALUE ...], settings of the training such as train.rounds=6\n'
  exit
  ;;
-*)
  printf 'quickstart.sh: %s is no setting of the training, expected KEY=VALUE, such as train.rounds=6\n' "$1" >&2
  exit 2
  ;;
esac
# shellcheck source=submit-scripts/layout.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/layout.sh"
where=${QUICKSTART_DIR:-$runs/quickstart}
mkdir -p "$where"
where=$(cd "$where" && pwd)
dataset=$where/dataset
run=$where/run
began=$SECONDS

say() { printf '\n== %s\n' "$*" >&2; }

value() { # KEY JSON: a number or text of a flat object
  printf '%s' "$2" | sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

say "1/3 prepare: seven documents into token shards ($dataset)"
prepared=$("$hyena" --master 'local[2]' prepare "$home/conf/quickstart.conf" \
  "data.input=$corpus" "data.dataset=$dataset" | tail -n 1)
printf '%s\n' "$prepared" >&2

say "2/3 train: two executor JVMs of one core, parameter averaging ($run)"
trained=$("$hyena" --master 'local-cluster[2,1,1536]' train "$home/conf/quickstart.conf" \
  "data.dataset=$dataset" "run.dir=$run" "$@" | tail -n 1)
printf '%s\n' "$trained" >&2

say "3/3 generate: what the model makes of a beginning"
prompt='To the Congress of the United States:'
printf '%s' "$prompt"
"$hyena" generate "$home/conf/quickstart.conf" "run.dir=$run" generate.tokens=400 generate.temperature=0.7 \
  "generate.prompt=$prompt"

cat <<END

Held-out document sotu-1885-grover-cleveland.txt: $(LC_ALL=C printf '%.3f' "$(value bits_per_byte "$trained")") bits per byte
Report          $run/report.html
Loss curve      $run/loss.png
Checkpoints     $run/manifest
Settings        $home/conf/quickstart.conf

Next: put your own text files in a folder, then
  submit-scripts/hyena prepare data.input=FOLDER data.dataset=DATASET
  submit-scripts/hyena train conf/quickstart.conf data.dataset=DATASET run.dir=RUN   # more: train.rounds=200
  submit-scripts/hyena generate run.dir=RUN generate.prompt='Once'
END
printf '{"bits_per_byte":%s,"documents":%s,"seconds":%s,"run":"%s","dataset":"%s"}\n' \
  "$(value bits_per_byte "$trained")" "$(value documents "$prepared")" "$((SECONDS - began))" "$run" "$dataset"
