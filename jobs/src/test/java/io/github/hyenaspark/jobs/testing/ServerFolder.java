package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;

/** Where a server that all tests of this JVM share keeps its data; deleted when the JVM ends. */
final class ServerFolder {
    private ServerFolder() {}

    static Path create(String name) throws IOException {
        Path folder = Files.createTempDirectory("hyena-" + name);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> FileUtils.deleteQuietly(folder.toFile()), "delete the data of " + name));
        return folder;
    }
}
