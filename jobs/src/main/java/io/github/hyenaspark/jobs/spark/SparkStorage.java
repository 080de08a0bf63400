package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import scala.Tuple2;

/** Storage with the Hadoop settings that Spark was given as {@code spark.hadoop.*}, on the driver and on executors. */
final class SparkStorage {
    private static final String PREFIX = "spark.hadoop.";

    private SparkStorage() {}

    /** Storage for the task that calls this. */
    static Storage ofThisExecutor() throws IOException {
        return of(SparkEnv.get().conf());
    }

    static Storage of(SparkConf conf) throws IOException {
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
