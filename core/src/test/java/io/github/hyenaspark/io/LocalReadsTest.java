package io.github.hyenaspark.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With and without Hadoop the same comes out. */
class LocalReadsTest {
    @TempDir
    Path directory;

    private final Storage direct = Storage.local();
    private final Storage hadoop = Storage.of(Map.of()); // does not know where paths without a scheme are

    @BeforeEach
    void files() throws IOException {
        for (String name : List.of("b", "a space", "ü%20", ".hidden", "_underscore", "10:30.json")) {
            Files.writeString(directory.resolve(name), name);
        }
        Files.createDirectory(directory.resolve("folder"));
        Files.createSymbolicLink(directory.resolve("link"), directory.resolve("b"));
    }

    @Test
    void listsTheSame() throws IOException {
        assertThat(LocalReads.path(directory.toString(), true).flatMap(LocalReads::list))
                .contains(hadoop.list(directory.toString()));
        for (String uri : List.of(
                directory.toString(),
                "file:" + directory,
                "file://" + directory,
                directory + "/folder/..",
                directory + "/",
                directory + "/b",
                directory + "/nothing")) {
            assertThat(direct.list(uri)).as(uri).isEqualTo(hadoop.list(uri));
        }
        assertThat(direct.list(directory.toString())).hasSize(6);
    }

    /** So that a listing of millions has few runs to merge. */
    @Test
    void namesOfADirectoryAscend() throws IOException {
        Path many = Files.createDirectory(directory.resolve("many"));
        for (int i = 0; i < 500; i++) {
            Files.createFile(many.resolve(Integer.toHexString(i * 40_503)));
        }
        List<String> found = new ArrayList<>();
        LocalReads.below(many, file -> found.add(file.uri()));
        assertThat(found).hasSize(500).isSorted();
    }

    @Test
    void aNameThatIsNotUtf8IsRefused() throws Exception {
        String bytes = "touch \"$1/$(printf 'caf\\351').txt\"";
        Process shell = new ProcessBuilder("/bin/sh", "-c", bytes, "sh", directory.toString()).start();
        assumeTrue(shell.waitFor() == 0, "this file system takes no such name");
        assertThatThrownBy(() -> direct.find(directory.toString(), () -> file -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("caf\uFFFD.txt is not UTF-8");
    }

    @Test
    void readsTheSame() throws IOException {
        for (String name : List.of("b", "a space", "ü%20", ".hidden", "link")) {
            String uri = directory.resolve(name).toString();
            assertThat(direct.read(uri)).isEqualTo(hadoop.read(uri));
        }
        FileInfo facts = hadoop.hashed(directory.resolve("b").toString());
        try (InputStream in = direct.openVerified(facts)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("b");
        }
        FileInfo longer = new FileInfo(facts.uri(), 2, facts.sha256(), facts.crc32c(), 0, "");
        assertThatThrownBy(() -> direct.openVerified(longer))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("2 bytes");
    }

    @Test
    void whatIsWrongIsToldAsEverywhere() {
        String nowhere = directory.resolve("nothing").toString();
        assertThatThrownBy(() -> direct.read(nowhere))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("there is no file:" + nowhere);
        assertThatThrownBy(() -> direct.read(directory.toString()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("is a directory");
    }

    @Test
    void otherFileSystemsAreNotTheLocalDisk() {
        assertThat(LocalReads.path("s3a://bucket/key", true)).isEmpty();
        assertThat(LocalReads.path("hdfs://host/key", true)).isEmpty();
        assertThat(LocalReads.path("//host/key", true)).isEmpty();
        assertThat(LocalReads.path("", true)).isEmpty();
        assertThat(LocalReads.path("/runs/a", false)).isEmpty();
        assertThat(LocalReads.path("file:/runs/a", false)).contains(Path.of("/runs/a"));
    }
}
