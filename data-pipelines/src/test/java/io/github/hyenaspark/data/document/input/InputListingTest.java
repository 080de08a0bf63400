package io.github.hyenaspark.data.document.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.testing.TestSources;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.testing.MemoryFileSystem;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void aDirectoryGivesItsFilesByPath() throws IOException {
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
    void aFileIsOneFile() throws IOException {
        assertThat(paths(directory + "/a/z 1.txt")).containsExactly("z 1.txt");
    }

    @Test
    void aFileSaysWhereItIsAndHowLong() throws IOException {
        InputFile file = files(directory.toString()).get(1);

        assertThat(file.path()).endsWith("ü%20.txt");
        assertThat(file.bytes()).isEqualTo(11);
        assertThat(file.modifiedMillis()).isPositive();
        assertThat(storage.read(file.uri())).asString(StandardCharsets.UTF_8).isEqualTo("a/ü%20.txt");
        assertThat(file.whole()).isEqualTo(new Slice(file, 0, 11));
    }

    @Test
    void aDirectoryGivesTheFormatsOfTheSettings(@TempDir Path other) throws IOException {
        List<String> names = List.of(
                "a.FA",
                "a.fasta.gz",
                "a.fna",
                "a.jsonl",
                "a.ndjson.zst",
                "a.parquet",
                "a.txt",
                "a.txt.gz",
                "a.txt.zst");
        for (String name : names) {
            Files.writeString(other.resolve(name), "x");
        }
        for (String name : List.of("a.json", "a.md", "a.gz", "a.parquet.gz", "txt", "a.txt.bz2")) {
            Files.writeString(other.resolve(name), "x");
        }

        assertThat(paths(other.toString())).containsExactlyElementsOf(names);
        assertThat(paths(other.toString(), format(SourceConfig.SourceFormat.TEXT)))
                .as("whatever the ending")
                .hasSize(15)
                .contains("a.md", "a.gz", "txt", "a.parquet");
        assertThat(paths(other.toString(), format(SourceConfig.SourceFormat.PARQUET)))
                .containsExactly("a.parquet");
        assertThat(paths(other.toString(), format(SourceConfig.SourceFormat.AUTO, "MD", ".txt", "bz2", "json")))
                .containsExactly("a.json", "a.md", "a.txt", "a.txt.bz2", "a.txt.gz", "a.txt.zst");
    }

    @Test
    void anArchiveOfTarIsNoText(@TempDir Path other) throws IOException {
        for (String name : List.of("a.txt", "b.tar", "c.tar.gz", "d.TGZ", "e.target")) {
            Files.writeString(other.resolve(name), "x");
        }
        assertThat(paths(other.toString(), format(SourceConfig.SourceFormat.TEXT)))
                .containsExactly("a.txt", "e.target");
        assertThatThrownBy(() -> DocumentReaders.FileFormat.of("books/c.tar.gz", TestSources.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: found an archive of tar, books/c.tar.gz, expected the files that are in it;"
                        + " unpack it");
    }

    @Test
    void jsonFilesAreReadWhereThereIsNothingElse(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("1.json.gz"), "x");
        Files.writeString(other.resolve("2.JSON"), "x");
        Files.writeString(other.resolve("readme.md"), "x");
        assertThat(paths(other.toString())).containsExactly("1.json.gz", "2.JSON");
        Files.writeString(other.resolve("3.txt"), "x");
        assertThat(paths(other.toString())).containsExactly("3.txt");
    }

    @Test
    void filesThatAreSkippedAreCountedByEndingAndNamed(@TempDir Path other) throws IOException {
        for (String name :
                List.of("a.txt", "b.md", "c.MD", "d.md", "e.md", "LICENSE", "own/x.bin", "y.csv.gz", "1.2")) {
            Files.createDirectories(other.resolve(name).getParent());
            Files.writeString(other.resolve(name), "x");
        }
        InputListing listing = InputListing.of(
                storage, other.toString(), TestSources.defaults(), storage.qualify(other + "/own") + "/");
        assertThat(listing.files()).extracting(InputFile::path).containsExactly("a.txt");
        assertThat(listing.skippedInWords())
                .isEqualTo("7 files: 4 .md (b.md, c.MD, d.md, ...), 2 other (1.2, LICENSE), 1 .csv.gz (y.csv.gz)");
        assertThat(listing.skippedAsJson().at("/.md/files").intValue()).isEqualTo(4);
        assertThat(listing.skippedAsJson().at("/other/first/1").textValue()).isEqualTo("LICENSE");
    }

    /** Temporary files may have an ending each; whoever lists millions of them must not hold them all. */
    @Test
    void ofVeryManyEndingsTheLastAreCountedTogether(@TempDir Path other) throws IOException {
        Files.writeString(other.resolve("a.txt"), "x");
        int files = InputListing.MOST_ENDINGS + 100;
        for (int i = 0; i < files; i++) {
            Files.writeString(other.resolve("part.t" + i), "x");
        }
        ObjectNode skipped = InputListing.of(storage, other.toString(), TestSources.defaults(), "")
                .skippedAsJson();
        assertThat(skipped).hasSize(InputListing.MOST_ENDINGS + 1);
        assertThat(skipped.at("/other/files").intValue()).isEqualTo(100);
        assertThat(skipped.at("/other/first")).hasSize(3);
    }

    @Test
    void aMissingInputIsNamed() {
        assertThatThrownBy(() -> files(directory + "/none"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: there is no file:" + directory + "/none");
    }

    @Test
    void anInputWithoutDocumentsIsRefused() throws IOException {
        Files.createDirectories(directory.resolve("empty"));
        Files.createDirectories(directory.resolve("other"));
        Files.writeString(directory.resolve("other/x.md"), "x");

        assertThatThrownBy(() -> files(directory + "/empty"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.input: file:" + directory
                        + "/empty has no documents, expected at least one .txt, .jsonl, .ndjson, .json, .parquet, .fa, .fasta or .fna"
                        + " file in it");
        assertThatThrownBy(() -> files(directory + "/other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(".fasta or .fna file in it, found 1 file: 1 .md (x.md);"
                        + " data.source.extensions=[ENDING,...] reads those of some endings, data.source.format=text all as"
                        + " text");
        assertThatThrownBy(() -> paths(directory + "/other", format(SourceConfig.SourceFormat.TEXT, "tex")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected at least one .tex file in it, found 1 file");
        assertThatThrownBy(() -> paths(directory + "/empty", format(SourceConfig.SourceFormat.TEXT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("expected at least one file in it");
        assertThatThrownBy(() -> files(directory + "/*.tex"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("has no documents, expected at least one file that matches");
    }

    @ParameterizedTest
    @CsvSource({
        "_delta_log/0.json, date=2026-01-01",
        "_delta_log/0.json, *.parquet",
        "_delta_log/0.json, date=2026-01-01/1.parquet",
        "_delta_log/0.json, date=*/1.parquet",
        ".hoodie/hoodie.properties, date=2026-01-01",
        ".hoodie/hoodie.properties, *.parquet",
        "metadata/v1.metadata.json, date=2026-01-01",
        "metadata/v1.gz.metadata.json, data",
        "metadata/v1.metadata.json.gz, data/2.parquet",
    })
    void aPartOfATableIsRefused(String log, String input, @TempDir Path lake) throws IOException {
        for (String file : List.of("0.parquet", "date=2026-01-01/1.parquet", "data/2.parquet", log)) {
            Files.createDirectories(lake.resolve("table").resolve(file).getParent());
            Files.writeString(lake.resolve("table").resolve(file), "x");
        }
        assertRefused(lake + "/table/" + input, "file:" + lake + "/table/");
        assertRefused(lake + "/*/" + input, "file:" + lake + "/table/");
    }

    @Test
    void textBesideATableCostsNoQuestionAroundIt() throws IOException {
        try (MemoryFileSystem store = open("mem://text", MemoryFileSystem.class)) {
            add("mem://text/table/_delta_log/0.json", "mem://text/table/notes/1.txt");
            store.forgetCounts();
            assertThat(paths("mem://text/table/notes")).containsExactly("1.txt");
            assertThat(store.asked()).allMatch(uri -> uri.startsWith("mem://text/table/notes"));
        }
    }

    /** Such as a checkout of code that is tested on a table. */
    @Test
    void aLogOfATableThatIsNotReadStopsNothing(@TempDir Path code) throws IOException {
        for (String file : List.of("a.py", "test/table/_delta_log/0.json", "other/metadata/v1.metadata.json")) {
            Files.createDirectories(code.resolve(file).getParent());
            Files.writeString(code.resolve(file), "x");
        }
        assertThat(paths(code.toString(), format(SourceConfig.SourceFormat.AUTO, "py")))
                .containsExactly("a.py");
        assertThat(paths(code.toString(), format(SourceConfig.SourceFormat.AUTO, "py", "md")))
                .containsExactly("a.py");
        Files.move(code.resolve("a.py"), code.resolve("a.txt"));
        assertThat(paths(code.toString()))
                .as("the logs are not read beside text")
                .containsExactly("a.txt");
        Files.delete(code.resolve("a.txt"));
        Files.delete(code.resolve("other/metadata/v1.metadata.json"));
        assertRefused(code.toString(), "file:" + code + "/test/table/");
    }

    /** The table of documents of a dataset is Parquet, and says nothing about the input around it. */
    @Test
    void aDatasetInsideItsInputDoesNotHideLinesOfJson(@TempDir Path input) throws IOException {
        for (String file : List.of("1.json", "ds/docs/part-0.parquet")) {
            Files.createDirectories(input.resolve(file).getParent());
            Files.writeString(input.resolve(file), "x");
        }
        InputListing found = InputListing.of(
                storage, input.toString(), TestSources.defaults(), storage.qualify(input + "/ds") + "/");
        assertThat(found.files()).extracting(InputFile::path).containsExactly("1.json");
        assertThat(found.documents()).isEqualTo(1);
    }

    @Test
    void foldersThatTheStoreDoesNotShowAreNoTables() throws IOException {
        try (FileSystem store = open("guarded://lake", Guarded.class)) {
            add("guarded://lake/shown/1.parquet");
            assertThat(paths(store.getUri() + "/shown")).containsExactly("1.parquet");
            add("guarded://lake/shown/_delta_log/0.json");
            assertRefused("guarded://lake/shown/*.parquet", "guarded://lake/shown/");
        }
    }

    /** A store that lets nobody look elsewhere than in one folder. */
    public static final class Guarded extends FilterFileSystem {
        public Guarded() {
            super(new MemoryFileSystem());
        }

        @Override
        public void initialize(URI name, Configuration conf) throws IOException {
            fs.setConf(conf);
            fs.initialize(name, conf);
            super.initialize(name, conf);
        }

        @Override
        public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
            refuseElsewhere(path);
            return super.getFileStatus(path);
        }

        @Override
        public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
            refuseElsewhere(path);
            return super.listStatus(path);
        }

        private static void refuseElsewhere(org.apache.hadoop.fs.Path path) throws IOException {
            if (!path.toUri().getPath().startsWith("/shown")) {
                throw new AccessControlException("Permission denied: user=hyena, path=" + path);
            }
        }
    }

    /** From now on files are there. */
    private <T extends FileSystem> T open(String store, Class<T> type) throws IOException {
        URI uri = URI.create(store + "/");
        Map<String, String> hadoop = Map.of("fs." + uri.getScheme() + ".impl", type.getName());
        var configuration = new Configuration();
        hadoop.forEach(configuration::set);
        storage = Storage.of(hadoop);
        return type.cast(FileSystem.get(uri, configuration));
    }

    private void add(String... uris) throws IOException {
        for (String uri : uris) {
            storage.replace(uri, new byte[] {'x'});
        }
    }

    private void assertRefused(String input, String table) {
        assertThatThrownBy(() -> files(input))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "data.input: found a table of Delta Lake, Hudi or Iceberg, " + table + " (it has ")
                .hasMessageContaining("expected plain files");
    }

    private static SourceConfig format(SourceConfig.SourceFormat format, String... extensions) {
        return new SourceConfig(
                format,
                List.of(extensions),
                SourceConfig.TextDocuments.FILE,
                "",
                "text",
                "",
                List.of(),
                TestSources.defaultFasta());
    }

    private List<InputFile> files(String input) throws IOException {
        return List.copyOf(
                InputListing.of(storage, input, TestSources.defaults(), "").files());
    }

    private List<String> paths(String input) throws IOException {
        return paths(input, TestSources.defaults());
    }

    private List<String> paths(String input, SourceConfig config) throws IOException {
        return InputListing.of(storage, input, config, "").files().stream()
                .map(InputFile::path)
                .toList();
    }
}
