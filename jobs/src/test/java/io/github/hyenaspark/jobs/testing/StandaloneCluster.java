package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A standalone Spark of processes of its own: a master, and workers of one core at 127.0.0.1, 127.0.0.2 and so on,
 * which Spark takes for different machines. A {@code local-cluster} has one host only, and Spark never gives two
 * attempts of a task to one host at the same time.
 */
public final class StandaloneCluster implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final long PATIENCE_SECONDS = 60;
    private static final long LOOK_NANOS = 50_000_000;

    private final String url;
    private final Path directory;
    private final List<Process> processes = new ArrayList<>();

    private StandaloneCluster(String url, Path directory) {
        this.url = url;
        this.directory = directory;
    }

    /**
     * Starts one.
     *
     * @param directory for logs and work files
     */
    public static StandaloneCluster start(Path directory, int workers) throws IOException {
        Files.createDirectories(directory);
        int port = freePort();
        var cluster = new StandaloneCluster("spark://" + HOST + ":" + port, directory);
        try {
            cluster.launch("master", "master.Master", "--host", HOST, "--port", "" + port, "--webui-port", "0");
            awaitPort(port);
            for (int worker = 1; worker <= workers; worker++) {
                cluster.launch(
                        "worker-" + worker,
                        "worker.Worker",
                        "--host",
                        "127.0.0." + worker,
                        "--webui-port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                        "--work-dir",
                        directory.resolve("work-" + worker).toString(),
                        cluster.url);
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    /** A driver with all executors of this cluster. */
    public HyenaProcess driver(PreparePlace place) {
        return place.process(url).with("spark.cores.max", "" + (processes.size() - 1));
    }

    private void launch(String name, String mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m"));
        command.addAll(HyenaProcess.jvmFlags());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dspark.ui.enabled=false"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.apache.spark.deploy." + mainClass));
        command.addAll(Arrays.asList(arguments));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        HyenaProcess.describeSpark(builder.environment());
        processes.add(builder.start());
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!listens(port) && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        assertThat(listens(port))
                .as("the master listens at port %d within %d s", port, PATIENCE_SECONDS)
                .isTrue();
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        kill();
    }

    /** Ends all of it, executors too, by SIGKILL. */
    public void kill() {
        for (Process process : processes) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
