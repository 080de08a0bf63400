package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.task.TaskInput;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;

/** The files that settings name as input. */
public final class InputFiles {
    private InputFiles() {}

    /**
     * The files of {@code data.input}, sorted by path, without those of the dataset itself, which may lie in a folder
     * of its input.
     *
     * @throws IllegalArgumentException if the input is missing, has no documents, or lies in the dataset's directory,
     *     but for the examples of a task
     */
    public static List<InputFile> of(Storage storage, DataConfig config) throws IOException {
        List<InputFile> found = InputListing.files(storage, config.input(), config.source());
        if (config.dataset().isBlank() || TaskInput.directory(config.dataset()).equals(config.input())) {
            return found;
        }
        String dataset = Storage.resolve(storage.qualify(config.dataset()), "/");
        List<InputFile> files =
                found.stream().filter(file -> !file.uri().startsWith(dataset)).toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException(
                    "data.dataset: found " + config.dataset() + ", which has every file of data.input " + config.input()
                            + " in it, expected a directory of its own");
        }
        return files;
    }
}
