package io.github.hyenaspark.jobs.spark.task;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Gives each process of a session its {@link ExecutorState} and the executors a line to the driver besides tasks and
 * results: they report steps once a second, ask for parameters that they lack, and for Hadoop's settings. The driver
 * has a gauge in Spark's metrics system for each figure of {@link DriverState}.
 */
public final class RunPlugin implements SparkPlugin {
    record Missing(String series, long round) implements Serializable {}

    record AskedSettings() implements Serializable {}

    record AskedFiles() implements Serializable {}

    record Steps(String run, long round, int worker, int steps) implements Serializable {}

    @Override
    public DriverPlugin driverPlugin() {
        return new OnDriver();
    }

    @Override
    public ExecutorPlugin executorPlugin() {
        return new OnExecutor();
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
            DriverState.names().forEach(this::register);
        }

        /** Does nothing if there is such a gauge. */
        private void register(String name) {
            if (registry != null) {
                registry.gauge(name, () ->
                        (Gauge<Double>) () -> DriverState.ofThisProcess().gauge(name));
            }
        }

        @Override
        public @Nullable Object receive(Object message) {
            DriverState driver = DriverState.ofThisProcess();
            if (message instanceof Steps told) {
                driver.told(told.run(), told.round(), told.worker(), told.steps());
                register(DriverState.steps(told.worker()));
            }
            if (message instanceof AskedSettings && context != null) {
                return SparkStorage.setOn(context.hadoopConfiguration(), files);
            }
            if (message instanceof AskedFiles) {
                return SparkStorage.setByFiles(files);
            }
            return message instanceof Missing asked ? driver.whole(asked.series(), asked.round()) : null;
        }
    }

    private static final class OnExecutor implements ExecutorPlugin {
        private Optional<ExecutorState> state = Optional.empty();

        @Override
        public void init(PluginContext context, Map<String, String> extra) {
            state = Optional.of(ExecutorState.open(context));
        }

        @Override
        public void shutdown() {
            state.ifPresent(ExecutorState::close);
        }
    }
}
