package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.data.document.WrongSettingException;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    /** Another process holds the lock; try later. */
    LOCKED(75),
    /** Ended by SIGTERM, after saving the last finished round. */
    TERMINATED(143);

    /**
     * An executor that runs out of memory exits with this code (Spark's {@code SparkExitCode.OOM}). The cluster often
     * reports that before the failure of the task; standalone, Kubernetes and YARN each word it differently.
     */
    private static final Pattern EXECUTOR_OUT_OF_MEMORY =
            Pattern.compile("\\bexit(?:ed with)? (?:exit )?(?:code|status):? 52\\b", Pattern.CASE_INSENSITIVE);

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
        boolean wrongSetting = first(failure, WrongSettingException.class).isPresent();
        return wrongSetting || failure instanceof IllegalArgumentException ? WRONG_USAGE : FAILED;
    }

    /** What to tell the user: the message of the cause that decided the code, else of the root cause. */
    public static String message(Throwable failure) {
        return switch (of(failure)) {
            case INVALID_DATA ->
                words(first(failure, CorruptFileException.class).orElse(failure));
            case LOCKED -> words(first(failure, LockedException.class).orElse(failure));
            case WRONG_USAGE ->
                words(first(failure, WrongSettingException.class).orElse(failure));
            case FAILED -> outOfMemory(failure).orElseGet(() -> words(rootCause(failure)));
            default -> words(failure);
        };
    }

    /** Advice if memory ran out, in this process or on an executor. */
    private static Optional<String> outOfMemory(Throwable failure) {
        Optional<String> found = Optional.empty();
        for (Throwable cause : chain(failure)) {
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof OutOfMemoryError) {
                found = Optional.of(message); // the innermost names the limit
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
        return message == null || isBare(told) ? told.toString() : message;
    }

    /** Whether the message alone says too little, such as only a file name or an index. */
    private static boolean isBare(Throwable told) {
        boolean speaks = told instanceof IllegalArgumentException || told instanceof IllegalStateException;
        boolean ofJava = told.getClass().getName().startsWith("java.");
        return told instanceof FileSystemException || (told instanceof RuntimeException && ofJava && !speaks);
    }

    /**
     * The innermost cause, with one exception: Hadoop wraps an exception without a message, or one that says only that
     * a connection was refused, in another of the same class that also names the server.
     */
    private static Throwable rootCause(Throwable failure) {
        Throwable told = failure;
        for (Throwable cause : chain(failure)) {
            boolean sameAgain = cause.getClass() == told.getClass() && cause.getClass() != IOException.class;
            told = cause instanceof IOException && (cause.getMessage() == null || sameAgain) ? told : cause;
        }
        return told;
    }

    private static <T extends Throwable> Optional<Throwable> first(Throwable failure, Class<T> type) {
        return chain(failure).stream().filter(type::isInstance).findFirst();
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>();
        Throwable at = failure;
        while (at != null && !chain.contains(at)) {
            chain.add(at);
            at = at.getCause();
        }
        return chain;
    }
}
