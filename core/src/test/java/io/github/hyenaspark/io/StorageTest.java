package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Storage.Content;
import io.github.hyenaspark.io.store.StoreException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The local disk. */
class StorageTest {
    @TempDir
    Path directory;

    private Storage storage;

    @BeforeEach
    void open() throws IOException {
        storage = Storage.local();
    }

    private String uri(String name) {
        return "file:" + directory + "/" + name;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> everythingOnDisk() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> directory.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void ofEightRacingThreadsExactlyOneCreatesTheFile() throws Exception {
        int threads = 8;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int race = 0; race < 20; race++) {
                String target = uri("run/manifest/" + race);
                List<Callable<Boolean>> writers = new ArrayList<>();
                for (int writer = 0; writer < threads; writer++) {
                    byte[] content = bytes(("writer " + writer + "\n").repeat(10_000));
                    writers.add(() -> storage.createExclusively(target, content));
                }
                List<Future<Boolean>> answers = executor.invokeAll(writers);
                List<Integer> winners = new ArrayList<>();
                for (int writer = 0; writer < threads; writer++) {
                    if (answers.get(writer).get()) {
                        winners.add(writer);
                    }
                }
                assertThat(winners).as("winners of race %d", race).hasSize(1);
                assertThat(storage.read(target)).isEqualTo(bytes(("writer " + winners.get(0) + "\n").repeat(10_000)));
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(everythingOnDisk()).hasSize(20).noneMatch(name -> name.contains("."));
    }

    @Test
    void creatingLeavesAFileThatIsThereUntouched() throws IOException {
        assertThat(storage.createExclusively(uri("a"), bytes("first"))).isTrue();
        assertThat(storage.createExclusively(uri("a"), bytes("second"))).isFalse();
        assertThat(storage.read(uri("a"))).isEqualTo(bytes("first"));
        assertThat(everythingOnDisk()).containsExactly("a");
    }

    /** Each question about a file would take five calls of the system, four million times in a night. */
    @Test
    void aLocalDiskIsNotAskedAboutEachFileOnceHadoopsSettingsSayThatPathsAreThere() throws IOException {
        storage.write(uri("a.bin"), out -> out.write(bytes("content")));
        Storage plain = Storage.of(Map.of());
        String path = directory.toString();
        assertThat(plain.qualify(path)).startsWith("file:");
        Map<String, Long> lengths = new HashMap<>();
        plain.names(path, lengths::put);
        assertThat(lengths).isEqualTo(Map.of("a.bin", -1L));
    }

    @Test
    void otherContentIsTold() throws IOException {
        Content content = out -> out.write(bytes("first"));
        assertThat(storage.hasOther(uri("a"), content)).isFalse();
        storage.write(uri("a"), content);
        assertThat(storage.hasOther(uri("a"), content)).isFalse();
        assertThat(storage.hasOther(uri("a"), out -> out.write(bytes("other")))).isTrue();
        assertThat(storage.hasOther(uri("a"), out -> out.write(bytes("fir")))).isTrue();
    }

    @Test
    void writeReturnsLengthAndHashesOfWhatItWrote() throws IOException {
        byte[] content = bytes("123456789");
        FileInfo written = storage.write(uri("deep/er/object"), out -> {
            out.write(content[0]);
            out.write(content, 1, 8);
        });
        assertThat(written.uri()).isEqualTo(uri("deep/er/object"));
        assertThat(written.name()).isEqualTo("object");
        assertThat(written.bytes()).isEqualTo(9);
        assertThat(written.crc32c()).as("the published check value of CRC-32C").isEqualTo(0xE3069283L);
        assertThat(written.sha256()).isEqualTo(Hashes.sha256(content));
        assertThat(storage.hashed(uri("deep/er/object"))).isEqualTo(written);
        assertThat(everythingOnDisk()).containsExactly("deep/er/object");
    }

    @Test
    void writingTheSameObjectAgainIsFineAndOtherContentIsRefused() throws IOException {
        FileInfo first = storage.write(uri("object"), out -> out.write(bytes("content")));
        assertThat(storage.write(uri("object"), out -> out.write(bytes("content"))))
                .isEqualTo(first);
        assertThatThrownBy(() -> storage.write(uri("object"), out -> out.write(bytes("CONTENT"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot write " + uri("object"))
                .hasMessageContaining("with other content");
        assertThat(storage.read(uri("object"))).isEqualTo(bytes("content"));
        assertThat(everythingOnDisk()).containsExactly("object");
    }

    @Test
    void contentThatFailsHalfwayLeavesNothing() throws IOException {
        assertThatThrownBy(() -> storage.write(uri("object"), out -> {
                    out.write(bytes("half"));
                    throw new IOException("the source ended");
                }))
                .hasMessage("the source ended");
        assertThat(everythingOnDisk()).isEmpty();
    }

    @Test
    void whatCannotBeReplacedStays() throws IOException {
        storage.replace(uri("view/lines.jsonl"), out -> out.write(bytes("old")));
        assertThatThrownBy(() -> storage.replace(uri("view/lines.jsonl"), out -> {
                    out.write(bytes("half of"));
                    throw new IOException("the source broke");
                }))
                .hasMessage("the source broke");
        assertThat(storage.read(uri("view/lines.jsonl"))).isEqualTo(bytes("old"));
        assertThat(storage.list(uri("view"))).hasSize(1);
        storage.replace(uri("view/lines.jsonl"), out -> out.write(bytes("new")));
        assertThat(storage.read(uri("view/lines.jsonl"))).isEqualTo(bytes("new"));
    }

    @Test
    void replaceTakesThePlaceOfAFile() throws IOException {
        storage.replace(uri("view/index.json"), bytes("old"));
        storage.replace(uri("view/index.json"), bytes("new"));
        assertThat(storage.read(uri("view/index.json"))).isEqualTo(bytes("new"));
        assertThat(everythingOnDisk()).containsExactly("view/index.json");
    }

    @Test
    void listGivesFilesDirectlyUnderByUri() throws IOException {
        for (String name : List.of("d/b", "d/a", "d/_SUCCESS", "d/.hidden", "d/sub/c")) {
            storage.replace(uri(name), bytes(name));
        }
        assertThat(storage.list(uri("d")))
                .extracting(FileInfo::uri)
                .containsExactly(uri("d/_SUCCESS"), uri("d/a"), uri("d/b"));
        assertThat(storage.list(uri("absent"))).isEmpty();
    }

    @Test
    void foldersAreListedWithWhatLiesBelow() throws IOException {
        List<String> written = List.of("a/1", "a/.2", "a/x/3", "a/x/y/4", "b/_5");
        for (String name : written) {
            storage.replace(uri(name), name.getBytes(UTF_8));
        }
        storage.replace(uri("c/6"), new byte[1]);
        List<String> folders = List.of("a", "b", "none");
        List<List<FileInfo>> found = Collections.synchronizedList(new ArrayList<>());
        storage.everythingBelow(directory.toString(), folders, () -> {
            List<FileInfo> files = new ArrayList<>();
            found.add(files);
            return files::add;
        });
        assertThat(found.stream().flatMap(List::stream).map(FileInfo::uri))
                .containsExactlyInAnyOrderElementsOf(
                        written.stream().map(this::uri).toList());
        Map<String, Long> names = new ConcurrentHashMap<>();
        storage.names("file:" + directory, folders, names::put);
        assertThat(names).containsOnlyKeys(written);
    }

    @Test
    void theFoldersOfADirectoryAreThoseDirectlyInIt() throws IOException {
        Files.createDirectories(directory.resolve("one/two"));
        Files.createDirectories(directory.resolve("three"));
        Files.writeString(directory.resolve("file"), "");
        assertThat(storage.folders(directory.toString())).containsExactly("one", "three");
        assertThat(storage.folders(uri("one/"))).containsExactly("two");
        assertThat(storage.folders(uri("missing"))).isEmpty();
    }

    @Test
    void findTakesDirectoriesGlobsAndNames() throws IOException {
        for (String name : List.of("d/b.txt", "d/a.md", "d/_temporary/x.txt", "d/.x.txt", "d/sub/c.txt", "e/d.txt")) {
            storage.replace(uri(name), bytes(name));
        }
        assertThat(storage.find(uri("d")))
                .extracting(FileInfo::uri)
                .containsExactly(uri("d/a.md"), uri("d/b.txt"), uri("d/sub/c.txt"));
        assertThat(storage.find(uri("*/*.txt")))
                .extracting(FileInfo::uri)
                .containsExactly(uri("d/b.txt"), uri("e/d.txt"));
        assertThat(storage.find(uri("{d,e}"))).hasSize(4);
        assertThat(storage.find(uri("d/*.none"))).isEmpty();
        FileInfo named = storage.find(uri("d/.x.txt")).get(0);
        assertThat(named.bytes()).isEqualTo(8);
        assertThat(named.sha256()).isEmpty();
        assertThat(named.crc32c()).isEqualTo(-1);
        assertThatThrownBy(() -> storage.find(uri("absent")))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("there is no " + uri("absent"));
    }

    @Test
    void globsMeetAnyName() throws IOException {
        for (String name : List.of("d/06:00:00Z.log", "d/[x] 50%.log", "d/sub/c.log", "d/.hid/e.log", "f.log/g.md")) {
            storage.replace(uri(name), bytes(name));
        }
        assertThat(storage.find(uri("d/*.log")))
                .extracting(FileInfo::uri)
                .containsExactly(uri("d/06:00:00Z.log"), uri("d/[x] 50%.log"));
        assertThat(storage.find(uri("*/\\[x\\]*"))).extracting(FileInfo::uri).containsExactly(uri("d/[x] 50%.log"));
        assertThat(storage.find(uri("*/0[0-9]:*"))).hasSize(1);
        assertThat(storage.find(uri("d/*/*.log"))).extracting(FileInfo::uri).containsExactly(uri("d/sub/c.log"));
        assertThat(storage.find(uri("{d/s?b,*}/c.log")))
                .extracting(FileInfo::uri)
                .containsExactly(uri("d/sub/c.log"));
        assertThat(storage.find(uri("*.log"))).extracting(FileInfo::uri).containsExactly(uri("f.log/g.md"));
        assertThat(storage.find(uri("d/*.log/x"))).isEmpty();
        assertThat(storage.find(uri("*/absent"))).isEmpty();
    }

    @Test
    void rangesAreReadInAnyOrderAndNotPastTheEnd() throws IOException {
        storage.replace(uri("r"), new byte[] {0, 1, 2, 3, 4, 5, 6, 7});
        try (RangeReader reader = storage.openRange(uri("r"))) {
            assertThat(reader.length()).isEqualTo(8);
            byte[] to = new byte[4];
            reader.readFully(5, to, 1, 3);
            assertThat(to).containsExactly(0, 5, 6, 7);
            reader.readFully(2, to, 0, 2);
            assertThat(to).containsExactly(2, 3, 6, 7);
            reader.readFully(8, to, 0, 0);
            assertThatThrownBy(() -> reader.readFully(6, to, 0, 3))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(uri("r") + ": expected at least 9 bytes, found 8 bytes");
        }
    }

    @Test
    void aFileIsReadFromAnOffsetOn() throws IOException {
        storage.replace(uri("o"), new byte[] {0, 1, 2, 3, 4});
        for (int from = 0; from <= 5; from++) {
            try (InputStream in = storage.open(uri("o"), from)) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(new byte[] {0, 1, 2, 3, 4}, from, 5));
            }
        }
        assertThatThrownBy(() -> storage.open(uri("o"), 6))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(uri("o") + ": expected at least 6 bytes, found 5 bytes");
        assertThatThrownBy(() -> storage.open(uri("o"), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("from byte -1: it must be 0 or more");
    }

    @Test
    void plainPathsAndUrisWithSpacesNameTheSameFile() throws IOException {
        String plain = directory + "/my corpus/a b.txt";
        storage.write(plain, out -> out.write(bytes("x")));
        assertThat(directory.resolve("my corpus").resolve("a b.txt")).exists();
        assertThat(storage.read(uri("my corpus/a b.txt"))).isEqualTo(bytes("x"));
        assertThat(storage.read("file://" + plain)).isEqualTo(bytes("x"));
        assertThat(storage.qualify(plain)).isEqualTo(uri("my corpus/a b.txt"));
        assertThat(storage.find(plain)).extracting(FileInfo::uri).containsExactly(uri("my corpus/a b.txt"));
        assertThat(storage.qualify("relative")).isEqualTo("file:" + Path.of("").toAbsolutePath() + "/relative");
        assertThatThrownBy(() -> storage.read(uri("my%20corpus/a")))
                .hasMessage(
                        "there is no " + uri("my%20corpus/a") + " (names are taken literally: write a space, not %20)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3a:bucket/x", "run:1", ""})
    void whatIsNeitherAPathNorAUriIsRefused(String uri) {
        assertThatThrownBy(() -> storage.exists(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + uri + "\": found neither a path nor a URI, expected such as runs/first, file:/data,"
                        + " hdfs://HOST:PORT/data or s3a://BUCKET/data; correct it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hdfs:/logs", "hdfs://name_node:9000/x"})
    void anHdfsUriWithoutTheNameOfAHostIsRefused(String uri) {
        assertThatThrownBy(() -> storage.exists(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(uri + ": found no name of a host, expected hdfs://HOST:PORT/PATH without an underscore in"
                        + " HOST; correct it, or set HADOOP_CONF_DIR to the folder whose core-site.xml names the"
                        + " cluster");
    }

    /** As any other endpoint that cannot be reached; at the start of a command without patience. */
    @Test
    void anUnknownHostOfHdfsIsToldAtOnce() {
        Storage first = storage.askingFirst();
        for (Callable<?> call : List.<Callable<?>>of(
                () -> first.qualify("hdfs://no-such-host.invalid:9000/x"),
                () -> first.exists("hdfs://no-such-host.invalid:9000/x"))) {
            assertThatThrownBy(call::call)
                    .isInstanceOf(StoreException.class)
                    .hasMessage(
                            "hdfs://no-such-host.invalid:9000/x at hdfs://no-such-host.invalid:9000: the name of the"
                                    + " host is unknown; check the host in the URI, or of S3 in spark.hadoop.fs.s3a.endpoint,"
                                    + " and HADOOP_CONF_DIR and the network");
        }
    }

    /** No retry helps: another place does. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileSystemThatMakesNoDirectoriesIsToldAsOneThatRefuses() {
        assertThatThrownBy(() -> storage.write("/proc/hyena/file", out -> out.write(1)))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        refused -> assertThat(refused.reason().isForPerson()).isTrue())
                .hasMessageContaining("/proc/hyena")
                .hasMessageContaining("choose another directory");
    }

    @Test
    void aMissingFileIsNamed() {
        for (Callable<?> call : List.<Callable<?>>of(
                () -> storage.read(uri("gone")),
                () -> storage.length(uri("gone")),
                () -> storage.open(uri("gone"), 0),
                () -> storage.openRange(uri("gone")),
                () -> storage.hashed(uri("gone")))) {
            assertThatThrownBy(call::call)
                    .isInstanceOf(FileNotFoundException.class)
                    .hasMessage("there is no " + uri("gone"));
        }
        assertThatThrownBy(() -> storage.read(directory.toString()))
                .hasMessageContaining("a file is needed, but")
                .hasMessageContaining("is a directory");
    }

    @Test
    void aVerifiedStreamEndsOnlyIfEveryByteIsRight() throws IOException {
        byte[] content = new byte[100_000];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) i;
        }
        FileInfo written = storage.write(uri("object"), out -> out.write(content));
        try (InputStream in = storage.openVerified(written)) {
            in.skipNBytes(70_000);
            assertThat(in.read()).isEqualTo(content[70_000] & 0xFF);
            assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 70_001, 100_000));
        }
        content[99_999] ^= 1;
        var crc = new CRC32C();
        crc.update(content);
        storage.replace(uri("object"), content);
        try (InputStream in = storage.openVerified(written)) {
            assertThatThrownBy(in::readAllBytes)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(uri("object") + ": expected 100000 bytes with CRC-32C ")
                    .hasMessageContaining("SHA-256 " + written.sha256() + ", found 100000 bytes with CRC-32C "
                            + Long.toHexString(crc.getValue()));
        }
        storage.replace(uri("object"), Arrays.copyOf(content, 99_999));
        assertThatThrownBy(() -> storage.openVerified(written))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(uri("object") + ": expected 100000 bytes, found 99999 bytes");
    }

    @Test
    void deleteIsRecursiveAndAbsentIsFine() throws IOException {
        storage.replace(uri("d/e/f"), bytes("x"));
        storage.delete(uri("d"));
        assertThat(storage.exists(uri("d"))).isFalse();
        storage.delete(uri("d"));
    }

    @Test
    void resolveJoinsWithOneSlash() {
        assertThat(Storage.resolve("s3a://b/run/", "/manifest")).isEqualTo("s3a://b/run/manifest");
        assertThat(Storage.resolve("/run", "manifest")).isEqualTo("/run/manifest");
        assertThat(Storage.resolve("/", "run")).isEqualTo("/run");
    }
}
