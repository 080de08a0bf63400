package io.github.hyenaspark.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
}
