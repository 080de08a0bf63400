package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.data.document.SourceConfig.WrongSettingException;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.store.StoreException;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import io.github.hyenaspark.jobs.spark.session.SparkRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The exit codes of commands, for schedulers and scripts. */
public enum ExitCode {
    DONE(0),
    /** Safe to run again. */
    FAILED(1),
    /** Wrong usage or settings: running the same command again will not help. */
    WRONG_USAGE(2),
    /** Data or a checkpoint is invalid. */
    INVALID_DATA(3),
    /** A training diverged: running the same command again will not help. */
    DIVERGED(4),
    /** A store or a disk needs a person: credentials, a bucket, permissions, space. */
    STORE_REFUSED(5),
    /** Another process holds the lock; try later. */
    LOCKED(75),
    /** Ended by Ctrl-C; the last line says what is saved. */
    INTERRUPTED(130),
    /** Ended by SIGTERM; the last line says what is saved. */
    TERMINATED(143);

    /**
     * An executor that runs out of memory exits with this code (Spark's {@code SparkExitCode.OOM}). The cluster often
     * reports that before the failure of the task; standalone, Kubernetes and YARN each word it differently.
     */
    private static final Pattern EXECUTOR_OUT_OF_MEMORY =
            Pattern.compile("\\bexit(?:ed with)? (?:exit )?(?:code|status):? 52\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern STOPPED = Pattern.compile(
            "SparkContext was shut down|stopped SparkContext|All masters are unresponsive|Master removed our application");

    /** A task that has lost its executor as often as Spark allows; the last reason ends the line. */
    private static final Pattern EXECUTOR_LOST = Pattern.compile(
            "failed (\\d+) times?, most recent failure: .*\\bexecutor \\S+\\): ExecutorLostFailure \\(.*?\\) Reason: (.*)");

    private static final Pattern KILLED = Pattern.compile("\\b137\\b");

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /**
     * The code for a failure. Invalid data and settings that do not fit the data count even in a task on an executor;
     * any other illegal argument is the user's mistake only if it comes from this process.
     */
    public static ExitCode of(Throwable failure) {
        if (first(failure, CorruptFileException.class).isPresent()) {
            return INVALID_DATA;
        }
        if (first(failure, LockedException.class).isPresent()) {
            return LOCKED;
        }
        if (failure instanceof AveragingDriver.StoppedException) {
            return TERMINATED;
        }
        if (failure instanceof AveragingDriver.DivergedException) {
            return DIVERGED;
        }
        if (failure instanceof SparkRuntime.EndedException ended && ended.isMistake()) {
            return WRONG_USAGE;
        }
        boolean wrongSetting = first(failure, WrongSettingException.class).isPresent()
                || first(failure, FileAlreadyExistsException.class).isPresent();
        if (wrongSetting || failure instanceof IllegalArgumentException) {
            return WRONG_USAGE;
        }
        boolean refused =
                reason(failure).filter(StoreException.Reason::isForPerson).isPresent();
        return refused ? STORE_REFUSED : FAILED;
    }

    private static Optional<StoreException.Reason> reason(Throwable failure) {
        return first(failure, StoreException.class)
                .map(told -> ((StoreException) told).reason())
                .or(() -> StoreException.Reason.of(failure));
    }

    /** Whether a failure is a defect of this program, as far as one can tell: people need its trace then. */
    public static boolean isDefect(Throwable failure) {
        boolean known = failure instanceof SparkRuntime.EndedException
                || failure instanceof UncheckedIOException
                || outOfMemory(failure).isPresent()
                || lostSpark(failure).isPresent()
                || reason(failure).isPresent();
        boolean expected = failure instanceof Exception && !(failure instanceof RuntimeException);
        return of(failure) == FAILED && !expected && !known;
    }

    /** What to tell the user: the message of the cause that decided the code, else of the root cause. */
    public static String message(Throwable failure) {
        return switch (of(failure)) {
            case INVALID_DATA ->
                words(first(failure, CorruptFileException.class).orElse(failure));
            case LOCKED -> words(first(failure, LockedException.class).orElse(failure));
            case WRONG_USAGE ->
                words(first(failure, WrongSettingException.class)
                        .or(() -> first(failure, FileAlreadyExistsException.class))
                        .orElse(failure));
            case FAILED, STORE_REFUSED ->
                outOfMemory(failure)
                        .or(() -> lostSpark(failure))
                        .or(() -> lostExecutors(failure))
                        .or(() -> store(failure))
                        .orElseGet(() -> words(rootCause(failure)));
            default -> words(failure);
        };
    }

