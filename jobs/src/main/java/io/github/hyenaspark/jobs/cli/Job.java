package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;

/** What a command does once its settings are read. */
@FunctionalInterface
public interface Job {
    /** Runs the command; the result goes to the console. IllegalArgumentException if the settings are wrong. */
    void run(Settings settings, Console console) throws IOException;

    /**
     * Defaults that follow from other settings, as {@code key=value}; arguments override them. IllegalArgumentException
     * if the settings are wrong.
     */
    default List<String> derived(Settings settings) throws IOException {
        return List.of();
    }
}
