package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code score} and {@code embed} know of their documents before they start Spark. */
class DocumentsJobTest {
    private static final Storage STORAGE = Storage.local();
    private static final Path FROZEN = Path.of("src/test/resources/frozen/0.1/run");

    @TempDir
    private Path directory;

    private Path input(String folder) throws IOException {
        Path input = Files.createDirectories(directory.resolve(folder));
        Path file = input.resolve("g.fa");
        Files.writeString(file, ">chr1\nACGTACGT\n");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L));
        return input;
    }

    private static List<String> facts(String... settings) throws IOException {
        DataConfig data =
                Settings.load(List.of(settings)).bind("data", DataConfig.class).qualified(STORAGE);
        return DocumentsJob.facts(STORAGE, data, data.files(STORAGE).files()).toList();
    }

    /** Four million names with their places are gigabytes. */
    @Test
    void filesAreToldOfOneAtATime() throws IOException {
        int count = 100_000;
        int[] made = new int[1];
        Iterator<InputFile> names = IntStream.range(0, count)
                .mapToObj(i -> {
                    made[0]++;
                    return new InputFile("f" + i, "s3://bucket/f" + i, i, 2L * i, "etag");
                })
                .iterator();
        Collection<InputFile> files = new AbstractCollection<>() {
            @Override
            public Iterator<InputFile> iterator() {
                return names;
            }

            @Override
            public int size() {
                return count;
            }
        };
        DataConfig data = Settings.load(List.of()).bind("data", DataConfig.class);
        int others = (int) DocumentsJob.facts(STORAGE, data, List.of()).count();
        Iterator<String> facts = DocumentsJob.facts(STORAGE, data, files).iterator();
        for (int told = 0; told < others + count; told++) {
            String fact = facts.next();
            assertThat(made[0]).isLessThanOrEqualTo(Math.max(0, told - others) + 2);
            if (told >= others) {
                int i = told - others;
                assertThat(fact).isEqualTo("f" + i + " s3://bucket/f" + i + " " + i + " " + 2 * i + " etag");
            }
        }
        assertThat(facts.hasNext()).isFalse();
    }

    @Test
    void filesOfEqualNamesAndTimesInAnotherPlaceAreOthers() throws IOException {
        List<String> facts = facts("data.input=" + input("a"));
        assertThat(facts("data.input=" + input("b"))).isNotEqualTo(facts);
        assertThat(facts("data.input=" + input("a"))).isEqualTo(facts);
    }

    @Test
    void aBedFileIsKnownByItsContent() throws IOException {
        String data = "data.input=" + input("a");
        Path bed = Files.writeString(directory.resolve("r.bed"), "chr1\t0\t4\n");
        String setting = "data.source.fasta.bed=" + bed;
        List<String> facts = facts(data, setting);
        assertThat(facts(data, setting)).isEqualTo(facts);
        Files.writeString(bed, "chr1\t2\t6\n");
        assertThat(facts(data, setting)).isNotEqualTo(facts);
        Files.delete(bed);
        assertThatThrownBy(() -> facts(data, setting))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("data.source.fasta.bed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"score", "embed"})
    void anOverlapOfWholeSequencesIsRefusedBeforeAnythingIsWritten(String command) throws IOException {
        Path output = directory.resolve("out");
        Outcome outcome = SmallRun.bare(
                "none",
                List.of(
                        command,
                        "run.dir=" + FROZEN,
                        "data.input=" + input("a"),
                        command + ".output=" + output,
                        command + ".overlap=100000"));
        assertThat(outcome.code()).as(outcome.messages()).isEqualTo(2);
        assertThat(outcome.messages())
                .contains("hyena " + command + ": " + command + ".overlap: found 100000, expected");
        assertThat(output).doesNotExist();
    }

    @Test
    void columnsThatSparkDoesNotTellApartAreRefused() {
        DataConfig data =
                Settings.load(List.of("data.source.columns=[Name,name]")).bind("data", DataConfig.class);
        assertThatThrownBy(() -> SparkInference.checkColumns(data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.source.columns: found name, expected names that differ by more than their" + " case");
    }
}
