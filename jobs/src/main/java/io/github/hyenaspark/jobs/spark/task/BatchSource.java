package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.TokenBatches;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;

/** Where batches come from: documents of a snapshot, at most so many, spread evenly over the split. */
public record BatchSource(DatasetSnapshot.Ref snapshot, Split split, PackingConfig packing, long documents) {
    public BatchSource(DatasetSnapshot.Ref snapshot, Split split, PackingConfig packing) {
        this(snapshot, split, packing, Long.MAX_VALUE);
    }

    /** Opens the split, which reads its index and plans every document; the caller closes it. */
    public TokenBatches open(Storage storage) throws IOException {
        return TokenBatches.open(storage, snapshot, split, packing).ofSome(documents);
    }
}
