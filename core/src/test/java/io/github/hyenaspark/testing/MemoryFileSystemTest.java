package io.github.hyenaspark.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The store that other tests rely on does what they think. */
class MemoryFileSystemTest {
    private MemoryFileSystem hdfs;
    private MemoryFileSystem s3;

    @BeforeEach
    void open() throws IOException {
        hdfs = of("mem://store/");
        s3 = of("s3a://store/");
    }

    private static MemoryFileSystem of(String uri) throws IOException {
        var memory = new MemoryFileSystem();
        memory.setConf(new Configuration());
        memory.initialize(URI.create(uri), memory.getConf());
        return memory;
    }

    private static void write(MemoryFileSystem memory, String path, String content) throws IOException {
        try (OutputStream out = memory.create(new Path(path), true)) {
            out.write(content.getBytes(UTF_8));
        }
    }

    private static String read(MemoryFileSystem memory, String path) throws IOException {
        try (InputStream in = memory.open(new Path(path))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    @Test
    void anObjectAppearsWhenItIsClosedAndTheLastOneStays() throws IOException {
        Path path = new Path("s3a://store/a");
        FSDataOutputStream first = s3.create(path, false);
        FSDataOutputStream second = s3.create(path, false);
        first.write(1);
        first.close();
        assertThat(s3.getFileStatus(path).getLen()).isEqualTo(1);
        second.close();
        assertThat(s3.getFileStatus(path).getLen()).isZero();
        first.close();
        assertThat(s3.getFileStatus(path).getLen()).as("closed again").isZero();
    }

    @Test
    void anAbortedObjectNeverAppearsAndNothingIsRenamed() throws IOException {
        Path path = new Path("s3a://store/a");
        FSDataOutputStream out = s3.create(path, false);
        out.write(1);
        out.abort();
        out.close();
        assertThat(s3.contents()).isEmpty();
        assertThatThrownBy(() -> s3.rename(path, new Path("s3a://store/b")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("S3 renames nothing");
    }

    @Test
    void directoriesAreWhereFilesAre() throws IOException {
        write(hdfs, "mem://store/d/e/f", "x");
        write(hdfs, "mem://store/d/g", "xy");
        assertThat(hdfs.listStatus(new Path("mem://store/d")))
                .extracting(FileStatus::getPath, FileStatus::isDirectory, FileStatus::getLen)
                .containsExactly(
                        tuple(new Path("mem://store/d/e"), true, 0L), tuple(new Path("mem://store/d/g"), false, 2L));
        assertThat(hdfs.listStatus(new Path("mem://store/"))).hasSize(1);
        hdfs.delete(new Path("mem://store/d"), true);
        assertThatThrownBy(() -> hdfs.listStatus(new Path("mem://store/d"))).isInstanceOf(FileNotFoundException.class);
        assertThatThrownBy(() -> read(hdfs, "mem://store/d/g")).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void storageFindsWhatIsInDirectoriesBelow() throws IOException {
        Storage storage = Storage.of(Map.of("fs.mem.impl", MemoryFileSystem.class.getName()));
        for (String name : new String[] {"a/b.txt", "a/c/d.txt", "a/c/e.md"}) {
            storage.replace("mem://find/" + name, name.getBytes(UTF_8));
        }
        assertThat(storage.find("mem://find/a")).hasSize(3);
        assertThat(storage.find("mem://find/a/*/*.txt"))
                .extracting(FileInfo::uri)
                .containsExactly("mem://find/a/c/d.txt");
        assertThat(storage.exists("mem://find/a/c")).isTrue();
    }

    @Test
    void theNthOperationOfAKindFailsBeforeOrAfterItIsDone() throws IOException {
        s3.inject(StoreFault.before(Operation.CLOSE).at(2));
        s3.inject(StoreFault.after(Operation.DELETE).on("/a"));
        write(s3, "s3a://store/a", "1");
        assertThatThrownBy(() -> write(s3, "s3a://store/b", "2"))
                .hasMessage("injected: CLOSE of s3a://store/b failed BEFORE");
        write(s3, "s3a://store/c", "3");
        assertThat(s3.names()).containsExactly("a", "c");
        s3.delete(new Path("s3a://store/c"), false);
        assertThatThrownBy(() -> s3.delete(new Path("s3a://store/a"), false)).hasMessageContaining("AFTER");
        assertThat(s3.names()).isEmpty();
        assertThat(s3.pendingFaults()).isZero();
        assertThat(s3.operations(Operation.CLOSE)).isEqualTo(3);
    }

    @Test
    void aTornFileHasHalfOfItsBytes() throws IOException {
        hdfs.inject(StoreFault.torn());
        assertThatThrownBy(() -> write(hdfs, "mem://store/a", "123456")).hasMessageContaining("TORN");
        assertThat(read(hdfs, "mem://store/a")).isEqualTo("123");
        assertThatThrownBy(() -> new StoreFault(Set.of(), "", 1, StoreFault.Effect.TORN))
                .hasMessageContaining("only a close tears a file");
    }

    @Test
    void aStoreThatIsFullTakesNothingUntilItIsHealed() throws IOException {
        write(s3, "s3a://store/a", "1");
        s3.inject(StoreFault.lasting(Operation.CREATE, Operation.WRITE));
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> write(s3, "s3a://store/b", "2")).hasMessageContaining("injected: CREATE");
        }
        assertThat(read(s3, "s3a://store/a")).isEqualTo("1");
        s3.heal();
        write(s3, "s3a://store/b", "2");
        assertThat(s3.names()).containsExactly("a", "b");
    }

    @Test
    void bytesReadAreCountedPerFile() throws IOException {
        write(hdfs, "mem://store/a", "12345");
        write(hdfs, "mem://store/b", "12345");
        assertThat(read(hdfs, "mem://store/a")).isEqualTo("12345");
        try (var in = hdfs.open(new Path("mem://store/b"))) {
            in.readFully(1, new byte[3]);
        }
        assertThat(hdfs.bytesRead()).isEqualTo(Map.of("mem://store/a", 5L, "mem://store/b", 3L));
        hdfs.forgetCounts();
        assertThat(hdfs.bytesRead()).isEmpty();
    }

    @Test
    void filesAreChangedAndDatedFromOutside() throws IOException {
        write(hdfs, "mem://store/a", "ab");
        hdfs.flipBit("mem://store/a", 9);
        assertThat(read(hdfs, "mem://store/a")).isEqualTo("a`");
        assertThat(hdfs.getFileStatus(new Path("mem://store/a")).getModificationTime())
                .isZero();
        hdfs.setTimes(new Path("mem://store/a"), 7, -1);
        assertThat(hdfs.getFileStatus(new Path("mem://store/a")).getModificationTime())
                .isEqualTo(7);
    }
}
