package io.github.hyenaspark.data.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.testing.ShoutingStep;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentStepTest {
    private static final Document NOWHERE = new Document() {
        @Override
        public String path() {
            return "nowhere.txt";
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public InputStream text() {
            return InputStream.nullInputStream();
        }
    };

    @Test
    void stepsAreFoundByTheirNames() {
        assertThat(DocumentStep.named(List.of())).isEmpty();
        assertThat(DocumentStep.named(List.of("shouting")))
                .singleElement()
                .isInstanceOf(ShoutingStep.class)
                .returns("1", DocumentStep::version);
        assertThatThrownBy(() -> DocumentStep.named(List.of("shouting", "whispering")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "data.clean.steps: found whispering, expected names of [excerpt, shouting]; is the jar with the step"
                                + " on the class path?");
    }

    @Test
    void stepsAreAppliedInTheirOrder() throws IOException {
        List<DocumentStep> steps = List.of(new Suffix("a"), new ShoutingStep(), new Suffix("b"));

        assertThat(read(steps, "no ")).isEqualTo("NO Ab");
        assertThat(read(List.of(), "no ")).isEqualTo("no ");
    }

    @Test
    void aRejectedDocumentSaysWhichStepRejectedIt() {
        List<DocumentStep> steps = List.of(new ShoutingStep(), new Suffix("b"), new Suffix("c"));

        assertThatThrownBy(() -> read(steps, "no? "))
                .isInstanceOfSatisfying(
                        RejectedDocumentException.class,
                        e -> assertThat(e.reason()).isEqualTo("shouting: a question"));
        assertThatThrownBy(() -> read(List.of(new Suffix("a"), new Suffix("")), "no"))
                .isInstanceOfSatisfying(
                        RejectedDocumentException.class,
                        e -> assertThat(e.reason()).isEqualTo("suffix : nothing to add"));
    }

    @Test
    void aStepThatCannotBeMadeIsNamed(@TempDir Path jar) throws IOException {
        Path services = Files.createDirectories(jar.resolve("META-INF/services"));
        Files.writeString(services.resolve(DocumentStep.class.getName()), "org.example.Missing\n");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            assertThatThrownBy(() -> DocumentStep.named(List.of("shouting")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("data.clean.steps: a jar names a step that cannot be made: ")
                    .hasMessageContaining("org.example.Missing");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static String read(List<DocumentStep> steps, String text) throws IOException {
        var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        try (InputStream cleaned = DocumentStep.applyAll(steps, NOWHERE, in)) {
            return new String(cleaned.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private record Suffix(String suffix) implements DocumentStep {
        @Override
        public String name() {
            return "suffix " + suffix;
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public InputStream apply(Document document, InputStream text) throws IOException {
            if (suffix.isEmpty()) {
                throw new RejectedDocumentException("nothing to add");
            }
            return new SequenceInputStream(text, new ByteArrayInputStream(suffix.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
