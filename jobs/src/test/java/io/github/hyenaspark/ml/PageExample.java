package io.github.hyenaspark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.docs.Pages;
import java.io.ByteArrayOutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** The programs that docs/spark-ml.md shows, run in this JVM and its session. */
final class PageExample {
    private static final int MOST_LINES = 15;

    private PageExample() {}

    /** Compiles a program of the page into a directory and runs it; its statements are few. */
    static void run(String name, Path directory, String... arguments) throws Exception {
        String program = Pages.blocks(Pages.root().resolve("docs/spark-ml.md"), "java").stream()
                .filter(block -> block.contains("class " + name + " "))
                .findFirst()
                .orElseThrow();
        List<String> body = program.lines()
                .dropWhile(line -> !line.contains("void main"))
                .filter(line -> line.startsWith("        "))
                .toList();
        assertThat(body).hasSizeLessThanOrEqualTo(MOST_LINES);
        Path classes = Files.createDirectories(directory.resolve(name));
        Path source = Files.writeString(classes.resolve(name + ".java"), program);
        var said = new ByteArrayOutputStream();
        String[] compile = {"-d", classes.toString(), "-cp", System.getProperty("java.class.path"), source.toString()};
        int code = ToolProvider.getSystemJavaCompiler().run(null, said, said, compile);
        assertThat(code).as(said.toString(StandardCharsets.UTF_8)).isZero();
        try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) arguments);
        }
    }
}
