package io.github.hyenaspark.jobs.infer;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;

/**
 * The files whose documents a model is to be applied to.
 *
 * @param config with absolute places
 * @param files sorted by path
 */
record DocumentInput(DataConfig config, List<InputFile> files) {
    private static final int TASKS_PER_SLOT = 4;
    private static final long FEWEST_BYTES = 1 << 14; // of a task: less is not worth its start

    /**
     * The files that the settings name.
     *
     * @throws IllegalArgumentException if they name none, or there are none
     */
    static DocumentInput of(Storage storage, Settings settings) throws IOException {
        DataConfig config = settings.bind("data", DataConfig.class).qualified(storage);
        if (config.input().isBlank()) {
            throw new IllegalArgumentException("data.input: found \"\", expected a directory, a file or a glob");
        }
        return new DocumentInput(config, config.files(storage));
    }

    /** Results do not depend on the cuts, so unlike {@code prepare} this makes them to the measure of the cluster. */
    List<WorkUnit> units(int slots) {
        long bytes = files.stream().mapToLong(InputFile::bytes).sum();
        long unit = Math.max(FEWEST_BYTES, bytes / ((long) slots * TASKS_PER_SLOT));
        return WorkUnit.cut(files, config.source(), Math.min(config.unitBytes(), unit));
    }
}
