package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.spark.TextRows.TextRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTextsTest {
    private static final Storage STORAGE = Storage.local();
    private static final Tokenizer DNA = Tokenizer.of("dna");

    @TempDir
    private Path directory;

    private TextRows texts(String lines) throws IOException {
        return texts("genes.jsonl", lines, "[]");
    }

    private TextRows texts(String file, String lines, String steps) throws IOException {
        Path input = Files.writeString(directory.resolve(file), lines);
        Settings settings = Settings.load(List.of(
                "data.input=" + input,
                "data.clean.steps=" + steps,
                "data.source.text-field=sequence",
                "data.source.id-field=id",
                "data.source.columns=[species]"));
        DataConfig data = settings.bind("data", DataConfig.class).qualified(STORAGE);
        List<WorkUnit> units = WorkUnit.cut(data.files(STORAGE).files(), data.source(), data.unitBytes());
        return new TextRows.FileTexts(STORAGE, data, units.iterator());
    }

    /** The id, the species and whether the text was refused, of each document. */
    private static List<List<@Nullable Object>> rows(TextRows texts, TextRows.Reading reading) throws IOException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Optional<TextRow> row = texts.next(); row.isPresent(); row = texts.next()) {
            boolean refused = !texts.read(row.get(), reading).isEmpty();
            List<@Nullable Object> leading = row.get().leading();
            rows.add(Arrays.asList(leading.get(0), leading.get(3), refused));
        }
        return rows;
    }

    @Test
    void aDocumentThatIsRefusedBeforeItsEndKeepsItsIdAndColumns() throws IOException {
        String lines = """
                {"id":"x7","species":"eco","sequence":"ACG!TACGT"}
                {"id":"x8","sequence":"ACGT","species":"bsu"}
                {"sequence":"!ACGT","id":"x9","species":"eco"}
                """;
        assertThat(rows(texts(lines), in -> DNA.encode(in, (ids, count) -> {})))
                .containsExactly(List.of("x7", "eco", true), List.of("x8", "bsu", false), List.of("x9", "eco", true));
    }

    @Test
    void soDoesOneThatIsRefusedUnread() throws IOException {
        String lines = "{\"id\":\"x7\",\"species\":\"eco\",\"sequence\":\"ACGT\"}";
        List<List<@Nullable Object>> rows = rows(texts(lines), in -> {
            throw new RejectedDocumentException("not wanted");
        });
        assertThat(rows).containsExactly(List.of("x7", "eco", true));
    }

    @Test
    void soDoesOneThatAStepRefusesUnread() throws IOException {
        String lines = """
                {"id":"x7","sequence":"ACGT","species":"eco"}
                {"sequence":"ACGT","id":"x8","species":"bsu"}
                """;
        List<List<@Nullable Object>> rows =
                rows(texts("unwanted.jsonl", lines, "[capitals]"), in -> DNA.encode(in, (ids, count) -> {}));
        assertThat(rows).containsExactly(List.of("x7", "eco", true), List.of("x8", "bsu", true));
    }

    @Test
    void aRecordThatIsBrokenBehindARefusedTextHasAnIdOfItsPlace() throws IOException {
        String lines = """
                {"id":"x7","species":"eco","sequence":"ACG!T",,}
                {"id":"x8","species":"bsu","sequence":"ACGT"}
                """;
        List<List<@Nullable Object>> rows = rows(texts(lines), in -> DNA.encode(in, (ids, count) -> {}));
        assertThat(rows).hasSize(2);
        assertThat((String) rows.get(0).get(0)).hasSize(32);
        assertThat(rows.get(1)).containsExactly("x8", "bsu", false);
    }
}
