package io.github.hyenaspark.jobs.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** For tests that compare the time of one core with that of two. */
public final class IdleMachine {
    private static final int PATIENCE_SECONDS = 60;
    private static final double NEXT_TO_NOTHING = 0.1;

    private IdleMachine() {}

    /** Skips the test if there are no two cores, or within a minute no second in which they do next to nothing. */
    public static void assumeTwoIdleCores() throws InterruptedException {
        assumeTrue(Runtime.getRuntime().availableProcessors() >= 2, "one core cannot show two");
        var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        system.getCpuLoad(); // the next call tells of the time since this one
        for (int second = 0; second < PATIENCE_SECONDS; second++) {
            TimeUnit.SECONDS.sleep(1);
            if (system.getCpuLoad() < NEXT_TO_NOTHING) {
                return;
            }
        }
        assumeTrue(false, "the machine is busy");
    }
}
