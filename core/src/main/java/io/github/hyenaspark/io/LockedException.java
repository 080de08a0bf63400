package io.github.hyenaspark.io;

import java.io.IOException;

/** Another process holds what this one needs; the message says what, by whom and when to try again. */
public final class LockedException extends IOException {
    private static final long serialVersionUID = 1L;

    public LockedException(String message) {
        super(message);
    }
}
