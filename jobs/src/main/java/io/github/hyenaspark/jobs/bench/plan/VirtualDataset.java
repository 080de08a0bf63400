package io.github.hyenaspark.jobs.bench.plan;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardWriter;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.data.shard.index.SegmentIndex;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.snapshot.UnitTally;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.bench.plan.VirtualStore.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A corpus and its dataset on a {@link VirtualStore}. The files of the corpus, all of one length, are listed but cannot
 * be read. Each unit has a shard to train on and a document table, which cannot be read either, and about every eighth
 * a held-out shard; all shards of a split have the same content. What a dataset says of itself, segments and snapshots,
 * is written by those who always write it.
 */
final class VirtualDataset implements AutoCloseable, VirtualStore.Generated {
    /** A report of so few reads the indexes of all. */
    private static final int FEW_UNITS = 10_000;

    private static final String INPUT = "corpus/";
    private static final String DATASET = "dataset/";
    private static final int TRAIN_DOCUMENTS = 667;
    private static final int VALIDATION_DOCUMENTS = 35;
    private static final int LONGEST = 200; // tokens of a document
    private static final int DIGITS = 16;
    private static final int HELD_OUT = 8; // of so many units one has a held-out shard
    private static final long TABLE_BYTES = 300_000;
    private static final long WRITTEN_MILLIS = 1_767_225_600_000L; // 2026
    private static final int NIGHTS = 365;
    private static final int NAME_BYTES = 10;

    private final String bucket = "hyena-" + UUID.randomUUID();
    private final VirtualStore store;
    private final Storage storage = Storage.of(VirtualStore.settings());
    private final DatasetSpec spec;
    private final String recordFolder;
    private final int files;
    private final int units;
    private final int unitFiles;
    private final long fileBytes;
    private final Map<Split, ShardEntry> shards = new EnumMap<>(Split.class);
    private final Map<String, byte[]> contents = new HashMap<>(); // by folder and ending
    private final Map<Split, UnitTally> tallies = new EnumMap<>(Split.class);
    /** Of each unit that has a record: name and hash of the states of its files. */
    private byte[] records = new byte[0];

    private int listedFiles;

    /** Nothing is there yet but a store. */
    VirtualDataset(int files, int units) throws IOException {
        this.files = files;
        this.units = units;
        store = VirtualStore.ofBucket(bucket);
        String root = VirtualStore.uri(bucket);
        List<String> settings = List.of(
                "data.input=" + root + "/" + INPUT,
                "data.dataset=" + root + "/" + DATASET.replace("/", ""),
                "data.clean.duplicates=keep");
        spec = DatasetSpec.of(storage, Settings.load(settings).bind("data", DataConfig.class));
        recordFolder = UnitRecord.folder(spec.fingerprint());
        unitFiles = Math.max(1, Math.round((float) files / units));
        fileBytes = spec.config().unitBytes() / unitFiles;
        writeShards();
    }

    Storage storage() {
        return storage;
    }

    DatasetSpec spec() {
        return spec;
    }

    String dataset() {
        return spec.config().dataset();
    }

    /** Shards such as all units have, written once on the disk to learn what is in them. */
    private void writeShards() throws IOException {
        Path directory = Files.createTempDirectory("hyena-virtual-");
        Storage disk = Storage.local();
        try (var writer = new ShardWriter(spec.format(), spec.vocabulary().fingerprint())) {
            for (Split split : Split.values()) {
                var tally = new UnitTally.Counter();
                for (int document = 0; document < documents(split); document++) {
                    int tokens = 2 + Math.floorMod(SplitMix64.mix(document), LONGEST - 1);
                    writer.append(new int[tokens], tokens);
                    writer.endDocument(split, tokens - 1, Hashes.sha256(split.folder() + document));
                    tally.document("web/0.jsonl", split, tokens - 1, tokens);
                }
                tallies.put(split, tally.result());
            }
            for (ShardEntry shard : writer.write(disk, directory.toString(), "any")) {
                shards.put(shard.split(), shard);
                for (ObjectRef file : shard.files()) {
                    contents.put(kind(file.file()), file.read(disk, directory.toString()));
                }
            }
        } finally {
            disk.delete(directory.toString());
        }
    }

    /** Folder and ending of an object, such as {@code train.idx}. */
    private static String kind(String name) {
        return name.substring(0, name.indexOf('/')) + name.substring(name.lastIndexOf('.'));
    }

