package io.github.hyenaspark.jobs.prepare;

import static io.github.hyenaspark.jobs.testing.SmallRun.hyena;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.DatasetRecount;
import io.github.hyenaspark.jobs.testing.MixedCorpus;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of documents between their files and the shards, from the command line to the dataset. */
@Tag("process")
class CleaningIT {
    private static final int NIGHTS = 9;

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static Path corpus;
    private static Path dataset;
    private static JsonNode result;
    private static DatasetRecount recount;

    @BeforeAll
    static void prepareOnce() throws IOException {
        corpus = MixedCorpus.write(shared);
        dataset = shared.resolve("dataset");
        List<String> arguments = new ArrayList<>(List.of("prepare", "data.input=" + corpus, "data.dataset=" + dataset));
        arguments.addAll(MixedCorpus.CLEANING);
        arguments.addAll(List.of("data.clean.steps=[capitals]", "data.split-by=host", "data.validation-fraction=0.3"));
        result = SmallRun.bare("local[2]", arguments).json();
        recount = DatasetRecount.of(dataset);
    }

    @Test
    void aStepOfTheUsersChangesAndRejectsDocuments() throws IOException {
        List<String> texts = texts("bytes", dataset, Split.TRAIN);
        texts.addAll(texts("bytes", dataset, Split.VALIDATION));
        assertThat(texts).hasSize(result.get("documents").intValue()).noneMatch(text -> text.matches("(?s).*[a-z?].*"));
        assertThat(texts)
                .contains(Files.readString(corpus.resolve("books/0.txt")).replace('w', 'W'));
    }

    @Test
    void everyDocumentThatIsLeftOutIsCountedUnderItsReason() throws IOException {
        Map<String, Long> expected = Map.of(
                "capitals: a question",
                (long) MixedCorpus.QUESTIONS,
                "min-bytes",
                (long) MixedCorpus.SHORT_BOOKS + MixedCorpus.SHORT_PAGES);
        assertThat(recount.refused("filtered")).isEqualTo(expected);
        assertThat(result.get("filtered").longValue())
                .isEqualTo(expected.values().stream().mapToLong(Long::longValue).sum());
        assertThat(result.get("rejected").intValue()).isEqualTo(MixedCorpus.BROKEN_LINES);
        recount.assertReport();
    }

    @Test
    void theQuarantineTellsWhereAndWhyAndHowItBegins() throws IOException {
        long line = Files.readString(corpus.resolve("web/pages.jsonl")).indexOf("\nno JSON\n") + 1L;
        JsonNode broken = refused("web/pages.jsonl", "no JSON");
        assertThat(broken.get("kind").textValue()).isEqualTo("bad");
        assertThat(broken.get("offset").longValue()).isBetween(line, line + 8);
        assertThat(broken.get("reason").textValue()).isNotBlank();
        JsonNode filtered = refused("books/" + MixedCorpus.BOOKS + ".txt", "SHORT");
        assertThat(filtered.get("kind").textValue()).isEqualTo("filtered");
        assertThat(filtered.get("reason").textValue()).isEqualTo("min-bytes");
        assertThat(filtered.get("offset").longValue()).isZero();
    }

    private static JsonNode refused(String path, String beginning) {
        List<JsonNode> found = recount.refused().stream()
                .filter(line -> line.get("path").textValue().equals(path)
                        && line.get("beginning").textValue().startsWith(beginning))
                .toList();
        assertThat(found).as("%s among %s", path, recount.refused()).hasSize(1);
        return found.get(0);
    }

    @Test
    void sparkReadsTheDocumentTable() throws IOException {
        var builder = SparkSession.builder().master("local[1]");
        SmallRun.SPARK.forEach(builder::config);
        try (SparkSession spark = builder.getOrCreate()) {
            var table = spark.read().parquet(dataset.resolve("docs").toString());
            assertThat(table.columns())
                    .containsExactly(
                            "document_id",
                            "content_hash",
                            "path",
                            "position",
                            "split",
                            "document",
                            "tokens",
                            "bytes",
                            "signature",
                            "host");
            assertThat(table.count()).isEqualTo(recount.rows().size());
            table.createOrReplaceTempView("docs");
            Map<String, List<Long>> splits = new TreeMap<>();
            for (Row row : spark.sql("SELECT split, count(*), sum(tokens) FROM docs GROUP BY split")
                    .collectAsList()) {
                splits.put(row.getString(0), List.of(row.getLong(1), row.getLong(2)));
            }
            for (Split split : Split.values()) {
                List<int[]> documents = recount.documents(split);
                long tokens = documents.stream().mapToLong(ids -> ids.length).sum();
                assertThat(splits).containsEntry(split.folder(), List.of((long) documents.size(), tokens));
            }
        }
    }

    @Test
    void documentsOfOneGroupStayOnOneSide() {
        Map<String, Split> sides = new TreeMap<>();
        for (DocumentRow row : recount.rows()) {
            String host = row.columns().getOrDefault("host", "");
            if (!host.isEmpty()) {
                assertThat(sides.merge(host, row.split(), (before, now) -> before == now ? now : null))
                        .as(host)
                        .isEqualTo(row.split());
            }
        }
        assertThat(sides).hasSize(8).containsValues(Split.TRAIN, Split.VALIDATION);
    }

    @Test
    void anUnknownStepIsNamedWithTheKnownOnes() {
        Outcome outcome = hyena(
                "no-such-master",
                "prepare",
                "data.input=" + corpus,
                "data.dataset=" + directory,
                "data.clean.steps=[capitols]");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("hyena prepare: data.clean.steps: found capitols, expected names of [capitals, stumbling]")
                .doesNotContain("\tat ");
    }

