package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.Quarantine;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the units' results as one snapshot, by creating one file exclusively; then updates the views for other
 * tools. All numbers come from the units' records. Runs on one machine, after all units.
 */
public final class SnapshotCommit {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCommit.class);

    private final Storage storage;
    private final DatasetSpec spec;
    private final String dataset;
    private final InputPlan plan;
    /** Those of the future snapshot, in its order, the last {@code fresh} of them new. */
    private final List<Segment.Entry> segments;

    private final int fresh;

    private SnapshotCommit(Storage storage, DatasetSpec spec, InputPlan plan, List<Segment.Entry> segments, int fresh) {
        this.storage = storage;
        this.spec = spec;
        this.dataset = spec.config().dataset();
        this.plan = plan;
        this.segments = segments;
        this.fresh = fresh;
    }

    /** Whether a commit made a new snapshot, or the newest already holds exactly this. */
    public enum Outcome {
        CREATED,
        UNCHANGED
    }

    public record Result(Outcome outcome, DatasetSnapshot snapshot) {}

    /** Writes the segments of all new units; throws if one has no record, or if too many or all documents are bad. */
    public static SnapshotCommit open(Storage storage, DatasetSpec spec, InputPlan plan) throws IOException {
        index(storage, spec, plan.unindexed());
        SegmentWriter.Written fresh = SegmentWriter.write(storage, spec, plan.fresh());
        List<Segment.Entry> segments = new ArrayList<>(plan.kept());
        segments.addAll(fresh.segments());
        var commit = new SnapshotCommit(
                storage, spec, plan, segments, fresh.segments().size());
        commit.checkBad(fresh.bytes());
        return commit;
    }

    /** Writes lost indexes again, which may need shards of units that have left and are gone. */
    private static void index(Storage storage, DatasetSpec spec, List<Segment.Entry> segments) throws IOException {
        TokenType type = TokenType.of(spec.vocabulary().size());
        for (Segment.Entry segment : segments) {
            try {
                SegmentWriter.index(storage, spec.config().dataset(), type, segment);
            } catch (CorruptFileException e) {
                LOG.warn(
                        "an index of segment {} is lost and cannot be written again ({}); restore it from a copy",
                        segment.id(),
                        e.getMessage());
            }
        }
    }

    /** What has to be known of duplicates. */
    public DuplicateSearch search() {
        Set<Integer> wanted =
                IntStream.range(firstWanted(), segments.size()).boxed().collect(Collectors.toSet());
        // a segment that left and comes back is new: its place is another, and a run may lack keys of its units
        Set<String> names = added().stream().map(Segment.Entry::id).collect(Collectors.toSet());
        List<KeyRun> runs = plan.keys().stream().map(run -> run.without(names)).toList();
        return new DuplicateSearch(spec, segments, runs, wanted);
    }

    /** The first segment whose duplicates are not known: that of the new units, unless a unit has left. */
    private int firstWanted() {
        boolean all = !plan.before().isEmpty() && !plan.kept().equals(plan.before());
        return all ? 0 : segments.size() - fresh;
    }

    /** {@code bytes} are those of the new units' files. */
    private void checkBad(long bytes) throws IOException {
        UnitEntry.Counts counts = added().stream()
                .map(segment -> segment.totals().counts())
                .reduce(UnitEntry.Counts.NONE, UnitEntry.Counts::plus);
        refuseMany(counts.bad(), counts.documents() + counts.filtered() + counts.bad(), "documents to be bad");
        if (counts.bad() > 0) { // a file of which nothing is taken counts as one, however many documents it has
            refuseMany(bytes - bytesTaken(), bytes, "bytes to be in files that cannot be read");
        }
        Totals totals = next(segments, List.of()).totals();
        if (totals.counts().documents() == 0 && totals.units() > 0) {
            throw new CorruptFileException(
                    spec.config().input(),
                    "at least one usable document",
                    counts.bad() + counts.filtered() == 0
                            ? "none: its files are empty, or have no record that the BED file names"
                            : "none: " + counts.bad() + " were bad and " + counts.filtered() + " filtered, the first: "
                                    + firstBad(),
                    "nothing has been committed");
        }
    }

    private void refuseMany(long bad, long all, String what) throws IOException {
        double share = all == 0 ? 0 : (double) bad / all;
        if (bad > 0 && share > spec.config().maxBadFraction()) {
            throw new CorruptFileException(
                    spec.config().input(),
                    "at most " + spec.config().maxBadFraction() + " of the " + what,
                    String.format(Locale.ROOT, "%d of %d (%.4g), the first: %s", bad, all, share, firstBad()),
                    "nothing has been committed; fix them, or raise data.max-bad-fraction. "
                            + Quarantine.advice(dataset));
        }
    }

    /** The segments of new units. */
    private List<Segment.Entry> added() {
        return segments.subList(segments.size() - fresh, segments.size());
    }

    /** Of the new units' files: all but those of files, and of whole units, of which nothing could be read. */
    private long bytesTaken() throws IOException {
        long bytes = 0;
        for (Segment.Entry entry : added()) {
            for (Segment.Line line : Segment.read(storage, dataset, entry).remaining(storage, dataset, entry)) {
                UnitEntry.Counts counts = line.unit().counts();
                boolean useless = counts.bad() > 0 && counts.documents() + counts.filtered() == 0;
                bytes += useless ? 0 : line.tally().sourceBytes();
            }
        }
        return bytes;
    }

    /** The first bad document or, without one, the first that was filtered. */
    private String firstBad() throws IOException {
        boolean someAreBad =
                added().stream().anyMatch(entry -> entry.totals().counts().bad() > 0);
        for (Segment.Entry entry : added()) {
            for (Segment.Line line : Segment.read(storage, dataset, entry).remaining(storage, dataset, entry)) {
                if (someAreBad && line.tally().badCount() == 0) {
                    continue; // what a filter rejected is not what is told of
                }
                Optional<ObjectRef> quarantine = line.unit().object(Quarantine.FOLDER);
                Optional<Quarantine.Entry> first = quarantine.isEmpty()
                        ? Optional.empty()
                        : Quarantine.first(
                                storage,
                                Storage.resolve(dataset, quarantine.get().file()));
                if (first.isPresent()) {
                    return first.get().inWords();
                }
            }
        }
        return "an empty file";
    }

    /** Creates the snapshot with what was found of duplicates, unless the newest one is the same. */
    public Result commit(DuplicateSearch.Result duplicates) throws IOException {
        List<Segment.Entry> marked = new ArrayList<>(segments);
        marked.subList(firstWanted(), segments.size()).replaceAll(segment -> segment.with(null, 0, 0, 0));
        duplicates.marked().forEach(found -> marked.set(found.segment(), found.entry()));
        Optional<DatasetSnapshot> parent = plan.parent();
        boolean sameKeys = parent.isPresent() && parent.get().keys().equals(duplicates.runs());
        if (sameKeys && marked.equals(plan.before())) {
            return unchanged(storage, spec, parent.get());
        }
        DatasetSnapshot next = next(marked, duplicates.runs());
        String uri = next.uri(dataset);
        TestPoint.reached("before creating {}", uri);
        if (storage.createExclusively(uri, next.toJson())) {
            TestPoint.reached("created {}", uri);
            return updateViews(storage, spec, Outcome.CREATED, next);
        }
        if (Arrays.equals(storage.read(uri), next.toJson())) {
            return unchanged(storage, spec, next);
        }
        throw new LockedException("another prepare has created " + uri + " meanwhile, from other documents; run prepare"
                + " again when no other one runs");
    }

    private DatasetSnapshot next(List<Segment.Entry> entries, List<KeyRun> keys) {
        Optional<DatasetSnapshot> parent = plan.parent();
        return new DatasetSnapshot(
                DatasetSnapshot.FORMAT,
                parent.map(DatasetSnapshot::number).orElse(0L) + 1,
                parent.map(DatasetSnapshot::sha256).orElse(""),
                spec.fingerprint(),
                spec.identity(),
                spec.vocabulary(),
                entries,
                keys,
                List.of());
    }

    /** Commits nothing; only updates the views, which a killed run may have left outdated. */
    public static Result unchanged(Storage storage, DatasetSpec spec, DatasetSnapshot newest) throws IOException {
        return updateViews(storage, spec, Outcome.UNCHANGED, newest);
    }

    private static Result updateViews(Storage storage, DatasetSpec spec, Outcome outcome, DatasetSnapshot snapshot)
            throws IOException {
        String dataset = spec.config().dataset();
        Views.update(storage, dataset, snapshot);
        Totals totals = snapshot.totals();
        for (Split split : Split.values()) {
            LOG.info(
                    "{}: {} documents, {} tokens in {} shards",
                    split.folder(),
                    totals.of(split).documents(),
                    totals.of(split).tokens(),
                    totals.of(split).shards());
        }
        if (totals.of(Split.TRAIN).documents() == 0) {
            LOG.warn("no document is left to train on; lower data.validation-fraction or name validation documents");
        }
        String uri = snapshot.uri(dataset);
        LOG.info("snapshot {} {}", uri, outcome == Outcome.CREATED ? "created" : "unchanged");
        return new Result(outcome, snapshot);
    }

    /**
     * Writes the newest snapshot of a dataset anew, in the format of this version, as the next snapshot with the same
     * documents. Older ones stay, and runs that began on them go on with them. Killed at any time it leaves the dataset
     * as it was or as it shall be, and may be repeated.
     */
    public static Result migrate(Storage storage, String dataset) throws IOException {
        DatasetSnapshot newest = DatasetSnapshot.newest(storage, dataset);
        if (newest.format() == DatasetSnapshot.FORMAT) {
            Views.update(storage, dataset, newest);
            return new Result(Outcome.UNCHANGED, newest);
        }
        var next = new DatasetSnapshot(
                DatasetSnapshot.FORMAT,
                newest.number() + 1,
                newest.sha256(),
                newest.fingerprint(),
                newest.settings(),
                newest.vocabulary(),
                SegmentWriter.of(storage, dataset, newest),
                List.of(),
                List.of());
        String uri = next.uri(dataset);
        TestPoint.reached("before creating {}", uri);
        if (!storage.createExclusively(uri, next.toJson()) && !Arrays.equals(storage.read(uri), next.toJson())) {
            throw new LockedException("another run has created " + uri + " meanwhile; run migrate again");
        }
        TestPoint.reached("created {}", uri);
        Views.update(storage, dataset, next);
        return new Result(Outcome.CREATED, next);
    }
}
