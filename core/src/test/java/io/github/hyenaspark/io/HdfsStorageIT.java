package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real name node and data node in this process. */
class HdfsStorageIT {
    @TempDir
    static Path directory;

    private static MiniDFSCluster cluster;
    private static Storage storage;
    private static String root;

    @BeforeAll
    static void start() throws IOException {
        cluster = new MiniDFSCluster.Builder(new Configuration(), directory.toFile())
                .numDataNodes(1)
                .build();
        cluster.waitActive();
        root = cluster.getURI().toString();
        storage = Storage.of(Map.of("fs.defaultFS", root));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.shutdown();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> names(String below) throws IOException {
        List<String> names = new ArrayList<>();
        var files = cluster.getFileSystem().listFiles(new org.apache.hadoop.fs.Path(below), true);
        while (files.hasNext()) {
            names.add(files.next().getPath().getName());
        }
        return names;
    }

    @Test
    void ofEightRacingThreadsExactlyOneCreatesTheFile() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            for (int race = 0; race < 10; race++) {
                String target = root + "/run/manifest/" + race;
                List<Callable<Boolean>> writers = new ArrayList<>();
                for (int writer = 0; writer < 8; writer++) {
                    byte[] content = bytes(("writer " + writer + "\n").repeat(1_000));
                    writers.add(() -> storage.createExclusively(target, content));
                }
                List<Future<Boolean>> answers = executor.invokeAll(writers);
                List<Integer> winners = new ArrayList<>();
                for (int writer = 0; writer < 8; writer++) {
                    if (answers.get(writer).get()) {
                        winners.add(writer);
                    }
                }
                assertThat(winners).as("winners of race %d", race).hasSize(1);
                assertThat(storage.read(target)).isEqualTo(bytes(("writer " + winners.get(0) + "\n").repeat(1_000)));
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(names("/run")).hasSize(10).noneMatch(name -> name.contains("."));
    }

    @Test
    void objectsAreWrittenOnceReplacedListedAndRead() throws IOException {
        String target = root + "/data/with space/object";
        FileInfo written = storage.write(target, out -> out.write(bytes("content")));
        assertThat(storage.write(target, out -> out.write(bytes("content")))).isEqualTo(written);
        assertThat(storage.hashed(target)).isEqualTo(written);
        assertThatThrownBy(() -> storage.write(target, out -> out.write(bytes("CONTENT"))))
                .hasMessageContaining("an object of that name with other content");
        assertThatThrownBy(() -> storage.createExclusively(root + "/data/with space", bytes("x")))
                .hasMessageContaining("a directory has that name");
        storage.replace(root + "/data/view", bytes("old"));
        storage.replace(root + "/data/view", bytes("new"));
        assertThat(storage.read("/data/view"))
                .as("a plain path belongs to fs.defaultFS")
                .isEqualTo(bytes("new"));
        try (RangeReader reader = storage.openRange(target)) {
            byte[] to = new byte[3];
            reader.readFully(4, to, 0, 3);
            assertThat(to).isEqualTo(bytes("ent"));
        }
        assertThat(storage.find(root + "/da*")).extracting(FileInfo::uri).containsExactly(root + "/data/view", target);
        assertThat(names("/data")).containsExactlyInAnyOrder("view", "object");
        storage.delete(root + "/data");
        assertThat(storage.exists(target)).isFalse();
    }
}
