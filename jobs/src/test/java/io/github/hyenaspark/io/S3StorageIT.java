package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.hyenaspark.jobs.testing.S3Server;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract of storage, with Hadoop's real client of S3 and a server that speaks it. */
class S3StorageIT {
    private static S3Server server;
    private static Storage storage;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.newBucket();
        storage = Storage.of(server.settings());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /**
     * What exclusive creation rests on: the server itself refuses, although the name was free when writing began. The
     * writers end one after the other, because this server, unlike S3, does not look and write in one step.
     */
    @Test
    void ofEightConditionalPutsThatBeganTogetherOnlyTheFirstIsAccepted() throws IOException {
        assumeThat(VersionInfo.getVersion())
                .as("the S3 client of Hadoop 3.3 cannot ask for it")
                .doesNotStartWith("3.3.");
        var target = new org.apache.hadoop.fs.Path(server.uri("conditional/object"));
        List<FSDataOutputStream> writers = new ArrayList<>();
        for (int writer = 0; writer < 8; writer++) {
            FSDataOutputStream out = conditionally(target);
            out.write(bytes("writer " + writer));
            writers.add(out);
        }
        writers.get(0).close();
        for (FSDataOutputStream late : writers.subList(1, writers.size())) {
            assertThatThrownBy(late::close).isInstanceOf(IOException.class).hasMessageContaining("412");
        }
        assertThat(storage.read(target.toString())).isEqualTo(bytes("writer 0"));
    }

    private static FSDataOutputStream conditionally(org.apache.hadoop.fs.Path target) throws IOException {
        var configuration = new Configuration();
        server.settings().forEach(configuration::set);
        FileSystem fileSystem = target.getFileSystem(configuration);
        FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(target);
        return builder.create()
                .recursive()
                .overwrite(false)
                .opt("fs.option.create.conditional.overwrite", true)
                .build();
    }

    @Test
    void creatingLeavesAnObjectThatIsThereUntouched() throws IOException {
        String target = server.uri("exclusive/object");
        assertThat(storage.createExclusively(target, bytes("first"))).isTrue();
        assertThat(storage.createExclusively(target, bytes("second"))).isFalse();
        assertThat(storage.read(target)).isEqualTo(bytes("first"));
    }

    @Test
    void objectsAreWrittenOnceReplacedListedFoundAndDeleted() throws IOException {
        String target = server.uri("data/with space/object");
        FileInfo written = storage.write(target, out -> out.write(bytes("content")));
        assertThat(storage.write(target, out -> out.write(bytes("content")))).isEqualTo(written);
        assertThat(storage.hashed(target)).isEqualTo(written);
        assertThatThrownBy(() -> storage.write(target, out -> out.write(bytes("CONTENT"))))
                .hasMessageContaining("an object of that name with other content");
        storage.replace(server.uri("data/view"), bytes("old"));
        storage.replace(server.uri("data/view"), bytes("new"));
        assertThat(storage.read(server.uri("data/view"))).isEqualTo(bytes("new"));
        assertThat(storage.list(server.uri("data"))).extracting(FileInfo::uri).containsExactly(server.uri("data/view"));
        assertThat(storage.list(server.uri("absent"))).isEmpty();
        assertThat(storage.find(server.uri("da*")))
                .extracting(FileInfo::uri)
                .containsExactly(server.uri("data/view"), target);
        storage.delete(server.uri("data"));
        assertThat(storage.exists(target)).isFalse();
        assertThatThrownBy(() -> storage.read(target))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("there is no " + target);
    }

    @Test
    void contentThatFailsHalfwayLeavesNothing() throws IOException {
        for (int bytes : new int[] {4, 6 << 20}) { // the second has sent a part already
            String target = server.uri("half/" + bytes);
            assertThatThrownBy(() -> storage.write(target, out -> {
                        out.write(new byte[bytes]);
                        throw new IOException("the source ended");
                    }))
                    .hasMessage("the source ended");
            assertThat(storage.exists(target)).isFalse();
        }
    }

    /** Two parts of 5 MiB and a rest. */
    @Test
    void anObjectOfSeveralPartsIsReadInRanges() throws IOException {
        byte[] content = new byte[11 << 20];
        new Random(7).nextBytes(content);
        String target = server.uri("parts/object");
        FileInfo written = storage.write(target, out -> out.write(content));
        assertThat(storage.hashed(target)).isEqualTo(written);
        try (RangeReader reader = storage.openRange(target)) {
            assertThat(reader.length()).isEqualTo(content.length);
            for (int offset : new int[] {content.length - 5, 0, (5 << 20) - 2, 10 << 20}) {
                byte[] to = new byte[5];
                reader.readFully(offset, to, 0, 5);
                assertThat(to).containsExactly(Arrays.copyOfRange(content, offset, offset + 5));
            }
        }
    }
}
