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
 * Publishes what the units gave as one snapshot, by creating one file exclusively; then brings the views for other
 * tools up to date. All numbers come from the units' records. Runs on one machine, after all units.
 */
public final class SnapshotCommit {

    private final Storage storage;
    private final DatasetSpec recipe;
    private final String dataset;
    private final InputPlan plan;
    private final List<UnitEntry> units;

    private SnapshotCommit(Storage storage, DatasetSpec recipe, InputPlan plan, List<UnitEntry> units) {
        this.storage = storage;
        this.recipe = recipe;
        this.dataset = recipe.config().dataset();
        this.plan = plan;
        this.units = units;
    }

    /** Whether a commit made a new snapshot. */
    public enum Outcome {
        /** There is a new snapshot. */
        CREATED,
        /** The newest snapshot holds just this already. */
        UNCHANGED
    }

    /**
     * What a commit did.
     *
     * @param outcome whether the snapshot is new
     * @param snapshot the newest snapshot of the dataset
     */
    public record Result(Outcome outcome, DatasetSnapshot snapshot) {}

    /**
     * Reads the records of all new units and checks how many bad documents there are.
     *
     * @throws CorruptFileException if there are too many, no usable document, or a record cannot be read
     * @throws IOException if a unit has not been done
     */
    public static SnapshotCommit open(Storage storage, DatasetSpec recipe, InputPlan plan) throws IOException {
        List<UnitEntry> units = new ArrayList<>();
        for (UnitEntry kept : plan.kept()) {
            units.add(kept.withoutDuplicates());
        }
        UnitEntry.Counts fresh = UnitEntry.Counts.NONE;
        for (WorkUnit unit : plan.fresh()) {
            UnitEntry entry = UnitRecord.find(storage, recipe, unit)
                    .orElseThrow(() -> new IOException("unit " + unit.name() + " has no record "
                            + UnitRecord.uri(recipe, unit) + "; run prepare again"))
                    .entry();
            units.add(entry);
            fresh = fresh.plus(entry.counts());
        }
        var commit = new SnapshotCommit(storage, recipe, plan, units);
        commit.checkBad(fresh);
        return commit;
    }

    /** The units of the snapshot to come, without duplicates: what {@link DuplicateRule} looks at. */
    public List<UnitEntry> units() {
        return List.copyOf(units);
    }

    private void checkBad(UnitEntry.Counts fresh) throws IOException {
        long all = fresh.documents() + fresh.filtered() + fresh.bad();
        double share = all == 0 ? 0 : (double) fresh.bad() / all;
        if (fresh.bad() > 0 && share > recipe.config().maxBadFraction()) {
            throw new CorruptFileException(
                    recipe.config().input(),
                    "at most " + recipe.config().maxBadFraction() + " of the documents to be bad",
                    String.format(Locale.ROOT, "%d of %d (%.4g), the first: %s", fresh.bad(), all, share, firstBad()),
                    "nothing has been committed; mend them, or raise data.max-bad-fraction. All are listed in "
                            + Storage.resolve(dataset, Quarantine.FOLDER));
        }
        long documents =
                units.stream().mapToLong(unit -> unit.counts().documents()).sum();
        if (documents == 0 && !units.isEmpty()) {
            throw new CorruptFileException(
                    recipe.config().input(),
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

    /**
     * Creates the snapshot, unless the newest one is the same.
     *
     * @param duplicates by unit name; units without duplicates may be missing
     * @throws LockedException if somebody else has committed another snapshot meanwhile
     */
    public Result commit(Map<String, DuplicateRule.UnitDuplicates> duplicates) throws IOException {
        DatasetSnapshot next = next(duplicates);
        if (plan.parent().isPresent() && plan.parent().get().sameContent(next)) {
            return unchanged(storage, recipe, plan.parent().get());
        }
        String uri = next.uri(dataset);
        TestPoint.reached("before creating {}", uri);
        if (storage.createExclusively(uri, next.toJson())) {
            TestPoint.reached("created {}", uri);
            return new Views(storage, recipe).bring(Outcome.CREATED, next);
        }
        if (Arrays.equals(storage.read(uri), next.toJson())) {
            return unchanged(storage, recipe, next);
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
                recipe.fingerprint(),
                recipe.identity(),
                recipe.vocabulary(),
                marked);
    }

    /** Commits nothing; only brings the views up to date, which a killed run may have left behind. */
    public static Result unchanged(Storage storage, DatasetSpec recipe, DatasetSnapshot newest) throws IOException {
        return new Views(storage, recipe).bring(Outcome.UNCHANGED, newest);
    }

    /**
     * What other tools look at: an {@code index.json} for each split, and {@code _SUCCESS} for schedulers. They follow
     * the newest snapshot and are written after it; nothing here reads them.
     *
     * @param storage where the dataset is
     * @param recipe the dataset's
     */
    record Views(Storage storage, DatasetSpec recipe) {
        private static final Logger LOG = LoggerFactory.getLogger(Views.class);
        static final String SUCCESS = "_SUCCESS";

        /** What says to schedulers that a snapshot is there, and which. */
        static byte[] success(DatasetSnapshot snapshot) {
            return Json.bytes(Json.object().put("snapshot", snapshot.number()).put("sha256", snapshot.sha256()));
        }

        /** Writes the views that are not what they should be. */
        SnapshotCommit.Result bring(SnapshotCommit.Outcome outcome, DatasetSnapshot snapshot) throws IOException {
            for (Split split : Split.values()) {
                bring(split.folder() + "/index.json", snapshot.mdsIndex(split, recipe.format()));
                LOG.info(
                        "{}: {} documents, {} tokens in {} shards",
                        split.folder(),
                        snapshot.documents(split),
                        snapshot.tokens(split),
                        snapshot.shards(split).size());
            }
            bring(SUCCESS, success(snapshot));
            if (snapshot.documents(Split.TRAIN) == 0) {
                LOG.warn(
                        "no document is left to train on; lower data.validation-fraction or name validation documents");
            }
            String uri = snapshot.uri(recipe.config().dataset());
            LOG.info("snapshot {} {}", uri, outcome == SnapshotCommit.Outcome.CREATED ? "created" : "unchanged");
            return new SnapshotCommit.Result(outcome, snapshot);
        }

        private void bring(String file, byte[] view) throws IOException {
            String uri = Storage.resolve(recipe.config().dataset(), file);
            if (!Arrays.equals(readIfThere(uri), view)) {
                TestPoint.reached("before replacing {}", uri);
                storage.replace(uri, view);
                TestPoint.reached("replaced {}", uri);
            }
        }

        private byte[] readIfThere(String uri) throws IOException {
            try {
                return storage.read(uri);
            } catch (FileNotFoundException e) {
                return new byte[0];
            }
        }
    }
}
