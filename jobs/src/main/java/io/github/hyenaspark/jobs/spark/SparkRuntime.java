package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The Spark session of a job. What {@code spark-submit} and its files say wins, but for the serialisation, which our
 * tasks depend on; without {@code spark-submit} the master is {@code local[*]}.
 */
public final class SparkRuntime implements AutoCloseable {
    private final SparkSession session;

    private SparkRuntime(SparkSession session) {
        this.session = session;
    }

    /**
     * Starts a session, or takes the one of this JVM.
     *
     * @param name as the Spark UI shows it
     */
    public static SparkRuntime start(String name) {
        SparkConf conf = new SparkConf()
                .setAppName(name)
                .setIfMissing("spark.master", "local[*]")
                .setIfMissing("spark.ui.showConsoleProgress", "false")
                .setIfMissing("spark.driver.maxResultSize", "0") // a round's results: 12 bytes a parameter and worker
                .setIfMissing("spark.kryoserializer.buffer.max", "2047m") // one result, at most
                .setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1") // more threads, other bits
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", KryoRegistration.class.getName())
                .set("spark.kryo.registrationRequired", "true");
        return new SparkRuntime(SparkSession.builder().config(conf).getOrCreate());
    }

    /** Storage with the Hadoop settings that a session of this JVM has or would have; needs no session. */
    public static Storage storage() throws IOException {
        return SparkStorage.of(new SparkConf());
    }

    /** Where jobs are run. */
    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    @Override
    public void close() {
        session.stop();
    }
}
