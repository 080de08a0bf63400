package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code score} and {@code embed} know of their documents before they start Spark. */
class DocumentsJobTest {
    private static final Storage STORAGE = Storage.local();

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
        return DocumentsJob.facts(STORAGE, data, data.files(STORAGE).files());
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
}
