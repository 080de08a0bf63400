package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.PackedFiles;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.data.document.input.InputListing;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.segment.KnownFiles;
import io.github.hyenaspark.data.prepare.segment.ListedObjects;
import io.github.hyenaspark.data.prepare.unit.PackedUnits;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an input has that the dataset has not, and what becomes of the segments there are. */
final class Difference {
    private static final Logger LOG = LoggerFactory.getLogger(Difference.class);
    /** Files whose answers are held unpacked. */
    private static final int FILES_ASKED = 4096;

    private static final int UNIT_HEAP = 4096; // bytes at least: its slices, record and line of the snapshot

    private final Storage storage;
    private final DatasetSpec spec;
    private final DataConfig config;
    private final InputListing input;
    private final List<Segment.Entry> segments;
    private final KnownFiles known;
    private final PreparedUnits prepared;
    private final PackedFiles fresh = new PackedFiles();
    /** Paths of files that have changed and are to be prepared again, or are gone and are to leave. */
    private final Set<String> causes = new LinkedHashSet<>();
    /** Paths of files that have changed, whatever becomes of their documents. */
    private final Set<String> different = new HashSet<>();
    /** Files that were written again with the same bytes, which listings do not tell. */
    private final PackedFiles rewritten = new PackedFiles();

    private final BitSet leaving = new BitSet();
    private final WaitingFiles waitingFiles;
    private long late;
    private long waiting;
    private long changed;

    /** Units that leave together, because they share files, and the paths of all their files. */
    private record Group(Set<Integer> units, Set<String> paths) {}

    Difference(Storage storage, DatasetSpec spec, InputListing input, List<Segment.Entry> segments, KnownFiles known) {
        this.storage = storage;
        this.spec = spec;
        this.config = spec.config();
        this.input = input;
        this.segments = segments;
        this.known = known;
        this.waitingFiles = new WaitingFiles(storage, config, input.root());
        this.prepared = new PreparedUnits(storage, config.dataset(), segments, known);
    }

    InputPlan plan(Optional<DatasetSnapshot> parent) throws IOException {
        waitingFiles.ask(input.files().stream().map(InputFile::uri));
        List<InputFile> others = new ArrayList<>();
        for (InputFile file : input.files()) {
            if (known.look(file) == KnownFiles.Known.NEW) {
                takeNew(file);
            } else {
                others.add(file);
            }
            if (others.size() == FILES_ASKED) {
                takeKnown(others);
                others.clear();
            }
        }
        takeKnown(others);
        if (config.prune()) {
            prune();
        }
        leave();
        tell();
        if (!config.dryRun()) {
            prepared.note(rewritten);
        }
        PackedFiles files = fresh.sorted();
        refuseTooManyUnits(config, files);
        PackedUnits units = WorkUnit.cut(files, config.source(), config.unitBytes());
        int cut = units.size();
        List<Segment.Entry> kept = kept();
        ListedObjects listed = kept.isEmpty() ? ListedObjects.none() : ListedObjects.of(storage, config.dataset());
        var lost = new LostObjects(storage, config.dataset(), input.root(), different, listed);
        List<Segment.Entry> intact = lost.without(kept);
        BitSet recorded = recorded(units);
        units.addAll(lost.again());
        int[] again = IntStream.range(cut, units.size()).toArray();
        int[] pending =
                IntStream.range(0, cut).filter(unit -> !recorded.get(unit)).toArray();
        int[] work = Stream.of(again, pending, recorded.stream().toArray())
                .flatMapToInt(IntStream::of)
                .toArray();
        return new InputPlan(
                input,
                parent,
                segments,
                intact,
                units.subList(0, cut),
                units.at(work),
                again.length + pending.length,
                lost.keysLeft(parent),
                lost.unindexed(),
                new InputPlan.Left(late, waiting, changed));
    }

