package io.github.hyenaspark.jobs.cli;

import io.github.hyenaspark.config.Settings;
import java.io.IOException;
import java.util.List;

/** What a command does once its settings are read. */
@FunctionalInterface
public interface Job {
    /** Runs the command; the result goes to the console. IllegalArgumentException if the settings are wrong. */
    void run(Settings settings, Console console) throws IOException;

    /** What follows from the settings of a command line. IllegalArgumentException if they are wrong. */
    default Derived derived(Settings settings) throws IOException {
        return Derived.defaults(List.of());
    }

    /**
     * Settings as {@code key=value}.
     *
     * @param defaults which those of the command line override
     * @param kept which override those of the command line
     */
    record Derived(List<String> defaults, List<String> kept) {
        public static Derived defaults(List<String> defaults) {
            return new Derived(defaults, List.of());
        }
    }
}
