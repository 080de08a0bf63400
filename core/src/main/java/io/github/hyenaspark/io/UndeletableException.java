package io.github.hyenaspark.io;

import java.io.IOException;

/** A file system that is there has refused to delete something, as NFS does while someone reads in a folder. */
public final class UndeletableException extends IOException {
    private static final long serialVersionUID = 1;

    UndeletableException(String message) {
        super(message);
    }
}
