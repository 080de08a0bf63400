package io.github.hyenaspark.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * The streams of a command, in practice standard input, standard output for results, and standard error for the rest;
 * and what it does when it is told to stop.
 */
public record Console(InputStream input, PrintStream results, PrintStream messages, Stop stop) {
    public Console(InputStream input, PrintStream results, PrintStream messages) {
        this(input, results, messages, Stop.never());
    }

    public Console(PrintStream results, PrintStream messages) {
        this(InputStream.nullInputStream(), results, messages);
    }

    /** The streams of the process, always in UTF-8; what is logged or printed from now on counts as said. */
    public static Console ofProcess() {
        var heartbeat = new Heartbeat(new FileOutputStream(FileDescriptor.err));
        var messages = new PrintStream(heartbeat, true, StandardCharsets.UTF_8);
        System.setErr(messages);
        PrintStream results = Results.to(heartbeat.hearing(new FileOutputStream(FileDescriptor.out)));
        return new Console(System.in, results, messages, Stop.ofProcess(heartbeat));
    }

    /** The same but for the results. */
    public Console withResults(PrintStream others) {
        return new Console(input, others, messages, stop);
    }

    public void result(JsonNode result) {
        results.println(Json.line(result));
        results.flush();
    }

    /** Why results are lost, if any are. */
    public Optional<IOException> lost() {
        return results instanceof Results watched ? watched.failure() : Optional.empty();
    }

    /**
     * Where a command writes its results, in UTF-8. A {@link PrintStream} goes on in silence when nothing can be
     * written any more; this one remembers why.
     */
    static final class Results extends PrintStream {
        private final Remembering watched;

        private Results(Remembering watched) {
            super(watched, true, StandardCharsets.UTF_8);
            this.watched = watched;
        }

        static Results to(OutputStream out) {
            return new Results(new Remembering(out));
        }

        /**
         * Why results are lost; empty if all are written, or whoever reads them has seen enough, as {@code head} does.
         */
        Optional<IOException> failure() {
            flush();
            return watched.failure.filter(failure -> !String.valueOf(failure.getMessage())
                    .toLowerCase(Locale.ROOT)
                    .contains("broken pipe"));
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
}
