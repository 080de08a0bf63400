package io.github.hyenaspark.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess;
import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import io.github.hyenaspark.jobs.testing.SmallRun;
import io.github.hyenaspark.jobs.testing.StandaloneCluster;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on, asked through Spark's own Prometheus endpoint, and other commands through a sink of files. */
@Tag("process")
class MetricsIT {
    private static final Pattern GAUGE =
            Pattern.compile("(?m)^metrics_\\w+_RunPlugin_(\\w+)_Value\\{[^}]*} (-?[0-9.eE+-]+)$");
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    Path directory;

    @Test
    void thePrometheusEndpointShowsHowTheRunGoes() throws Exception {
        int port = StandaloneCluster.freePort();
        HyenaProcess process = HyenaProcess.on("local[2]")
                .with("spark.ui.enabled", "true")
                .with("spark.ui.port", "" + port)
                .with(
                        "spark.metrics.conf.*.sink.prometheusServlet.class",
                        "org.apache.spark.metrics.sink.PrometheusServlet")
                .with("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus");
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(SmallRun.SETTINGS);
        arguments.add("data.dataset=" + SmallRun.prepare(directory));
        arguments.addAll(List.of("run.dir=" + directory.resolve("run"), "train.rounds=100000"));
        try (Running running = process.start(directory, arguments.toArray(String[]::new))) {
            Map<String, Double> gauges = await(running, port);
            assertThat(gauges.get("round")).isGreaterThanOrEqualTo(3);
            assertThat(gauges.get("tokens")).isGreaterThan(0);
            assertThat(gauges.get("tokens_per_second")).isGreaterThan(0);
            assertThat(gauges.get("loss")).isBetween(0.1, 10.0);
            assertThat(gauges.get("held_out_loss")).isBetween(0.1, 10.0);
            assertThat(gauges.get("milliseconds_total")).isGreaterThan(0);
            assertThat(gauges.get("bytes_up")).isGreaterThan(0);
            assertThat(gauges).containsKey("milliseconds_checkpoint_wait").containsEntry("failed_writes", 0.0);
            assertThat(gauges.keySet()).anyMatch(name -> name.matches("worker_[01]_steps"));
        }
    }

    /**
     * What any sink has when a command ends: Spark asks for all gauges a last time then. (With a local master it has
     * closed the executor by then, and with it the state of this process, which the driver shares.)
     */
    @Test
    void thePreparedMebibytesAndTheUnitsDoneAreGauges() throws Exception {
        Path mebibytes = Files.createDirectory(directory.resolve("mebibytes"));
        for (int file = 0; file < 3; file++) {
            Files.writeString(mebibytes.resolve(file + ".txt"), (file + " alpha beta\n").repeat((1 << 20) / 13));
        }
        Map<String, Double> prepared =
                written("prepare", "data.input=" + mebibytes, "data.dataset=" + directory.resolve("large"));
        assertThat(prepared).containsEntry("mebibytes_to_prepare", 3.0).containsEntry("prepared_mebibytes", 3.0);

        String run = directory.resolve("run").toString();
        String dataset = SmallRun.prepare(directory);
        SmallRun.hyena("local[1]", "train", "data.dataset=" + dataset, "run.dir=" + run, "train.rounds=1")
                .json();
        String fit = directory.resolve("fit").toString();
        SmallRun.bare("local[1]", fit(fit)).json();
        String[] units = {"data.input=" + directory.resolve("corpus"), "data.unit-bytes=1000"};
        for (String command : List.of("score", "embed", "predict")) {
            String model = command.equals("predict") ? fit : run;
            String output = command + ".output=" + directory.resolve(command + "-output");
            assertThat(written(command, "run.dir=" + model, output, units[0], units[1]))
                    .as(command)
                    .containsEntry("units_done", 4.0)
                    .containsEntry("failed_writes", 0.0);
        }
    }

    private List<String> fit(String run) throws IOException {
        Path labelled = Files.createDirectory(directory.resolve("labelled"));
        List<String> documents = IntStream.range(0, 40)
                .mapToObj(i -> "{\"text\":\"" + "alpha beta ".repeat(1 + i % 2) + i + "\",\"label\":" + i % 2 + "}")
                .toList();
        Files.write(labelled.resolve("labelled.jsonl"), documents);
        return List.of(
                "fit",
                "data.input=" + labelled,
                "fit.label-field=label",
                "run.dir=" + run,
                "model.d-model=8",
                "model.n-layer=1",
                "model.filter.width=4",
                "fit.folds=2",
                "fit.models=1",
                "fit.epochs=1");
    }

    /** The last value of each gauge that a command gives to Spark's CSV sink. */
    private Map<String, Double> written(String... arguments) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("gauges-of-" + arguments[0]));
        HyenaProcess process = HyenaProcess.on("local-cluster[1,1,1024]")
                .with("spark.metrics.conf.*.sink.csv.class", "org.apache.spark.metrics.sink.CsvSink")
                .with("spark.metrics.conf.*.sink.csv.directory", folder.toString());
        process.run(directory, arguments).json();
        Map<String, Double> gauges = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().contains(".RunPlugin."))
                    .toList()) {
                String name = file.toString().replaceFirst("^.*[.]RunPlugin[.](\\w+)[.]csv$", "$1");
                List<String> lines = Files.readAllLines(file);
                String last = lines.get(lines.size() - 1);
                gauges.put(name, Double.valueOf(last.substring(last.indexOf(',') + 1)));
            }
        }
        return gauges;
    }

    /** The gauges of a run that has ended some rounds and measured a held-out loss, which it does every third. */
    private static Map<String, Double> await(Running running, int port) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        Map<String, Double> gauges = Map.of();
        while (!gauges.containsKey("held_out_loss")
                && System.nanoTime() < end
                && running.process().isAlive()) {
            TimeUnit.MILLISECONDS.sleep(200);
            gauges = gauges(port);
        }
        return gauges;
    }

    /** Those that have a value; none while nobody answers yet. */
    private static Map<String, Double> gauges(int port) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics/prometheus/"))
                .build();
        Map<String, Double> gauges = new TreeMap<>();
        try {
            String text = HttpClient.newHttpClient()
                    .send(request, BodyHandlers.ofString())
                    .body();
            for (Matcher gauge = GAUGE.matcher(text); gauge.find(); ) {
                gauges.put(gauge.group(1), Double.parseDouble(gauge.group(2)));
            }
        } catch (IOException e) {
            return Map.of();
        }
        return gauges;
    }
}
