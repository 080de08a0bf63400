package io.github.hyenaspark.data.prepare.commit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** This process, its machine and its time, by which one sees whether another lives; a test has its own. */
public class LeaseHost {
    private static final Path PROC = Path.of("/proc");
    private static final int START_FIELD = 19; // of /proc/PID/stat, counted behind the name in parentheses
    private static final String UNKNOWN = "";

    /** Of this machine; localhost if it has none. */
    public String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /**
     * What tells this machine's table of processes from all others, whatever the machine calls itself: the boot of its
     * kernel and, since containers have tables of their own, the table's name. Empty where nobody says so, or where
     * processes of other users are hidden.
     */
    public String table() {
        try {
            String boot = Files.readString(PROC.resolve("sys/kernel/random/boot_id"));
            Path names = Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
            return Files.isReadable(stat(1)) ? boot.strip() + " " + names : UNKNOWN;
        } catch (IOException | UnsupportedOperationException e) {
            return UNKNOWN; // not Linux
        }
    }

    public long pid() {
        return ProcessHandle.current().pid();
    }

    /** When a process of this table began, in the kernel's ticks since its boot; 0 if there is no such process. */
    public long began(long pid) {
        try {
            String stat = Files.readString(stat(pid));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD]);
        } catch (IOException e) {
            return 0;
        }
    }

    private static Path stat(long pid) {
        return PROC.resolve(pid + "/stat");
    }

    /** The time, also while the machine sleeps. */
    long millis() {
        return System.currentTimeMillis();
    }

    /** Waits; true if the latch was opened meanwhile or this thread interrupted. */
    boolean await(CountDownLatch closed, long seconds) {
        try {
            return closed.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
