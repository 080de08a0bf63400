package io.github.hyenaspark.jobs.spark.averaging;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves a run when the JVM is told to end (SIGTERM, Ctrl-C) while it trains; the JVM then exits with 128 plus the
 * signal's number, 143 for SIGTERM. It is one of Hadoop's hooks because those run in a fixed order: this one before
 * Spark stops its context, and both before the file systems close.
 */
public final class TerminationHook {
    private static final Logger LOG = LoggerFactory.getLogger(TerminationHook.class);
    private static final int BEFORE_SPARK = 100; // Spark's hook has 40, the file systems' 10
    private static final long GRACE_SECONDS = 300;

    private final Runnable hook;

    private TerminationHook(Runnable hook) {
        this.hook = hook;
    }

    /** Calls {@link AveragingDriver#stop} when the JVM ends before this hook is removed. */
    public static TerminationHook of(AveragingDriver driver) {
        var hook = new TerminationHook(() -> stop(driver));
        ShutdownHookManager.get().addShutdownHook(hook.hook, BEFORE_SPARK, GRACE_SECONDS, TimeUnit.SECONDS);
        return hook;
    }

    public void remove() {
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(hook);
        }
    }

    private static void stop(AveragingDriver driver) {
        LOG.info("told to stop: saving the last finished round");
        try {
            driver.stop();
        } catch (IOException | RuntimeException e) {
            LOG.error("the last finished round could not be saved; the checkpoint before it is intact", e);
        }
    }
}
