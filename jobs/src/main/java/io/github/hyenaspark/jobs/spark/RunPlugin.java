package io.github.hyenaspark.jobs.spark;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run in Spark's metrics system: the driver has a gauge for each of {@link RunGauges}, whichever sinks Spark is
 * given, among them the steps of each worker in its running round, which executors tell once a second.
 */
public final class RunPlugin implements SparkPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(RunPlugin.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Where the tasks of this JVM tell their steps; static, as Spark makes the plug-in and hands it to nobody. */
    private static volatile @Nullable PluginContext executor;

    private static final AtomicLong TOLD_NANOS = new AtomicLong(System.nanoTime() - PERIOD_NANOS);

    private record Steps(int worker, int steps) implements Serializable {}

    @Override
    public DriverPlugin driverPlugin() {
        return new OnDriver();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new OnExecutor();
    }

    /**
     * Tells the driver how far a worker is, at most once a second from this JVM; where no plug-in runs, nothing.
     *
     * @param steps that it has done in this round
     */
    static void tell(int worker, int steps) {
        long now = System.nanoTime();
        long told = TOLD_NANOS.get();
        if (now - told >= PERIOD_NANOS && TOLD_NANOS.compareAndSet(told, now)) {
            send(new Steps(worker, steps));
        }
    }

    private static void send(Steps steps) {
        PluginContext context = executor;
        try {
            if (context != null) {
                context.send(steps);
            }
        } catch (IOException | RuntimeException e) { // training needs no one to know
            LOG.debug("the driver could not be told how far a worker is", e);
        }
    }

    private static final class OnDriver implements DriverPlugin {
        private @Nullable MetricRegistry registry;

        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
            registry = plugin.metricRegistry();
            return Map.of();
        }

        @Override
        public void registerMetrics(String application, PluginContext plugin) {
            RunGauges.names().forEach(this::register);
        }

        /** Does nothing if there is such a gauge. */
        private void register(String name) {
            if (registry != null) {
                registry.gauge(name, () -> (Gauge<Double>) () -> RunGauges.value(name));
            }
        }

        @Override
        public @Nullable Object receive(Object message) {
            if (message instanceof Steps told) {
                RunGauges.set(RunGauges.steps(told.worker()), told.steps());
                register(RunGauges.steps(told.worker()));
            }
            return null;
        }
    }

    private static final class OnExecutor implements ExecutorPlugin {
        @Override
        public void init(PluginContext context, Map<String, String> extra) {
            executor = context;
        }

        @Override
        public void shutdown() {
            executor = null;
        }
    }
}
