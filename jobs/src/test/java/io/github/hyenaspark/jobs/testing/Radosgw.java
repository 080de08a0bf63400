package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.hyenaspark.jobs.testing.SmallRun.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * A real S3 server, Ceph's radosgw, that the script for users starts. It excludes, checks credentials, notes every
 * request, and can be killed and started again before the same objects.
 */
public final class Radosgw implements AutoCloseable {
    private static final String SCRIPT = "local-radosgw.sh";

    private final Path directory;
    private final Map<String, String> settings;

    private Radosgw(Path directory, Map<String, String> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Skips the test where Ceph is not installed. */
    public static void assumeInstalled() {
        List<String> missing = new ArrayList<>(List.of("radosgw", "ceph-mon", "ceph-osd", "ceph"));
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            missing.removeIf(program -> Files.isExecutable(Path.of(folder, program)));
        }
        assumeThat(missing)
                .as("programs of the Debian packages radosgw, ceph-mon, ceph-osd and ceph-common")
                .isEmpty();
    }

    /** Starts one whose files are in a directory; parts have 5 MiB, the least that S3 allows. */
    public static Radosgw start(Path directory) throws IOException {
        script(directory, "start");
        var conf = new Configuration(false);
        conf.addResource(new org.apache.hadoop.fs.Path(
                directory.resolve("conf/core-site.xml").toUri()));
        Map<String, String> settings = new TreeMap<>();
        conf.forEach(setting -> settings.put(setting.getKey(), setting.getValue()));
        settings.put("fs.s3a.multipart.size", "5M");
        settings.put("fs.s3a.multipart.threshold", "5M");
        return new Radosgw(directory, settings);
    }

    private static void script(Path directory, String command) throws IOException {
        try {
            Outcome outcome = Script.named(SCRIPT)
                    .run(Objects.requireNonNull(directory.getParent()), command, directory.toString());
            assertThat(outcome.code()).as(outcome.messages()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while radosgw was told to " + command);
        }
    }

    /** A folder of its bucket. */
    public PreparePlace place(String folder) {
        return new PreparePlace("radosgw", settings, "s3a://hyena/" + folder);
    }

    /** Ends the server by SIGKILL; the objects stay. */
    public void kill() throws IOException {
        ProcessHandle server = ProcessHandle.of(Long.parseLong(
                        Files.readString(directory.resolve("radosgw.pid")).strip()))
                .orElseThrow();
        server.destroyForcibly();
        server.onExit().orTimeout(1, TimeUnit.MINUTES).join();
    }

    /** Starts it again after a kill, at the same port. */
    public void startAgain() throws IOException {
        script(directory, "gateway");
    }

    /** The requests so far, oldest first; two that ended at once may be on one line. */
    public List<JsonNode> requests() throws IOException {
        File log = directory.resolve("ops.log").toFile();
        try (MappingIterator<JsonNode> requests =
                new ObjectMapper().readerFor(JsonNode.class).readValues(log)) {
            return requests.readAll();
        }
    }

    /** Ends all that was started; an error, with the errors in its log, if a part of it had ended by itself. */
    @Override
    public void close() throws IOException {
        List<String> ended = new ArrayList<>();
        for (String process : List.of("monitor", "objects", "radosgw")) {
            String pid = Files.readString(directory.resolve(process + ".pid")).strip();
            if (ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                ended.add(process);
                try (Stream<String> log = Files.lines(directory.resolve(process + ".log"))) {
                    ended.addAll(log.filter(line -> line.contains(" -1 ")).toList()); // Ceph's level of errors
                }
            }
        }
        script(directory, "stop");
        assertThat(ended).as("processes of radosgw that have ended").isEmpty();
    }
}
