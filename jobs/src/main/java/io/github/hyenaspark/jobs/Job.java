package io.github.hyenaspark.jobs;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;

/** What a command does once its settings are read. */
@FunctionalInterface
interface Job {
    /**
     * Does it; the result goes to the console.
     *
     * @throws IllegalArgumentException if the settings are wrong
     * @throws IOException if it failed otherwise
     */
    void run(Settings settings, Console console) throws IOException;
}