    /** What a store or a disk said, with its path. */
    private static Optional<String> store(Throwable failure) {
        return first(failure, StoreException.class)
                .map(ExitCode::words)
                .or(() -> StoreException.Reason.of(failure).map(reason -> reason.tell(rootCause(failure))));
    }

    /** Spark fails in many ways once its context has ended. */
    private static Optional<String> lostSpark(Throwable failure) {
        return StoreException.causes(failure).stream()
                .map(cause -> String.valueOf(cause.getMessage()))
                .filter(message -> STOPPED.matcher(message).find())
                .findFirst()
                .map(message -> "Spark has ended before the command: its master is gone or has ended the application;"
                        + " see the master's log, then run the same command again");
    }

    /** Spark gives up a task that takes one executor after the other with it. */
    private static Optional<String> lostExecutors(Throwable failure) {
        for (Throwable cause : StoreException.causes(failure)) {
            Matcher lost = EXECUTOR_LOST.matcher(String.valueOf(cause.getMessage()));
            if (lost.find()) {
                String killed = KILLED.matcher(lost.group(2)).find()
                        ? ", which means that the system killed it, mostly for want of memory: give executors more"
                                + " (spark.executor.memoryOverhead)"
                        : "";
                return Optional.of("a task lost its executor " + lost.group(1) + " times, last by \"" + lost.group(2)
                        + "\"" + killed + "; see the logs of executors, then run the same command again");
            }
        }
        return Optional.empty();
    }

    /** Advice if memory ran out, in this process or on an executor. */
    private static Optional<String> outOfMemory(Throwable failure) {
        Optional<String> found = Optional.empty();
        for (Throwable cause : StoreException.causes(failure)) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof OutOfMemoryError) {
                found = Optional.of(message); // the innermost names the limit
            } else if (message.contains("bad_alloc")) {
                found = Optional.of("native arrays");
            } else if (EXECUTOR_OUT_OF_MEMORY.matcher(message).find()) {
                found = Optional.of("an executor exited with code 52; its log says what it lacked");
            }
        }
        return found.map(limit -> "memory ran out: " + limit
                + "; provide more (spark.executor.memory and spark.executor.memoryOverhead;"
                + " spark.driver.memory for the driver and with a local master) or use less (such as a smaller"
                + " train.batch-size or model.l-max); hyena inspect memory says what a training needs");
    }

    private static String words(Throwable told) {
        String message = told.getMessage();
        if (told instanceof FileAlreadyExistsException exists) {
            return exists.getFile()
                    + ": found a file, expected a directory or nothing; choose another, or move the file";
        }
        if (told instanceof NoSuchFileException missing) {
            return "there is no " + missing.getFile() + ", and it cannot be made; choose another place";
        }
        return message == null || isBare(told) ? told.toString() : message;
    }

    /** Whether the message alone says too little, such as only a file name or an index. */
    private static boolean isBare(Throwable told) {
        boolean speaks = told instanceof IllegalArgumentException || told instanceof IllegalStateException;
        boolean ofJava = told.getClass().getName().startsWith("java.");
        return told instanceof FileSystemException
                || told instanceof LinkageError
                || (told instanceof RuntimeException && ofJava && !speaks);
    }

    /**
     * The innermost cause, with one exception: Hadoop wraps an exception without a message, or one that says only that
     * a connection was refused, in another of the same class that also names the server.
     */
    private static Throwable rootCause(Throwable failure) {
        Throwable told = failure;
        for (Throwable cause : StoreException.causes(failure)) {
            boolean sameAgain = cause.getClass() == told.getClass() && cause.getClass() != IOException.class;
            told = cause instanceof IOException && (cause.getMessage() == null || sameAgain) ? told : cause;
        }
        return told;
    }

    private static <T extends Throwable> Optional<Throwable> first(Throwable failure, Class<T> type) {
        return StoreException.causes(failure).stream().filter(type::isInstance).findFirst();
    }
}
