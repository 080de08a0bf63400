package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/** Storage with the Hadoop settings that Spark was given as {@code spark.hadoop.*}, on the driver and on executors. */
public final class SparkStorage {
    private static final String PREFIX = "spark.hadoop.";

    private static Optional<OfExecutor> last = Optional.empty();

    private record OfExecutor(SparkEnv executor, Storage storage) {}

    private SparkStorage() {}

    /** Storage for the task that calls this: one for all tasks, since reading Hadoop's settings takes milliseconds. */
    public static synchronized Storage ofThisExecutor() throws IOException {
        SparkEnv executor = SparkEnv.get();
        if (last.isEmpty() || last.get().executor() != executor) {
            last = Optional.of(new OfExecutor(executor, of(executor.conf())));
        }
        return last.get().storage();
    }

    public static Storage of(SparkConf conf) throws IOException {
        return Storage.of(hadoopSettings(conf));
    }

    /** The settings under {@code spark.hadoop.}, without that prefix. */
    static Map<String, String> hadoopSettings(SparkConf conf) {
        Map<String, String> settings = new TreeMap<>();
        for (Tuple2<String, String> setting : conf.getAllWithPrefix(PREFIX)) {
            settings.put(setting._1(), setting._2());
        }
        return settings;
    }
}
