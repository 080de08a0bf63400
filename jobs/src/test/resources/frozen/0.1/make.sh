#!/usr/bin/env bash
# How version 0.1 made the files beside this script:
#
#   make.sh HOME OUTPUT
#
# HOME is a built checkout of 0.1, OUTPUT a folder that does not exist yet. Later versions must read these very files,
# so they are never made again; this script is the record of the commands.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$1" && pwd)
mkdir "$2"
cd "$2"
mkdir corpus results

hyena() { "$home/submit-scripts/hyena" --master "${master:-local[2]}" "$@" 2>>messages.txt; }

# prepare recognizes a file by its size and time, so the times are fixed.
add_night() {
  local file
  for file in "$here/corpus/$1"/*; do
    cp "$file" corpus
    touch -d "$2" "corpus/${file##*/}"
  done
}

# Bytes in, numbers out: what DL4J computes with an exported model, and the ids of a tokenizer.
numbers() {
  cat >Numbers.java <<'JAVA'
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.factory.Nd4j;

class Numbers {
    public static void main(String[] words) throws Exception {
        byte[] text = words[2].getBytes(StandardCharsets.UTF_8);
        int[] ids = Tokenizer.open(Storage.local(), words[0]).encode(text);
        System.out.print("{\"text\":\"" + words[2] + "\",\"ids\":" + Arrays.toString(ids));
        var graph = ModelSerializer.restoreComputationGraph(new File(words[1]), false);
        var logits = graph.outputSingle(Nd4j.createFromArray(ids).reshape('c', 1, 1, ids.length));
        float[] last = new float[(int) logits.size(1)];
        for (int v = 0; v < last.length; v++) {
            last[v] = logits.getFloat(0, v, ids.length - 1);
        }
        System.out.println(",\"last_logits\":" + Arrays.toString(last) + "}");
    }
}
JAVA
  java --add-modules=jdk.incubator.vector -cp "$home/jobs/target/lib/*:$home/jobs/target/spark/jars/*" \
    Numbers.java "$@" 2>>messages.txt
}

data=(data.input=corpus 'data.validation-documents=[cleveland.txt]' data.max-bad-fraction=0.5)
writing=(generate.prompt='the people of the ' generate.tokens=40)

# Two snapshots. The run was trained on the first one and stopped after two of four rounds.
training=(data.dataset=dataset
  model.d-model=16 model.n-layer=2 model.d-inner=32 model.l-max=64 model.filter.width=8 model.filter.emb=5
  train.workers=2 train.codec=int4 train.inner-state=local train.rounds=4 train.local-steps=16 train.batch-size=4
  train.lr=1e-2 train.filter-lr=1e-2 train.warmup-steps=8
  checkpoint.every-rounds=2 run.validate-every-rounds=1)
add_night night-1 2026-01-01T00:00:00Z
hyena prepare "${data[@]}" data.dataset=dataset >results/prepare-dataset-1.json
master='local-cluster[2,1,1024]' hyena train "${training[@]}" run.dir=run run.stop-after-rounds=2 >results/train-run-2.json
hyena train "${training[@]}" run.dir=undisturbed >results/train-run.json
add_night night-2 2026-01-02T00:00:00Z
hyena prepare "${data[@]}" data.dataset=dataset >results/prepare-dataset.json

hyena verify dataset >results/verify-dataset.json
hyena verify run >results/verify-run.json
hyena inspect --json dataset >results/inspect-dataset.json
hyena inspect --json run >results/inspect-run.json
hyena evaluate run.dir=run data.dataset=dataset evaluate.output=evaluation >results/evaluate-run.json
hyena generate run.dir=run "${writing[@]}" >results/run.txt
hyena export run export.output=export >results/export.json
hyena export run export.output=zip export.format=dl4j >results/export-zip.json
numbers bytes zip/model.zip 'the people of the ' >results/numbers-zip.json

# A tokenizer, and a run with it that has every mixer and averages its moments; it was stopped after two of three rounds.
mixing=(data.dataset=bpe-dataset run.dir=mixers
  'model.mixer=[hyena,attention,lstm,h3,conv,gru,rnn]' model.n-layer=7 model.d-model=8 model.l-max=32
  model.filter.width=4 model.filter.emb=3 model.h3.states=4 model.conv.taps=5
  train.rounds=3 train.local-steps=8 train.batch-size=4 train.lr=1e-2 train.filter-lr=1e-2 train.warmup-steps=4
  checkpoint.every-rounds=2)
hyena train-tokenizer data.input=corpus tokenizer.output=tokenizer tokenizer.vocab=300 >results/train-tokenizer.json
hyena prepare "${data[@]}" data.dataset=bpe-dataset data.tokenizer=tokenizer/tokenizer.json >results/prepare-bpe-dataset.json
hyena train "${mixing[@]}" run.stop-after-rounds=2 >results/train-mixers-2.json
cp -r mixers mixers-further
hyena train "${mixing[@]}" run.dir=mixers-further >results/train-mixers.json
hyena verify bpe-dataset >results/verify-bpe-dataset.json
hyena inspect --json mixers >results/inspect-mixers.json
hyena verify mixers >results/verify-mixers.json
hyena evaluate run.dir=mixers evaluate.output=evaluation >results/evaluate-mixers.json
hyena generate run.dir=mixers "${writing[@]}" >results/mixers.txt
hyena export mixers export.output=mixers-zip export.format=dl4j >results/export-mixers-zip.json
numbers mixers-zip/tokenizer.json mixers-zip/model.zip 'the people, älter als 42 ' >results/numbers-mixers-zip.json

# Pages that people look at and no command reads, and what was only made for its numbers.
rm -r -- */report.html */loss.png */reports/*.html undisturbed mixers-further evaluation corpus Numbers.java messages.txt
