package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.plan.InputPlan;
import io.github.hyenaspark.data.prepare.unit.DuplicateRule;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.quarantine.Quarantine;
import io.github.hyenaspark.data.shard.quarantine.QuarantineEntry;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.LockedException;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the units' results as one snapshot, by creating one file exclusively; then updates the views for other
 * tools. All numbers come from the units' records. Runs on one machine, after all units.
 */
public final class SnapshotCommit {
    static final String SUCCESS = "_SUCCESS";

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCommit.class);

    private final Storage storage;
    private final DatasetSpec spec;
    private final String dataset;
    private final InputPlan plan;
    private final List<UnitEntry> units;

    private SnapshotCommit(Storage storage, DatasetSpec spec, InputPlan plan, List<UnitEntry> units) {
        this.storage = storage;
        this.spec = spec;
        this.dataset = spec.config().dataset();
        this.plan = plan;
        this.units = units;
    }

    /** Whether a commit made a new snapshot, or the newest already holds exactly this. */
    public enum Outcome {
        CREATED,
        UNCHANGED
    }

    public record Result(Outcome outcome, DatasetSnapshot snapshot) {}

    /** Reads the records of all new units; throws if one cannot be read, or if too many or all documents are bad. */
    public static SnapshotCommit open(Storage storage, DatasetSpec spec, InputPlan plan) throws IOException {
        List<UnitEntry> units = new ArrayList<>();
        for (UnitEntry kept : plan.kept()) {
            units.add(kept.withoutDuplicates());
        }
        UnitEntry.Counts fresh = UnitEntry.Counts.NONE;
        for (WorkUnit unit : plan.fresh()) {
            UnitEntry entry = UnitRecord.find(storage, spec, unit)
                    .orElseThrow(() -> new IOException("unit " + unit.name() + " has no record "
                            + UnitRecord.uri(spec, unit) + "; run prepare again"))
                    .entry();
            units.add(entry);
            fresh = fresh.plus(entry.counts());
        }
        var commit = new SnapshotCommit(storage, spec, plan, units);
        commit.checkBad(fresh);
        return commit;
    }

    /** The units of the future snapshot, without duplicates: the input of {@link DuplicateRule}. */
    public List<UnitEntry> units() {
        return List.copyOf(units);
    }

    private void checkBad(UnitEntry.Counts fresh) throws IOException {
        long all = fresh.documents() + fresh.filtered() + fresh.bad();
        double share = all == 0 ? 0 : (double) fresh.bad() / all;
        if (fresh.bad() > 0 && share > spec.config().maxBadFraction()) {
            throw new CorruptFileException(
                    spec.config().input(),
                    "at most " + spec.config().maxBadFraction() + " of the documents to be bad",
                    String.format(Locale.ROOT, "%d of %d (%.4g), the first: %s", fresh.bad(), all, share, firstBad()),
                    "nothing has been committed; fix them, or raise data.max-bad-fraction. "
                            + Quarantine.advice(dataset));
        }
        long documents =
                units.stream().mapToLong(unit -> unit.counts().documents()).sum();
        if (documents == 0 && !units.isEmpty()) {
            throw new CorruptFileException(
                    spec.config().input(),
                    "at least one usable document",
                    "none: " + fresh.bad() + " were bad and " + fresh.filtered() + " filtered, the first: "
                            + firstBad(),
                    "nothing has been committed");
        }
    }

    private String firstBad() throws IOException {
        for (UnitEntry unit : units) {
            Optional<ObjectRef> quarantine = unit.object(Quarantine.FOLDER);
            if (quarantine.isPresent()) {
                Optional<QuarantineEntry> first = Quarantine.first(
                        storage, Storage.resolve(dataset, quarantine.get().file()));
                if (first.isPresent()) {
                    return first.get().path() + " at byte " + first.get().offset() + " ("
                            + first.get().reason() + ")";
                }
            }
        }
        return "an empty file";
    }

    /** Creates the snapshot, unless the newest one is the same; {@code duplicates} are by unit name. */
    public Result commit(Map<String, DuplicateRule.UnitDuplicates> duplicates) throws IOException {
        DatasetSnapshot next = next(duplicates);
        if (plan.parent().isPresent() && plan.parent().get().sameContent(next)) {
            return unchanged(storage, spec, plan.parent().get());
        }
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

    private DatasetSnapshot next(Map<String, DuplicateRule.UnitDuplicates> duplicates) {
        List<UnitEntry> marked = new ArrayList<>();
        for (UnitEntry unit : units) {
            DuplicateRule.UnitDuplicates found = duplicates.get(unit.name());
            marked.add(found == null ? unit : unit.withDuplicates(found.list(), found.exact(), found.near()));
        }
        Optional<DatasetSnapshot> parent = plan.parent();
        return new DatasetSnapshot(
                parent.map(DatasetSnapshot::number).orElse(0L) + 1,
                parent.map(DatasetSnapshot::sha256).orElse(""),
                spec.fingerprint(),
                spec.identity(),
                spec.vocabulary(),
                marked);
    }

    /** Commits nothing; only updates the views, which a killed run may have left outdated. */
    public static Result unchanged(Storage storage, DatasetSpec spec, DatasetSnapshot newest) throws IOException {
        return updateViews(storage, spec, Outcome.UNCHANGED, newest);
    }

    static byte[] success(DatasetSnapshot snapshot) {
        return Json.bytes(Json.object().put("snapshot", snapshot.number()).put("sha256", snapshot.sha256()));
    }

    /**
     * Updates what other tools look at: an {@code index.json} for each split, and {@code _SUCCESS} for schedulers. They
     * follow the newest snapshot and are written after it; nothing here reads them.
     */
    private static Result updateViews(Storage storage, DatasetSpec spec, Outcome outcome, DatasetSnapshot snapshot)
            throws IOException {
        for (Split split : Split.values()) {
            updateView(storage, spec, split.folder() + "/index.json", snapshot.mdsIndex(split, spec.format()));
            LOG.info(
                    "{}: {} documents, {} tokens in {} shards",
                    split.folder(),
                    snapshot.documents(split),
                    snapshot.tokens(split),
                    snapshot.shards(split).size());
        }
        updateView(storage, spec, SUCCESS, success(snapshot));
        if (snapshot.documents(Split.TRAIN) == 0) {
            LOG.warn("no document is left to train on; lower data.validation-fraction or name validation documents");
        }
        String uri = snapshot.uri(spec.config().dataset());
        LOG.info("snapshot {} {}", uri, outcome == Outcome.CREATED ? "created" : "unchanged");
        return new Result(outcome, snapshot);
    }

    private static void updateView(Storage storage, DatasetSpec spec, String file, byte[] view) throws IOException {
        String uri = Storage.resolve(spec.config().dataset(), file);
        if (!Arrays.equals(readIfThere(storage, uri), view)) {
            TestPoint.reached("before replacing {}", uri);
            storage.replace(uri, view);
            TestPoint.reached("replaced {}", uri);
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
