package io.github.hyenaspark.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: results to one stream, all else to the other.
 *
 * @param results standard output in practice
 * @param messages standard error in practice
 */
record Console(PrintStream results, PrintStream messages) {
    /** The process's own streams, in UTF-8 whatever the platform says. */
    static Console ofProcess() {
        return new Console(stream(FileDescriptor.out), stream(FileDescriptor.err));
    }

    /** Writes a result: one line. */
    void result(JsonNode result) {
        results.println(Json.line(result));
        results.flush();
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
