package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.PackedFiles;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.plan.WaitingFiles;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.BpeTokenizer;
import io.github.hyenaspark.data.token.BpeTrainer;
import io.github.hyenaspark.data.token.WordCounts;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.cli.Console;
import io.github.hyenaspark.jobs.spark.prepare.SparkWordCount;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a corpus to a byte-level BPE tokenizer: the cluster counts words, the driver learns merges. */
public final class TrainTokenizerJob {
    private static final Logger LOG = LoggerFactory.getLogger(TrainTokenizerJob.class);

    private TrainTokenizerJob() {}

    public static void run(Settings settings, Console console) throws IOException {
        long begin = System.nanoTime();
        Storage storage = SparkRuntime.storage();
        DataConfig data = settings.bind("data", DataConfig.class).qualified(storage);
        Config config = settings.bind("tokenizer", Config.class);
        Refusal.unless(!data.input().isBlank(), "data.input", "\"\"", "a directory, a file or a glob");
        Refusal.unless(!config.output().isBlank(), "tokenizer.output", "\"\"", "a directory");
        DocumentStep.named(data.clean().steps()); // refuses unknown ones before anything is read
        String there = Storage.resolve(config.output(), "tokenizer.json");
        if (storage.exists(there)) { // also tells of a store that refuses, before the work
            LOG.warn("{} is there already; unless the same tokenizer comes out, nothing is written", there);
        }
        InputListing input = data.files(storage);
        PackedFiles files = WaitingFiles.leaveOut(storage, data, input);
        if (files.size() < input.files().size()) {
            LOG.info(
                    "{} files are left out: they changed after data.interval-end or less than data.min-age={} ago, or"
                            + " somebody is writing them",
                    input.files().size() - files.size(),
                    data.minAge());
        }
        Refusal.unless(
                !files.isEmpty(), "data.input", data.input() + " with files that all wait", "one that may be read");
        List<WorkUnit> units = WorkUnit.cut(files, data.source(), data.unitBytes());
        SparkWordCount.WordCountPart counted;
        try (SparkRuntime runtime = SparkRuntime.start("hyena train-tokenizer " + config.output(), 1)) {
            counted = new SparkWordCount(runtime.context()).count(data, units, config.maxWords());
        }
        WordCounts.Top.Selection words = counted.words();
        if (words.cutWords() > 0) {
            LOG.warn(
                    "{} of {} words, {} of {} occurrences, exceed tokenizer.max-words={} and are ignored",
                    words.cutWords(),
                    words.words(),
                    words.cutOccurrences(),
                    words.occurrences(),
                    config.maxWords());
        }
        if (words.words() == 0) {
            throw new CorruptFileException(
                    data.input(),
                    "documents with at least one word",
                    "none, and " + counted.refused() + " documents that were refused",
                    "nothing has been written");
        }
        BpeTokenizer tokenizer = BpeTrainer.train(words.top(), config.vocab(), config.minFrequency());
        write(storage, config.output(), tokenizer);
        console.result(Json.object()
                .put("vocabulary_size", tokenizer.vocabularySize())
                .put("merges", tokenizer.merges())
                .put("words", words.words())
                .put("occurrences", words.occurrences())
                .put("cut_words", words.cutWords())
                .put("cut_occurrences", words.cutOccurrences())
                .put("refused_documents", counted.refused())
                .put("output", config.output())
                .put("fingerprint", tokenizer.fingerprint())
                .put("seconds", (System.nanoTime() - begin) / 1e9));
    }

    private static void write(Storage storage, String output, BpeTokenizer tokenizer) throws IOException {
        Map<String, Storage.Content> files = new LinkedHashMap<>();
        files.put("vocab.json", out -> out.write(tokenizer.vocabularyFile()));
        files.put("merges.txt", out -> out.write(tokenizer.mergesFile()));
        files.put("tokenizer.json", out -> out.write(tokenizer.file())); // last: it marks a complete tokenizer
        storage.writeAll("tokenizer.output", output, files);
    }

    /** The section {@code tokenizer}; {@code reference.conf} describes its keys. */
    record Config(String output, int vocab, int maxWords, long minFrequency) {
        private static final int FEWEST_IDS = 257;

        Config {
            Refusal.below(FEWEST_IDS, "tokenizer.vocab", vocab);
            Refusal.below(1, "tokenizer.max-words", maxWords);
            Refusal.below(1, "tokenizer.min-frequency", minFrequency);
        }
    }
}
