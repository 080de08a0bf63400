package io.github.hyenaspark.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes: results go to one stream, all else to the other.
 *
 * @param input standard input in practice
 * @param results standard output in practice
 * @param messages standard error in practice
 */
public record Console(InputStream input, PrintStream results, PrintStream messages) {
    /** One that nothing can be read from. */
    public Console(PrintStream results, PrintStream messages) {
        this(InputStream.nullInputStream(), results, messages);
    }

    /** The process's own streams, in UTF-8 whatever the platform says. */
    public static Console ofProcess() {
        return new Console(System.in, stream(FileDescriptor.out), stream(FileDescriptor.err));
    }

    /** Writes a result: one line. */
    public void result(JsonNode result) {
        results.println(Json.line(result));
        results.flush();
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
