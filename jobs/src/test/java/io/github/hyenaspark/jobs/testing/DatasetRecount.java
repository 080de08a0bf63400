package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.ZstdInputStream;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentRow;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.testing.ShardOracle;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A dataset counted again: its shards by the readers of others, its document tables row by row, its quarantine line by
 * line; nothing that was counted while it was made is looked at.
 *
 * @param dataset its directory
 * @param snapshot the newest
 * @param rows of the document tables of all units, in the snapshot's order
 * @param refused lines of all quarantines
 */
public record DatasetRecount(Path dataset, DatasetSnapshot snapshot, List<DocumentRow> rows, List<JsonNode> refused) {
    public static DatasetRecount of(Path dataset) throws IOException {
        Storage storage = Storage.local();
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset.toString());
        List<DocumentRow> rows = new ArrayList<>();
        List<JsonNode> refused = new ArrayList<>();
        for (UnitEntry unit : SnapshotUnits.all(Storage.local(), dataset.toString(), snapshot)) {
            for (ObjectRef object : unit.objects()) {
                Path file = dataset.resolve(object.file());
                if (object.file().startsWith("docs/")) {
                    DocumentTable.read(storage, dataset.toString(), object, rows::add);
                } else if (object.file().startsWith("quarantine/")) {
                    refused.addAll(jsonLines(file));
                }
            }
        }
        return new DatasetRecount(dataset, snapshot, rows, refused);
    }

    private static List<JsonNode> jsonLines(Path file) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.lines().toList()) {
                lines.add(Json.parse(file.toString(), line.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return lines;
    }

    /** Tokens of a split's documents, as MosaicML's reader gives them. */
    public List<int[]> documents(Split split) throws IOException {
        return ShardOracle.throughMds(dataset.resolve(split.folder()));
    }

    /** How many documents were refused, by reason. */
    public Map<String, Long> refused(String kind) {
        Map<String, Long> reasons = new TreeMap<>();
        for (JsonNode line : refused) {
            if (line.get("kind").textValue().equals(kind)) {
                reasons.merge(line.get("reason").textValue(), 1L, Long::sum);
            }
        }
        return reasons;
    }

    /** How many documents have the text of an earlier one. */
    public long copies() {
        return rows.size()
                - rows.stream().map(DocumentRow::contentHash).distinct().count();
    }

    /** Compares every total of the newest snapshot's report with what is counted here. */
    public void assertReport() throws IOException {
        Path file = dataset.resolve(String.format(Locale.ROOT, "reports/%08d.json", snapshot.number()));
        JsonNode report = Json.parse(file.toString(), Files.readAllBytes(file));
        long tokens = 0;
        for (Split split : Split.values()) {
            tokens += assertSplit(report, split);
        }
        long bytes = rows.stream().mapToLong(DocumentRow::bytes).sum();
        assertThat(report.get("documents").longValue()).isEqualTo(rows.size());
        assertThat(report.get("tokens").longValue()).isEqualTo(tokens);
        assertThat(report.get("text_bytes").longValue()).isEqualTo(bytes);
        assertThat(report.get("bytes_per_token").doubleValue()).isEqualTo(Math.rint(1e4 * bytes / tokens) / 1e4);
        assertThat(report.get("exact_duplicates").longValue()).isEqualTo(copies());
        assertThat(counts(report.get("filtered"))).isEqualTo(refused("filtered"));
        assertThat(counts(report.get("bad"))).isEqualTo(refused("bad"));
        assertThat(report.get("filtered_documents").longValue()).isEqualTo(sum(refused("filtered")));
        assertThat(report.get("bad_documents").longValue()).isEqualTo(sum(refused("bad")));
        assertSources(report.get("sources"));
        assertThat(report.get("object_bytes").longValue()).isEqualTo(objectBytes());
    }

    /** Returns the split's tokens. */
    private long assertSplit(JsonNode report, Split split) throws IOException {
        List<int[]> documents = documents(split);
        List<DocumentRow> ofSplit =
                rows.stream().filter(row -> row.split() == split).toList();
        assertThat(ofSplit)
                .extracting(DocumentRow::tokens)
                .containsExactlyElementsOf(
                        documents.stream().map(ids -> (long) ids.length).toList());
        long tokens = documents.stream().mapToLong(ids -> ids.length).sum();
        JsonNode counted = report.at("/splits/" + split.folder());
        assertThat(counted.get("documents").longValue()).isEqualTo(documents.size());
        assertThat(counted.get("tokens").longValue()).isEqualTo(tokens);
        assertThat(counted.get("bytes").longValue())
                .isEqualTo(ofSplit.stream().mapToLong(DocumentRow::bytes).sum());
        List<Long> lengths = new ArrayList<>();
        for (int[] ids : documents) {
            int place = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(ids.length);
            while (lengths.size() <= place) {
                lengths.add(0L);
            }
            lengths.set(place, lengths.get(place) + 1);
        }
        List<Long> histogram = new ArrayList<>();
        report.at("/lengths/" + split.folder()).forEach(count -> histogram.add(count.longValue()));
        assertThat(histogram).isEqualTo(lengths);
        return tokens;
    }

    private void assertSources(JsonNode sources) {
        Map<String, List<Long>> expected = new TreeMap<>();
        for (DocumentRow row : rows) {
            int slash = row.path().indexOf('/');
            expected.merge(
                    slash < 0 ? "." : row.path().substring(0, slash),
                    List.of(1L, row.bytes(), row.tokens()),
                    (a, b) -> List.of(a.get(0) + b.get(0), a.get(1) + b.get(1), a.get(2) + b.get(2)));
        }
        Map<String, List<Long>> found = new TreeMap<>();
        sources.properties()
                .forEach(source -> found.put(
                        source.getKey(),
                        List.of(
                                source.getValue().get("documents").longValue(),
                                source.getValue().get("bytes").longValue(),
                                source.getValue().get("tokens").longValue())));
        assertThat(found).isEqualTo(expected);
    }

    private long objectBytes() throws IOException {
        long bytes = 0;
        for (UnitEntry unit : SnapshotUnits.all(Storage.local(), dataset.toString(), snapshot)) {
            for (ObjectRef object : unit.files()) {
                bytes += Files.size(dataset.resolve(object.file()));
            }
        }
        return bytes;
    }

    private static Map<String, Long> counts(JsonNode json) {
        Map<String, Long> counts = new TreeMap<>();
        json.properties()
                .forEach(entry -> counts.put(entry.getKey(), entry.getValue().longValue()));
        return counts;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
