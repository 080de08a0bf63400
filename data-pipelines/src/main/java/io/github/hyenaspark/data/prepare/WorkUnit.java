package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.io.Hashes;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Some documents that are prepared together: the grain of parallel work, of restarts, and of shards. Units depend on
 * the sorted input and on the configured bytes, never on how many machines there are.
 *
 * @param documents at least one, sorted by path
 */
public record WorkUnit(List<Document> documents) implements Serializable {
    private static final int NAME_DIGITS = 12;
    private static final int KEY_DIGITS = 32;

    public WorkUnit {
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("a work unit has at least one document");
        }
        documents = Collections.unmodifiableList(new ArrayList<>(documents));
    }

    /**
     * Cuts an input into units: a unit ends before it would pass the configured bytes.
     *
     * @param documents sorted by path
     * @param unitBytes at least 1
     */
    public static List<WorkUnit> cut(List<Document> documents, long unitBytes) {
        List<WorkUnit> units = new ArrayList<>();
        List<Document> members = new ArrayList<>();
        long bytes = 0;
        for (Document document : documents) {
            if (!members.isEmpty() && bytes + document.bytes() > unitBytes) {
                units.add(new WorkUnit(members));
                members.clear();
                bytes = 0;
            }
            members.add(document);
            bytes += document.bytes();
        }
        if (!members.isEmpty()) {
            units.add(new WorkUnit(members));
        }
        return units;
    }

    /** What the unit is called in the names of its shards: a hash of its documents' paths. */
    public String name() {
        String paths = documents.stream().map(Document::id).collect(Collectors.joining("\n"));
        return hash(paths).substring(0, NAME_DIGITS);
    }

    /** Under which its record is found: a hash of its documents' paths, lengths and times of change. */
    public String key() {
        String states = documents.stream()
                .map(document -> document.id() + " " + document.bytes() + " " + document.modifiedMillis())
                .collect(Collectors.joining("\n"));
        return hash(states).substring(0, KEY_DIGITS);
    }

    private static String hash(String text) {
        return Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
    }
}
