package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.FileFormat;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.SplitRule;
import io.github.hyenaspark.data.prepare.segment.KnownFiles;
import io.github.hyenaspark.data.prepare.segment.ListedObjects;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.SegmentEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work for an input: listed once, before any work, and compared with the dataset. New files are cut into new units,
 * sorted by path; the segments of the newest snapshot stay, without the units of a file that has changed or is to be
 * pruned. Nothing is read of a unit that stays, and nothing is held of a file that is known and unchanged.
 *
 * @param before the segments of the newest snapshot
 * @param kept those that stay
 * @param fresh new units
 * @param pending units to be prepared: fresh ones without a record, and units that stay but have lost an object
 * @param recorded fresh units whose record an earlier run has left, which only have to be looked at
 */
public record InputPlan(
        InputListing input,
        Optional<DatasetSnapshot> parent,
        List<SegmentEntry> before,
        List<SegmentEntry> kept,
        List<WorkUnit> fresh,
        List<WorkUnit> pending,
        List<WorkUnit> recorded,
        Left left) {
    private static final Logger LOG = LoggerFactory.getLogger(InputPlan.class);
    /** Where listings do not tell lengths, so many units, the last, are asked for them. */
    private static final long UNITS_ASKED = 100;

    private static final int UNIT_HEAP = 4096; // bytes at least: its slices, record and line of the snapshot

    public InputPlan {
        before = List.copyOf(before);
        kept = List.copyOf(kept);
        fresh = List.copyOf(fresh);
        pending = List.copyOf(pending);
        recorded = List.copyOf(recorded);
    }

    /**
     * Files of the input that need a word: {@code late} are new but changed before the interval, and are taken;
     * {@code waiting} are left for the next run, because they changed after the interval or a moment ago or somebody is
     * writing them; {@code changed} have changed and keep their old documents.
     */
    public record Left(long late, long waiting, long changed) {}

    /**
     * Lists the input and finds what has been done. IllegalArgumentException if input or dataset are unset, the input
     * is missing or has no text, a validation document is not in it, or the dataset was prepared with other settings.
     * CorruptFileException if a file has changed and the settings do not allow that, or what the dataset knows of its
     * files is missing or damaged.
     */
    public static InputPlan of(Storage storage, DatasetSpec spec) throws IOException {
        DataConfig config = spec.config();
        config.checkPlaces();
        Optional<DatasetSnapshot> parent = DatasetSnapshot.find(storage, config.dataset());
        if (parent.isPresent()) {
            checkSettings(spec, parent.get());
        }
        List<SegmentEntry> segments =
                parent.isPresent() ? SegmentWriter.of(storage, config.dataset(), parent.get()) : List.of();
        KnownFiles known = KnownFiles.of(storage, config.dataset(), segments);
        var scans = new ArrayList<Scan>();
        InputListing input = config.files(storage, () -> {
            scans.add(new Scan(config, known));
            return scans.get(scans.size() - 1);
        });
        scans.get(scans.size() - 1).end(input.documents(), parent.isEmpty());
        TestPoint.reached("{} files listed", input.documents());
        return new Difference(storage, spec, input, segments, known).plan(parent);
    }

    /** Whether the newest snapshot has all this already, in objects that are intact or can be restored. */
    public boolean isUnchanged() {
        return parent.isPresent() && fresh.isEmpty() && kept.equals(before);
    }

    /** All units to run: what is pending, then what only has to be looked at. */
    public List<WorkUnit> work() {
        return Stream.concat(pending.stream(), recorded.stream()).toList();
    }

    /** Sees every file of the input once: wants those that are new or have changed, and checks what concerns all. */
    private static final class Scan implements Predicate<InputFile> {
        private final DataConfig config;
        private final KnownFiles known;
        private final SplitRule.Check names;
        private boolean empty = true;
        private boolean filesAreDocuments;

        Scan(DataConfig config, KnownFiles known) {
            this.config = config;
            this.known = known;
            names = config.splitRule().new Check();
            filesAreDocuments = config.source().documents() == SourceConfig.TextDocuments.FILE;
        }

        @Override
        public boolean test(InputFile file) {
            empty &= file.bytes() == 0;
            filesAreDocuments = filesAreDocuments
                    && FileFormat.of(file.path(), config.source()).format() == SourceConfig.SourceFormat.TEXT;
            if (filesAreDocuments) {
                names.see(file);
            }
            return known.look(file) != KnownFiles.Known.SAME;
        }

        void end(long files, boolean first) {
            if (empty) {
                throw new IllegalArgumentException("data.input: " + config.input() + " has no text, found " + files
                        + " empty files, expected at least one byte");
            }
            if (filesAreDocuments) {
                names.end();
            }
            if (first) {
                warnIfNothingIsHeldOut(config, filesAreDocuments, files);
            }
        }
    }

    /** A dataset keeps its settings, so this must be said before the work, as far as it is known then. */
    private static void warnIfNothingIsHeldOut(DataConfig config, boolean filesAreDocuments, long files) {
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

    /** What has to be done, and what becomes of the segments there are. */
    private static final class Difference {
        private final Storage storage;
        private final DatasetSpec spec;
        private final DataConfig config;
        private final InputListing input;
        private final List<SegmentEntry> segments;
        private final KnownFiles known;
        /** By segment: its units, read when one of their files has changed. */
        private final Map<Integer, List<WorkUnit>> units = new HashMap<>();

        private final SortedMap<String, InputFile> fresh = new TreeMap<>();
        /** Paths whose documents must be prepared again, or leave. */
        private final Set<String> affected = new LinkedHashSet<>();

        private final BitSet leaving = new BitSet();
        private final Set<String> open = new HashSet<>(); // paths of files that somebody is writing
        private long late;
        private long waiting;
        private long changed;

        Difference(
                Storage storage, DatasetSpec spec, InputListing input, List<SegmentEntry> segments, KnownFiles known) {
            this.storage = storage;
            this.spec = spec;
            this.config = spec.config();
            this.input = input;
            this.segments = segments;
            this.known = known;
        }

        InputPlan plan(Optional<DatasetSnapshot> parent) throws IOException {
            findOpenFiles();
            for (InputFile file : input.files()) {
                if (known.look(file) == KnownFiles.Known.NEW) {
                    takeNew(file);
                } else {
                    takeChanged(file);
                }
            }
            if (config.prune()) {
                prune();
            }
            for (String path : List.copyOf(affected)) {
                leave(path);
            }
            tell();
            List<InputFile> files = List.copyOf(fresh.values());
            refuseTooManyUnits(config, files);
            List<WorkUnit> cut = WorkUnit.cut(files, config.source(), config.unitBytes());
            List<SegmentEntry> kept = kept();
            List<WorkUnit> pending = new ArrayList<>();
            List<SegmentEntry> intact = restored(kept, pending);
            Set<String> records = records(cut);
            List<WorkUnit> recorded = new ArrayList<>();
            cut.forEach(unit -> (records.contains(UnitRecord.fileName(unit)) ? recorded : pending).add(unit));
            return new InputPlan(
                    input, parent, segments, intact, cut, pending, recorded, new Left(late, waiting, changed));
        }

        private void tell() {
            if (late > 0) {
                LOG.info("{} new files changed before data.interval-start and are taken all the same", late);
            }
            if (waiting > 0) {
                LOG.info(
                        "{} files wait for the next run: they changed after data.interval-end or less than"
                                + " data.min-age={} ago, or somebody is writing them",
                        waiting,
                        config.minAge());
            }
            if (changed > 0) {
                LOG.warn("{} files have changed and keep their old documents, as data.on-changed=keep says", changed);
            }
        }

        /** Asks for files that may be taken, many at once; other stores than HDFS show none that is being written. */
        private void findOpenFiles() throws IOException {
            if (storage.showsOpenFiles(input.root())) {
                List<InputFile> files = input.files();
                List<Boolean> closed = Requests.all(files, file -> storage.isClosed(file.uri()));
                for (int i = 0; i < files.size(); i++) {
                    if (!closed.get(i)) {
                        open.add(files.get(i).path());
                    }
                }
            }
        }

        private boolean waits(InputFile file) {
            long age = System.currentTimeMillis() - file.modifiedMillis();
            return (config.minAgeMillis() > 0 && age < config.minAgeMillis()) || open.contains(file.path());
        }

        private void takeNew(InputFile file) {
            if (file.modifiedMillis() >= config.interval().endMillis() || waits(file)) {
                waiting++;
                return;
            }
            late += file.modifiedMillis() < config.interval().startMillis() ? 1 : 0;
            fresh.put(file.path(), file);
        }

        private void takeChanged(InputFile file) throws IOException {
            InputFile then = then(file.path());
            if (hasSameContent(then, file)) {
                return;
            }
            if (config.onChanged() == DataConfig.OnChanged.KEEP) {
                changed++;
            } else if (waits(file)) {
                waiting++;
            } else if (config.onChanged() == DataConfig.OnChanged.STOP) {
                throw changed(then, file);
            } else {
                LOG.info("{} has changed; it is prepared again", file.uri());
                affected.add(file.path());
                fresh.put(file.path(), file);
            }
        }

        /** Asks for the checksum or tag that a file had then, if listings do not tell it: it was written again. */
        private boolean hasSameContent(InputFile then, InputFile now) throws IOException {
            if (then.bytes() != now.bytes()
                    || then.etag().isEmpty()
                    || !now.etag().isEmpty()) {
                return false;
            }
            String found = then.etag().startsWith(InputFile.CHECKSUM)
                    ? InputFile.CHECKSUM + storage.checksum(now.uri())
                    : storage.facts(now.uri()).etag();
            return then.etag().equals(found);
        }

        /** A known file as it was when it was prepared. */
        private InputFile then(String path) throws IOException {
            return unit(known.unitsOf(path).nextSetBit(0)).slices().stream()
                    .map(Slice::file)
                    .filter(file -> file.path().equals(path))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("two paths have the hash of " + path));
        }

        private WorkUnit unit(int number) throws IOException {
            int segment = known.segmentOf(number);
            List<WorkUnit> found = units.get(segment);
            if (found == null) {
                found = SegmentInputs.units(storage, config.dataset(), segments.get(segment));
                units.put(segment, found);
            }
            return found.get(known.numberInSegment(number));
        }

        private void prune() throws IOException {
            for (int unit : known.unitsOfMissing().stream().toArray()) {
                for (Slice slice : unit(unit).slices()) {
                    if (!known.isListed(slice.file().path())
                            && affected.add(slice.file().path())) {
                        LOG.info(
                                "{} is gone; its documents leave the dataset",
                                slice.file().uri());
                    }
                }
            }
        }

        /** The units of an affected file leave; their other files are prepared again. */
        private void leave(String path) throws IOException {
            for (int number : known.unitsOf(path).stream().toArray()) {
                if (!leaving.get(number)) {
                    leaving.set(number);
                    for (Slice slice : unit(number).slices()) {
                        again(path, slice.file());
                    }
                }
            }
        }

        private void again(String cause, InputFile then) throws IOException {
            if (!affected.add(then.path())) {
                return;
            }
            if (!known.isListed(then.path())) {
                throw new CorruptFileException(
                        then.uri(),
                        "the file, because it shares a work unit with the changed " + input.root() + cause,
                        "no such file",
                        "nothing has been committed; restore it, or set data.prune=true to let its documents go");
            }
            FileInfo now = storage.facts(input.root() + then.path());
            fresh.put(then.path(), InputFile.of(then.path(), now));
            leave(then.path());
        }

        private List<SegmentEntry> kept() throws IOException {
            Map<Integer, List<Integer>> numbers = new TreeMap<>();
            leaving.stream()
                    .forEach(unit -> numbers.computeIfAbsent(known.segmentOf(unit), one -> new ArrayList<>())
                            .add(known.numberInSegment(unit)));
            List<SegmentEntry> kept = new ArrayList<>();
            for (int i = 0; i < segments.size(); i++) {
                SegmentEntry segment = segments.get(i);
                if (numbers.containsKey(i)) {
                    segment = Segment.read(storage, config.dataset(), segment)
                            .without(storage, config.dataset(), segment, numbers.getOrDefault(i, List.of()));
                }
                if (segment.totals().units() > 0) {
                    kept.add(segment);
                }
            }
            return kept;
        }

        /** Adds kept units that have lost an object to those to be prepared; drops lost lists of duplicates. */
        private List<SegmentEntry> restored(List<SegmentEntry> kept, List<WorkUnit> pending) throws IOException {
            String dataset = config.dataset();
            ListedObjects listed = kept.isEmpty() ? ListedObjects.none() : ListedObjects.of(storage, dataset);
            List<SegmentEntry> intact = new ArrayList<>();
            long unitsAfter =
                    kept.stream().mapToLong(entry -> entry.totals().units()).sum();
            for (SegmentEntry entry : kept) {
                boolean listLost =
                        entry.duplicates().filter(list -> !listed.has(list)).isPresent();
                intact.add(listLost ? entry.with(null, 0, 0, 0) : entry);
                Segment segment = Segment.read(storage, dataset, entry);
                unitsAfter -= entry.totals().units();
                boolean asked = !listed.haveLengths() && unitsAfter < UNITS_ASKED;
                if (asked || !listed.hasAllOf(storage, dataset, segment)) {
                    restore(listed, segment, entry, asked ? UNITS_ASKED - unitsAfter : 0, pending);
                }
            }
            return intact;
        }

        /** Units of which an object is not listed or, of the last so many units, does not have its length. */
        private void restore(
                ListedObjects listed, Segment segment, SegmentEntry entry, long last, List<WorkUnit> pending)
                throws IOException {
            List<Segment.Line> lines = segment.remaining(storage, config.dataset(), entry);
            Set<String> broken = new HashSet<>();
            for (int i = 0; i < lines.size(); i++) {
                for (ObjectRef object : lines.get(i).unit().files()) {
                    boolean asked =
                            i >= lines.size() - last || (object.isIn(DocumentTable.FOLDER) && !listed.has(object));
                    if (asked ? !isThere(object) : !listed.has(object)) {
                        broken.add(lines.get(i).unit().name());
                    }
                }
            }
            if (broken.isEmpty()) {
                return;
            }
            for (WorkUnit unit : SegmentInputs.units(storage, config.dataset(), entry)) {
                if (broken.contains(unit.name())) {
                    LOG.warn("unit {} has lost an object; it is prepared again", unit.name());
                    pending.add(asItIsNow(unit));
                }
            }
        }

        private boolean isThere(ObjectRef object) throws IOException {
            return object.isIn(DocumentTable.FOLDER)
                    ? DocumentTable.isThere(storage, config.dataset(), object)
                    : object.isThere(storage, config.dataset());
        }

        /** A unit whose files may have moved, or been written again with the same content. */
        private WorkUnit asItIsNow(WorkUnit unit) throws IOException {
            List<Slice> slices = new ArrayList<>();
            for (Slice slice : unit.slices()) {
                FileInfo now = storage.facts(input.root() + slice.file().path());
                slices.add(new Slice(InputFile.of(slice.file().path(), now), slice.from(), slice.to()));
            }
            return new WorkUnit(unit.name(), slices);
        }

        private Set<String> records(List<WorkUnit> cut) throws IOException {
            Set<String> names = new HashSet<>();
            if (!cut.isEmpty()) {
                storage.names(
                        UnitRecord.directory(config.dataset(), spec.fingerprint()), (name, bytes) -> names.add(name));
            }
            return names;
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
                    "nothing has been committed; set data.on-changed=replace to prepare it again, or keep to leave its"
                            + " documents as they are, or restore it");
        }

        private static String state(InputFile file) {
            return file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modifiedMillis());
        }
    }
}
