package io.github.hyenaspark.io;

import java.io.IOException;

/** Somebody else holds what this process needs; trying again later may succeed. */
public final class LockedException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * What is locked is busy now.
     *
     * @param message what is locked, by whom, and when to try again
     */
    public LockedException(String message) {
        super(message);
    }
}