    private static int documents(Split split) {
        return split == Split.TRAIN ? TRAIN_DOCUMENTS : VALIDATION_DOCUMENTS;
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(SplitMix64.mix(value));
    }

    private static String sha256(long value) {
        return hex(value) + hex(value + 1) + hex(value + 2) + hex(value + 3);
    }

    private InputFile file(int number) {
        String path = path(number);
        return new InputFile(
                path,
                VirtualStore.uri(bucket) + "/" + INPUT + path,
                fileBytes,
                WRITTEN_MILLIS + number,
                hex(number) + hex(-1L - number));
    }

    private static String path(int number) {
        String digits = Integer.toString(number);
        return "web/part-" + "00000000".substring(digits.length()) + digits + ".jsonl";
    }

    private static List<Slice> slices(Stream<InputFile> files) {
        return files.map(InputFile::whole).toList();
    }

    /** A unit of the dataset as it is: the files are spread over the units. */
    private WorkUnit oldUnit(int number) {
        String name = hex(number).substring(0, 2 * NAME_BYTES - Long.BYTES)
                + HexFormat.of().toHexDigits(number);
        int from = (int) ((long) number * files / units);
        int to = (int) ((number + 1L) * files / units);
        return new WorkUnit(
                name, slices(IntStream.range(from, Math.max(from + 1, to)).mapToObj(this::file)));
    }

    /** A unit that new files will be cut into. */
    private WorkUnit newUnit(int number) {
        int from = listedFiles == 0 ? number * unitFiles : files + number * unitFiles;
        return new WorkUnit(slices(
                IntStream.range(from, Math.min(listedFiles == 0 ? files : listedFiles, from + unitFiles))
                        .mapToObj(this::file)));
    }

    private static boolean isHeldOut(String unit) {
        return Character.digit(unit.charAt(unit.length() - 1), 16) % HELD_OUT == 0;
    }

    private static List<Split> splits(String unit) {
        return isHeldOut(unit) ? List.of(Split.values()) : List.of(Split.TRAIN);
    }

    private static String shardName(Split split, String unit) {
        return ShardWriter.prefix(split, unit) + "0000000000000000";
    }

    private ShardEntry shard(Split split, String unit) {
        ShardEntry like = Objects.requireNonNull(shards.get(split));
        String name = shardName(split, unit);
        return new ShardEntry(
                new ObjectRef(name + ".bin", like.bin().bytes(), like.bin().sha256()),
                new ObjectRef(name + ".idx", like.index().bytes(), like.index().sha256()),
                new ObjectRef(
                        name + ".crc",
                        like.checksums().bytes(),
                        like.checksums().sha256()),
                like.documents(),
                like.tokens(),
                like.textBytes());
    }

    private List<ShardEntry> shards(String unit) {
        return splits(unit).stream().map(split -> shard(split, unit)).toList();
    }

    private static String tableName(String unit) {
        return DocumentTable.FOLDER + "/part-" + unit + "-r0000000000000000.parquet";
    }

    private static ObjectRef table(String unit) {
        return new ObjectRef(tableName(unit), TABLE_BYTES, sha256(unit.hashCode() + 8L));
    }

    private UnitTally tally(String unit) {
        return splits(unit).stream().map(tallies::get).reduce(UnitTally.NONE, UnitTally::plus);
    }

    private Segment.Line line(WorkUnit unit) {
        List<ShardEntry> own = shards(unit.name());
        long documents = own.stream().mapToLong(ShardEntry::documents).sum();
        var counts = new UnitEntry.Counts(documents, 0, 0, 0, 0);
        var entry = new UnitEntry(
                unit.name(), sha256(unit.name().hashCode() + 12L), counts, own, List.of(table(unit.name())));
        return new Segment.Line(entry, tally(unit.name()));
    }

    /** Writes the records of units, as executors do. */
    void writeRecords(List<WorkUnit> some) throws IOException {
        for (WorkUnit unit : some) {
            var record = new UnitRecord(unit, tally(unit.name()), shards(unit.name()), List.of(table(unit.name())));
            storage.replace(UnitRecord.uri(spec, unit), record.toJson());
        }
    }

