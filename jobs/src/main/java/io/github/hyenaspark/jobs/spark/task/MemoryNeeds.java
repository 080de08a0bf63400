package io.github.hyenaspark.jobs.spark.task;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * What a command holds in memory at least, bytes, counted before anything starts. The memory of Spark and of Java
 * themselves comes on top.
 *
 * @param command what needs it, such as "the training"
 * @param driverHeap on the heap of the driver, without tasks
 * @param executorHeap on the heap of an executor, whatever its tasks
 * @param taskHeap on the heap of whoever runs a task, for each
 * @param driverNative outside the heap of the driver
 * @param taskNative outside the heap, for each task
 * @param less what to do where no more memory is to be had
 */
public record MemoryNeeds(
        String command,
        long driverHeap,
        long executorHeap,
        long taskHeap,
        long driverNative,
        long taskNative,
        String less) {
    /** What to do if tasks take what cannot be made less. */
    public static final String FEWER_TASKS = "run fewer tasks at once, such as with --master local[1]";

    /** All cores of this machine. */
    public static final String DEFAULT_MASTER = "local[*]";

    private static final long MEBIBYTE = 1 << 20;
    /** Beyond its heap, of an executor on YARN or Kubernetes, as a part of it, and at least, by Spark's defaults. */
    private static final double OVERHEAD = 0.1;

    private static final long LEAST_OVERHEAD_MEBIBYTES = 384;

    /** How many tasks of so many threads run at once in this process; 0 if executors run them. */
    public static int tasksHere(int threads) {
        return LocalMaster.of(master())
                .filter(LocalMaster::isOneProcess)
                .map(local -> Math.max(1, local.cores() / threads))
                .orElse(0);
    }

    /**
     * How many of so many tasks, of so many threads each, one executor runs at once at least: 1 unless the settings say
     * how many executors there are, and how many cores each has.
     */
    public static int tasksOfExecutor(int tasks, int threads) {
        SparkConf conf = conf();
        boolean fixed = !conf.getBoolean("spark.dynamicAllocation.enabled", false);
        int executors = fixed ? Math.max(1, conf.getInt("spark.executor.instances", tasks)) : tasks;
        int slots = Math.max(1, conf.getInt("spark.executor.cores", threads) / threads);
        return Math.min(slots, (tasks + executors - 1) / executors);
    }

    /** The master that the session of this JVM has, or would have. */
    public static String master() {
        return conf().get("spark.master", DEFAULT_MASTER);
    }

    /** Of the session of this JVM, whoever made it, or else of the one that would be started. */
    private static SparkConf conf() {
        return SparkEnv.get() == null ? new SparkConf() : SparkEnv.get().conf();
    }

    /** Refuses what cannot fit: in the driver, with the tasks that it runs at once, or in an executor with one task. */
    public void refuseUnlessTheyFit(long tasksHere) {
        refuseUnlessTheyFit(tasksHere, 1);
    }

    /** The same with an executor that runs so many tasks at once. */
    public void refuseUnlessTheyFit(long tasksHere, long tasksOfExecutor) {
        check(
                "the heap of the driver",
                driverHeap + tasksHere * taskHeap,
                Runtime.getRuntime().maxMemory(),
                "-- --driver-memory SIZE");
        check(
                "the memory of this machine",
                driverNative + tasksHere * taskNative,
                memoryOfThisMachine(),
                "a larger machine, or more of them");
        if (tasksHere == 0) {
            check(
                    "the heap of an executor",
                    executorHeap + tasksOfExecutor * taskHeap,
                    MEBIBYTE * conf().getSizeAsMb("spark.executor.memory", "1g"),
                    "--conf spark.executor.memory=SIZE, or fewer cores to each");
            check(
                    "the container of an executor",
                    executorHeap + tasksOfExecutor * (taskHeap + taskNative),
                    container(),
                    "--conf spark.executor.memoryOverhead=SIZE, or fewer cores to each");
        }
    }

    /** Bytes of it, as YARN and Kubernetes keep to it; {@link Long#MAX_VALUE} of executors that nobody watches. */
    private static long container() {
        SparkConf conf = conf();
        if (!master().startsWith("yarn") && !master().startsWith("k8s")) {
            return Long.MAX_VALUE;
        }
        long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
        double part = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD);
        long least = Math.max((long) (part * heap), LEAST_OVERHEAD_MEBIBYTES);
        return MEBIBYTE * (heap + conf.getSizeAsMb("spark.executor.memoryOverhead", least + "m"));
    }

    private void check(String where, long needed, long found, String more) {
        if (needed > found) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s needs %,d MiB of %s, found %,d MiB; give %s, or %s",
                    command,
                    needed / MEBIBYTE,
                    where,
                    found / MEBIBYTE,
                    more,
                    less));
        }
    }

    /** Bytes; {@link Long#MAX_VALUE} on a Java that does not know. */
    private static long memoryOfThisMachine() {
        try {
            var machine = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            return (long) ManagementFactory.getPlatformMBeanServer().getAttribute(machine, "TotalMemorySize");
        } catch (JMException e) {
            return Long.MAX_VALUE;
        }
    }
}
