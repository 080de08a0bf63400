package io.github.hyenaspark.jobs.spark.session;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.run.RunPlugin;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * The Spark session of a job. What {@code spark-submit} and its files say wins, but for the serialisation, which our
 * tasks depend on; without {@code spark-submit} the master is {@code local[*]}.
 */
public final class SparkRuntime implements AutoCloseable {
    /** local, local[N] or local-cluster[EXECUTORS,CORES,MEBIBYTES]; local[*] has what the machine has. */
    private static final Pattern LOCAL =
            Pattern.compile("local(?:\\[(\\d+)(?:,.*)?]|-cluster\\[\\d+\\s*,\\s*(\\d+).*)?");

    private final SparkSession session;

    private SparkRuntime(SparkSession session) {
        this.session = session;
    }

    /**
     * Starts a session, or takes the one of this JVM.
     *
     * @param name as the Spark UI shows it
     * @param threads of one task, which takes as many cores
     * @throws IllegalArgumentException if no executor of a local master has so many
     */
    public static SparkRuntime start(String name, int threads) {
        SparkConf conf = new SparkConf()
                .setAppName(name)
                .setIfMissing("spark.master", "local[*]")
                .setIfMissing("spark.ui.showConsoleProgress", "false")
                .setIfMissing("spark.driver.maxResultSize", "0") // a round's results: 12 bytes a parameter and worker
                .setIfMissing("spark.kryoserializer.buffer.max", "2047m") // one result, at most
                .setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1") // more threads, other bits
                .setIfMissing("spark.broadcast.compress", "false") // parameters do not get smaller
                .setIfMissing("spark.broadcast.blockSize", "16m") // a block is a round trip
                .setIfMissing(
                        "spark.ui.retainedJobs", "200") // the driver's memory, also without a UI: a round is a job
                .setIfMissing("spark.ui.retainedStages", "200")
                .setIfMissing("spark.ui.retainedTasks", "2000")
                .setIfMissing("spark.task.cpus", Integer.toString(threads))
                .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
                .set("spark.kryo.registrator", KryoRegistration.class.getName())
                .set("spark.kryo.registrationRequired", "true");
        conf.set(
                "spark.plugins",
                Stream.of(conf.get("spark.plugins", ""), RunPlugin.class.getName())
                        .filter(plugin -> !plugin.isEmpty())
                        .collect(Collectors.joining(",")));
        String master = conf.get("spark.master");
        if (isOneProcess(master)) { // which ends by itself when memory runs out in a task, as after any failure
            conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
        }
        checkCores(master, conf.getInt("spark.task.cpus", 1));
        return new SparkRuntime(SparkSession.builder().config(conf).getOrCreate());
    }

    private static boolean isOneProcess(String master) {
        return master.startsWith("local") && !master.startsWith("local-cluster");
    }

    /** Spark would say it too, but not what to do. */
    private static void checkCores(String master, int cores) {
        Matcher local = LOCAL.matcher(master);
        if (!local.matches()) {
            return;
        }
        String number = local.group(1) == null ? local.group(2) : local.group(1);
        int found = number == null ? 1 : Integer.parseInt(number);
        if (found < cores) {
            throw new IllegalArgumentException(
                    "a task takes " + cores + " cores (train.threads, or spark.task.cpus), but " + master
                            + " has executors of " + found + "; give them more cores or the task fewer threads");
        }
    }

    /** Storage with the Hadoop settings that a session of this JVM has or would have; needs no session. */
    public static Storage storage() throws IOException {
        return SparkStorage.of(new SparkConf());
    }

    /** Where jobs are run. */
    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    /**
     * Runs models over documents in this session.
     *
     * @param progress counts units of work
     */
    public SparkInference inference(Progress progress) {
        return new SparkInference(session, progress);
    }

    /** How many tasks run at once, at least 1, as far as Spark knows now. */
    public int taskSlots() {
        return Math.max(1, context().defaultParallelism());
    }

    @Override
    public void close() {
        session.stop();
    }
}
