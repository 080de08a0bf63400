package io.github.hyenaspark.jobs.spark.task;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What driver and executors of a run say to each other besides tasks and results. A run in Spark's metrics system: the
 * driver has a gauge for each of {@link Gauges}, whichever sinks Spark is given, among them the steps of each worker in
 * its running round, which executors tell once a second. And an executor asks for the parameters that it lacks, and for
 * Hadoop's settings.
 */
public final class RunPlugin implements SparkPlugin {
    private static final Logger LOG = LoggerFactory.getLogger(RunPlugin.class);
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Has no parameters. */
    public static final Parameters NOBODY = (series, round) -> {
        throw new IllegalStateException("no run is going on");
    };

    /** Where the tasks of this JVM tell their steps; static, as Spark makes the plug-in and hands it to nobody. */
    private static volatile @Nullable PluginContext executor;

    /** When a worker of this JVM has told last. */
    private static final Map<Integer, Long> TOLD_NANOS = new ConcurrentHashMap<>();

    /** Who is told on the driver, besides the gauges. */
    private static volatile Listener listener = (round, worker, steps) -> {};

    /** Who has the parameters that executors ask for. */
    private static volatile Parameters parameters = RunPlugin.NOBODY;

    private record Missing(String series, long round) implements Serializable {}

    private record AskedSettings() implements Serializable {}

    private record Steps(long round, int worker, int steps) implements Serializable {}

    /** Takes what workers tell. */
    @FunctionalInterface
    public interface Listener {
        /** A worker has done so many local steps of round r. */
        void told(long round, int worker, int steps);
    }

    /** From now on this one is told on the driver, and nobody else. */
    public static void listen(Listener one) {
        listener = one;
    }

    /** Has parameters. */
    @FunctionalInterface
    public interface Parameters {
        /** All parameters after so many rounds of a series. */
        Broadcast<float[]> whole(String series, long round);
    }

    /** From now on this one answers executors that ask for parameters, and nobody else. */
    public static void answer(Parameters one) {
        parameters = one;
    }

    /**
     * All parameters after so many rounds of a series, from the driver.
     *
     * @throws IllegalStateException if they cannot be had
     */
    @SuppressWarnings("unchecked")
    public // what OnDriver answers to this question
    static Broadcast<float[]> wholeParameters(String series, long round) {
        PluginContext context = executor;
        if (context == null) {
            throw new IllegalStateException("spark.plugins: found no " + RunPlugin.class.getName()
                    + " on this executor, expected it where train.down-codec is not fp32");
        }
        try {
            return (Broadcast<float[]>) context.ask(new Missing(series, round));
        } catch (Exception e) { // ask declares no other
            throw new IllegalStateException("the driver did not give the parameters after round " + round, e);
        }
    }

    /**
     * Hadoop's settings of the driver's context that its files do not have, as they are now; none where no plug-in
     * runs. They are asked for and not sent along with tasks, whose properties Spark writes to its event log.
     *
     * @throws IOException if the driver does not answer
     */
    @SuppressWarnings("unchecked") // what OnDriver answers to this question
    static Map<String, String> hadoopSettings() throws IOException {
        PluginContext context = executor;
        if (context == null) {
            return Map.of();
        }
        try {
            return (Map<String, String>) context.ask(new AskedSettings());
        } catch (Exception e) { // ask declares no other
            throw new IOException("the driver did not give its Hadoop settings", e);
        }
    }

    @Override
    public DriverPlugin driverPlugin() {
        return new OnDriver();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new OnExecutor();
    }

    /**
     * Tells the driver how far a worker is, when it begins and then at most once a second; where no plug-in runs,
     * nothing.
     *
     * @param round r, from 0
     * @param worker k
     * @param steps that it has done in this round
     */
    public static void tell(long round, int worker, int steps) {
        long now = System.nanoTime();
        long told = TOLD_NANOS.getOrDefault(worker, now - PERIOD_NANOS);
        if (steps == 0 || now - told >= PERIOD_NANOS) {
            TOLD_NANOS.put(worker, now);
            send(new Steps(round, worker, steps));
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
        private final Configuration files = new Configuration();
        private @Nullable MetricRegistry registry;
        private @Nullable SparkContext context;

        @Override
        public Map<String, String> init(SparkContext context, PluginContext plugin) {
            registry = plugin.metricRegistry();
            this.context = context;
            return Map.of();
        }

        @Override
        public void registerMetrics(String application, PluginContext plugin) {
            Gauges.names().forEach(this::register);
        }

        /** Does nothing if there is such a gauge. */
        private void register(String name) {
            if (registry != null) {
                registry.gauge(name, () -> (Gauge<Double>) () -> Gauges.value(name));
            }
        }

        @Override
        public @Nullable Object receive(Object message) {
            if (message instanceof Steps told) {
                Gauges.set(Gauges.steps(told.worker()), told.steps());
                register(Gauges.steps(told.worker()));
                listener.told(told.round(), told.worker(), told.steps());
            }
            if (message instanceof AskedSettings && context != null) {
                return SparkStorage.setOn(context.hadoopConfiguration(), files);
            }
            return message instanceof Missing asked ? parameters.whole(asked.series(), asked.round()) : null;
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

    /** How the run of this driver goes, for Spark's metrics system, which asks from threads of its own. */
    public static final class Gauges {
        /** How often the journal, the loss curve or a report could not be written. */
        public static final String FAILED_WRITES = "failed_writes";

        private static final List<String> COUNTS =
                List.of("round", "tokens", "loss", "held_out_loss", "lr", "bytes_down", "bytes_up", "retries");
        private static final List<String> PHASES =
                List.of("broadcast", "train", "guard", "merge", "outer", "held_out", "checkpoint_wait", "total");
        private static final String TOKENS_PER_SECOND = "tokens_per_second";

        /** By name; Spark makes the plug-in that reads them and hands it to nobody, so they are static. */
        private static final Map<String, Double> VALUES = new ConcurrentHashMap<>();

        private Gauges() {}

        /** What can be asked for besides the steps of workers. */
        static List<String> names() {
            List<String> names = new ArrayList<>(COUNTS);
            names.add(TOKENS_PER_SECOND);
            names.add(FAILED_WRITES);
            PHASES.forEach(phase -> names.add(milliseconds(phase)));
            return names;
        }

        private static String milliseconds(String phase) {
            return "milliseconds_" + phase;
        }

        /** The name of the steps of a worker in its running round. */
        static String steps(int worker) {
            return "worker_" + worker + "_steps";
        }

        /** NaN for what was not measured yet. */
        public static double value(String name) {
            return VALUES.getOrDefault(name, Double.NaN);
        }

        public static void set(String name, double value) {
            VALUES.put(name, value);
        }

        /**
         * Takes what a round's line of the journal says.
         *
         * @param tokens of that round
         */
        public static void ended(JsonNode line, long tokens) {
            for (String name : COUNTS) {
                if (line.path(name).isNumber()) {
                    set(name, line.path(name).doubleValue());
                }
            }
            for (String phase : PHASES) {
                set(milliseconds(phase), line.path("ms").path(phase).doubleValue());
            }
            set(
                    TOKENS_PER_SECOND,
                    1000.0 * tokens / Math.max(1, line.path("ms").path("total").asLong()));
        }
    }
}
