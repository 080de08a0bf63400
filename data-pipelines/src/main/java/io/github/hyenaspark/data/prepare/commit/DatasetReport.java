package io.github.hyenaspark.data.prepare.commit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.UnitTally;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a snapshot holds, recounted from the units' records: {@code reports/NNNNNNNN.json} and a page. */
public final class DatasetReport {
    private static final int[] LENGTHS = {1024, 4096, 16_384, 65_536};
    /** Documents whose lengths are planned; more would cost memory for a figure that no longer changes. */
    private static final int MOST_PLANNED = 100_000;

    private static final double SHOWN = 1e4;

    private DatasetReport() {}

    /** Where a snapshot's report is; the suffix is {@code .json} or {@code .html}. */
    public static String uri(String dataset, DatasetSnapshot snapshot, String suffix) {
        String name = String.format(Locale.ROOT, "%08d", snapshot.number());
        return Storage.resolve(Storage.resolve(dataset, "reports"), name + suffix);
    }

    public static ObjectNode of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, dataset, snapshot);
        UnitTally tally = UnitTally.NONE;
        long objectBytes = 0;
        for (UnitEntry unit : snapshot.units()) {
            tally = tally.plus(records.of(unit).tally());
            objectBytes += unit.files().stream().mapToLong(ObjectRef::bytes).sum();
        }
        UnitEntry.Counts counts = snapshot.counts();
        ObjectNode report = Json.object()
                .put("dataset", dataset)
                .put("snapshot", snapshot.number())
                .put("snapshot_sha256", snapshot.sha256())
                .put("tokenizer", snapshot.vocabulary().tokenizer())
                .put("tokenizer_fingerprint", snapshot.vocabulary().fingerprint())
                .put("vocabulary_size", snapshot.vocabulary().size())
                .put("units", snapshot.units().size())
                .put("shards", snapshot.shards().size())
                .put("object_bytes", objectBytes)
                .put("documents", counts.documents())
                .put("exact_duplicates", counts.exactDuplicates())
                .put("near_duplicates", counts.nearDuplicates())
                .put("duplicate_tokens", duplicateTokens(storage, dataset, snapshot))
                .put("filtered_documents", counts.filtered())
                .put("bad_documents", counts.bad());
        splits(report, snapshot);
        report.setAll(tally.toJson());
        report.set("packing", packing(storage, dataset, snapshot));
        return report;
    }

    /** The tokens for training that plans leave out because their documents are duplicates. */
    private static long duplicateTokens(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        Map<String, int[]> duplicates = DuplicateList.ofShards(storage, dataset, snapshot);
        long tokens = 0;
        for (ShardEntry shard : snapshot.shards(Split.TRAIN)) {
            int[] leftOut = duplicates.getOrDefault(shard.file(), new int[0]);
            if (leftOut.length > 0) {
                try (ShardReader reader = ShardReader.open(storage, dataset, shard, snapshot.tokenType())) {
                    tokens += Arrays.stream(leftOut).mapToLong(reader::tokens).sum();
                }
            }
        }
        return tokens;
    }

    private static void splits(ObjectNode report, DatasetSnapshot snapshot) {
        long bytes = 0;
        long tokens = 0;
        ObjectNode splits = Json.object();
        for (Split split : Split.values()) {
            splits.putObject(split.folder())
                    .put("documents", snapshot.documents(split))
                    .put("bytes", snapshot.textBytes(split))
                    .put("tokens", snapshot.tokens(split))
                    .put("shards", snapshot.shards(split).size());
            bytes += snapshot.textBytes(split);
            tokens += snapshot.tokens(split);
        }
        report.put("text_bytes", bytes).put("tokens", tokens);
        report.put("bytes_per_token", tokens == 0 ? 0 : rounded((double) bytes / tokens));
        report.set("splits", splits);
    }

    /** The share of positions with a target, for some lengths and every strategy. */
    private static ObjectNode packing(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        long[] lengths = trainLengths(storage, dataset, snapshot);
        ObjectNode packing = Json.object().put("planned_documents", lengths.length);
        for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
            ObjectNode use = packing.putObject(strategy.settingName());
            for (int length : LENGTHS) {
                PackingPlan plan = PackingPlan.of(lengths, new PackingConfig(strategy, length));
                use.put(Integer.toString(length), rounded(plan.use()));
            }
        }
        return packing;
    }

    private static long[] trainLengths(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        long[] lengths = new long[(int) Math.min(MOST_PLANNED, snapshot.documents(Split.TRAIN))];
        int count = 0;
        List<ShardEntry> shards = snapshot.shards(Split.TRAIN);
        Map<String, int[]> duplicates = DuplicateList.ofShards(storage, dataset, snapshot);
        for (int i = 0; i < shards.size() && count < lengths.length; i++) {
            int[] leftOut = duplicates.getOrDefault(shards.get(i).file(), new int[0]);
            try (ShardReader reader = ShardReader.open(storage, dataset, shards.get(i), snapshot.tokenType())) {
                for (int document = 0; document < reader.documents() && count < lengths.length; document++) {
                    if (Arrays.binarySearch(leftOut, document) < 0) {
                        lengths[count++] = reader.tokens(document);
                    }
                }
            }
        }
        return Arrays.copyOf(lengths, count);
    }

    private static double rounded(double value) {
        return Math.rint(value * SHOWN) / SHOWN;
    }
}
