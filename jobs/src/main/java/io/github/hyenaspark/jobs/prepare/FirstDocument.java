package io.github.hyenaspark.jobs.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader.BadDocumentException;
import io.github.hyenaspark.data.document.DocumentReader.BadFileException;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fields that the settings name, held against the first document. Documents of JSON lines may lack any, so a name
 * that is mistyped shows nowhere else until somebody looks for the values.
 */
final class FirstDocument {
    private FirstDocument() {}

    /** What the first document of these units lacks, for people; empty if nothing, or if it cannot be read. */
    static Optional<String> missing(Storage storage, SourceConfig source, List<WorkUnit> work) throws IOException {
        if (source.idField().isEmpty() && source.columns().isEmpty()) {
            return Optional.empty();
        }
        try (var documents = new WorkUnit.Documents(storage, source, work.iterator())) {
            Optional<Document> first = documents.next();
            if (first.isEmpty()) {
                return Optional.empty();
            }
            first.get().text().transferTo(OutputStream.nullOutputStream());
            List<String> missing = missing(first.get(), source);
            return missing.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the first document, of " + documents.path() + ", has no "
                            + String.join(" and no ", missing)
                            + "; correct the setting unless other documents have it");
        } catch (BadDocumentException | BadFileException e) {
            return Optional.empty(); // it is counted when all documents are read
        }
    }

    private static List<String> missing(Document document, SourceConfig source) {
        List<String> missing = new ArrayList<>();
        if (!source.idField().isEmpty() && document.givenId().isEmpty()) {
            missing.add(source.idField() + " (data.source.id-field)");
        }
        for (String column : source.columns()) {
            if (!document.columns().containsKey(column)) {
                missing.add(column + " (data.source.columns)");
            }
        }
        return missing;
    }
}
