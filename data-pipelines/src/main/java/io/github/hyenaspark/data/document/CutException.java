package io.github.hyenaspark.data.document;

import java.io.IOException;

/** The rest of a file is not read, because only its beginning was asked for. */
public final class CutException extends IOException {
    private static final long serialVersionUID = 1L;

    public CutException(String uri, long end) {
        super(uri + " is read to its byte " + end + " only");
    }
}
