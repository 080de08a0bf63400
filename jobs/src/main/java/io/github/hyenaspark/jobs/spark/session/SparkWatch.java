package io.github.hyenaspark.jobs.spark.session;

import io.github.hyenaspark.jobs.spark.session.SparkRuntime.EndedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;

/**
 * Looks whether a command waits for Spark in vain: its context has ended before it was closed here, its master and all
 * executors are gone, or no executor has the cores that a task takes. A thread fails with an EndedException then,
 * whatever others wait for.
 */
final class SparkWatch extends SparkListener {
    private static final Logger LOG = LoggerFactory.getLogger(SparkWatch.class);
    private static final int EXECUTOR_SECONDS = 30;
    private static final int OWN_EXECUTOR_SECONDS = 120;
    private static final int CORES_SECONDS = 15; // executors of one cluster may differ, and start one after the other

    private final SparkContext context;
    private final String master;
    private final int taskCores;
    private volatile boolean closing;

    private SparkWatch(SparkContext context, String master, int taskCores) {
        this.context = context;
        this.master = master;
        this.taskCores = taskCores;
    }

    /** Watches a context from now on, and its executors if it has any. */
    static SparkWatch begin(SparkContext context, String master, int taskCores, boolean hasExecutors) {
        var watch = new SparkWatch(context, master, taskCores);
        context.addSparkListener(watch);
        if (hasExecutors) {
            var executors = new Thread(watch::watchExecutors, "hyena-executors");
            executors.setDaemon(true);
            executors.start();
        }
        return watch;
    }

    /** From now on the context may end. */
    void close() {
        closing = true;
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
        if (!closing) {
            new Thread(
                            () -> {
                                throw new EndedException("Spark has ended the application: the master " + master
                                        + " is gone or has ended it; see its log and those of executors");
                            },
                            "hyena-spark-ended")
                    .start();
        }
    }

    /** Spark waits for ever while no executor is there to run its tasks, such as when each ends at once. */
    private void watchExecutors() {
        int mostCores = 0; // of the executors so far
        int tooSmall = 0;
        for (int alone = 0; !closing && !context.isStopped(); ) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            boolean driverAlone = context.statusTracker().getExecutorInfos().length <= 1;
            alone = driverAlone && context.statusTracker().getActiveStageIds().length > 0 ? alone + 1 : 0;
            if (alone == EXECUTOR_SECONDS) {
                LOG.warn("tasks wait, since no executor is there: {} has started none for {} s", master, alone);
            }
            if (alone > 0 && alone % MasterAddresses.SECONDS == 0 && master.startsWith(MasterAddresses.STANDALONE)) {
                MasterAddresses.ofStandalone(master)
                        .unreachable(MasterAddresses.SECONDS)
                        .ifPresent(found -> {
                            throw new EndedException("the master " + master + " is gone (" + found
                                    + "), and so is every executor; start it again");
                        });
            }
            if (alone == OWN_EXECUTOR_SECONDS && master.startsWith("local-cluster")) { // nobody else can have them all
                throw new EndedException(
                        "no executor of " + master + " has started for " + alone + " s; see their logs in "
                                + System.getenv().getOrDefault("SPARK_HOME", "SPARK_HOME") + "/work");
            }
            mostCores = mostCores < taskCores ? mostCores() : mostCores;
            tooSmall = mostCores > 0 && mostCores < taskCores ? tooSmall + 1 : 0;
            if (tooSmall == CORES_SECONDS) {
                throw EndedException.byMistake(SparkRuntime.tooFewCores(taskCores, master, mostCores));
            }
        }
    }

    /** Of any executor that is or was there, also before anybody watched; 0 if there was none. */
    private int mostCores() {
        int most = 0;
        Iterator<ExecutorSummary> all =
                context.statusStore().executorList(false).iterator();
        while (all.hasNext()) {
            most = Math.max(most, all.next().totalCores()); // the driver has none
        }
        return most;
    }
}
