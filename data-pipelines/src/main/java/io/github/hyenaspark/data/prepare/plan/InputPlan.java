package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.FileFormat;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work for an input: listed once, before any work, and compared with the dataset. New files are cut into new units,
 * sorted by path; units of the newest snapshot stay unless one of their files has changed or is to be pruned. Pending
 * are units of both kinds that have no record, or miss an object.
 */
public record InputPlan(
        InputListing input,
        Optional<DatasetSnapshot> parent,
        List<UnitEntry> kept,
        List<WorkUnit> fresh,
        List<WorkUnit> pending) {
    private static final Logger LOG = LoggerFactory.getLogger(InputPlan.class);
    private static final int UNIT_HEAP = 4096; // bytes at least: its slices, record and line of the snapshot

    public InputPlan {
        kept = List.copyOf(kept);
        fresh = List.copyOf(fresh);
        pending = List.copyOf(pending);
    }

    /**
     * Lists the input and finds what has been done. IllegalArgumentException if input or dataset are unset, the input
     * is missing or has no text, a validation document is not in it, or the dataset was prepared with other settings.
     * CorruptFileException if a file has changed and the settings do not allow that, or a unit's record is missing or
     * damaged.
     */
    public static InputPlan of(Storage storage, DatasetSpec spec) throws IOException {
        DataConfig config = spec.config();
        config.checkPlaces();
        InputListing input = config.files(storage);
        boolean filesAreDocuments = checkText(config, input.files());
        Optional<DatasetSnapshot> parent = DatasetSnapshot.find(storage, config.dataset());
        if (parent.isPresent()) {
            checkSettings(spec, parent.get());
        } else {
            warnIfNothingIsHeldOut(config, filesAreDocuments, input.files().size());
        }
        TestPoint.reached("{} files listed", input.files().size());
        var difference = new Difference(storage, spec, input);
        return parent.isPresent() ? difference.from(parent.get()) : difference.plan(parent, List.of(), List.of());
    }

    /** Whether the newest snapshot has all this already, in objects that are intact or can be restored. */
    public boolean isUnchanged() {
        return parent.isPresent()
                && fresh.isEmpty()
                && kept.size() == parent.get().units().size();
    }

    private static List<InputFile> fresh(DataConfig config, List<InputFile> files) {
        DataConfig.InputInterval interval = config.interval();
        List<InputFile> chosen = files.stream().filter(interval::contains).toList();
        if (chosen.size() < files.size()) {
            LOG.info("{} of {} new files were last changed in the interval", chosen.size(), files.size());
        }
        return chosen;
    }

    private static List<WorkUnit> pending(Storage storage, DatasetSpec spec, List<WorkUnit> units) throws IOException {
        List<WorkUnit> pending = new ArrayList<>();
        for (WorkUnit unit : units) {
            Optional<UnitRecord> record = UnitRecord.find(storage, spec, unit);
            if (record.isEmpty()
                    || !record.get().isIntact(storage, spec.config().dataset())) {
                pending.add(unit);
            }
        }
        return pending;
    }

    /** Returns whether every file is one document, of text. */
    private static boolean checkText(DataConfig config, List<InputFile> files) {
        if (files.stream().allMatch(file -> file.bytes() == 0)) {
            throw new IllegalArgumentException("data.input: " + config.input() + " has no text, found " + files.size()
                    + " empty files, expected at least one byte");
        }
        boolean filesAreDocuments = config.source().documents() == SourceConfig.TextDocuments.FILE
                && files.stream()
                        .allMatch(file ->
                                FileFormat.of(file.path(), config.source()).format() == SourceConfig.SourceFormat.TEXT);
        if (filesAreDocuments) {
            config.splitRule().check(files);
        }
        return filesAreDocuments;
    }

    /** A dataset keeps its settings, so this must be said before the work, as far as it is known then. */
    private static void warnIfNothingIsHeldOut(DataConfig config, boolean filesAreDocuments, int files) {
        if (config.source().fasta().bed().isBlank()) { // which may say what is held out
            config.splitRule()
                    .noneHeldOut(filesAreDocuments ? files : Long.MAX_VALUE)
                    .ifPresent(LOG::warn);
        }
    }

    private static void checkSettings(DatasetSpec spec, DatasetSnapshot newest) throws CorruptFileException {
        String dataset = spec.config().dataset();
        if (!newest.vocabulary().fingerprint().equals(spec.vocabulary().fingerprint())) {
            throw new IllegalArgumentException(
                    "data.tokenizer: found " + spec.vocabulary().tokenizer() + " ("
                            + spec.vocabulary().fingerprint() + "), expected the tokenizer of " + dataset + ", "
                            + newest.vocabulary().tokenizer() + " ("
                            + newest.vocabulary().fingerprint()
                            + "); choose another data.dataset or that tokenizer");
        }
        if (newest.fingerprint().equals(spec.fingerprint())) {
            return;
        }
        Map<String, String> found = new TreeMap<>(spec.identity());
        Map<String, String> expected = new TreeMap<>(newest.settings());
        found.entrySet().removeAll(newest.settings().entrySet());
        expected.entrySet().removeAll(spec.identity().entrySet());
        throw new IllegalArgumentException("data.dataset: " + dataset + " was prepared with other settings: found "
                + found + ", expected " + expected + "; choose another data.dataset or the old settings");
    }

    /** Whoever plans holds all units in memory, and a snapshot lists them. */
    private static void refuseTooManyUnits(DataConfig config, List<InputFile> files) {
        long large = files.stream()
                .filter(file -> file.bytes() > config.unitBytes()
                        && FileFormat.of(file.path(), config.source()).splittable())
                .mapToLong(InputFile::bytes)
                .sum();
        long most = Runtime.getRuntime().maxMemory() / UNIT_HEAP;
        long expected = large / most + 1;
        Refusal.unless(
                config.unitBytes() >= expected,
                "data.unit-bytes",
                config.unitBytes(),
                "at least " + expected + ": more units of work do not fit the heap of the driver; give it more"
                        + " (-- --driver-memory SIZE) or raise this");
    }

    private static final class Difference {
        private final Storage storage;
        private final DatasetSpec spec;
        private final InputListing input;
        private final Map<String, InputFile> now = new TreeMap<>();
        private final Set<String> known = new HashSet<>();
        /** Paths whose documents must be prepared again, or leave. */
        private final Set<String> affected = new LinkedHashSet<>();

        Difference(Storage storage, DatasetSpec spec, InputListing input) {
            this.storage = storage;
            this.spec = spec;
            this.input = input;
            input.files().forEach(file -> now.put(file.path(), file));
        }

        InputPlan from(DatasetSnapshot parent) throws IOException {
            DataConfig config = spec.config();
            UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, config.dataset(), parent);
            List<UnitRecord> then = new ArrayList<>();
            for (UnitEntry unit : parent.units()) {
                UnitRecord record = records.of(unit);
                then.add(record);
                for (Slice slice : record.unit().slices()) {
                    compare(slice.file());
                }
            }
            List<UnitEntry> kept = new ArrayList<>();
            List<WorkUnit> broken = new ArrayList<>();
            for (int i = 0; i < then.size(); i++) {
                WorkUnit unit = then.get(i).unit();
                if (stays(unit)) {
                    kept.add(parent.units().get(i));
                    if (!then.get(i).isIntact(storage, config.dataset())) {
                        broken.add(unit);
                    }
                }
            }
            return plan(Optional.of(parent), kept, broken);
        }

        private InputPlan plan(Optional<DatasetSnapshot> parent, List<UnitEntry> kept, List<WorkUnit> broken)
                throws IOException {
            DataConfig config = spec.config();
            List<InputFile> strangers = now.values().stream()
                    .filter(file -> !known.contains(file.path()))
                    .toList();
            List<InputFile> fresh = new ArrayList<>(fresh(config, strangers));
            for (String path : affected) {
                InputFile file = now.get(path);
                if (file != null) {
                    fresh.add(file);
                }
            }
            fresh.sort((a, b) -> a.path().compareTo(b.path()));
            refuseTooManyUnits(config, fresh);
            List<WorkUnit> units = WorkUnit.cut(fresh, config.source(), config.unitBytes());
            List<WorkUnit> pending = new ArrayList<>(broken);
            pending.addAll(pending(storage, spec, units));
            return new InputPlan(input, parent, kept, units, pending);
        }

        private void compare(InputFile then) throws CorruptFileException {
            if (!known.add(then.path())) {
                return;
            }
            InputFile file = now.get(then.path());
            if (file == null) {
                if (spec.config().prune()) {
                    LOG.info("{} is gone; its documents leave the dataset", then.uri());
                    affected.add(then.path());
                }
            } else if (file.bytes() != then.bytes() || file.modifiedMillis() != then.modifiedMillis()) {
                if (spec.config().onChanged() == DataConfig.OnChanged.STOP) {
                    throw changed(then, file);
                }
                LOG.info("{} has changed; it is prepared again", file.uri());
                affected.add(then.path());
            }
        }

        private static CorruptFileException changed(InputFile then, InputFile now) {
            String moved = then.uri().equals(now.uri())
                    ? ""
                    : "; it was " + then.uri() + " then: a dataset knows files by their path below data.input, so name"
                            + " the folder above both, or choose another data.dataset";
            return new CorruptFileException(
                    now.uri(),
                    "the file that was prepared, " + state(then),
                    "a changed one, " + state(now) + moved,
                    "nothing has been committed; set data.on-changed=replace to prepare it again, or restore it");
        }

        private static String state(InputFile file) {
            return file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modifiedMillis());
        }

        /** Whether a unit is unaffected; otherwise its other files are prepared again with it. */
        private boolean stays(WorkUnit unit) throws CorruptFileException {
            List<InputFile> files = unit.slices().stream().map(Slice::file).toList();
            Optional<InputFile> cause = files.stream()
                    .filter(file -> affected.contains(file.path()))
                    .findFirst();
            if (cause.isEmpty()) {
                return true;
            }
            for (InputFile file : files) {
                if (!now.containsKey(file.path()) && !affected.contains(file.path())) {
                    throw new CorruptFileException(
                            file.uri(),
                            "the file, because it shares a work unit with the changed "
                                    + cause.get().uri(),
                            "no such file",
                            "nothing has been committed; restore it, or set data.prune=true to let its documents go");
                }
                affected.add(file.path());
            }
            return false;
        }
    }
}