    /**
     * Writes a dataset: half of its units joined it with the first snapshot, the others in a year's nights, a snapshot
     * each. Returns the last.
     *
     * @param allSnapshots whether to write those before too
     * @param allIndexes whether every segment has an index of its documents, or those that are never read are empty
     */
    DatasetSnapshot writeDataset(boolean allSnapshots, boolean allIndexes) throws IOException {
        int nights = Math.min(NIGHTS, units / 2);
        int ofNight = nights == 0 ? 0 : units / 2 / nights;
        records = new byte[Math.multiplyExact(units, 2 * NAME_BYTES)];
        List<Segment.Entry> segments = new ArrayList<>();
        Optional<DatasetSnapshot> last = Optional.empty();
        int done = 0;
        for (int night = 0; night <= nights; night++) {
            int end = units - (nights - night) * ofNight;
            while (done < end) {
                int to = Math.min(end, done + Segment.MOST_UNITS);
                segments.add(writeSegment(done, to, allIndexes || done == 0));
                done = to;
            }
            if (night == nights || (allSnapshots && night > 0)) {
                last = Optional.of(writeSnapshot(night + 1, last, segments));
            }
        }
        spec.storeTokenizer(storage);
        return last.orElseThrow();
    }

    private Segment.Entry writeSegment(int from, int to, boolean indexed) throws IOException {
        List<WorkUnit> some = IntStream.range(from, to).mapToObj(this::oldUnit).toList();
        for (int i = 0; i < some.size(); i++) {
            remember(from + i, some.get(i));
        }
        List<Segment.Line> lines = some.stream().map(this::line).toList();
        Segment.Entry entry = Segment.write(
                storage,
                dataset(),
                lines,
                (file, split) -> indexed || units <= FEW_UNITS ? index(lines, file, split) : stub(file));
        SegmentInputs.write(storage, dataset(), entry, some);
        return entry;
    }

    private ObjectRef index(List<Segment.Line> lines, String file, Split split) throws IOException {
        List<UnitEntry> some = lines.stream().map(Segment.Line::unit).toList();
        TokenType type = TokenType.of(spec.vocabulary().size());
        return SegmentIndex.write(storage, dataset(), file, split, type, SegmentIndex.members(some, split));
    }

    private ObjectRef stub(String file) throws IOException {
        return ObjectRef.of(Segment.FOLDER, storage.write(Storage.resolve(dataset(), file), out -> {}));
    }

    private void remember(int number, WorkUnit unit) {
        String both = UnitRecord.fileName(unit).replace("-", "").replace(".json", "");
        System.arraycopy(HexFormat.of().parseHex(both), 0, records, 2 * NAME_BYTES * number, 2 * NAME_BYTES);
    }

    private DatasetSnapshot writeSnapshot(int number, Optional<DatasetSnapshot> parent, List<Segment.Entry> segments)
            throws IOException {
        var snapshot = new DatasetSnapshot(
                DatasetSnapshot.FORMAT,
                number,
                parent.map(DatasetSnapshot::sha256).orElse(""),
                spec.fingerprint(),
                spec.identity(),
                spec.vocabulary(),
                segments,
                List.of(),
                List.of());
        storage.replace(snapshot.uri(dataset()), snapshot.toJson());
        return snapshot;
    }

    /** Lets the input have all files of the dataset, and those of new units. */
    void addFiles(int newUnits) {
        listedFiles = Math.addExact(files, Math.multiplyExact(newUnits, unitFiles));
    }

    /** Lets new units of files that no dataset knows have records, which are listed but cannot be read. */
    void addRecords(int newUnits) {
        int begin = records.length / (2 * NAME_BYTES);
        records = Arrays.copyOf(records, records.length + 2 * NAME_BYTES * newUnits);
        for (int number = 0; number < newUnits; number++) {
            remember(begin + number, newUnit(number));
        }
    }

    /** Units that the files of an input without a dataset are cut into. */
    int unitsOfAll() {
        return (files + unitFiles - 1) / unitFiles;
    }

    void serve(VirtualClock clock) {
        store.serve(this, clock);
    }

    // --- the store's view ---

    @Override
    public Iterator<Listed> below(String prefix) {
        return new Below(folders(prefix), prefix, false);
    }

    @Override
    public Iterator<Listed> directly(String prefix) {
        return new Below(folders(prefix), prefix, true);
    }

