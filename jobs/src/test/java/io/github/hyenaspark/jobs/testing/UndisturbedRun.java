package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A {@link DisturbedRun} to which nothing has happened, trained to its end, and where others on its dataset begin.
 *
 * @param run the run
 * @param theta SHA-256 of the parameters with which all others must end
 */
public record UndisturbedRun(DisturbedRun run, String theta) {
    /** Prepares the dataset at a place, of a corpus that is written to a directory, and trains. */
    public static UndisturbedRun at(PreparePlace place, Path directory) throws IOException {
        DisturbedRun run = DisturbedRun.at(place, directory, "undisturbed");
        return new UndisturbedRun(run, run.here().theta());
    }

    /** The same with everything in a directory on the local disk. */
    public static UndisturbedRun onDisk(Path directory) throws IOException {
        return at(new PreparePlace("disk", Map.of(), directory.toString()), directory);
    }

    /** A run on the same dataset that has not begun; each directory, such as a test's, has one of its own. */
    public DisturbedRun disturbed(Path directory) {
        return run.named("run-" + directory.getFileName());
    }
}
