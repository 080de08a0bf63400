package io.github.hyenaspark.jobs.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** A copy of what a version wrote, in another place than its files were written to. */
public record FrozenFiles(Path directory) {
    private static final Set<String> UNLISTED = Set.of("inputs", "pins", "reports", "units");

    /** Copies the files of {@code src/test/resources/frozen/VERSION}, the results of its commands too. */
    public static FrozenFiles copy(String version, Path directory) throws IOException, URISyntaxException {
        var url = Objects.requireNonNull(FrozenFiles.class.getResource("/frozen/" + version));
        Path frozen = Path.of(url.toURI());
        try (Stream<Path> files = Files.walk(frozen)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = directory.resolve(frozen.relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(file, copy);
            }
        }
        return new FrozenFiles(directory);
    }

    public String place(String name) {
        return directory.resolve(name).toString();
    }

    /** What the command said in that version. */
    public JsonNode result(String name) throws IOException {
        return Json.parse(name, Files.readAllBytes(directory.resolve("results/" + name + ".json")));
    }

    /**
     * What {@code verify} has to say of a dataset without faults: its files and their bytes, each counted once, but for
     * those that no snapshot lists as an object. Version 0.1 counted what several snapshots share several times.
     */
    public ObjectNode verified(String dataset) throws IOException {
        Path root = directory.resolve(dataset);
        long count = 0;
        long bytes = 0;
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!UNLISTED.contains(root.relativize(file).getName(0).toString())) {
                    count++;
                    bytes += Files.size(file);
                }
            }
        }
        return Json.object().put("objects", count).put("bytes", bytes).put("valid", true);
    }

    /** Gives a document the time that it had when the version prepared it, in a night of January 2026. */
    public static void date(Path document, int night) throws IOException {
        Files.setLastModifiedTime(document, FileTime.from(Instant.parse("2026-01-0" + night + "T00:00:00Z")));
    }
}
