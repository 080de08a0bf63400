package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.TokenType;
import io.github.hyenaspark.data.shard.index.ShardTable.Shard;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SegmentEntry;
import io.github.hyenaspark.data.shard.snapshot.SnapshotRef;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of one split of a snapshot, numbered across its shards: how long each is, and where. It is read from
 * the indexes of the snapshot's segments; of an older snapshot, from the {@code .idx} of each shard; or from one file
 * that a driver wrote of either, {@code index/SHA-SPLIT.index} with the SHA-256 of the snapshot, so that an executor
 * asks for a few ranges. Immutable: all tasks of an executor share one. Takes at most 4.4 bytes a document and 130 a
 * shard, and for documents of some thousand tokens half of that.
 */
public final class SplitIndex implements DocumentTokens {
    /** Of files that no snapshot lists; each belongs to the snapshot whose SHA-256 its name begins with. */
    public static final String FOLDER = "index";

    private static final Logger LOG = LoggerFactory.getLogger(SplitIndex.class);
    private static final int RANGE_BYTES = 16 << 20;
    private static final int FIRST_BYTES = 1 << 20;
    /** So many files everybody may read for himself. */
    private static final int FEW_PARTS = 8;

    private static final int CHECKED_SHARDS = 64;
    private static final int READ_AHEAD = 256; // shards

    private static final String PREPARE_HINT = "delete it and run prepare again";
    private static final String DELETE_HINT = "delete it; the next training writes it again";

    private final String dataset;
    private final Split split;
    private final TokenType type;
    private final int parts;
    private final ShardTable shards;
    private final BlockNumbers lengths;
    private final long[] leftOut; // a bit for each document up to the last that is left out
    private final PrefixSums bytes; // of samples

    SplitIndex(Builder builder, int parts) {
        dataset = builder.dataset;
        split = builder.split;
        type = builder.type;
        this.parts = parts;
        shards = builder.shards;
        shards.end();
        lengths = builder.lengths;
        lengths.end();
        leftOut = builder.leftOut;
        bytes = PrefixSums.of(lengths.count(), document -> MdsLayout.sampleBytes(type, lengths.get(document)));
    }

    /** An index of one split of a segment, and the numbers of its units that the snapshot leaves out. */
    public record Part(ObjectRef index, Set<Integer> leftOut) {}

    /** The index of a split: from one file if there is one, else as {@link #of} does. */
    public static SplitIndex open(Storage storage, SnapshotRef snapshot, Split split) throws IOException {
        return open(storage, snapshot, split, RANGE_BYTES);
    }

    static SplitIndex open(Storage storage, SnapshotRef snapshot, Split split, int rangeBytes) throws IOException {
        String uri = uri(snapshot, split);
        RangeReader file;
        try {
            file = storage.openRange(uri);
        } catch (FileNotFoundException e) {
            return of(storage, snapshot.dataset(), snapshot.read(storage), split);
        }
        try (file) {
            var builder = new Builder(snapshot.dataset(), split, snapshot.tokenType(), Map.of());
            SegmentIndex.read(uri, file, rangeBytes, DELETE_HINT, unit -> false, builder);
            return new SplitIndex(builder, 1);
        }
    }

    /** The index of a split from whatever the snapshot has of it. */
    public static SplitIndex of(Storage storage, String dataset, DatasetSnapshot snapshot, Split split)
            throws IOException {
        if (snapshot.segments().isEmpty()) {
            return ofShards(
                    storage,
                    dataset,
                    split,
                    snapshot.tokenType(),
                    SegmentIndex.members(snapshot.ownUnits(), split),
                    SnapshotUnits.duplicates(storage, dataset, snapshot));
        }
        List<Part> parts = new ArrayList<>();
        Map<String, int[]> dropped = new HashMap<>();
        for (Known known : Requests.all(snapshot.segments(), entry -> Known.of(storage, dataset, entry))) {
            known.segment().index(split).ifPresent(index -> parts.add(new Part(index, Set.copyOf(known.gone()))));
            dropped.putAll(known.dropped());
        }
        return ofParts(storage, dataset, split, snapshot.tokenType(), parts, dropped);
    }

    /** What a snapshot has of a segment. */
    private record Known(Segment segment, List<Integer> gone, Map<String, int[]> dropped) {
        static Known of(Storage storage, String dataset, SegmentEntry entry) throws IOException {
            Map<String, int[]> dropped = new HashMap<>();
            if (entry.duplicates().isPresent()) {
                SnapshotUnits.of(storage, dataset, entry).forEach(unit -> dropped.putAll(unit.leftOut()));
            }
            return new Known(Segment.read(storage, dataset, entry), entry.gone(), dropped);
        }
    }

