package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.testing.MemoryFileSystem;
import io.github.hyenaspark.testing.StoreFault;
import io.github.hyenaspark.testing.StoreFault.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stores other than the local disk, by a strict one in memory; what real ones do is seen in integration tests. */
class AtomicWriterTest {
    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static Map<String, String> settings(String scheme) {
        return Map.of("fs." + scheme + ".impl", MemoryFileSystem.class.getName());
    }

    /** The file system of one test, shared with the storage by Hadoop's cache. */
    private static MemoryFileSystem memory(String scheme, String test) throws IOException {
        var configuration = new Configuration();
        settings(scheme).forEach(configuration::set);
        return (MemoryFileSystem) FileSystem.get(URI.create(scheme + "://" + test + "/"), configuration);
    }

    @Test
    void aDiskWithoutHardLinksIsToldFromOneThatRefuses() {
        var linkless = new FileSystemException("/mnt/a", "/mnt/.a", "Operation not permitted");
        assertThat(LinkWriter.explained(linkless)).hasMessage("/mnt/a: no hard links (Operation not permitted)");
        var refused = new AccessDeniedException("/mnt/a");
        assertThat(LinkWriter.explained(refused)).isSameAs(refused);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void ofEightRacingThreadsExactlyOneCreatesTheFile(String scheme) throws Exception {
        Storage storage = Storage.of(settings(scheme));
        MemoryFileSystem memory = memory(scheme, "race");
        ExecutorService executor = Executors.newFixedThreadPool(8);
        try {
            for (int race = 0; race < 50; race++) {
                String target = scheme + "://race/manifest/" + race;
                List<Callable<Boolean>> writers = new ArrayList<>();
                for (int writer = 0; writer < 8; writer++) {
                    byte[] content = bytes("writer " + writer);
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
                assertThat(storage.read(target)).isEqualTo(bytes("writer " + winners.get(0)));
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(memory.names()).hasSize(50).noneMatch(name -> name.contains("."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void objectsAreWrittenOnceAndWhole(String scheme) throws IOException {
        Storage storage = Storage.of(settings(scheme));
        MemoryFileSystem memory = memory(scheme, "write");
        String target = scheme + "://write/data/object";
        assertThatThrownBy(() -> storage.write(target, out -> {
                    out.write(bytes("half"));
                    throw new IOException("the source ended");
                }))
                .hasMessage("the source ended");
        assertThat(memory.names()).isEmpty();
        FileInfo written = storage.write(target, out -> out.write(bytes("content")));
        assertThat(storage.write(target, out -> out.write(bytes("content")))).isEqualTo(written);
        assertThat(storage.hashed(target)).isEqualTo(written);
        assertThatThrownBy(() -> storage.write(target, out -> out.write(bytes("CONTENT"))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot write " + target + ": an object of that name with other content");
        assertThat(storage.read(target)).isEqualTo(bytes("content"));
        assertThat(memory.names()).containsExactly("object");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    void filesAreReplacedListedReadAndDeleted(String scheme) throws IOException {
        Storage storage = Storage.of(settings(scheme));
        String target = scheme + "://view/d/index.json";
        storage.replace(target, bytes("old"));
        storage.replace(target, bytes("new"));
        assertThat(storage.list(scheme + "://view/d")).extracting(FileInfo::uri).containsExactly(target);
        try (RangeReader reader = storage.openRange(target)) {
            byte[] to = new byte[2];
            reader.readFully(1, to, 0, 2);
            assertThat(to).isEqualTo(bytes("ew"));
        }
        storage.delete(target);
        assertThat(storage.exists(target)).isFalse();
        assertThatThrownBy(() -> storage.read(target)).hasMessage("there is no " + target);
    }

    @Test
    void anAnswerThatWasLostIsFoundInTheStore() throws IOException {
        Storage storage = Storage.of(settings("s3a"));
        MemoryFileSystem memory = memory("s3a", "lost");
        memory.inject(StoreFault.after(Operation.CLOSE));
        assertThat(storage.createExclusively("s3a://lost/manifest", bytes("mine")))
                .isTrue();
        assertThat(memory.pendingFaults()).isZero();
        assertThat(storage.createExclusively("s3a://lost/manifest", bytes("mine")))
                .isFalse();
    }

    /** Whatever fails, whatever was done when it failed: trying again ends well, and nobody reads a part. */
    @ParameterizedTest
    @ValueSource(strings = {"mem", "s3a"})
    @Tag("fault-11")
    void creationSucceedsAtTheNextTryAfterAnyFault(String scheme) throws IOException {
        Storage storage = Storage.of(settings(scheme));
        MemoryFileSystem memory = memory(scheme, "faults");
        String target = scheme + "://faults/manifest";
        storage.createExclusively(target, bytes("content"));
        long operations =
                Stream.of(Operation.values()).mapToLong(memory::operations).sum();
        assertThat(operations).isGreaterThan(3);
        for (StoreFault fault : List.of(StoreFault.before(), StoreFault.after(), StoreFault.lasting())) {
            for (long n = 1; n <= operations; n++) {
                memory.delete(new Path(target), false);
                memory.inject(fault.at(n));
                boolean created = created(storage, target);
                memory.heal();
                if (!created) {
                    assertThat(storage.createExclusively(target, bytes("content")) || storage.exists(target))
                            .isTrue();
                }
                assertThat(storage.read(target)).as("%s %d", fault, n).isEqualTo(bytes("content"));
            }
        }
    }

    private static boolean created(Storage storage, String target) {
        try {
            return storage.createExclusively(target, bytes("content"));
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("injected");
            return false;
        }
    }
}
