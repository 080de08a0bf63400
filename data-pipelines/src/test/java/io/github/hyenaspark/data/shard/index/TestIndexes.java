package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Indexes that no snapshot has. */
public final class TestIndexes {
    private TestIndexes() {}

    /** Of the train split without some documents, by their numbers in shards. */
    public static SplitIndex dropping(
            Storage storage, String dataset, DatasetSnapshot snapshot, Map<String, int[]> dropped) throws IOException {
        List<SegmentIndex.Member> members = snapshot.shards(Split.TRAIN).stream()
                .map(shard -> new SegmentIndex.Member(0, shard))
                .toList();
        return SplitIndex.ofShards(storage, dataset, Split.TRAIN, snapshot.tokenType(), members, dropped);
    }
}
