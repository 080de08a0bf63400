package io.github.hyenaspark.jobs.spark.session;

import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.report.progress.Progress;
import io.github.hyenaspark.jobs.spark.SparkInference;
import io.github.hyenaspark.jobs.spark.task.LocalMaster;
import io.github.hyenaspark.jobs.spark.task.MemoryNeeds;
import io.github.hyenaspark.jobs.spark.task.RunPlugin;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Spark session of a job: started for it and stopped after it, or borrowed from the application in whose JVM the
 * job runs, and left as it is.
 */
public final class SparkRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SparkRuntime.class);
    private static final String SERIALIZER = "spark.serializer";
    private static final String REGISTRATOR = "spark.kryo.registrator";
    private static final String PLUGINS = "spark.plugins";
    /** Of the heap, for what Spark stores and sorts; its 0.6 leave too little for the arrays that tasks hold. */
    public static final double MEMORY_FRACTION = 0.4;

    private static final String TASK_CPUS = "spark.task.cpus";
    private static final String EXECUTOR_CORES = "spark.executor.cores";
    private static final String YARN = "yarn";
    private static final Pattern ELSEWHERE = Pattern.compile("yarn|\\w+://.+");
    private static final int REMOVAL_MILLIS = 2000;
    private static final int QUIET_ANSWERS = 5; // after which nobody is taken to be busy with another
    private static final String KRYO = "org.apache.spark.serializer.KryoSerializer";

    private final SparkSession session;
    private final boolean owned;
    private final DelegationTokens tokens;
    private Optional<SparkWatch> watch = Optional.empty();

    private SparkRuntime(SparkSession session, boolean owned) {
        this.session = session;
        this.owned = owned;
        this.tokens = owned ? DelegationTokens.handOut(session.sparkContext()) : DelegationTokens.none();
    }

    /**
     * Borrows the session of this JVM if it has one, otherwise starts one of this name. A task takes as many cores as
     * threads; refuses a session that lacks what tasks need, and a local master whose executors have fewer.
     */
    public static SparkRuntime start(String name, int threads) {
        return SparkEnv.get() == null
                ? own(name, threads)
                : borrow(SparkSession.builder().getOrCreate(), threads);
    }

    /**
     * The session of an application that calls us: what crosses the wire is Serializable. It lacks the plugin, so
     * progress comes round by round, and executors read with settings under {@code spark.hadoop.}. Refuses one of Kryo
     * without our registrator, since Kryo itself cannot carry records.
     */
    public static SparkRuntime of(SparkSession session) {
        SparkConf conf = session.sparkContext().getConf();
        boolean kryo = conf.get(SERIALIZER, "").equals(KRYO);
        boolean known = List.of(conf.get(REGISTRATOR, "").split(",", -1)).contains(KryoRegistration.class.getName());
        Refusal.unless(
                !kryo || known,
                SERIALIZER,
                KRYO + " without " + REGISTRATOR + "=" + KryoRegistration.class.getName(),
                "with it, or Spark's default serializer");
        return new SparkRuntime(session, false);
    }

    private static SparkRuntime borrow(SparkSession session, int threads) {
        SparkConf conf = session.sparkContext().getConf();
        Map<String, String> needed = new LinkedHashMap<>();
        needed.put(SERIALIZER, KRYO);
        needed.put(REGISTRATOR, KryoRegistration.class.getName());
        needed.put(PLUGINS, RunPlugin.class.getName());
        if (conf.getInt(TASK_CPUS, 1) < threads) {
            needed.put(TASK_CPUS, Integer.toString(threads));
        }
        List<String> lacking = new ArrayList<>();
        needed.forEach((key, value) -> {
            if (!List.of(conf.get(key, "").split(",", -1)).contains(value)) {
                lacking.add(key + "=" + value);
            }
        });
        if (!lacking.isEmpty()) {
            throw new IllegalArgumentException("the Spark session that runs in this JVM lacks "
                    + String.join(", ", lacking) + "; start it with that, or stop it and the command starts its own");
        }
        return new SparkRuntime(session, false);
    }

    /**
     * What {@code spark-submit} and its files say wins, but for the serialisation, which our tasks depend on; without
     * {@code spark-submit} the master is {@code local[*]}.
     */
    private static SparkRuntime own(String name, int threads) {
        SparkConf conf = new SparkConf()
                .setAppName(name)
                .setIfMissing("spark.master", MemoryNeeds.DEFAULT_MASTER)
                .setIfMissing("spark.ui.showConsoleProgress", "false")
                .setIfMissing("spark.driver.maxResultSize", "0") // a round's results: 12 bytes a parameter and worker
                .setIfMissing("spark.kryoserializer.buffer.max", "2047m") // one result, at most
                .setIfMissing("spark.executorEnv.OMP_NUM_THREADS", "1") // more threads, other bits
                .setIfMissing(
                        "spark.memory.fraction",
                        Double.toString(MEMORY_FRACTION)) // our arrays are not in Spark's books
                .setIfMissing("spark.broadcast.compress", "false") // parameters do not get smaller
                .setIfMissing("spark.broadcast.blockSize", "7m") // a block is a round trip, below half a region
                .setIfMissing("spark.ui.retainedJobs", "20") // the driver's memory, also without a UI: a round is a job
                .setIfMissing("spark.ui.retainedStages", "20")
                .setIfMissing("spark.ui.retainedTasks", "500") // of a stage, 0.7 KB each
                .setIfMissing(TASK_CPUS, Integer.toString(threads))
                .set(SERIALIZER, KRYO)
                .set(REGISTRATOR, KryoRegistration.class.getName())
                .set("spark.kryo.registrationRequired", "true");
        conf.set(
                PLUGINS,
                Stream.of(conf.get(PLUGINS, ""), RunPlugin.class.getName())
                        .filter(plugin -> !plugin.isEmpty())
                        .collect(Collectors.joining(",")));
        String master = conf.get("spark.master");
        Optional<LocalMaster> local = LocalMaster.of(master);
        boolean isOneProcess = local.filter(LocalMaster::isOneProcess).isPresent();
        if (isOneProcess) { // which ends by itself when memory runs out in a task, as after any failure
            conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
        }
        Refusal.unless(
                local.isPresent() || ELSEWHERE.matcher(master).matches(), "--master", master, LocalMaster.EXPECTED);
        int cores = conf.getInt(TASK_CPUS, 1);
        int found = executorCores(conf);
        if (found < cores) { // Spark would wait for ever, or say it, but not what to do
            throw new IllegalArgumentException(tooFewCores(cores, master, found));
        }
        if (master.startsWith(MasterAddresses.STANDALONE)) {
            refuseUnlessReachable(master);
        } else if (master.equals(YARN)) {
            refuseUnlessYarnIsReachable(conf);
        }
        var runtime = new SparkRuntime(SparkSession.builder().config(conf).getOrCreate(), true);
        runtime.watch = Optional.of(SparkWatch.begin(runtime.session.sparkContext(), master, cores, !isOneProcess));
        return runtime;
    }

    private static void refuseUnlessReachable(String master) {
        MasterAddresses.ofStandalone(master)
                .unreachable(MasterAddresses.SECONDS)
                .ifPresent(found -> {
                    throw new EndedException("--master " + master + ": found no master there (" + found
                            + "); start it, or correct the address, then run the same command again");
                });
    }

    private static void refuseUnlessYarnIsReachable(SparkConf conf) {
        var masters = MasterAddresses.ofYarn(SparkHadoopUtil.get().newConfiguration(conf));
        boolean unset = masters.areUnset();
        masters.unreachable(unset ? 0 : MasterAddresses.SECONDS).ifPresent(found -> {
            Refusal.unless(
                    !unset,
                    "--master",
                    YARN + " and no address of its resource manager",
                    "yarn-site.xml in the folder that HADOOP_CONF_DIR or YARN_CONF_DIR names; set one of them");
            throw new EndedException("--master " + YARN + ": found no resource manager at "
                    + String.join(" or ", masters.addresses()) + " (" + found
                    + "); start it, or correct yarn-site.xml in HADOOP_CONF_DIR, then run the same command again");
        });
    }

    /** Spark is not there, or has ended, although the command has not. */
    public static final class EndedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private final boolean isMistake;

        private EndedException(String message, boolean isMistake) {
            super(message);
            this.isMistake = isMistake;
        }

        EndedException(String message) {
            this(message, false);
        }

        static EndedException byMistake(String message) {
            return new EndedException(message, true);
        }

        /** Whether wrong settings are to blame, so that the same command would end in the same way. */
        public boolean isMistake() {
            return isMistake;
        }
    }

    /** Of an executor, or of this process, as far as settings tell before any is there. */
    private static int executorCores(SparkConf conf) {
        String master = conf.get("spark.master", MemoryNeeds.DEFAULT_MASTER);
        Optional<LocalMaster> local = LocalMaster.of(master);
        boolean one = master.equals(YARN) || master.startsWith("k8s://"); // else all cores of a worker
        int unsaid = local.map(LocalMaster::cores).orElse(one ? 1 : Integer.MAX_VALUE);
        return local.filter(LocalMaster::isOneProcess).isPresent() ? unsaid : conf.getInt(EXECUTOR_CORES, unsaid);
    }

    static String tooFewCores(int cores, String master, int found) {
        return "a task takes " + cores + " cores (train.threads, or spark.task.cpus), but " + master
                + " has executors of " + found + "; give them more cores or the task fewer threads";
    }

    /**
     * Of so many threads those that a task can have in the session of this JVM, or in the one that would be started, as
     * far as settings tell. For work whose results do not depend on their number.
     */
    public static int threadsAtMost(int threads) {
        SparkEnv session = SparkEnv.get();
        int most = session == null
                ? executorCores(new SparkConf())
                : session.conf().getInt(TASK_CPUS, 1);
        return Math.min(threads, most);
    }

    /** Storage with the Hadoop settings that a session of this JVM has or would have; needs no session. */
    public static Storage storage() {
        return SparkEnv.get() == null
                ? SparkStorage.ofThisProcess()
                : SparkStorage.of(JavaSparkContext.fromSparkContext(
                        SparkSession.builder().getOrCreate().sparkContext()));
    }

    public String applicationId() {
        return session.sparkContext().applicationId();
    }

    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(session.sparkContext());
    }

    /** Runs models over documents in this session; {@code progress} counts units of work. */
    public SparkInference inference(Progress progress) {
        return new SparkInference(session, progress);
    }

    /** Whether the session of this JVM, or else the one that would be started, has executors in other processes. */
    public static boolean hasExecutors() {
        return MemoryNeeds.tasksHere(1) == 0;
    }

    /** How many tasks run at once, at least 1, as far as Spark knows now. */
    public int taskSlots() {
        return Math.max(1, context().defaultParallelism());
    }

    boolean isOwned() {
        return owned;
    }

    @Override
    public void close() {
        watch.ifPresent(SparkWatch::close);
        if (owned) {
            tokens.close();
            awaitRemovals();
            session.stop();
        }
    }

    /**
     * Executors still answer that they have removed broadcasts, and Spark prints a stack trace for each answer that
     * comes after its end. What is asked last is answered last, but for some that overtake each other; where a machine
     * is busy, their threads look idle until they get a processor, which takes no longer than a few further questions.
     * An executor that is gone is not waited for.
     */
    private void awaitRemovals() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REMOVAL_MILLIS);
        var last = new Thread(
                () -> {
                    try {
                        Broadcast<Integer> asked = context().broadcast(0);
                        int quiet = 0;
                        while (quiet < QUIET_ANSWERS && System.nanoTime() < end) {
                            asked.unpersist(true);
                            quiet = answersAreUnderWay() ? 0 : quiet + 1;
                        }
                    } catch (Exception e) { // Scala throws SparkException without declaring it
                        LOG.debug("the context has ended before it was closed", e);
                    }
                },
                "hyena-last-removal");
        last.setDaemon(true);
        last.start();
        try {
            last.join(REMOVAL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean answersAreUnderWay() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("block-manager-"))
                .map(Thread::getState)
                .anyMatch(state -> state == Thread.State.RUNNABLE || state == Thread.State.BLOCKED);
    }
}
