package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.WrongSettingException;
import io.github.hyenaspark.jobs.spark.averaging.AveragingDriver;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a command ends, for schedulers and scripts. */
public enum ExitCode {
    DONE(0),
    /** Safe to run again. */
    FAILED(1),
    /** Wrong usage or settings: running again as it is will not help. */
    WRONG_USAGE(2),
    /** Data or a checkpoint is invalid. */
    INVALID_DATA(3),
    /** Somebody else holds the lock; try later. */
    LOCKED(75),
    /** Ended by SIGTERM, with the last finished round saved. */
    TERMINATED(143);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /**
     * What a failure means. Invalid data and settings that do not fit the data count wherever they were found, also in
     * a task on an executor; any other illegal argument is the user's only if it comes from this process.
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

    /** What to tell about a failure: the cause that decided the code, or what made it fail. */
    public static String message(Throwable failure) {
        return switch (of(failure)) {
            case INVALID_DATA ->
                words(first(failure, CorruptFileException.class).orElse(failure));
            case LOCKED -> words(first(failure, LockedException.class).orElse(failure));
            case WRONG_USAGE ->
                words(first(failure, WrongSettingException.class).orElse(failure));
            case FAILED -> OutOfMemory.message(chain(failure)).orElseGet(() -> words(innermostThatSpeaks(failure)));
            default -> words(failure);
        };
    }

    private static String words(Throwable told) {
        String message = told.getMessage();
        return message == null || isBare(told) ? told.toString() : message;
    }

    /** Messages of these say too little without the class, such as only a name or an index. */
    private static boolean isBare(Throwable told) {
        boolean speaks = told instanceof IllegalArgumentException || told instanceof IllegalStateException;
        boolean ofJava = told.getClass().getName().startsWith("java.");
        return told instanceof FileSystemException || (told instanceof RuntimeException && ofJava && !speaks);
    }

    /**
     * The innermost one, but for what Hadoop does: around an exception that tells nothing, or only that a connection
     * was refused, it puts one of the same class that also tells who was asked.
     */
    private static Throwable innermostThatSpeaks(Throwable failure) {
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
