package io.github.hyenaspark.data.shard.snapshot;

import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.Vocabulary;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;

/**
 * Which snapshot, and what tasks must know of it: what is sent to executors, however large the dataset is.
 *
 * @param dataset URI of its directory
 * @param sha256 of the snapshot
 */
public record SnapshotRef(
        String dataset, long number, String sha256, Vocabulary vocabulary, long trainDocuments, long heldOutDocuments)
        implements Serializable {
    public static SnapshotRef of(DatasetSnapshot snapshot, String dataset) {
        return new SnapshotRef(
                dataset,
                snapshot.number(),
                snapshot.sha256(),
                snapshot.vocabulary(),
                snapshot.documents(Split.TRAIN),
                snapshot.documents(Split.VALIDATION));
    }

    public String uri() {
        return DatasetSnapshot.uri(dataset, number);
    }

    public TokenType tokenType() {
        return TokenType.of(vocabulary.size());
    }

    /** Reads the snapshot; throws if it is missing or another one. */
    public DatasetSnapshot read(Storage storage) throws IOException {
        byte[] bytes = storage.read(uri());
        String found = Hashes.sha256(bytes);
        if (!found.equals(sha256)) {
            throw new CorruptFileException(uri(), "SHA-256 " + sha256, found, "another snapshot took its place");
        }
        return DatasetSnapshot.fromJson(uri(), bytes);
    }
}
