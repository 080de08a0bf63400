package io.github.hyenaspark.data.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputListingTest {
    @TempDir
    Path directory;

    private Storage storage;

    @BeforeEach
    void writeFiles() throws IOException {
        storage = Storage.local();
        for (String file : List.of("b.txt", "a/z 1.txt", "a/ü%20.txt", "a.md", "c/d/e.TXT", ".hidden.txt")) {
            Path path = directory.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, file);
        }
    }

    @Test
    void aDirectoryGivesItsTextFilesByPath() throws IOException {
        assertThat(paths(directory.toString())).containsExactly("a/z 1.txt", "a/ü%20.txt", "b.txt", "c/d/e.TXT");
        assertThat(paths(directory + "/")).hasSize(4);
    }

    @Test
    void aGlobGivesWhatItMatches() throws IOException {
        assertThat(paths(directory + "/*.txt")).containsExactly("b.txt");
        assertThat(paths(directory + "/{a,c/d}/*")).containsExactly("a/z 1.txt", "a/ü%20.txt", "c/d/e.TXT");
        assertThat(paths(directory + "/a*.md")).containsExactly("a.md");
    }

    @Test
    void aFileIsOneDocument() throws IOException {
        assertThat(paths(directory + "/a/z 1.txt")).containsExactly("z 1.txt");
    }

    @Test
    void aDocumentSaysWhereItIsAndHowLong() throws IOException {
        Document document =
                InputListing.documents(storage, directory.toString()).get(1);

        assertThat(document.fileName()).isEqualTo("ü%20.txt");
        assertThat(document.bytes()).isEqualTo(11);
        assertThat(document.id()).matches("[0-9a-f]{32}");
        try (var text = document.open(storage)) {
            assertThat(new String(text.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("a/ü%20.txt");
        }
    }

    @Test
    void theIdIsOfThePathBelowTheInput(@TempDir Path other) throws IOException {
        Files.createDirectories(other.resolve("a"));
        Files.writeString(other.resolve("a/z 1.txt"), "other text");

        assertThat(InputListing.documents(storage, other.toString()).get(0).id())
                .isEqualTo(InputListing.documents(storage, directory.toString())
                        .get(0)
                        .id())
                // printf 'a/z 1.txt' | sha256sum
                .isEqualTo("672ae54dcd13b5850e51cfd1c6ac8cd1");
    }

    @Test
    void aMissingInputIsNamed() {
        assertThatThrownBy(() -> InputListing.documents(storage, directory + "/none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: there is no file:" + directory + "/none");
    }

    @Test
    void anInputWithoutDocumentsIsRefused() throws IOException {
        Files.createDirectories(directory.resolve("empty"));
        Files.createDirectories(directory.resolve("other"));
        Files.writeString(directory.resolve("other/x.md"), "x");

        assertThatThrownBy(() -> InputListing.documents(storage, directory + "/empty"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: file:" + directory
                        + "/empty has no documents, expected at least one .txt file in it (other files: 0)");
        assertThatThrownBy(() -> InputListing.documents(storage, directory + "/other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("expected at least one .txt file in it (other files: 1)");
        assertThatThrownBy(() -> InputListing.documents(storage, directory + "/*.tex"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("has no documents, expected at least one file that matches");
    }

    private List<String> paths(String input) throws IOException {
        return InputListing.documents(storage, input).stream()
                .map(Document::path)
                .toList();
    }
}
