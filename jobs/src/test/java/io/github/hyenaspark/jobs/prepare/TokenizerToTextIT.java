package io.github.hyenaspark.jobs.prepare;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a corpus to generated text with tokenizers other than bytes; a run needs nothing but its own directory then. */
@Tag("process")
class TokenizerToTextIT {
    @TempDir
    Path directory;

    @Test
    void aTrainedTokenizerGoesWithItsDatasetAndItsRun() throws IOException {
        Path corpus = SmallRun.corpus(directory);
        Path files = directory.resolve("tokenizer");
        JsonNode tokenizer = SmallRun.bare(
                        "local[2]",
                        List.of(
                                "train-tokenizer",
                                "data.input=" + corpus,
                                "tokenizer.output=" + files,
                                "tokenizer.vocab=300"))
                .json();
        String name = "data.tokenizer=" + files.resolve("tokenizer.json");
        JsonNode prepared = hyena("local[2]", "prepare", "data.input=" + corpus, dataset(), name)
                .json();
        // the words of the corpus are a few tokens each
        assertThat(prepared.get("train_tokens").longValue()).isLessThan(3 * 400 * 2);

        int vocabulary = tokenizer.get("vocabulary_size").intValue();
        assertThat(vocabulary).isBetween(258, 300);
        assertTrainsAndGenerates(
                tokenizer.get("fingerprint").textValue(), vocabulary, "alpha beta", "data.packing=best-fit");
    }

    /** The run remembers the name, which may by then be that of nothing. */
    @Test
    void aRunGoesOnWithoutTheFolderThatNamedItsTokenizer() throws IOException {
        Path corpus = SmallRun.corpus(directory);
        Path folder = directory.resolve("tokenizer");
        hyena(
                        "local[2]",
                        "train-tokenizer",
                        "data.input=" + corpus,
                        "tokenizer.output=" + folder,
                        "tokenizer.vocab=300")
                .json();
        String name = "data.tokenizer=" + folder;
        hyena("local[2]", "prepare", "data.input=" + corpus, dataset(), name).json();
        String run = "run.dir=" + directory.resolve("run");
        hyena("local[2]", "train", dataset(), name, run, "train.rounds=2", "run.stop-after-rounds=1")
                .json();
        delete(folder);
        JsonNode trained = SmallRun.bare("local[2]", List.of("train", run)).json();
        assertThat(trained.get("round").intValue()).isEqualTo(2);
    }

    @Test
    void aGenomeGoesToBasesAndBack() throws IOException {
        Path corpus = Files.createDirectory(directory.resolve("corpus"));
        var random = new Random(11);
        var fasta = new StringBuilder();
        for (int contig = 0; contig < 4; contig++) {
            fasta.append(">contig").append(contig).append(" random\n");
            for (int line = 0; line < 20; line++) {
                for (int base = 0; base < 60; base++) {
                    fasta.append("ACGTacgtN".charAt(random.nextInt(9)));
                }
                fasta.append('\n');
            }
        }
        Files.writeString(corpus.resolve("genome.fa"), fasta);
        JsonNode prepared = hyena(
                        "local[2]",
                        "prepare",
                        "data.input=" + corpus,
                        dataset(),
                        "data.tokenizer=dna",
                        "data.source.id-field=id",
                        "data.validation-documents=[contig3]")
                .json();
        assertThat(prepared.get("train_tokens").longValue()).isEqualTo(3 * 1201);
        assertThat(prepared.get("validation_tokens").longValue()).isEqualTo(1201);

        String text = assertTrainsAndGenerates("", 12, "ACGT", "data.packing=contiguous");
        assertThat(text.strip()).matches("[ACGTN]*");
    }

    /**
     * Trains without a word about the tokenizer, as the dataset has it; then deletes all but the run, and returns the
     * text.
     */
    private String assertTrainsAndGenerates(String fingerprint, int vocabulary, String prompt, String packing)
            throws IOException {
        String run = "run.dir=" + directory.resolve("run");
        JsonNode trained = hyena("local[2]", "train", dataset(), run, "train.rounds=2", packing)
                .json();
        assertThat(trained.get("round").intValue()).isEqualTo(2);
        assertThat(trained.get("held_out_loss").doubleValue()).isPositive().isLessThan(2 * Math.log(vocabulary));
        assertThat(Files.readString(directory.resolve("run/report.html"))).contains("<summary>After round 2</summary>");
        for (String gone : List.of("corpus", "dataset", "tokenizer")) {
            delete(directory.resolve(gone));
        }
        JsonNode found = SmallRun.bare(
                        "none", List.of("inspect", directory.resolve("run").toString(), "--json"))
                .json();
        assertThat(found.get("tokenizer").textValue()).contains(fingerprint);
        assertThat(found.get("vocabulary_size").intValue()).isEqualTo(vocabulary);
        Outcome text = hyena("none", "generate", run, "generate.prompt=" + prompt, "generate.tokens=12");
        assertThat(text.code()).as(text.messages()).isZero();
        assertThat(text.results()).isNotBlank();
        return text.results();
    }

    private String dataset() {
        return "data.dataset=" + directory.resolve("dataset");
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
