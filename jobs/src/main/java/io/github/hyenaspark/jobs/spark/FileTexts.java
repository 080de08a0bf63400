package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.unit.DocumentText;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Documents of files, as {@code prepare} reads and cleans them. A document is named by the id that its source gives or,
 * without one, as in a document table; beside it stand the path of its file, the position there, and the columns of the
 * settings.
 */
final class FileTexts implements TextRows {
    private final DataConfig config;
    private final List<DocumentStep> steps;
    private final WorkUnit.Documents documents;

    FileTexts(Storage storage, DataConfig config, Iterator<WorkUnit> units) {
        this.config = config;
        this.steps = DocumentStep.named(config.clean().steps());
        this.documents = new WorkUnit.Documents(storage, config.source(), units);
    }

    /** The columns of {@link TextRow#leading}. */
    static StructType columns(List<String> ofTheSource) {
        StructType columns = new StructType()
                .add("id", DataTypes.StringType)
                .add("path", DataTypes.StringType)
                .add("position", DataTypes.LongType);
        for (String name : ofTheSource) {
            columns = columns.add(name, DataTypes.StringType);
        }
        return columns;
    }

    @Override
    public Optional<TextRow> next() throws IOException {
        try {
            Optional<Document> document = documents.next();
            return document.isPresent() ? Optional.of(new FileTextRow(document.get())) : Optional.empty();
        } catch (BadDocumentException e) {
            return Optional.of(new Unreadable(documents.path(), e.offset(), columnsOf(Map.of()), e));
        } catch (BadFileException e) {
            return Optional.of(new Unreadable(documents.path(), e.offset(), columnsOf(Map.of()), e));
        }
    }

    @Override
    public void skipFile() throws IOException {
        documents.close();
    }

    @Override
    public void close() throws IOException {
        documents.close();
    }

    private static List<@Nullable Object> leading(
            String id, String path, long position, List<@Nullable Object> columns) {
        List<@Nullable Object> leading = new ArrayList<>(List.of(id, path, position));
        leading.addAll(columns);
        return leading;
    }

    private List<@Nullable Object> columnsOf(Map<String, String> values) {
        List<@Nullable Object> columns = new ArrayList<>();
        config.source().columns().forEach(name -> columns.add(values.get(name)));
        return columns;
    }

    /** A document, cleaned while it is read. */
    private final class FileTextRow implements TextRow {
        private final Document document;
        private final DocumentText text;

        FileTextRow(Document document) throws IOException {
            this.document = document;
            this.text = DocumentText.of(document, config.clean(), steps);
        }

        @Override
        public InputStream text() {
            return text;
        }

        /** As its source has it: a step may be what refused the text. */
        @Override
        public void skipRest() throws IOException {
            document.text().transferTo(OutputStream.nullOutputStream());
        }

        @Override
        public List<@Nullable Object> leading() {
            String place = DocumentText.documentId(document.path(), document.position(), "");
            try {
                return FileTexts.leading(
                        document.givenId().orElse(place),
                        document.path(),
                        document.position(),
                        columnsOf(document.columns()));
            } catch (IllegalStateException unread) { // its record is broken after the text was refused
                return FileTexts.leading(place, document.path(), document.position(), columnsOf(Map.of()));
            }
        }

        @Override
        public long bytes() {
            return text.bytes();
        }

        @Override
        public Optional<String> refusal() {
            return text.refusal();
        }
    }

    /** What stands in the place of a document that cannot be read. */
    private record Unreadable(String path, long position, List<@Nullable Object> columns, IOException fault)
            implements TextRow {
        @Override
        public InputStream text() throws IOException {
            throw fault;
        }

        @Override
        public List<@Nullable Object> leading() {
            return FileTexts.leading(DocumentText.documentId(path, position, ""), path, position, columns);
        }

        @Override
        public long bytes() {
            return 0;
        }
    }
}
