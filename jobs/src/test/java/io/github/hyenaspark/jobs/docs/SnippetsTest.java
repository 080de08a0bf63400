package io.github.hyenaspark.jobs.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that the documentation shows compile as they stand there. */
class SnippetsTest {
    private static final Pattern TYPE = Pattern.compile("(?m)^(?:public final class|object) (\\w+)");
    private static final Pattern ARTIFACT = Pattern.compile("<artifactId>hyena-\\w+</artifactId>\\s*(<version>.*)");

    @TempDir
    Path directory;

    private static List<String> shown(String language) throws IOException {
        List<String> shown = new ArrayList<>();
        for (Path page : Pages.all()) {
            shown.addAll(Pages.blocks(page, language));
        }
        assertThat(shown).as("code in " + language).isNotEmpty();
        return shown;
    }

    /** The file of a program, after its class. */
    private Path written(String program, String language) throws IOException {
        Matcher type = TYPE.matcher(program);
        assertThat(type.find()).as(program).isTrue();
        return Files.writeString(directory.resolve(type.group(1) + "." + language), program);
    }

    private String[] arguments(Path file) {
        String path = System.getProperty("java.class.path");
        return new String[] {"-d", directory.toString(), "-classpath", path, file.toString()};
    }

    @Test
    void javaCompiles() throws IOException {
        for (String program : shown("java")) {
            var said = new ByteArrayOutputStream();
            int code = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments(written(program, "java")));
            assertThat(code).as(said.toString(UTF_8)).isZero();
        }
    }

    /** Its compiler needs seconds. */
    @Test
    @Tag("process")
    void scalaCompiles() throws IOException {
        for (String program : shown("scala")) {
            assertThat(scala.tools.nsc.Main.process(arguments(written(program, "scala"))))
                    .as("compiled; standard output has the compiler's messages")
                    .isTrue();
        }
    }

    @Test
    void coordinatesAreThoseOfThisVersion() throws IOException {
        Matcher ours = Pattern.compile("<version>.*")
                .matcher(Files.readString(Pages.root().resolve("pom.xml")));
        assertThat(ours.find()).isTrue();
        for (String coordinates : shown("xml")) {
            Matcher found = ARTIFACT.matcher(coordinates);
            assertThat(found.find()).as(coordinates).isTrue();
            assertThat(found.group(1)).isEqualTo(ours.group());
        }
    }
}
