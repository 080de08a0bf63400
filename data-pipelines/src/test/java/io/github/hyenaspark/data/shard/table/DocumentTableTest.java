package io.github.hyenaspark.data.shard.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.parquet.Version;
import org.apache.parquet.format.ColumnChunk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentTableTest {
    private static final List<String> COLUMNS = List.of("url", "Grüße an alle");

    @TempDir
    Path dataset;

    private Storage storage;

    @BeforeEach
    void openStorage() throws IOException {
        storage = Storage.local();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 1000, 45_000})
    void rowsComeBackInTheirOrder(int rows) throws IOException {
        ObjectRef file = write(rows);
        List<String> found = new ArrayList<>();
        DocumentTable.read(storage, dataset.toString(), file, row -> found.add(describe(row)));
        List<String> keys = new ArrayList<>();
        try (DocumentTable.Keys open = DocumentTable.keys(storage, dataset.toString(), file)) {
            for (Optional<DocumentRow.Key> key = open.next(); key.isPresent(); key = open.next()) {
                keys.add(describe(key.get()));
            }
        }

        assertThat(found).hasSize(rows);
        assertThat(keys).hasSize(rows);
        for (int i = 0; i < rows; i++) {
            DocumentRow row = row(i);
            assertThat(found.get(i)).isEqualTo(describe(row));
            assertThat(keys.get(i))
                    .isEqualTo(describe(new DocumentRow.Key(
                            row.contentHash(), row.signature(), row.split(), row.document(), row.tokens())));
        }
    }

    @Test
    void equalRowsMakeEqualFilesNamedByTheirRows(@TempDir Path other) throws IOException {
        ObjectRef first = write(5000);
        ObjectRef second;
        try (var writer = DocumentTableWriter.open(COLUMNS)) {
            fill(writer, 5000);
            second = writer.write(storage, other.toString(), "u1", Optional.empty());
        }

        assertThat(second).isEqualTo(first);
        assertThat(first.file()).matches("docs/part-u1-r[0-9a-f]{16}\\.parquet");
        assertThat(dataset.resolve(first.file())).exists();
    }

    /**
     * The bytes are the same in every process, though the library orders a set by addresses, and has its version in it.
     */
    @Test
    void theBytesDoNotDependOnTheProcess() throws IOException {
        ObjectRef file = write(5000);
        for (ColumnChunk column : TestTables.footer(Files.readAllBytes(dataset.resolve(file.file())))
                .getRow_groups()
                .get(0)
                .getColumns()) {
            assertThat(column.getMeta_data().getEncodings()).isSorted();
        }
        Map<String, String> bytes = Map.of("1.13.1", "2573caed6120e1c6", "1.16.0", "cdbba2cc46f28507");
        assertThat(file.sha256()).startsWith(bytes.get(Version.VERSION_NUMBER));
        assertThat(file.file()).isEqualTo("docs/part-u1-r819e26848d47659f.parquet");
    }

    @Test
    void aChangedByteIsRefused() throws IOException {
        ObjectRef table = write(50);
        Path file = dataset.resolve(table.file());
        byte[] bytes = Files.readAllBytes(file);
        var random = new Random(7);
        for (int i = 0; i < 20; i++) {
            int at = random.nextInt(bytes.length);
            byte[] changed = bytes.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, changed);

            assertThatThrownBy(() -> DocumentTable.keys(storage, dataset.toString(), table))
                    .as("flip of byte %d", at)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining(file.getFileName() + ": expected SHA-256 " + table.sha256() + ", found");
        }
    }

    private List<String> rows(ObjectRef table) throws IOException {
        List<String> rows = new ArrayList<>();
        DocumentTable.read(storage, dataset.toString(), table, row -> rows.add(describe(row)));
        return rows;
    }

    @Test
    void aTableThatAnotherLibraryMadeAgainIsReadOnceItIsNoted() throws IOException {
        ObjectRef first = write(50);
        List<String> rows = rows(first);
        Path file = dataset.resolve(first.file());
        byte[] other = TestTables.byAnotherLibrary(Files.readAllBytes(file));
        Files.write(file, other);
        assertThat(DocumentTable.isThere(storage, dataset.toString(), first)).isFalse();
        assertThatThrownBy(() -> rows(first)).isInstanceOf(CorruptFileException.class);

        DocumentTable.note(
                storage, dataset.toString(), new ObjectRef(first.file(), other.length, Hashes.sha256(other)));
        assertThat(dataset.resolve(DocumentTable.note(first.file()))).exists();
        assertThat(DocumentTable.isThere(storage, dataset.toString(), first)).isTrue();
        assertThat(rows(first)).isEqualTo(rows);
        DocumentTable.verify(storage, dataset.toString(), first);
        Files.delete(file);
        assertThat(DocumentTable.isThere(storage, dataset.toString(), first)).isFalse();
    }

    @Test
    void aTableOfOtherBytesIsReplacedUnlessItIsThatOfTheUnitBefore() throws IOException {
        ObjectRef first = write(50);
        Path file = dataset.resolve(first.file());
        byte[] bytes = Files.readAllBytes(file);
        byte[] other = TestTables.byAnotherLibrary(bytes);
        Files.write(file, other);
        var before = new ObjectRef(first.file(), other.length, Hashes.sha256(other));
        assertThat(write(50, Optional.of(before))).isEqualTo(before);
        assertThat(Files.size(file)).isEqualTo(other.length);
        assertThat(write(50)).isEqualTo(first);
        assertThat(Files.size(file)).isEqualTo(bytes.length);
        Files.write(file, new byte[bytes.length]);
        assertThat(write(50, Optional.of(before))).as("damage is replaced").isEqualTo(first);
    }

    @Test
    void aTableNamedByItsBytesIsMadeAgainUnderThatName() throws IOException {
        ObjectRef old = write(50, Optional.of(new ObjectRef("docs/part-u1-0123456789abcdef.parquet", 1, "")));
        assertThat(old.file()).isEqualTo("docs/part-u1-" + old.sha256().substring(0, 16) + ".parquet");
        assertThat(rows(old)).hasSize(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"path", "Tokens", "", "url"})
    void aColumnWithTheNameOfAnotherIsRefused(String name) {
        assertThatThrownBy(() -> DocumentTableWriter.open(List.of("url", name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("data.source.columns: the document table cannot have a further column \"" + name
                        + "\", expected a name other than [bytes, content_hash, ")
                .hasMessageEndingWith("; rename it in the input or leave it out");
    }

    @Test
    void aContentHashHas32Digits() {
        assertThatThrownBy(() -> new DocumentRow("", "12", "", 0, Split.TRAIN, 0, 1, 1, new byte[0], new TreeMap<>()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a content hash has 32 hexadecimal digits, found \"12\"");
    }

    private ObjectRef write(int rows) throws IOException {
        return write(rows, Optional.empty());
    }

    private ObjectRef write(int rows, Optional<ObjectRef> before) throws IOException {
        try (var writer = DocumentTableWriter.open(COLUMNS)) {
            fill(writer, rows);
            return writer.write(storage, dataset.toString(), "u1", before);
        }
    }

    private static void fill(DocumentTableWriter writer, int rows) throws IOException {
        for (int i = 0; i < rows; i++) {
            writer.append(row(i));
        }
    }

    private static DocumentRow row(int i) {
        var random = new Random(i);
        byte[] signature = new byte[i % 3 == 0 ? 0 : 448];
        random.nextBytes(signature);
        var columns = new TreeMap<String, String>();
        if (i % 2 == 0) {
            columns.put("url", "https://example.org/" + i);
        }
        if (i % 5 == 0) {
            columns.put("Grüße an alle", i % 10 == 0 ? "" : "ü" + i);
        }
        String hash = String.format(Locale.ROOT, "%016x%016x", random.nextLong(), random.nextLong());
        Split split = i % 7 == 0 ? Split.VALIDATION : Split.TRAIN;
        return new DocumentRow("id" + i, hash, "a/ü.jsonl", i * 3L, split, i, i, 1L << 40, signature, columns);
    }

    private static String describe(DocumentRow row) {
        return String.join(
                        "|",
                        row.id(),
                        row.path(),
                        row.position() + "",
                        row.split().folder(),
                        row.tokens() + "",
                        row.bytes() + "",
                        row.columns().toString())
                + describe(new DocumentRow.Key(
                        row.contentHash(), row.signature(), row.split(), row.document(), row.tokens()));
    }

    private static String describe(DocumentRow.Key key) {
        return key.contentHash() + "|" + key.split() + "|" + key.document() + "|" + Arrays.toString(key.signature());
    }
}
