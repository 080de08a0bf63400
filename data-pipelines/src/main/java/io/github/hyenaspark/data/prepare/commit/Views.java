package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other tools look at: an {@code index.json} for each split, with which MosaicML Streaming reads it, and
 * {@code _SUCCESS} for schedulers. They follow the newest snapshot and are written after it; nothing here reads them.
 */
final class Views {
    static final String SUCCESS = "_SUCCESS";
    /** More shards would be told anew every night, 300 bytes each. */
    static final long MOST_SHARDS = 20_000;

    private static final Logger LOG = LoggerFactory.getLogger(Views.class);

    private Views() {}

    /** The content of every view, by its file, in the order in which they are written. */
    static Map<String, byte[]> of(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        Map<String, byte[]> views = new LinkedHashMap<>();
        if (snapshot.totals().shards() <= MOST_SHARDS) {
            var format = ShardFormat.of(
                    snapshot.vocabulary().size(),
                    Long.parseLong(snapshot.settings().getOrDefault("shard-bytes", "0")));
            Map<Split, List<ShardEntry>> shards = new EnumMap<>(Split.class);
            List.of(Split.values()).forEach(split -> shards.put(split, new ArrayList<>()));
            SnapshotUnits.read(
                    storage,
                    dataset,
                    snapshot,
                    unit -> shards.forEach(
                            (split, list) -> list.addAll(unit.entry().shards(split))));
            shards.forEach((split, list) -> views.put(index(split), MdsLayout.index(list, format)));
        }
        views.put(SUCCESS, success(snapshot));
        return views;
    }

    private static String index(Split split) {
        return split.folder() + "/index.json";
    }

    static byte[] success(DatasetSnapshot snapshot) {
        return Json.bytes(Json.object().put("snapshot", snapshot.number()).put("sha256", snapshot.sha256()));
    }

    /** Replaces the views that are outdated; with too many shards, removes the index of an earlier snapshot. */
    static void update(Storage storage, String dataset, DatasetSnapshot snapshot) throws IOException {
        for (Map.Entry<String, byte[]> view : of(storage, dataset, snapshot).entrySet()) {
            String uri = Storage.resolve(dataset, view.getKey());
            if (!Arrays.equals(readIfThere(storage, uri), view.getValue())) {
                TestPoint.reached("before replacing {}", uri);
                storage.replace(uri, view.getValue());
                TestPoint.reached("replaced {}", uri);
            }
        }
        if (snapshot.totals().shards() > MOST_SHARDS) {
            for (Split split : Split.values()) {
                String uri = Storage.resolve(dataset, index(split));
                if (storage.exists(uri)) {
                    storage.delete(uri);
                    LOG.warn(
                            "{} for other tools is deleted: the dataset has {} shards, more than {}",
                            uri,
                            snapshot.totals().shards(),
                            MOST_SHARDS);
                }
            }
        }
    }

    /** The content of a file, empty if there is none. */
    static byte[] readIfThere(Storage storage, String uri) throws IOException {
        try {
            return storage.read(uri);
        } catch (FileNotFoundException e) {
            return new byte[0];
        }
    }
}
