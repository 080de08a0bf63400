package io.github.hyenaspark.jobs.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;

/**
 * A bucket on a server that speaks S3: the S3Mock that the build copies to {@code target/servers}, in a process of its
 * own. The first bucket starts the one server of this JVM, which ends with it. Each bucket has a name that no other one
 * has, because Hadoop keeps one client per bucket for the whole JVM.
 */
public final class S3Server {
    private static final Path JAR = Path.of(System.getProperty("basedir", "."), "target", "servers", "s3mock.jar")
            .toAbsolutePath();

    private static final Pattern STARTED = Pattern.compile("Tomcat started on ports? .*?(\\d+) \\(http\\)");
    private static final long START_SECONDS = 60;
    private static final String REGION = "us-east-1";

    private static Optional<Integer> sharedPort = Optional.empty();

    private final String bucket;
    private final int port;

    private S3Server(String bucket, int port) {
        this.bucket = bucket;
        this.port = port;
    }

    /**
     * An empty bucket.
     *
     * @throws IOException if the server ends or says nothing within a minute; its log is in the message
     */
    public static synchronized S3Server newBucket() throws IOException {
        if (sharedPort.isEmpty()) {
            sharedPort = Optional.of(start(ServerFolder.create("s3")));
        }
        int port = sharedPort.get();
        String bucket = "hyena-" + UUID.randomUUID();
        URL url = URI.create("http://127.0.0.1:" + port + "/" + bucket).toURL();
        HttpURLConnection put = (HttpURLConnection) url.openConnection();
        put.setRequestMethod("PUT");
        Assertions.assertThat(put.getResponseCode())
                .as("the answer to PUT %s", url)
                .isEqualTo(200);
        return new S3Server(bucket, port);
    }

    /**
     * Starts a server; returns its port when it answers.
     *
     * @param directory where it keeps objects and its log, {@code s3.log}
     */
    private static int start(Path directory) throws IOException {
        Assertions.assertThat(JAR)
                .as("the S3 server of the tests, copied by mvn pre-integration-test")
                .exists();
        Path log = directory.resolve("s3.log");
        Process process = new ProcessBuilder(command(directory))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "end the S3 server"));
        try {
            return port(process, log);
        } catch (Exception e) {
            process.destroyForcibly();
            throw new IOException("the S3 server did not start; it said:\n" + Files.readString(log), e);
        }
    }

    /** Port 0 is any free one. The server listens on its HTTP port at all addresses, on its HTTPS port at this one. */
    private static List<String> command(Path directory) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + directory.toAbsolutePath(),
                "-jar",
                JAR.toString(),
                "--com.adobe.testing.s3mock.http-port=0",
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--com.adobe.testing.s3mock.region=" + REGION);
    }

    private static int port(Process process, Path log) throws Exception {
        var port = new CompletableFuture<Integer>();
        var reader = new Thread(() -> copy(process, log, port), "log of the S3 server");
        reader.setDaemon(true);
        reader.start();
        return port.get(START_SECONDS, TimeUnit.SECONDS);
    }

    private static void copy(Process process, Path log, CompletableFuture<Integer> port) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8);
                Writer out = Files.newBufferedWriter(log)) {
            for (Optional<String> line = line(in); line.isPresent(); line = line(in)) {
                out.write(line.get() + "\n");
                out.flush();
                Matcher started = STARTED.matcher(line.get());
                if (started.find()) {
                    port.complete(Integer.valueOf(started.group(1)));
                }
            }
            port.completeExceptionally(new IOException("it has ended"));
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
    }

    private static Optional<String> line(BufferedReader in) throws IOException {
        return Optional.ofNullable(in.readLine());
    }

    /** The Hadoop settings of a client of this server. Times in milliseconds have no unit, which Hadoop 3.3 refuses. */
    public Map<String, String> settings() {
        return Map.ofEntries(
                Map.entry("fs.s3a.endpoint", "http://127.0.0.1:" + port),
                Map.entry("fs.s3a.endpoint.region", REGION),
                Map.entry("fs.s3a.path.style.access", "true"),
                Map.entry("fs.s3a.connection.ssl.enabled", "false"),
                Map.entry("fs.s3a.access.key", "test"),
                Map.entry("fs.s3a.secret.key", "test-secret"),
                Map.entry("fs.s3a.aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"),
                // by the client: S3Mock refuses the If-Match without quotes that Hadoop 3.3 sends
                Map.entry("fs.s3a.change.detection.mode", "client"),
                Map.entry("fs.s3a.multipart.size", "5M"),
                Map.entry("fs.s3a.multipart.threshold", "5M"),
                Map.entry("fs.s3a.fast.upload.buffer", "bytebuffer"),
                Map.entry("fs.s3a.connection.timeout", "15000"),
                Map.entry("fs.s3a.connection.establish.timeout", "15000"),
                Map.entry("fs.s3a.attempts.maximum", "2"),
                Map.entry("fs.s3a.retry.limit", "2"),
                Map.entry("fs.s3a.retry.interval", "100ms"));
    }

    /** The URI of a key in the bucket. */
    public String uri(String key) {
        return "s3a://" + bucket + "/" + key;
    }
}
