package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.HyenaProcess.Running;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * The classes that a training loads, as Java has them in memory: with them a process of a test takes three quarters of
 * the time. The first process that is started makes the archive; it serves until a jar changes.
 */
final class ClassArchive {
    private static final String JARS = entries(Files::isRegularFile);

    /**
     * This JVM's class path with folders behind the jars: an archive may hold classes of jars alone, and Java takes it
     * for every class path that begins with these.
     */
    static final String CLASS_PATH = JARS + File.pathSeparator + entries(Files::isDirectory);

    private static final List<String> FLAGS = make().map(ClassArchive::take).orElse(List.of());

    private ClassArchive() {}

    /** Of a JVM with {@link #CLASS_PATH}: Java takes the archive, or passes over it without a word. */
    static List<String> flags() {
        return FLAGS;
    }

    private static List<String> take(Path archive) {
        return List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + archive, "-Xlog:disable");
    }

    private static String entries(Predicate<Path> which) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> which.test(Path.of(entry)))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Empty if this Java makes none, as one without an archive of its own classes. */
    private static Optional<Path> make() {
        String name = "classes-" + Integer.toHexString(CLASS_PATH.hashCode()) + ".jsa";
        Path archive = Path.of("target", name).toAbsolutePath();
        try {
            if (isCurrent(archive)) {
                return Optional.of(archive);
            }
            Path directory = Files.createTempDirectory("class-archive");
            Path part = archive.resolveSibling(directory.getFileName() + ".jsa"); // the other fork makes one too
            List<String> words = new ArrayList<>(List.of("prepare"));
            words.addAll(SmallRun.SETTINGS);
            words.add("data.dataset=" + directory.resolve("dataset"));
            words.add("data.input=" + SmallRun.corpus(directory));
            run(HyenaProcess.withoutArchive("local[2]"), directory, words);
            words.set(0, "train");
            words.set(words.size() - 1, "run.dir=" + directory.resolve("run"));
            run(
                    HyenaProcess.withoutArchive("local[2]")
                            .withFlags("-XX:ArchiveClassesAtExit=" + part, "-Xlog:disable"),
                    directory,
                    words);
            boolean made = Files.exists(part);
            if (made) {
                Files.move(part, archive, StandardCopyOption.ATOMIC_MOVE);
            }
            FileUtils.deleteDirectory(directory.toFile());
            return made ? Optional.of(archive) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void run(HyenaProcess process, Path directory, List<String> words)
            throws IOException, InterruptedException {
        try (Running running = process.start(JARS, directory, words)) {
            assertThat(running.await().json()).isNotEmpty();
        }
    }

    private static boolean isCurrent(Path archive) throws IOException {
        if (!Files.exists(archive)) {
            return false;
        }
        for (String jar : JARS.split(File.pathSeparator, -1)) {
            if (Files.getLastModifiedTime(Path.of(jar)).compareTo(Files.getLastModifiedTime(archive)) > 0) {
                return false;
            }
        }
        return true;
    }
}
