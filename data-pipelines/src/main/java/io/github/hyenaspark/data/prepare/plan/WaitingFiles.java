package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.PackedFiles;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Which listed files wait for the next run: young ones, and those that somebody is writing. */
public final class WaitingFiles {
    private final Storage storage;
    private final DataConfig config;
    private final String root;
    private final Set<String> open = new HashSet<>(); // URIs

    WaitingFiles(Storage storage, DataConfig config, String root) {
        this.storage = storage;
        this.config = config;
        this.root = root;
    }

    /** The files of a listing that do not wait, and did not change after {@code data.interval-end}. */
    public static PackedFiles leaveOut(Storage storage, DataConfig config, InputListing input) throws IOException {
        var waiting = new WaitingFiles(storage, config, input.root());
        waiting.ask(input.files().stream().map(InputFile::uri));
        var settled = new PackedFiles();
        input.files().stream()
                .filter(file -> !waiting.isLate(file) && !waiting.waits(file))
                .forEach(settled::add);
        return settled;
    }

    /** Asks the store which of these are being written. */
    void ask(Stream<String> uris) throws IOException {
        open.addAll(storage.beingWritten(root, uris));
    }

    /** Whether it changed after the interval. */
    boolean isLate(InputFile file) {
        return file.modifiedMillis() >= config.interval().endMillis();
    }

    boolean isOpen(String uri) {
        return open.contains(uri);
    }

    boolean waits(InputFile file) {
        long age = System.currentTimeMillis() - file.modifiedMillis();
        return (config.minAgeMillis() > 0 && age < config.minAgeMillis()) || isOpen(file.uri());
    }
}