    /** Whoever plans holds all units in memory, and a snapshot lists them. */
    private static void refuseTooManyUnits(DataConfig config, PackedFiles files) {
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

    private void tell() {
        if (late > 0) {
            LOG.info("{} new files changed before data.interval-start and are taken all the same", late);
        }
        if (waiting > 0) {
            LOG.info(
                    "{} files wait for the next run: they changed after data.interval-end or less than"
                            + " data.min-age={} ago, or somebody is writing them, or they share a work unit with one"
                            + " that waits",
                    waiting,
                    config.minAge());
        }
        if (changed > 0) {
            LOG.warn("{} files have changed and keep their old documents, as data.on-changed=keep says", changed);
        }
    }

    private void takeNew(InputFile file) {
        if (waitingFiles.isLate(file) || waitingFiles.waits(file)) {
            waiting++;
            return;
        }
        late += file.modifiedMillis() < config.interval().startMillis() ? 1 : 0;
        fresh.add(file);
    }

    private void takeKnown(List<InputFile> files) throws IOException {
        List<InputFile> then = prepared.then(files);
        List<Integer> places = IntStream.range(0, files.size()).boxed().toList();
        List<Boolean> same = Requests.all(places, i -> hasSameContent(then.get(i), files.get(i)));
        for (int i = 0; i < files.size(); i++) {
            if (!same.get(i)) {
                takeChanged(then.get(i), files.get(i));
            } else if (then.get(i).etag().startsWith(InputFile.CHECKSUM)) {
                rewritten.add(files.get(i));
            }
        }
    }

    private void takeChanged(InputFile then, InputFile file) throws IOException {
        different.add(file.path());
        if (config.onChanged() == DataConfig.OnChanged.KEEP) {
            changed++;
        } else if (waitingFiles.waits(file)) {
            waiting++;
        } else if (config.onChanged() == DataConfig.OnChanged.STOP) {
            throw changed(then, file);
        } else {
            causes.add(file.path());
        }
    }

    /** Asks for the checksum or tag that a file had then, if listings do not tell it: it was written again. */
    private boolean hasSameContent(InputFile then, InputFile now) throws IOException {
        boolean comparable = then.bytes() == now.bytes()
                && !then.etag().isEmpty()
                && now.etag().isEmpty();
        if (!comparable || waitingFiles.isOpen(now.uri())) { // HDFS has no checksum of an open file
            return false;
        }
        String found = then.etag().startsWith(InputFile.CHECKSUM)
                ? InputFile.CHECKSUM + storage.checksum(now.uri())
                : storage.facts(now.uri()).etag();
        return then.etag().equals(found);
    }

    private void prune() throws IOException {
        for (int unit : known.unitsOfMissing().stream().toArray()) {
            for (Slice slice : prepared.unit(unit).slices()) {
                if (!known.isListed(slice.file().path())) {
                    causes.add(slice.file().path());
                }
            }
        }
    }

    /**
     * The units of changed and pruned files leave; their other files are prepared again, so that theirs leave, too. If
     * one of those may not be read now, they all stay as they are.
     */
    private void leave() throws IOException {
        List<Group> groups = groups();
        waitingFiles.ask(groups.stream()
                .flatMap(group -> group.paths.stream())
                .filter(path -> !different.contains(path) && known.isListed(path))
                .map(path -> input.root() + path));
        Set<String> again = new LinkedHashSet<>();
        for (Group group : groups) {
            Optional<String> holder =
                    group.paths.stream().filter(this::mayNotBeRead).findFirst();
            if (holder.isPresent()) {
                hold(group, holder.get());
            } else {
                leave(group);
                group.paths.stream().filter(known::isListed).forEach(again::add);
            }
        }
        for (InputFile file : input.files()) {
            if (again.remove(file.path())) {
                fresh.add(file);
            }
        }
        again(List.copyOf(again));
    }

    private List<Group> groups() throws IOException {
        List<Group> groups = new ArrayList<>();
        Set<String> grouped = new HashSet<>();
        for (String cause : causes) {
            if (!grouped.contains(cause)) {
                Group group = group(cause);
                groups.add(group);
                grouped.addAll(group.paths);
            }
        }
        return groups;
    }

    private Group group(String cause) throws IOException {
        var group = new Group(new HashSet<>(), new LinkedHashSet<>(Set.of(cause)));
        Deque<String> next = new ArrayDeque<>(group.paths);
        while (!next.isEmpty()) {
            for (int number : known.unitsOf(next.remove()).stream().toArray()) {
                if (group.units.add(number)) {
                    for (Slice slice : prepared.unit(number).slices()) {
                        if (group.paths.add(slice.file().path())) {
                            next.add(slice.file().path());
                        }
                    }
                }
            }
        }
        return group;
    }

    /** Whether a file has changed and keeps its documents for now, or somebody is writing it. */
    private boolean mayNotBeRead(String path) {
        return (different.contains(path) && !causes.contains(path)) || waitingFiles.isOpen(input.root() + path);
    }

    private void hold(Group group, String holder) {
        for (String path : group.paths) {
            if (causes.contains(path)) {
                waiting += known.isListed(path) ? 1 : 0;
                LOG.warn(
                        "{}{} {} but keeps its old documents: {}{}, which shares a work unit with it, may not be"
                                + " prepared again in this run",
                        input.root(),
                        path,
                        known.isListed(path) ? "has changed" : "is gone",
                        input.root(),
                        holder);
            }
        }
    }

    private void leave(Group group) throws IOException {
        group.units.forEach(leaving::set);
        String cause = group.paths.iterator().next();
        for (String path : group.paths) {
            if (!causes.contains(path)) {
                refuseMissing(path, cause);
            } else if (known.isListed(path)) {
                LOG.info("{}{} has changed; it is prepared again", input.root(), path);
            } else {
                LOG.info("{}{} is gone; its documents leave the dataset", input.root(), path);
            }
        }
    }

    private void refuseMissing(String path, String cause) throws IOException {
        if (!known.isListed(path)) {
            throw new CorruptFileException(
                    input.root() + path,
                    "the file, because it shares a work unit with the changed " + input.root() + cause,
                    "no such file",
                    "nothing has been committed; restore it, or set data.prune=true to let its documents go");
        }
    }

    private void again(List<String> paths) throws IOException {
        for (int from = 0; from < paths.size(); from += FILES_ASKED) {
            List<String> some = paths.subList(from, Math.min(paths.size(), from + FILES_ASKED));
            Requests.all(some, path -> InputFile.of(path, storage.facts(input.root() + path)))
                    .forEach(fresh::add);
        }
    }

    private List<Segment.Entry> kept() throws IOException {
        Map<Integer, List<Integer>> numbers = new TreeMap<>();
        leaving.stream()
                .forEach(unit -> numbers.computeIfAbsent(known.segmentOf(unit), one -> new ArrayList<>())
                        .add(known.numberInSegment(unit)));
        List<Segment.Entry> kept = new ArrayList<>();
        for (int i = 0; i < segments.size(); i++) {
            Segment.Entry segment = segments.get(i);
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

    /** Places of units whose record an earlier run has left. */
    private BitSet recorded(PackedUnits units) throws IOException {
        var recorded = new BitSet();
        if (units.isEmpty()) {
            return recorded;
        }
        Set<String> names = new HashSet<>();
        storage.names(
                Storage.resolve(config.dataset(), UnitRecord.folder(spec.fingerprint())),
                (name, bytes) -> names.add(name));
        for (int place = 0; place < units.size(); place++) {
            recorded.set(place, names.contains(UnitRecord.fileName(units.get(place))));
        }
        return recorded;
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

    /** What a person can compare of a file. */
    static String state(InputFile file) {
        return file.bytes() + " bytes of " + Instant.ofEpochMilli(file.modifiedMillis());
    }
}
