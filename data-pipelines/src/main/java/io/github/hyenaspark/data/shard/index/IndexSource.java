package io.github.hyenaspark.data.shard.index;

import io.github.hyenaspark.data.shard.MdsLayout;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.ShardTable.Shard;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SnapshotUnits;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.RangeReader;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the index of a split is read from: one file that a driver wrote of it, {@code index/SHA-SPLIT.index} with the
 * SHA-256 of the snapshot; else the indexes of the snapshot's segments; of an older snapshot the {@code .idx} of each
 * shard.
 */
final class IndexSource {
    static final int RANGE_BYTES = 16 << 20;
    private static final int FIRST_BYTES = 1 << 20;
    private static final int READ_AHEAD = 256; // shards
    private static final String PREPARE_HINT = "delete it and run prepare again";
    private static final String DELETE_HINT = "delete it; the next training writes it again";

    private IndexSource() {}

    /** An index of one split of a segment, and the numbers of its units that the snapshot leaves out. */
    record Part(ObjectRef index, Set<Integer> leftOut) {}

    /** The one file for all executors, which need not exist. */
    static String uri(DatasetSnapshot.Ref snapshot, Split split) {
        return Storage.resolve(snapshot.dataset(), SplitIndex.file(snapshot.sha256(), split));
    }

    /** Reads all of a split, in ranges of so many bytes; returns from how many files. */
    static int read(Storage storage, DatasetSnapshot.Ref snapshot, int rangeBytes, Target to) throws IOException {
        String uri = uri(snapshot, to.split());
        RangeReader file;
        try {
            file = storage.openRange(uri);
        } catch (FileNotFoundException e) {
            return read(storage, snapshot.read(storage), to);
        }
        try (file) {
            SegmentIndex.read(uri, file, rangeBytes, DELETE_HINT, unit -> false, to);
            return 1;
        }
    }

    /** The same from whatever the snapshot has of it. */
    static int read(Storage storage, DatasetSnapshot snapshot, Target to) throws IOException {
        if (snapshot.segments().isEmpty()) {
            List<SegmentIndex.Member> members = SegmentIndex.members(snapshot.ownUnits(), to.split());
            to.leaveOut(SnapshotUnits.duplicates(storage, to.dataset(), snapshot));
            readShards(storage, members, to);
            return members.size();
        }
        List<Part> parts = new ArrayList<>();
        for (Known known : Requests.all(snapshot.segments(), entry -> Known.of(storage, to.dataset(), entry))) {
            known.segment().index(to.split()).ifPresent(index -> parts.add(new Part(index, Set.copyOf(known.gone()))));
            to.leaveOut(known.dropped());
        }
        readParts(storage, parts, to);
        return parts.size();
    }

    /** What a snapshot has of a segment. */
    private record Known(Segment segment, List<Integer> gone, Map<String, int[]> dropped) {
        static Known of(Storage storage, String dataset, Segment.Entry entry) throws IOException {
            Map<String, int[]> dropped = new HashMap<>();
            if (entry.duplicates().isPresent()) {
                SnapshotUnits.of(storage, dataset, entry).forEach(unit -> dropped.putAll(unit.leftOut()));
            }
            return new Known(Segment.read(storage, dataset, entry), entry.gone(), dropped);
        }
    }

    static void readParts(Storage storage, List<Part> parts, Target to) throws IOException {
        for (Part part : parts) {
            readPart(storage, part, RANGE_BYTES, to);
        }
    }

    private static void readPart(Storage storage, Part part, int rangeBytes, Target to) throws IOException {
        String uri = Storage.resolve(to.dataset(), part.index().file());
        try (RangeReader file = part.index().openRange(storage, to.dataset())) {
            SegmentIndex.read(uri, file, rangeBytes, PREPARE_HINT, part.leftOut()::contains, to);
        }
    }

    /** Reads segments until there is enough. */
    static void readFirst(Storage storage, List<Segment.Entry> segments, Target to) throws IOException {
        for (int i = 0; i < segments.size() && !to.isFull(); i++) {
            Known known = Known.of(storage, to.dataset(), segments.get(i));
            Optional<ObjectRef> index = known.segment().index(to.split());
            if (index.isPresent()) {
                to.leaveOut(known.dropped());
                readPart(storage, new Part(index.get(), Set.copyOf(known.gone())), FIRST_BYTES, to);
            }
        }
    }

    /** Reads the {@code .idx} files of shards. */
    static void readShards(Storage storage, List<SegmentIndex.Member> members, Target to) throws IOException {
        for (int from = 0; from < members.size(); from += READ_AHEAD) {
            List<SegmentIndex.Member> some = members.subList(from, Math.min(members.size(), from + READ_AHEAD));
            List<int[]> read =
                    Requests.all(some, member -> member.shard().documentTokens(storage, to.dataset(), to.type()));
            for (int i = 0; i < some.size(); i++) {
                to.begin(Shard.of(some.get(i).unit(), some.get(i).shard()));
                for (int tokens : read.get(i)) {
                    to.add(tokens, false);
                }
                to.end(Storage.resolve(to.dataset(), some.get(i).shard().file()), PREPARE_HINT);
            }
        }
    }

    /**
     * Who is given the index of a split, shard by shard. Checks that each shard has the documents that it should have.
     */
    abstract static class Target {
        private static final int[] NONE = {};

        private final String dataset;
        private final Split split;
        private final TokenType type;
        private final ShardTable shards = new ShardTable();
        private final Map<String, int[]> dropped = new HashMap<>();
        private Shard shard = new Shard(0, new ShardReader.Files("none", 0, "0".repeat(64)), 0, 0);
        private int[] droppedOfShard = NONE;
        private int nextDropped; // in that
        private long documents; // of the shard
        private long sampleBytes;
        private long tokens;

        Target(String dataset, Split split, TokenType type) {
            this.dataset = dataset;
            this.split = split;
            this.type = type;
        }

        /** Takes the next document, of so many tokens, end included. */
        abstract void document(int length, boolean leftOut) throws IOException;

        /** Whether no more shards are wanted. */
        boolean isFull() {
            return false;
        }

        String dataset() {
            return dataset;
        }

        Split split() {
            return split;
        }

        TokenType type() {
            return type;
        }

        ShardTable shards() {
            return shards;
        }

        /** Leaves out more documents: ascending numbers in each affected shard, by the shard's file. */
        void leaveOut(Map<String, int[]> more) {
            dropped.putAll(more);
        }

        void begin(Shard next) {
            shard = next;
            documents = 0;
            sampleBytes = 0;
            tokens = 0;
            nextDropped = 0;
            String file = shard.files().file();
            droppedOfShard = dropped.getOrDefault(file, NONE);
            for (int document : droppedOfShard) {
                if (document < 0 || document >= shard.documents()) {
                    throw new IllegalArgumentException("document " + document + " of " + file + " is to be left out,"
                            + " but the shard has " + shard.documents() + " documents; is the list of duplicates that"
                            + " of this snapshot?");
                }
            }
        }

        /** Adds a document to the shard. */
        void add(int length, boolean leftOut) throws IOException {
            boolean drops = nextDropped < droppedOfShard.length && droppedOfShard[nextDropped] == documents;
            nextDropped += drops ? 1 : 0;
            documents++;
            sampleBytes += MdsLayout.sampleBytes(type, length);
            tokens += length;
            document(length, leftOut || drops);
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
            shards.add(shard);
        }
    }
}
