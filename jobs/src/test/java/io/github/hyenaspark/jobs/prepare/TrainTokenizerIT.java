package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("process")
class TrainTokenizerIT {
    private static final String[] SYLLABLES = {"ba", "do", "ki", "mu", "ré", "sha", "ton", "ve"};

    @TempDir
    Path directory;

    private Path corpus;

    @BeforeEach
    void writeCorpus() throws IOException {
        corpus = Files.createDirectory(directory.resolve("corpus"));
        Random random = new Random(1);
        for (int document = 0; document < 9; document++) {
            var text = new StringBuilder();
            for (int word = 0; word < 2_000; word++) {
                int syllables = 1 + random.nextInt(3);
                for (int i = 0; i < syllables; i++) {
                    text.append(SYLLABLES[Math.min(random.nextInt(8), random.nextInt(8))]);
                }
                text.append(random.nextInt(10) == 0 ? ".\n" : " ");
            }
            Files.writeString(corpus.resolve(document + ".txt"), text);
        }
    }

    private Outcome train(String master, String output, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "train-tokenizer",
                "data.input=" + corpus,
                "tokenizer.output=" + directory.resolve(output),
                "tokenizer.vocab=400"));
        arguments.addAll(List.of(more));
        return SmallRun.bare(master, arguments);
    }

    private List<String> files(String output) throws IOException {
        List<String> files = new ArrayList<>();
        for (String name : List.of("tokenizer.json", "vocab.json", "merges.txt")) {
            files.add(Files.readString(directory.resolve(output).resolve(name)));
        }
        return files;
    }

    @Test
    void whatItWritesIsATokenizerOfTheCorpus() throws IOException {
        JsonNode result = train("local[2]", "out").json();
        Path file = directory.resolve("out").resolve("tokenizer.json");
        Tokenizer tokenizer = Tokenizer.open(Storage.local(), file.toString());
        assertThat(result.get("fingerprint").textValue()).isEqualTo(tokenizer.fingerprint());
        assertThat(result.get("vocabulary_size").intValue())
                .isEqualTo(tokenizer.vocabularySize())
                .isEqualTo(400);
        assertThat(result.get("merges").intValue()).isEqualTo(143);
        assertThat(result.get("occurrences").longValue()).isGreaterThan(18_000);
        assertThat(result.get("cut_words").longValue()).isZero();
        assertThat(result.get("refused_documents").longValue()).isZero();
        byte[] text = "shatondo réba.\n".getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encode(text)).hasSizeLessThan(text.length / 2);
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void filesThatAreStillWrittenAreLeftOut() throws IOException {
        for (int document = 1; document < 9; document++) {
            Files.setLastModifiedTime(corpus.resolve(document + ".txt"), FileTime.fromMillis(0));
        }
        JsonNode settled = train("local[1]", "settled", "data.min-age=1h").json();
        assertThat(settled.get("occurrences").longValue())
                .isLessThan(train("local[1]", "all").json().get("occurrences").longValue());
    }

    @Test
    @Tag("goal-15")
    void theFilesDoNotDependOnPartitions() throws IOException {
        JsonNode one = train("local[1]", "one", "tokenizer.max-words=100").json();
        assertThat(one.get("cut_words").longValue()).isPositive();
        assertThat(one.get("cut_occurrences").longValue()).isPositive();
        for (String partitions : List.of("1", "7")) {
            String output = "of" + partitions;
            System.setProperty("spark.default.parallelism", partitions);
            try {
                String unitBytes = "data.unit-bytes=" + (partitions.equals("1") ? 1 << 30 : 1);
                JsonNode other = train("local[2]", output, "tokenizer.max-words=100", unitBytes)
                        .json();
                assertThat(files(output)).isEqualTo(files("one"));
                for (String key : List.of("words", "occurrences", "cut_words", "cut_occurrences", "fingerprint")) {
                    assertThat(other.get(key)).as(key).isEqualTo(one.get(key));
                }
            } finally {
                System.clearProperty("spark.default.parallelism");
            }
        }
    }

    @Test
    void itsWordsAreThoseThatPrepareTokenizes() throws IOException {
        String normalised = "data.clean.normalisation=nfc";
        train("local[1]", "composed", normalised).json();
        for (int document = 0; document < 9; document++) {
            Path file = corpus.resolve(document + ".txt");
            Files.writeString(file, Normalizer.normalize(Files.readString(file), Normalizer.Form.NFD));
        }
        train("local[1]", "decomposed").json();
        assertThat(files("decomposed")).isNotEqualTo(files("composed"));
        train("local[1]", "normalised", normalised).json();
        assertThat(files("normalised")).isEqualTo(files("composed"));
        assertThat(train("local[1]", "stepped", "data.clean.steps=[none-such]").code())
                .isEqualTo(2);
    }

    @Test
    void whatIsThereIsNotWrittenOver() throws IOException {
        train("local[1]", "out").json();
        List<String> before = files("out");
        train("local[1]", "out").json();
        Outcome other = train("local[1]", "out", "tokenizer.vocab=300");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.messages())
                .contains("tokenizer.output: " + directory.resolve("out") + "/vocab.json is there already with other"
                        + " content, expected nothing or this same content; choose another directory or delete it");
        assertThat(files("out")).isEqualTo(before);
    }

    @Test
    void aCorpusWithoutAWordMakesNoTokenizer() throws IOException {
        Path lines = Files.writeString(directory.resolve("lines.jsonl"), "{\"text\":\"a b\"}\n".repeat(30));
        Outcome outcome = train("local[1]", "none", "data.input=" + lines, "data.source.text-field=txet");
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(3);
        assertThat(outcome.messages()).contains("found none, and 30 documents that were refused");
        assertThat(directory.resolve("none")).doesNotExist();
    }

    @Test
    void documentsThatAreNotUtf8AreCounted() throws IOException {
        Files.write(corpus.resolve("bad.txt"), new byte[] {'a', ' ', (byte) 0xFF});
        assertThat(train("local[2]", "out").json().get("refused_documents").longValue())
                .isEqualTo(1);
    }
}