    /** So many that a Spark job makes one of their runs of sorted keys. */
    @Test
    void theDuplicatesOfManyNightsAreThoseOfPreparingAtOnce() throws IOException {
        Path input = Files.createDirectory(directory.resolve("input"));
        List<String> arguments = List.of(
                "prepare",
                "data.input=" + input,
                "data.dataset=" + directory.resolve("nights"),
                "data.validation-fraction=0",
                "data.clean.duplicates=near");
        List<JsonNode> nights = new ArrayList<>();
        for (int night = 1; night <= NIGHTS; night++) {
            String words = ("the words of night " + night + " and no other. ").repeat(20);
            Files.writeString(input.resolve(night + "-new.txt"), words);
            Files.writeString(input.resolve(night + "-near.txt"), words + "the end.");
            Files.copy(input.resolve((night + 1) / 2 + "-new.txt"), input.resolve(night + "-old.txt"));
            nights.add(SmallRun.bare("local[2]", arguments).json());
        }
        List<String> again = new ArrayList<>(arguments);
        again.set(2, "data.dataset=" + directory.resolve("at-once"));
        JsonNode atOnce = SmallRun.bare("local[2]", again).json();

        JsonNode last = nights.get(NIGHTS - 1);
        assertThat(last.get("documents").intValue()).isEqualTo(3 * NIGHTS);
        assertThat(last.get("duplicates").intValue()).isEqualTo(2 * NIGHTS);
        assertThat(last.get("duplicates")).isEqualTo(atOnce.get("duplicates"));
        List<KeyRun> runs = DatasetSnapshot.newest(
                        Storage.local(), directory.resolve("nights").toString())
                .keys();
        assertThat(runs).extracting(run -> run.segments().size()).containsExactly(NIGHTS - 1, 1);
    }

    @Test
    void theTestPartOfABedFileIsInNoSplit() throws IOException {
        Path input = Files.createDirectory(directory.resolve("input"));
        Files.writeString(input.resolve("a.fa"), ">r\nAAAAACCCCCGGGGG\nTTTTTACGTACGTAC\n>s\nGATTACA\n");
        Path bed = Files.writeString(
                directory.resolve("a.bed"), "r\t0\t5\ttrain\nr\t5\t10\tvalid\nr\t10\t15\ttest\nr\t15\t20\ttrain\n");
        Path into = directory.resolve("dataset");
        JsonNode prepared = SmallRun.bare(
                        "local[1]",
                        List.of(
                                "prepare",
                                "data.input=" + input,
                                "data.dataset=" + into,
                                "data.tokenizer=dna",
                                "data.source.fasta.bed=" + bed))
                .json();
        assertThat(prepared.get("filtered").intValue()).isEqualTo(1);
        assertThat(texts("dna", into, Split.TRAIN)).containsExactly("AAAAA", "TTTTT");
        assertThat(texts("dna", into, Split.VALIDATION)).containsExactly("CCCCC");
        DatasetRecount counted = DatasetRecount.of(into);
        assertThat(counted.refused("filtered")).containsExactly(Map.entry("split test of the BED file", 1L));
        counted.assertReport();
    }

    @Test
    void filesOfAnIntervalAreTakenAndDocumentsAreHeldOutByTheirId() throws IOException {
        Path input = Files.createDirectory(directory.resolve("input"));
        for (int day = 1; day <= 3; day++) {
            Path file = input.resolve(day + ".jsonl");
            Files.write(
                    file,
                    List.of(
                            "{\"id\": \"a" + day + "\", \"text\": \"first of " + day + "\"}",
                            "{\"id\": \"b" + day + "\", \"text\": \"second of " + day + "\"}"));
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-03-0" + day + "T12:00:00Z")));
        }
        Path into = directory.resolve("dataset");
        List<String> arguments = new ArrayList<>(List.of(
                "prepare",
                "data.input=" + input,
                "data.dataset=" + into,
                "data.source.id-field=id",
                "data.validation-documents=[b1,a2]"));
        assertThat(interval(arguments, "2026-02-01", "2026-03-01")
                        .get("outcome")
                        .textValue())
                .isEqualTo("nothing");
        assertThat(interval(arguments, "2026-03-01", "2026-03-02")
                        .get("documents")
                        .intValue())
                .isEqualTo(2);
        assertThat(interval(arguments, "2026-03-02T00:00:00Z", "2026-03-03")
                        .get("documents")
                        .intValue())
                .isEqualTo(4);
        assertThat(texts("bytes", into, Split.TRAIN)).containsExactly("first of 1", "second of 2");
        assertThat(texts("bytes", into, Split.VALIDATION)).containsExactly("second of 1", "first of 2");
    }

    private static JsonNode interval(List<String> arguments, String start, String end) throws IOException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("data.interval-start=" + start, "data.interval-end=" + end));
        return SmallRun.bare("local[1]", all).json();
    }

    /** Through the {@code index.json} of a split. */
    private static List<String> texts(String tokenizer, Path dataset, Split split) throws IOException {
        Tokenizer decoder = Tokenizer.of(tokenizer);
        List<String> texts = new ArrayList<>();
        for (int[] ids : ShardOracle.throughMds(dataset.resolve(split.folder()))) {
            byte[] text = decoder.decode(Arrays.copyOf(ids, ids.length - 1));
            texts.add(new String(text, StandardCharsets.UTF_8));
        }
        return texts;
    }
}
