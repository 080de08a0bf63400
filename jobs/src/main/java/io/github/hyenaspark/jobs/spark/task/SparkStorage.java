package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * Storage with Hadoop's settings as the driver has them: those given as {@code spark.hadoop.*}, and over them what an
 * application has set on its context's {@code hadoopConfiguration()}. It is the driver's: it tells within 20 seconds
 * that a store is not there; executors, which start at any time, are patient.
 */
public final class SparkStorage {
    private static final List<String> DEFAULTS =
            List.of("core-default.xml", "hdfs-default.xml", "yarn-default.xml", "mapred-default.xml");
    private static final String PREFIX = "spark.hadoop.";
    /** Names a file of Spark's settings where Spark does not read it; what is in it must not be on a command line. */
    private static final String FILE = "hyena.spark-defaults";

    private SparkStorage() {}

    public static Storage of(JavaSparkContext context) {
        Map<String, String> settings = hadoopSettings(context.getConf());
        settings.putAll(setOn(context.hadoopConfiguration(), new Configuration()));
        return Storage.of(settings).askingFirst();
    }

    /** Settings of a context that are not those of this machine's files. */
    static Map<String, String> setOn(Configuration context, Configuration files) {
        Map<String, String> settings = new TreeMap<>();
        for (Map.Entry<String, String> setting : context) {
            if (!setting.getValue().equals(files.getRaw(setting.getKey()))) {
                settings.put(setting.getKey(), setting.getValue());
            }
        }
        return settings;
    }

    /** Settings of this machine's files, such as core-site.xml, that are not the defaults of Hadoop. */
    static Map<String, String> setByFiles(Configuration files) {
        HdfsConfiguration.init(); // then hdfs-site.xml is one of them
        var defaults = new Configuration(false);
        DEFAULTS.forEach(defaults::addResource);
        return setOn(files, defaults);
    }

    /** Those of the driver's files that files of this machine do not set themselves. */
    static Map<String, String> missing(Map<String, String> ofDriver, Configuration files) {
        Map<String, String> missing = new TreeMap<>(ofDriver);
        missing.keySet().removeAll(setByFiles(files).keySet());
        return missing;
    }

    /** Storage with the settings that a new {@link SparkConf} of this JVM has; needs no class of Spark. */
    public static Storage ofThisProcess() {
        return Storage.of(settingsOfThisProcess()).askingFirst();
    }

    /** System properties, and under them a file of Spark's settings, if a property names one. */
    static Map<String, String> settingsOfThisProcess() {
        Map<String, String> settings = hadoopSettings(ofFile(System.getProperty(FILE, "")));
        settings.putAll(hadoopSettings(System.getProperties()));
        return settings;
    }

    /** As Spark reads it, which strips values. */
    private static Properties ofFile(String file) {
        var found = new Properties();
        if (!file.isEmpty()) {
            try (Reader in = Files.newBufferedReader(Path.of(file))) {
                found.load(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            found.replaceAll((key, value) -> value.toString().strip());
        }
        return found;
    }

    private static Map<String, String> hadoopSettings(Properties properties) {
        Map<String, String> settings = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(PREFIX)) {
                settings.put(key.substring(PREFIX.length()), properties.getProperty(key, ""));
            }
        }
        return settings;
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
