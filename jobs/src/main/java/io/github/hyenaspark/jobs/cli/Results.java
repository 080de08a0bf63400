package io.github.hyenaspark.jobs.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a command writes its results, in UTF-8. A {@link PrintStream} goes on in silence when nothing can be written
 * any more; this one remembers why.
 */
final class Results extends PrintStream {
    private final Remembering watched;

    private Results(Remembering watched) {
        super(watched, true, StandardCharsets.UTF_8);
        this.watched = watched;
    }

    static Results to(OutputStream out) {
        return new Results(new Remembering(out));
    }

    /** Why results are lost; empty if all are written, or whoever reads them has seen enough, as {@code head} does. */
    Optional<IOException> failure() {
        flush();
        return watched.failure.filter(failure ->
                !String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT).contains("broken pipe"));
    }

    private static final class Remembering extends FilterOutputStream {
        private Optional<IOException> failure = Optional.empty();

        Remembering(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = Optional.of(e);
                throw e;
            }
        }
    }
}