    /**
     * The index of segments, in their order.
     *
     * @param dropped documents that plans leave out: ascending numbers in each affected shard, by the shard's file
     */
    public static SplitIndex ofParts(
            Storage storage, String dataset, Split split, TokenType type, List<Part> parts, Map<String, int[]> dropped)
            throws IOException {
        var builder = new Builder(dataset, split, type, dropped);
        for (Part part : parts) {
            String uri = Storage.resolve(dataset, part.index().file());
            try (RangeReader file = part.index().openRange(storage, dataset)) {
                SegmentIndex.read(uri, file, RANGE_BYTES, PREPARE_HINT, part.leftOut()::contains, builder);
            }
        }
        return new SplitIndex(builder, parts.size());
    }

    /** The index of the first shards of segments that have so many documents together, or of all. */
    public static SplitIndex ofFirst(
            Storage storage, String dataset, Split split, TokenType type, List<SegmentEntry> segments, long documents)
            throws IOException {
        Map<String, int[]> dropped = new HashMap<>();
        var builder = new Builder(dataset, split, type, dropped, documents);
        for (int i = 0; i < segments.size() && !builder.isFull(); i++) {
            Known known = Known.of(storage, dataset, segments.get(i));
            Optional<ObjectRef> index = known.segment().index(split);
            if (index.isPresent()) {
                dropped.putAll(known.dropped());
                String uri = Storage.resolve(dataset, index.get().file());
                try (RangeReader file = index.get().openRange(storage, dataset)) {
                    SegmentIndex.read(
                            uri, file, FIRST_BYTES, PREPARE_HINT, Set.copyOf(known.gone())::contains, builder);
                }
            }
        }
        return new SplitIndex(builder, segments.size());
    }

    /** The index of shards from their {@code .idx} files. */
    static SplitIndex ofShards(
            Storage storage,
            String dataset,
            Split split,
            TokenType type,
            List<SegmentIndex.Member> members,
            Map<String, int[]> dropped)
            throws IOException {
        var builder = new Builder(dataset, split, type, dropped);
        for (int from = 0; from < members.size(); from += READ_AHEAD) {
            List<SegmentIndex.Member> some = members.subList(from, Math.min(members.size(), from + READ_AHEAD));
            List<int[]> read = Requests.all(some, member -> member.shard().documentTokens(storage, dataset, type));
            for (int i = 0; i < some.size(); i++) {
                builder.begin(Shard.of(some.get(i).unit(), some.get(i).shard()));
                for (int tokens : read.get(i)) {
                    builder.add(tokens, false);
                }
                builder.end(Storage.resolve(dataset, some.get(i).shard().file()), PREPARE_HINT);
            }
        }
        return new SplitIndex(builder, members.size());
    }

    private static String uri(SnapshotRef snapshot, Split split) {
        return Storage.resolve(snapshot.dataset(), FOLDER + "/" + snapshot.sha256() + "-" + split.folder() + ".index");
    }

    /**
     * Writes the one file for all executors, if this was read from more than a few. Where it cannot be written they
     * read what this was read from.
     */
    public void share(Storage storage, SnapshotRef snapshot) {
        if (parts <= FEW_PARTS) {
            return;
        }
        String uri = uri(snapshot, split);
        try {
            storage.write(uri, out -> SegmentIndex.write(this, out));
            LOG.info("{} is the index of {} documents in {} shards", uri, documents(), shards.shards());
        } catch (IOException e) {
            LOG.warn("{} cannot be written ({}); every executor reads {} files instead", uri, e.getMessage(), parts);
        }
    }

    /** Throws if a shard is missing or its length is another; asks for 64 of them at most, spread over the split. */
    public void checkSomeShards(Storage storage) throws IOException {
        int count = Math.min(CHECKED_SHARDS, shards.shards());
        List<Integer> numbers = IntStream.range(0, count)
                .mapToObj(i -> (int) ((long) i * shards.shards() / count))
                .toList();
        Requests.all(numbers, number -> {
            ShardReader.Files files = shards.shard(number).files();
            new ObjectRef(files.file(), files.bytes(), "").checkLength(storage, dataset);
            return number;
        });
    }

    /** For messages: {@code the train split of DATASET}. */
    public String name() {
        return "the " + split.folder() + " split of " + dataset;
    }

    public Split split() {
        return split;
    }

    TokenType type() {
        return type;
    }

    ShardTable shards() {
        return shards;
    }

