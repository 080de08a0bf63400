package io.github.hyenaspark.data.prepare.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SplitIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/** What a snapshot holds, recounted from its segments: {@code reports/NNNNNNNN.json} and a page. */
public final class DatasetReport {
    private static final int[] LENGTHS = {1024, 4096, 16_384, 65_536};
    /** Documents whose lengths are planned; more would cost memory for a figure that no longer changes. */
    private static final int MOST_PLANNED = 100_000;

    private static final int SEGMENTS_AT_ONCE = 8; // a whole one is in memory, of up to 2,048 units
    private static final double SHOWN = 1e4;

    private DatasetReport() {}

    /** Where a snapshot's report is; the suffix is {@code .json} or {@code .html}. */
    public static String uri(String dataset, DatasetSnapshot snapshot, String suffix) {
        return Storage.resolve(dataset, file(snapshot, suffix));
    }

    static String file(DatasetSnapshot snapshot, String suffix) {
        return String.format(Locale.ROOT, "reports/%08d%s", snapshot.number(), suffix);
    }

    public static ObjectNode of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        List<Segment.Entry> segments = SegmentWriter.of(storage, dataset, snapshot);
        UnitTally tally = UnitTally.NONE;
        for (UnitTally of : Requests.all(segments, SEGMENTS_AT_ONCE, entry -> tally(storage, dataset, entry))) {
            tally = tally.plus(of).cut();
        }
        Totals totals = segments.stream().map(Segment.Entry::totals).reduce(Totals.NONE, Totals::plus);
        UnitEntry.Counts counts = totals.counts();
        ObjectNode report = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.number())
                .put("snapshot_sha256", snapshot.sha256())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("tokenizer_fingerprint", snapshot.vocabulary().fingerprint())
                .put("vocabulary_size", snapshot.vocabulary().size())
                .put("units", totals.units())
                .put("shards", totals.shards())
                .put("object_bytes", totals.objectBytes())
                .put("documents", counts.documents())
                .put("exact_duplicates", counts.exactDuplicates())
                .put("near_duplicates", counts.nearDuplicates())
                .put("duplicate_tokens", totals.duplicateTokens())
                .put("filtered_documents", counts.filtered())
                .put("bad_documents", counts.bad());
        splits(report, totals);
        report.setAll(tally.toJson());
        report.set("packing", packing(trainLengths(storage, dataset, snapshot, segments)));
        return report;
    }

    /** What became of the documents of a segment's remaining units. */
    private static UnitTally tally(Storage storage, String dataset, Segment.Entry entry) throws IOException {
        Segment segment = Segment.read(storage, dataset, entry);
        return entry.gone().isEmpty()
                ? segment.tally()
                : segment.remaining(storage, dataset, entry).stream()
                        .map(Segment.Line::tally)
                        .reduce(UnitTally.NONE, UnitTally::plus)
                        .cut();
    }

    private static void splits(ObjectNode report, Totals totals) {
        long bytes = 0;
        long tokens = 0;
        ObjectNode splits = Json.object();
        for (Split split : Split.values()) {
            Totals.OfSplit of = totals.of(split);
            splits.putObject(split.folder())
                    .put("documents", of.documents())
                    .put("bytes", of.textBytes())
                    .put("tokens", of.tokens())
                    .put("shards", of.shards());
            bytes += of.textBytes();
            tokens += of.tokens();
        }
        report.put("text_bytes", bytes).put("tokens", tokens);
        report.put("bytes_per_token", tokens == 0 ? 0 : rounded((double) bytes / tokens));
        report.set("splits", splits);
    }

    /** The share of positions with a target, for some lengths and every strategy. */
    private static ObjectNode packing(long[] lengths) {
        ObjectNode packing = Json.object().put("planned_documents", lengths.length);
        for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
            ObjectNode use = packing.putObject(strategy.settingName());
            double[] uses = Arrays.stream(LENGTHS)
                    .parallel()
                    .mapToDouble(length -> PackingPlan.of(lengths, new PackingConfig(strategy, length))
                            .use())
                    .toArray();
            for (int i = 0; i < LENGTHS.length; i++) {
                use.put(Integer.toString(LENGTHS[i]), rounded(uses[i]));
            }
        }
        return packing;
    }

    /** The lengths of the first documents to train on. */
    private static long[] trainLengths(
            Storage storage, String dataset, DatasetSnapshot snapshot, List<Segment.Entry> segments)
            throws IOException {
        SplitIndex first =
                SplitIndex.ofFirst(storage, dataset, Split.TRAIN, snapshot.tokenType(), segments, MOST_PLANNED);
        return LongStream.range(0, first.documents())
                .map(first::tokens)
                .filter(tokens -> tokens > 0)
                .limit(MOST_PLANNED)
                .toArray();
    }

    private static double rounded(double value) {
        return Math.rint(value * SHOWN) / SHOWN;
    }
}
