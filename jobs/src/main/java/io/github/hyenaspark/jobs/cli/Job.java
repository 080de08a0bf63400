package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;

/** What a command does once its settings are read. */
@FunctionalInterface
public interface Job {
    /**
     * Does it; the result goes to the console.
     *
     * @throws IllegalArgumentException if the settings are wrong
     * @throws IOException if it failed otherwise
     */
    void run(Settings settings, Console console) throws IOException;

    /**
     * Defaults that follow from other settings, laid under the arguments.
     *
     * @param settings without them
     * @return {@code key=value} arguments
     * @throws IllegalArgumentException if the settings are wrong
     * @throws IOException if what they follow from cannot be read
     */
    default List<String> derived(Settings settings) throws IOException {
        return List.of();
    }
}