    private List<Folder> folders(String prefix) {
        int recorded = records.length / (2 * NAME_BYTES);
        Stream<Folder> others = Stream.of(
                new Folder(INPUT, Math.max(files, listedFiles), number -> List.of(listed(number))),
                new Folder(DATASET + "docs/", recorded, number -> List.of(object(tableName(unit(number))))),
                new Folder(DATASET + recordFolder + "/", recorded, number -> List.of(object(record(number)))));
        Stream<Folder> ofShards = Stream.of(Split.values())
                .flatMap(split -> IntStream.range(0, DIGITS).mapToObj(digit -> ofShards(split, digit, recorded)));
        return Stream.concat(others, ofShards)
                .filter(folder -> folder.prefix.startsWith(prefix) || prefix.startsWith(folder.prefix))
                .toList();
    }

    private Folder ofShards(Split split, int digit, int recorded) {
        String first = Integer.toHexString(digit);
        String name = ShardWriter.prefix(split, first);
        return new Folder(DATASET + name.substring(0, name.lastIndexOf('/') + 1), recorded, number -> {
            if ((records[2 * NAME_BYTES * number] >> 4 & DIGITS - 1) != digit) {
                return List.of();
            }
            String unit = unit(number);
            return splits(unit).contains(split) ? shardFiles(split, unit) : List.of();
        });
    }

    private record Folder(String prefix, int count, IntFunction<List<Listed>> at) {}

    /** The objects of folders one by one: a stream would hold all of them as soon as it is asked for the first. */
    private static final class Below implements Iterator<Listed> {
        private final Iterator<Folder> folders;
        private final String prefix;
        private final boolean directly;
        private Folder folder = new Folder("", 0, number -> List.of());
        private int number;
        private Iterator<Listed> some = Collections.emptyIterator();
        private @Nullable Listed next;

        /** Of a folder that lies deeper one object is enough for {@code directly}. */
        Below(List<Folder> folders, String prefix, boolean directly) {
            this.folders = folders.iterator();
            this.prefix = prefix;
            this.directly = directly;
            advance();
        }

        private void advance() {
            if (directly && next != null && folder.prefix.length() > prefix.length()) {
                some = Collections.emptyIterator();
                number = folder.count;
            }
            next = null;
            while (next == null && (some.hasNext() || number < folder.count || folders.hasNext())) {
                if (some.hasNext()) {
                    Listed object = some.next();
                    next = object.key().startsWith(prefix) ? object : null;
                } else if (number < folder.count) {
                    some = folder.at.apply(number++).iterator();
                } else {
                    folder = folders.next();
                    number = 0;
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Listed next() {
            Listed object = next;
            if (object == null) {
                throw new NoSuchElementException("all objects have been listed");
            }
            advance();
            return object;
        }
    }

    private Listed listed(int number) {
        InputFile file = file(number);
        return new Listed(INPUT + file.path(), file.bytes(), file.modifiedMillis(), file.etag());
    }

    private String unit(int number) {
        return HexFormat.of().formatHex(records, 2 * NAME_BYTES * number, NAME_BYTES * (2 * number + 1));
    }

    private String record(int number) {
        String key = HexFormat.of().formatHex(records, NAME_BYTES * (2 * number + 1), NAME_BYTES * (2 * number + 2));
        return recordFolder + "/" + unit(number) + "-" + key + ".json";
    }

    private List<Listed> shardFiles(Split split, String unit) {
        String name = shardName(split, unit);
        return List.of(object(name + ".bin"), object(name + ".crc"), object(name + ".idx"));
    }

    private Listed object(String name) {
        return new Listed(DATASET + name, bytes(name), WRITTEN_MILLIS, "");
    }

    private long bytes(String name) {
        byte[] content = contents.get(kind(name));
        return content == null ? TABLE_BYTES : content.length;
    }

    @Override
    public Optional<Listed> find(String key) {
        boolean shard = key.matches(DATASET + "(train|validation)/[0-9a-f]/tok-[0-9a-f]+-0+[.](bin|crc|idx)");
        boolean table = key.startsWith(DATASET + DocumentTable.FOLDER + "/part-");
        boolean listed = key.matches(DATASET + "units/[0-9a-f]+/[0-9a-f]+-[0-9a-f]+[.]json") && records.length > 0;
        return shard || table || listed ? Optional.of(object(key.substring(DATASET.length()))) : Optional.empty();
    }

    @Override
    public byte[] content(String key) {
        byte[] content = contents.get(kind(key.substring(DATASET.length())));
        if (content != null) {
            return content;
        }
        throw new IllegalArgumentException("no content was made up for " + key);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