    public int shardCount() {
        return shards.shards();
    }

    @Override
    public long documents() {
        return shards.documents();
    }

    @Override
    public long tokens(long document) {
        return isLeftOut(document) ? 0 : length(document);
    }

    /** Tokens of a document, including its end, even if it is left out. */
    public long length(long document) {
        return lengths.get(document);
    }

    boolean isLeftOut(long document) {
        int word = (int) (document >>> 6);
        return word < leftOut.length && (leftOut[word] >>> document & 1) != 0;
    }

    public int shardOf(long document) {
        return shards.shardOf(document);
    }

    /** The number of a shard's first document. */
    public long firstDocument(int shard) {
        return shards.first(shard);
    }

    /** A reader of a shard, which opens nothing before it reads; for one thread. */
    public ShardReader reader(Storage storage, int shard) {
        Shard found = shards.shard(shard);
        long first = shards.first(shard);
        long end = shards.first(shard + 1);
        long base = found.files().bytes() - bytes.before(end);
        return new ShardReader(storage, dataset, found.files(), type, new InShard(first, (int) (end - first), base));
    }

    /** The documents of one shard; {@code base} is where document 0 of the split would begin in it. */
    private final class InShard implements ShardReader.Documents {
        private final long first;
        private final int count;
        private final long base;

        InShard(long first, int count, long base) {
            this.first = first;
            this.count = count;
            this.base = base;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public long tokens(int document) {
            return length(first + document);
        }

        @Override
        public long pointer(int document) {
            return base + bytes.before(first + document) + MdsLayout.prefixBytes(tokens(document));
        }
    }

    /** Bytes on the heap. */
    public long heapBytes() {
        return shards.heapBytes() + lengths.heapBytes() + (long) Long.BYTES * leftOut.length + bytes.heapBytes();
    }

    /** What an index is made of, shard by shard. */
    static final class Builder {
        private final String dataset;
        private final Split split;
        private final TokenType type;
        private final Map<String, int[]> dropped;
        private final ShardTable shards = new ShardTable();
        private final BlockNumbers lengths = new BlockNumbers();
        private long[] leftOut = new long[0];
        private Shard shard = new Shard(0, new ShardReader.Files("none", 0, "0".repeat(64)), 0, 0);
        private long sampleBytes;
        private long tokens;

        private final long enough;

        Builder(String dataset, Split split, TokenType type, Map<String, int[]> dropped) {
            this(dataset, split, type, dropped, Long.MAX_VALUE);
        }

        /** Of no more shards than it takes to have {@code enough} documents. */
        Builder(String dataset, Split split, TokenType type, Map<String, int[]> dropped, long enough) {
            this.enough = enough;
            this.dataset = dataset;
            this.split = split;
            this.type = type;
            this.dropped = dropped;
        }

        TokenType type() {
            return type;
        }

        boolean isFull() {
            return lengths.count() >= enough;
        }

        void begin(Shard next) {
            shard = next;
            sampleBytes = 0;
            tokens = 0;
        }

        /** Adds a document to the shard. */
        void add(int documentTokens, boolean left) {
            if (left) {
                leaveOut(lengths.count());
            }
            lengths.add(documentTokens);
            sampleBytes += MdsLayout.sampleBytes(type, documentTokens);
            tokens += documentTokens;
        }

        /** The shard is complete. */
        void end(String where, String hint) throws CorruptFileException {
            long header = shard.files().bytes() - sampleBytes;
            if (tokens != shard.tokens() || !MdsLayout.isHeader(header, shard.documents())) {
                throw new CorruptFileException(
                        where,
                        shard.tokens() + " tokens in " + shard.files().bytes() + " bytes of "
                                + shard.files().file(),
                        tokens + " tokens in " + sampleBytes + " bytes after a header of " + header,
                        hint);
            }
            String file = shard.files().file();
            long first = shards.documents();
            for (int document : dropped.getOrDefault(file, new int[0])) {
                if (document < 0 || document >= shard.documents()) {
                    throw new IllegalArgumentException("document " + document + " of " + file + " is to be left out,"
                            + " but the shard has " + shard.documents() + " documents; is the list of duplicates that"
                            + " of this snapshot?");
                }
                leaveOut(first + document);
            }
            shards.add(shard);
        }

        private void leaveOut(long document) {
            int word = Math.toIntExact(document >>> 6);
            if (word >= leftOut.length) {
                leftOut = Arrays.copyOf(leftOut, word + 1 + leftOut.length / 4);
            }
            leftOut[word] |= 1L << document;
        }
    }
}
