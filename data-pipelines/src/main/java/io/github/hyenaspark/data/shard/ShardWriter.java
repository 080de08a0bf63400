package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the tokens of one work unit into shards. A shard holds whole documents of one split; its {@code .bin} is at
 * once an MDS shard ({@link MdsLayout}) and, with its {@code .idx} ({@link MegatronIndex}), a Megatron dataset. Names
 * carry the content's hash, so the same documents make the same files wherever and however often they are written.
 * Confined to one thread.
 */
public final class ShardWriter implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardWriter.class);

    private final ShardFormat format;
    private final long longestDocument;
    private final TokenSpool spool;
    private final Map<Split, List<SpooledDocument>> documents = new EnumMap<>(Split.class);
    private byte[] block = new byte[0];
    private long documentStart;

    private ShardWriter(ShardFormat format, TokenSpool spool) {
        this.format = format;
        this.longestDocument = format.longestDocument();
        this.spool = spool;
        for (Split split : Split.values()) {
            documents.put(split, new ArrayList<>());
        }
    }

    /**
     * A writer without documents; it keeps tokens in a temporary file until it is closed.
     *
     * @throws IOException if the temporary file cannot be made
     */
    public static ShardWriter open(ShardFormat format) throws IOException {
        return new ShardWriter(format, TokenSpool.open());
    }

    /**
     * Adds tokens to the current document.
     *
     * @param ids in [0, V); not kept
     * @param count how many of them, from the front
     * @throws IllegalArgumentException if an id is not in [0, V)
     * @throws DocumentTooLongException if the document has more tokens than a shard holds
     */
    public void append(int[] ids, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            if (ids[i] < 0 || ids[i] >= format.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token id " + ids[i] + " is not in [0, " + format.vocabularySize() + ")");
            }
        }
        if (currentTokens() + count > longestDocument) {
            throw new DocumentTooLongException(longestDocument);
        }
        int bytes = Math.multiplyExact(count, format.type().bytes());
        if (block.length < bytes) {
            block = new byte[bytes];
        }
        format.type().encode(ids, count, block);
        spool.append(block, bytes);
    }

    /**
     * Ends the current document and begins the next.
     *
     * @param split where it belongs
     * @param textBytes bytes of its text
     * @return its tokens
     * @throws IllegalStateException if it has no token
     */
    public long endDocument(Split split, long textBytes) {
        long tokens = currentTokens();
        if (tokens == 0) {
            throw new IllegalStateException("a document has at least one token, the one that ends it");
        }
        required(split).add(new SpooledDocument(documentStart, tokens, textBytes));
        documentStart = spool.bytes();
        return tokens;
    }

    /** Forgets the tokens of the current document. */
    public void discardDocument() throws IOException {
        spool.cut(documentStart);
    }

    /**
     * Writes the shards of all ended documents, in the order in which they ended.
     *
     * @param dataset the dataset's directory
     * @param unit the unit's name, part of the files' names
     * @return what was written, train first; empty if there are no documents
     */
    public List<ShardEntry> write(Storage storage, String dataset, String unit) throws IOException {
        List<ShardEntry> shards = new ArrayList<>();
        for (Split split : Split.values()) {
            for (List<SpooledDocument> group : groups(required(split))) {
                String prefix = split.folder() + "/tok-" + unit + "-";
                ShardEntry shard = new ShardContent(format, spool, group).write(storage, dataset, prefix);
                LOG.info("shard {}: {} documents, {} tokens", shard.file(), shard.documents(), shard.tokens());
                shards.add(shard);
            }
        }
        return shards;
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }

    private long currentTokens() {
        return (spool.bytes() - documentStart) / format.type().bytes();
    }

    private List<SpooledDocument> required(Split split) {
        List<SpooledDocument> list = documents.get(split);
        if (list == null) {
            throw new IllegalStateException("no list for split " + split);
        }
        return list;
    }

    private List<List<SpooledDocument>> groups(List<SpooledDocument> all) {
        int configBytes = MdsLayout.configBytes(format);
        List<List<SpooledDocument>> groups = new ArrayList<>();
        List<SpooledDocument> group = new ArrayList<>();
        long sampleBytes = 0;
        for (SpooledDocument document : all) {
            long more = MdsLayout.sampleBytes(format.type(), document.tokens());
            long shardBytes = MdsLayout.headerBytes(group.size() + 1L, configBytes) + sampleBytes + more;
            if (!group.isEmpty() && shardBytes > format.shardBytes()) {
                groups.add(group);
                group = new ArrayList<>();
                sampleBytes = 0;
            }
            group.add(document);
            sampleBytes += more;
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }
}
