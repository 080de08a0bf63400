package io.github.hyenaspark.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.SourceConfig.WrongColumnException;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstDocumentTest {
    private static final Storage STORAGE = Storage.local();

    @TempDir
    private Path directory;

    private Optional<String> missing(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "data.input=" + directory.resolve("documents.jsonl"), "data.dataset=" + directory.resolve("data")));
        all.addAll(List.of(settings));
        DatasetSpec spec = DatasetSpec.of(STORAGE, Settings.load(all).bind("data", DataConfig.class));
        InputPlan plan = InputPlan.of(STORAGE, spec);
        return PrepareJob.FirstDocument.missing(STORAGE, spec.config().source(), plan.work());
    }

    @Test
    void fieldsThatItLacksAreNamed() throws IOException {
        Files.writeString(
                directory.resolve("documents.jsonl"),
                "{\"text\":\"a\",\"url\":\"u\",\"kind\":\"k\"}\n{\"text\":\"b\"}");

        assertThat(missing()).isEmpty();
        assertThat(missing("data.source.id-field=url", "data.source.columns=[kind]"))
                .isEmpty();
        assertThat(missing("data.source.id-field=id", "data.source.columns=[kind,kindd]"))
                .contains("the first document, of documents.jsonl, has no id (data.source.id-field) and no kindd"
                        + " (data.source.columns); correct the setting unless other documents have it");
    }

    @Test
    void aDocumentThatIsRefusedAnywayTellsNothing() throws IOException {
        Files.writeString(directory.resolve("documents.jsonl"), "{\"text\":");

        assertThat(missing("data.source.id-field=id")).isEmpty();
    }

    @Test
    void aFirstFileWithoutTheColumnOfTheTextsIsRefused() throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType("message row { required binary body (STRING); }");
        Path file = directory.resolve("a.parquet");
        var output = HadoopOutputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration());
        try (var writer = ExampleParquetWriter.builder(output).withType(schema).build()) {
            writer.write(new SimpleGroup(schema).append("body", "a text"));
        }
        assertThat(missing("data.input=" + file, "data.source.text-field=body")).isEmpty();
        assertThatThrownBy(() -> missing("data.input=" + file))
                .isInstanceOf(WrongColumnException.class)
                .hasMessage("data.source.text-field: file:" + file + " has no column \"text\", expected one of [body]");
    }
}
