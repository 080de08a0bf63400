package io.github.hyenaspark.data.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.Document;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkUnitTest {
    @Test
    void aUnitEndsBeforeItWouldPassTheConfiguredBytes() {
        List<Document> documents = documents(4, 6, 1, 30, 0, 9, 2);
        List<WorkUnit> units = WorkUnit.cut(documents, 10);

        assertThat(units.stream()
                        .map(unit ->
                                unit.documents().stream().map(Document::bytes).toList()))
                .containsExactly(List.of(4L, 6L), List.of(1L), List.of(30L), List.of(0L, 9L), List.of(2L));
        List<Document> all = new ArrayList<>();
        units.forEach(unit -> all.addAll(unit.documents()));
        assertThat(all).isEqualTo(documents);
    }

    @Test
    void theNameIsOfPathsAndTheKeyOfChangesToo() {
        Document document = documents(5).get(0);
        var unit = new WorkUnit(List.of(document));
        var longer = new WorkUnit(List.of(new Document(document.id(), "0", "0", 6, 0)));
        var later = new WorkUnit(List.of(new Document(document.id(), "0", "0", 5, 1)));
        var other = new WorkUnit(List.of(new Document("another", "0", "0", 5, 0)));

        assertThat(List.of(longer.name(), later.name())).containsOnly(unit.name());
        assertThat(other.name()).isNotEqualTo(unit.name());
        assertThat(List.of(unit.key(), longer.key(), later.key(), other.key())).doesNotHaveDuplicates();
    }

    private static List<Document> documents(long... bytes) {
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            documents.add(new Document("id" + i, "" + i, "file:/" + i, bytes[i], 0));
        }
        return documents;
    }
}
