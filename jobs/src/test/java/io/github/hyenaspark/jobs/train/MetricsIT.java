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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on, asked through Spark's own Prometheus endpoint. */
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
