package io.github.hyenaspark.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdOutputStream;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.testing.ParquetFiles;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.data.token.BpeTrainer;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.data.token.WordCounts;
import io.github.hyenaspark.data.token.WordCounts.PreTokens;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every document of every source comes back from the shards as its own bytes, or as the normal form that the settings
 * ask for, through our reader and through the formats of others. What is expected is known before it is written.
 */
class RoundTripTest {
    private static final long SEED = 42;
    private static final MessageType SCHEMA =
            MessageTypeParser.parseMessageType("message row { required binary text (STRING); }");
    private static final String[] PIECES = {
        "word",
        " two words",
        "\t",
        "  ",
        "ß€𝄞",
        "e\u0301",
        "中文字",
        "\u0000",
        "\"quoted\\\"",
        "<|endoftext|>",
        "12345",
        "\u2028",
        "a\u0323\u0302",
        "👩‍👩‍👧",
        "'s",
        "\uFB01"
    };

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private TestCorpus corpus;
    /** Of every file in the order of paths. */
    private final List<String> expected = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        corpus = new TestCorpus(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "gpt2", "trained"})
    void everyDocumentOfEverySourceComesBack(String tokenizer) throws IOException {
        everySource();
        for (String documents : List.of("file", "line", "separator")) {
            List<String> texts = new ArrayList<>(expected);
            texts.addAll(textFiles(documents));
            assertComesBack(
                    texts,
                    UnaryOperator.identity(),
                    "data.dataset=" + directory.resolve(documents),
                    "data.tokenizer=" + place(tokenizer),
                    "data.source.documents=" + documents,
                    "data.source.separator=--- next",
                    "data.unit-bytes=4000");
        }
    }

    @Test
    void normalisedTextsComeBackAsTheirNormalForm() throws IOException {
        everySource();
        expected.addAll(textFiles("file"));
        for (Normalizer.Form form : List.of(Normalizer.Form.NFC, Normalizer.Form.NFKC)) {
            assertComesBack(
                    expected,
                    text -> Normalizer.normalize(text, form),
                    "data.dataset=" + directory.resolve(form.name()),
                    "data.clean.normalisation=" + form.name().toLowerCase(Locale.ROOT));
        }
    }

    @Test
    void sequencesComeBackInUpperCaseWithNForAllThatIsNoBase() throws IOException {
        UnaryOperator<String> normalForm = text -> text.toUpperCase(Locale.ROOT).replaceAll("[^ACGT]", "N");
        List<String> sequences = sequences();
        assertComesBack(sequences, normalForm, "data.tokenizer=dna");

        Path bed =
                Files.writeString(directory.resolve("a.bed"), "r0\t0\t7\ttrain\nr0\t10\t25\ttrain\nr3\t1\t2\ttrain\n");
        List<String> intervals = new ArrayList<>();
        for (int file = 0; file < 2; file++) {
            String first = sequences.get(file * sequences.size() / 2);
            intervals.add(first.substring(0, 7));
            intervals.add(first.substring(10, 25));
            intervals.add(sequences.get(file * sequences.size() / 2 + 3).substring(1, 2));
        }
        assertComesBack(
                intervals,
                normalForm,
                "data.dataset=" + directory.resolve("intervals"),
                "data.tokenizer=dna",
                "data.source.fasta.bed=" + bed);
    }

    @Test
    void sequencesComeBackAsTheyAreWithBytes() throws IOException {
        assertComesBack(sequences(), UnaryOperator.identity(), "data.tokenizer=bytes");
    }

    private void assertComesBack(List<String> texts, UnaryOperator<String> normalForm, String... settings)
            throws IOException {
        DataConfig config = corpus.settings(settings);
        DatasetSnapshot snapshot = corpus.prepare(config).snapshot();
        String stored =
                DatasetSpec.tokenizerUri(config.dataset(), snapshot.vocabulary().fingerprint());
        Tokenizer tokenizer =
                Tokenizer.ofFile(config.tokenizer(), corpus.storage().read(stored));
        Path dataset = Path.of(config.dataset());

        assertThat(snapshot.counts().bad()).isZero();
        assertThat(SnapshotUnits.all(corpus.storage(), config.dataset(), snapshot))
                .hasSizeGreaterThan(1);
        List<String> wanted = texts.stream().map(normalForm).toList();
        List<int[]> read = throughReaders(dataset, snapshot);
        List<String> found = texts(tokenizer, read);
        for (int i = 0; i < Math.min(found.size(), wanted.size()); i++) {
            assertThat(found.get(i)).as("document %d, seed %d", i, SEED).isEqualTo(wanted.get(i));
        }
        assertThat(found).hasSameSizeAs(wanted);
        assertThat(ShardOracle.throughMds(dataset.resolve(Split.TRAIN.folder())).toArray())
                .isEqualTo(read.toArray());
        List<int[]> megatron = new ArrayList<>();
        for (ShardEntry shard : TestCorpus.shards(corpus.storage(), dataset.toString(), snapshot, Split.TRAIN)) {
            megatron.addAll(ShardOracle.throughMegatron(dataset.resolve(shard.file())));
        }
        assertThat(megatron.toArray()).isEqualTo(read.toArray());
    }

    private List<int[]> throughReaders(Path dataset, DatasetSnapshot snapshot) throws IOException {
        List<int[]> documents = new ArrayList<>();
        for (ShardEntry shard : TestCorpus.shards(corpus.storage(), dataset.toString(), snapshot, Split.TRAIN)) {
            try (ShardReader reader =
                    ShardReader.open(corpus.storage(), dataset.toString(), shard, snapshot.tokenType())) {
                for (int document = 0; document < reader.documents(); document++) {
                    int[] tokens = new int[Math.toIntExact(reader.tokens(document))];
                    reader.read(document, 0, tokens, 0, tokens.length);
                    documents.add(tokens);
                }
            }
        }
        return documents;
    }

    private static List<String> texts(Tokenizer tokenizer, List<int[]> documents) {
        return documents.stream()
                .map(tokens -> {
                    assertThat(tokens).endsWith(tokenizer.endOfDocument());
                    int[] text = Arrays.copyOf(tokens, tokens.length - 1);
                    assertThat(text).doesNotContain(tokenizer.endOfDocument());
                    return new String(tokenizer.decode(text), StandardCharsets.UTF_8);
                })
                .toList();
    }

    /** JSON lines in three wrappings, Parquet, and FASTA, which any tokenizer of bytes reads. */
    private void everySource() throws IOException {
        List<String> texts = new ArrayList<>(List.of("", "\n", "\r\n end"));
        for (int i = 0; i < 30; i++) {
            texts.add(text(random.nextInt(60)) + "\n" + text(random.nextInt(5)));
        }
        corpus.add("b.jsonl", jsonLines(texts))
                .add("c.jsonl.gz", gzip(jsonLines(texts)))
                .add("d.jsonl.zst", zstd(jsonLines(texts)));
        for (int copy = 0; copy < 3; copy++) {
            expected.addAll(texts);
        }
        try (var writer =
                ParquetFiles.writer(corpus.input().resolve("e.parquet"), SCHEMA, CompressionCodecName.SNAPPY)) {
            for (String text : texts) {
                var row = new SimpleGroup(SCHEMA);
                row.add("text", text);
                writer.write(row);
            }
        }
        expected.addAll(texts);
    }

    /** Files that sort behind all others. */
    private List<String> textFiles(String documents) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            texts.add(
                    "x" + text(random.nextInt(40)).replace("\u0000", "") + (documents.equals("line") ? "" : "\n\nend"));
        }
        if (documents.equals("file")) {
            texts.add("");
            texts.add("\r\n" + text(400));
            for (int i = 0; i < texts.size(); i++) {
                corpus.add(String.format(Locale.ROOT, "f/%02d.txt", i), texts.get(i));
            }
        } else {
            for (int i = 0; i < 10; i++) {
                Files.deleteIfExists(corpus.input().resolve(String.format(Locale.ROOT, "f/%02d.txt", i)));
            }
            corpus.add("f/00.txt", String.join(documents.equals("line") ? "\n" : "\n--- next\n", texts) + "\n");
        }
        return texts;
    }

    /** The same records in a plain and in a compressed file. */
    private List<String> sequences() throws IOException {
        List<String> sequences = new ArrayList<>();
        var fasta = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            var letters = new StringBuilder();
            int length = 30 + random.nextInt(400);
            for (int j = 0; j < length; j++) {
                letters.append("ACGTacgtNnRYk*-".charAt(random.nextInt(15)));
            }
            sequences.add(letters.toString());
            fasta.append(">r")
                    .append(i)
                    .append(" random\n")
                    .append(letters.toString().replaceAll(".{60}", "$0\n"));
            fasta.append('\n');
        }
        byte[] bytes = fasta.toString().getBytes(StandardCharsets.UTF_8);
        corpus.add("a.fa", bytes).add("b.fasta.gz", gzip(bytes));
        List<String> twice = new ArrayList<>(sequences);
        twice.addAll(sequences);
        return twice;
    }

    private String text(int pieces) {
        var text = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private String place(String tokenizer) throws IOException {
        if (!tokenizer.equals("trained")) {
            return tokenizer;
        }
        var counts = new WordCounts();
        var words = new PreTokens(new ByteArrayInputStream(text(5000).getBytes(StandardCharsets.UTF_8)));
        while (words.countNext(counts)) {}
        Path file = directory.resolve("tokenizer.json");
        Files.write(file, BpeTrainer.train(counts.drain(), 400, 2).file());
        return file.toString();
    }

    /** As Python's json.dumps writes them: every other text with escapes for all that is not ASCII. */
    private static byte[] jsonLines(List<String> texts) {
        var lines = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            lines.append("{\"id\": ").append(i).append(", \"text\": \"");
            boolean ascii = i % 2 == 0;
            texts.get(i).chars().forEach(c -> {
                if (c == '"' || c == '\\') {
                    lines.append('\\').append((char) c);
                } else if (c < ' ' || (ascii && c > '~')) {
                    lines.append(String.format(Locale.ROOT, "\\u%04x", c));
                } else {
                    lines.append((char) c);
                }
            });
            lines.append("\"}\n");
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var to = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(to)) {
            out.write(bytes);
        }
        return to.toByteArray();
    }

    private static byte[] zstd(byte[] bytes) throws IOException {
        var to = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(to)) {
            out.write(bytes);
        }
        return to.toByteArray();
    }
}
