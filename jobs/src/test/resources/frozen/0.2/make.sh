#!/usr/bin/env bash
# How version 0.2 made the files beside this script, but for the pipeline, which FrozenStagesIT made:
#
#   make.sh HOME OUTPUT
#
# HOME is a built checkout of 0.2, OUTPUT a folder that does not exist yet. Later versions must read these very files,
# so they are never made again; this script is the record of the commands.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$1" && pwd)
mkdir "$2"
cd "$2"
mkdir corpus results

hyena() { "$home/submit-scripts/hyena" --master "${master:-local[2]}" "$@" 2>>messages.txt; }

# prepare recognizes a file by its size and time, so the times are fixed. The texts are the beginnings of those of 0.1.
add_night() {
  local file
  for file in "$here/../0.1/corpus/$1"/*; do
    head -c 700 "$file" >"corpus/${file##*/}"
    touch -d "$2" "corpus/${file##*/}"
  done
}

data=(data.input=corpus data.dataset=dataset data.tokenizer=tokenizer 'data.validation-documents=[cleveland.txt]'
  data.unit-bytes=1000 data.max-bad-fraction=0.5 data.clean.duplicates=near)
training=(data.dataset=dataset run.dir=run
  model.d-model=4 model.n-layer=1 model.d-inner=8 model.l-max=32 model.filter.width=4 model.filter.emb=3
  train.workers=2 train.rounds=4 train.local-steps=8 train.batch-size=4
  train.lr=1e-2 train.filter-lr=1e-2 train.warmup-steps=4
  checkpoint.every-rounds=2 run.validate-every-rounds=1)
writing=(generate.prompt='the people of the ' generate.tokens=40)

# Three snapshots: the second adds a duplicate and a broken file, the third replaces a document and removes another. The
# run was trained on the second one, which it pins, and stopped after two of four rounds.
add_night night-1 2026-01-01T00:00:00Z
hyena train-tokenizer data.input=corpus tokenizer.output=tokenizer tokenizer.vocab=300 >results/train-tokenizer.json
hyena prepare "${data[@]}" >results/prepare-1.json
add_night night-2 2026-01-02T00:00:00Z
hyena prepare "${data[@]}" >results/prepare-2.json
hyena train "${training[@]}" run.stop-after-rounds=2 >results/train-2.json
cp -r run further
hyena train "${training[@]}" run.dir=further >results/train.json
rm "$(grep -l '/further"' dataset/pins/*.json)"
rm corpus/twain.txt
echo 'What was written in its place.' >corpus/austen.txt
touch -d 2026-01-03T00:00:00Z corpus/austen.txt
hyena prepare "${data[@]}" data.prune=true data.on-changed=replace >results/prepare-3.json
hyena evaluate run.dir=run evaluate.output=evaluation >results/evaluate.json

hyena verify dataset >results/verify-dataset.json
hyena verify run >results/verify-run.json
hyena inspect --json dataset >results/inspect-dataset.json
hyena inspect --json run >results/inspect-run.json
hyena generate run.dir=run "${writing[@]}" >results/run.txt
hyena export run export.output=export >results/export.json

# Pages that people look at and no command reads, and what was only made for its numbers.
rm -r -- */report.html */loss.png */reports/*.html */events.* tokenizer/vocab.json tokenizer/merges.txt further evaluation corpus messages.txt
