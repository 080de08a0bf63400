package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.data.batch.LabelledDocuments;
import io.github.hyenaspark.data.batch.Readings;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Hashes of a document's tokens: equal for equal tokens, so small letters of DNA, which mask repeats, are capital ones.
 *
 * @param content of the tokens in their order
 * @param strands equal for a document and the one that is its other strand; empty unless both strands are read
 */
record TokenHashes(String content, String strands) {
    private static final int AT_ONCE = 1 << 16; // tokens

    /** Of all documents of a snapshot, many of which are read at once. */
    static List<TokenHashes> all(Storage storage, DatasetSnapshot.Ref snapshot, Readings readings) throws IOException {
        try (LabelledDocuments documents = LabelledDocuments.open(storage, snapshot)) {
            long count = documents.documents();
            long each = Math.max(1, (count + Requests.AT_ONCE - 1) / Requests.AT_ONCE);
            List<Long> begins = LongStream.iterate(0, begin -> begin < count, begin -> begin + each)
                    .boxed()
                    .toList();
            return Requests.all(begins, begin -> {
                        List<TokenHashes> some = new ArrayList<>();
                        try (LabelledDocuments own = documents.forAnotherThread()) {
                            for (long document = begin; document < Math.min(count, begin + each); document++) {
                                some.add(of(own, document, readings, AT_ONCE));
                            }
                        }
                        return some;
                    })
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        }
    }

    /** Of a document that is read in windows of so many tokens. */
    static TokenHashes of(LabelledDocuments documents, long document, Readings readings, int atOnce)
            throws IOException {
        boolean complement = readings == Readings.COMPLEMENT;
        MessageDigest ahead = Hashes.newSha256();
        MessageDigest back = Hashes.newSha256();
        long tokens = documents.tokens(document);
        int windows = documents.windowsOf(document, atOnce);
        for (int window = 0; window < windows; window++) {
            int[] ids = documents.read(document, atOnce, window);
            ahead.update(bytes(ids));
            if (complement) {
                long from = tokens - LabelledDocuments.begin(tokens, atOnce, window) - ids.length;
                back.update(
                        bytes(readings.backwards(windows == 1 ? ids : documents.readFrom(document, from, ids.length))));
            }
        }
        String content = Hashes.hex(ahead.digest());
        String other = Hashes.hex(back.digest());
        return new TokenHashes(content, !complement ? "" : content.compareTo(other) < 0 ? content : other);
    }

    private static ByteBuffer bytes(int[] ids) {
        ByteBuffer bytes = ByteBuffer.allocate(ids.length * Integer.BYTES);
        bytes.asIntBuffer().put(ids);
        return bytes;
    }
}
