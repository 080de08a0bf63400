package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.hadoop.service.launcher.IrqHandler;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process ends when it is told to (SIGTERM, Ctrl-C), or when Spark has ended without being asked to: what must be
 * saved is saved, one line says where the command stands, and the process ends within 22 seconds, whatever still waits
 * for a store. Told a second time, it ends at once; a SIGTERM within a second of another is the same one, which a
 * process group got and a script in it passed on.
 */
public final class Stop {
    /** Of a command that keeps what it has done without doing anything for it now. */
    public static final Last CONTINUES = why -> "stopped; the same command continues";

    private static final long SAVE_SECONDS = 14;
    private static final long END_SECONDS = 22;
    private static final int SIGNALLED = 128; // an exit code is this and the signal's number
    private static final int TERM = SIGNALLED + 15;

    private final Optional<Heartbeat> heartbeat; // of a process that is the command's own
    private final AtomicReference<End> end = new AtomicReference<>(End.OPEN);
    private volatile long toldNanos;
    private volatile Last last = why -> "stopped; the same command begins again";

    private Stop(Optional<Heartbeat> heartbeat) {
        this.heartbeat = heartbeat;
    }

    /** Of a command in a process that is not its own, which ends as its other users want. */
    static Stop never() {
        return new Stop(Optional.empty());
    }

    static Stop ofProcess(Heartbeat heartbeat) {
        return new Stop(Optional.of(heartbeat));
    }

    /** How the process ends: told to, or by itself when the command is done. */
    private record End(int code, boolean told) {
        /** Not yet. */
        static final End OPEN = new End(0, false);
    }

    /** What a command does last. */
    @FunctionalInterface
    public interface Last {
        /** Saves what must be saved. */
        default void save() throws IOException {}

        /** How the command goes on, in one sentence; {@code why} something is not saved, empty if nothing failed. */
        String says(String why);
    }

    /** From now on this is what the command does last; returns what it would have done before. */
    public Last with(Last next) {
        Last before = last;
        last = next;
        return before;
    }

    /** Whether the process is ending; from then on only the last line is to be printed. */
    public boolean isTold() {
        return Objects.requireNonNull(end.get()).told();
    }

    /**
     * The command is done, and its process ends with this code, whatever it is told from now on; never returns if it
     * was told to end before.
     */
    public void done(int code) {
        while (!end.compareAndSet(End.OPEN, new End(code, false))) {
            if (!Thread.interrupted()) {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(END_SECONDS));
            }
        }
    }

    /** From now on this process, if it is the command's own, ends as described, and says so if it takes long. */
    public void arm(String command) {
        if (heartbeat.isEmpty()) {
            return;
        }
        for (String signal : List.of("INT", "TERM", "HUP")) {
            try {
                new IrqHandler(signal, told -> end(SIGNALLED + told.getNumber(), () -> command + ": " + saved()))
                        .bind();
            } catch (IllegalArgumentException e) { // such as with -Xrs
                Logger log = LoggerFactory.getLogger(Stop.class);
                log.debug("the JVM keeps the signal {} for itself", signal, e);
            }
        }
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            if (isTold()) {
                return;
            }
            if (failure instanceof SparkRuntime.EndedException ended) {
                String why = command + ": " + ended.getMessage();
                end(ExitCode.of(ended).code(), () -> ended.isMistake() ? why : why + "; " + saved());
            } else if (failure instanceof OutOfMemoryError) {
                // one of Spark's threads: the command would wait for it for ever
                String why = command + ": " + ExitCode.message(failure);
                end(ExitCode.FAILED.code(), () -> why + "; " + saved());
            } else {
                LoggerFactory.getLogger(Stop.class)
                        .error("the thread {} failed: {}", thread.getName(), ExitCode.message(failure), failure);
            }
        });
        heartbeat.get().start(command, this::isTold); // whoever has heard it may tell the command to stop
    }

    /** The same after a second, for commands that mostly take less: to load what it needs takes a third of that. */
    public void armSoon(String command) {
        if (heartbeat.isPresent()) {
            daemon(() -> {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                arm(command);
            });
        }
    }

    private void end(int exit, Supplier<String> last) {
        long now = System.nanoTime();
        boolean ends = end.compareAndSet(End.OPEN, new End(exit, true));
        int code = Objects.requireNonNull(end.get()).code();
        if (!ends && toldNanos != 0) {
            if (exit == TERM && code == TERM && now - toldNanos < TimeUnit.SECONDS.toNanos(1)) {
                return;
            }
            Runtime.getRuntime().halt(code);
        }
        toldNanos = now;
        daemon(() -> {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(END_SECONDS));
            Runtime.getRuntime().halt(code);
        });
        if (!ends) {
            return; // the command is done, and Spark is being stopped
        }
        if (System.getProperty("hyena.traces") == null) {
            Configurator.setAllLevels("", Level.OFF); // what fails from now on fails because the process ends
        }
        try {
            heartbeat.orElseThrow().last(last.get());
        } catch (IOException e) {
            // nobody listens
        }
        System.exit(exit);
    }

    private String saved() {
        Last now = last;
        var saving = new FutureTask<String>(() -> {
            now.save();
            return "";
        });
        daemon(saving);
        try {
            return now.says(saving.get(SAVE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            return now.says("not written within " + SAVE_SECONDS + " s");
        } catch (ExecutionException e) {
            return now.says(ExitCode.message(e.getCause() == null ? e : e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return now.says("interrupted");
        }
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "hyena-stop");
        thread.setDaemon(true);
        thread.start();
    }
}
