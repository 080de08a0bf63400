package io.github.hyenaspark.jobs.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.hyenaspark.data.prepare.commit.LeaseHost;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFolderTest {
    @TempDir
    Path directory;

    private ResultFolder open(String asked) throws IOException {
        return ResultFolder.of(
                Storage.local(), "score.output", directory.resolve("out").toString(), asked);
    }

    @Test
    void aResultIsThatOfTheSameQuestionOnly() throws IOException {
        ResultFolder folder = open("a");
        folder.begin();
        folder.end(Json.object().put("documents", 3));
        assertThat(open("a").result())
                .hasValueSatisfying(
                        result -> assertThat(result.get("documents").intValue()).isEqualTo(3));
        assertThatThrownBy(() -> open("b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("score.output: " + directory.resolve("out") + " has the results of other documents, another"
                        + " model or other settings; choose another directory, or delete it");
    }

    /** It would be taken for that of the files that have the same names and times now. */
    @Test
    void aResultOfAnEarlierVersionIsRefused() throws IOException {
        Files.createDirectories(directory.resolve("out"));
        Files.writeString(directory.resolve("out/_hyena.json"), "{\"asked\":\"a\",\"result\":{\"documents\":3}}");
        assertThatThrownBy(() -> open("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("score.output: " + directory.resolve("out") + " has results of an earlier version, which"
                        + " did not note all that decides them; choose another directory, or delete it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/out[1]", "/a/out{1}", "/a/out*", "s3a://b/out?", "/a/out\\1"})
    void aNameThatSparkReadsAsAPatternIsRefused(String name) {
        assertThatThrownBy(() -> ResultFolder.checkNamed("score.output", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("score.output: found " + name);
    }

    @Test
    void whatAnUnfinishedCommandLeftIsDeletedWhateverItWasAsked() throws IOException {
        open("a").begin();
        Path part = Files.writeString(directory.resolve("out/part-0.parquet"), "rows");
        ResultFolder folder = open("b");
        assertThat(folder.result()).isEmpty();
        folder.begin();
        assertThat(part).doesNotExist();
    }

    @Test
    void filesOfOthersAmongUnfinishedResultsAreNotDeleted() throws IOException {
        open("a").begin();
        Path notes = Files.writeString(directory.resolve("out/notes.txt"), "mine");
        assertThatThrownBy(() -> open("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("notes.txt among unfinished results; choose another directory");
        assertThat(notes).exists();
    }

    @Test
    void ofTwoThatWriteTheEarlierCannotEnd() throws IOException {
        ResultFolder first = open("a");
        first.begin();
        ResultFolder second = open("a");
        second.begin();
        assertThatThrownBy(() -> first.end(Json.object()))
                .isInstanceOf(LockedException.class)
                .hasMessage("another command has written into " + directory.resolve("out")
                        + " at the same time; run this one again when no other one runs");
        second.end(Json.object());
        assertThat(open("a").result()).isPresent();
    }

    /** Those of an earlier one that was on another machine, and committed after this one began. */
    @Test
    void rowsOfTwoWritesAreNoResult() throws IOException {
        ResultFolder folder = open("a");
        folder.begin();
        for (int part = 0; part < 2; part++) {
            part("part-0000" + part + "-0f1b2c3d-1111-2222-3333-444455556666-c000.snappy.parquet");
        }
        folder.end(Json.object());
        part("part-00000-0f1b2c3d-1111-2222-3333-444455557777-c000.snappy.parquet");
        assertThatThrownBy(() -> folder.end(Json.object())).isInstanceOf(LockedException.class);
    }

    private void part(String name) throws IOException {
        Files.writeString(directory.resolve("out").resolve(name), "rows");
    }

    @Test
    void aFolderThatALivingProcessWritesIsLocked() throws IOException {
        var host = new LeaseHost();
        long other = ProcessHandle.current().parent().orElseThrow().pid();
        assumeThat(host.table()).isNotEmpty();
        ResultFolder folder = open("a");
        writes(other, host.began(other));
        String expected = "another command, process " + other + ", is writing into " + directory.resolve("out")
                + "; wait until it ends, or choose another directory";
        assertThatThrownBy(() -> open("a")).isInstanceOf(LockedException.class).hasMessage(expected);
        assertThatThrownBy(folder::begin).isInstanceOf(LockedException.class).hasMessage(expected);
        writes(other, host.began(other) - 1); // which had the number before
        open("a").begin();
    }

    private void writes(long pid, long began) throws IOException {
        Files.createDirectories(directory.resolve("out"));
        byte[] noted = Json.bytes(Json.object()
                .put("format", 2)
                .put("asked", "a")
                .put("attempt", "other")
                .put("pid", pid)
                .put("table", new LeaseHost().table())
                .put("began", began));
        Files.write(directory.resolve("out/_hyena.json"), noted);
    }

    /** Killed before its first file had a name. */
    @Test
    void aFileThatWasNeverNamedIsNobodys() throws IOException {
        Files.createDirectories(directory.resolve("out"));
        Path unnamed = Files.writeString(directory.resolve("out/._hyena.json.1f.tmp"), "{");
        open("a").begin();
        assertThat(unnamed).doesNotExist();
    }

    @Test
    void filesOfOthersAreNotTouched() throws IOException {
        Files.createDirectories(directory.resolve("out/_temporary/0"));
        Files.writeString(directory.resolve("out/_temporary/0/part-0"), "left by a Spark job that was killed");
        assertThat(open("a").result()).isEmpty();
        Files.writeString(directory.resolve("out/part-0.parquet"), "rows");
        assertThatThrownBy(() -> open("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("score.output: there are files in " + directory.resolve("out") + " already");
    }
}
