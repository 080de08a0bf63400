package io.github.hyenaspark.data.prepare.commit;

import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.segment.KnownFiles;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.unit.UnitRecord;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.UnitEntry;
import io.github.hyenaspark.data.shard.table.DocumentTable;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads every object that a dataset's snapshots list, whole, and compares it with what they say. Snapshots, segments,
 * tokenizer and views are looked at here; the rest, which is nearly all, by a {@link Reading}.
 */
public final class DatasetVerification {
    private final Storage storage;
    private final String dataset;
    private final List<String> faults = new ArrayList<>();
    private final Set<String> seen = new HashSet<>(); // objects, and other things to check
    private final List<ObjectRef> objects = new ArrayList<>();
    private long others; // objects that are read here
    private long bytes;

    private DatasetVerification(Storage storage, String dataset) {
        this.storage = storage;
        this.dataset = dataset;
    }

    /**
     * The objects read, each counted once, their bytes, and a sentence for each damaged one, of very many the first
     * ones and their number.
     */
    public record Result(long objects, long bytes, List<String> faults) {}

    /** Reads objects, in this process or in many, and finds the damaged ones. */
    @FunctionalInterface
    public interface Reading {
        Faults of(List<ObjectRef> objects) throws IOException;
    }

    /** One check; it returns if the object is intact. */
    @FunctionalInterface
    private interface Check {
        void run() throws IOException;
    }

    /** Reads many objects at once, in this process. */
    public static Result run(Storage storage, String dataset) throws IOException {
        return run(
                storage,
                dataset,
                objects -> Faults.of(0, Requests.all(objects, object -> fault(storage, dataset, object))));
    }

    /**
     * Throws IllegalArgumentException if the dataset has no snapshot. What seems damaged counts only if snapshots list
     * it in the end, too: another run may have committed, or deleted what has expired, meanwhile.
     */
    public static Result run(Storage storage, String dataset, Reading reading) throws IOException {
        DatasetVerification listed = listed(storage, dataset);
        Faults damaged = reading.of(listed.objects);
        List<String> faults = listed.faults;
        if (damaged.count() > 0 || !faults.isEmpty()) {
            DatasetVerification now = listed(storage, dataset);
            faults = now.faults;
            damaged = damaged.count() > 0 ? reading.of(now.stillListed(listed.objects, damaged)) : damaged;
        }
        List<String> all = new ArrayList<>(faults);
        all.addAll(damaged.sentences());
        return new Result(listed.objects.size() + listed.others, listed.bytes, List.copyOf(all));
    }

    /** All that the snapshots list, and what is wrong with the files that say so. */
    private static DatasetVerification listed(Storage storage, String dataset) throws IOException {
        List<String> uris = DatasetSnapshot.uris(storage, dataset);
        if (uris.isEmpty()) {
            throw new IllegalArgumentException("there is no snapshot in " + dataset + "; run prepare first");
        }
        var verification = new DatasetVerification(storage, dataset);
        for (String uri : uris) {
            verification.check(uri, () -> verification.snapshot(uri, uri.equals(uris.get(uris.size() - 1))));
        }
        return verification;
    }

    /** Of the objects of before those that were damaged, or if not all of them are known, all. */
    private List<ObjectRef> stillListed(List<ObjectRef> before, Faults damaged) {
        Set<String> files = damaged.first().stream()
                .map(fault -> before.get(fault.object()).file())
                .collect(Collectors.toSet());
        boolean all = damaged.count() > damaged.first().size();
        return objects.stream()
                .filter(object -> all || files.contains(object.file()))
                .toList();
    }

    /** What is wrong with an object, if anything is. */
    public static Optional<String> fault(Storage storage, String dataset, ObjectRef object) throws IOException {
        return fault(storage, dataset, object.file(), () -> {
            if (object.isIn(DocumentTable.FOLDER)) {
                DocumentTable.verify(storage, dataset, object);
            } else {
                object.verify(storage, dataset);
            }
        });
    }

    private void snapshot(String uri, boolean newest) throws IOException {
        byte[] content = storage.read(uri);
        count(content.length);
        DatasetSnapshot snapshot = DatasetSnapshot.fromJson(uri, content);
        tokenizer(snapshot);
        if (!snapshot.ownUnits().isEmpty()) {
            UnitRecord.UnitRecords records = UnitRecord.UnitRecords.of(storage, dataset, snapshot);
            for (UnitEntry unit : snapshot.ownUnits()) {
                check("unit " + unit.name() + " " + unit.digest(), () -> records.of(unit));
                unit.files().forEach(this::object);
            }
        }
        snapshot.keys().forEach(run -> run.parts().forEach(this::object));
        for (Segment.Entry entry : snapshot.segments()) {
            entry.duplicates().ifPresent(this::object);
            check(entry.file().file() + " without " + entry.gone(), () -> segment(entry));
        }
        if (newest) {
            views(snapshot);
        }
    }

    private void segment(Segment.Entry entry) throws IOException {
        if (seen.add(entry.file().file())) {
            count(entry.file().bytes());
        }
        Segment segment = Segment.read(storage, dataset, entry);
        segment.parts().forEach(this::object);
        String inputs = SegmentInputs.file(entry.id(), "");
        check(inputs, () -> KnownFiles.of(storage, dataset, List.of(entry)));
        check(inputs + " units", () -> SegmentInputs.units(storage, dataset, entry));
        for (Segment.Line line : segment.remaining(storage, dataset, entry)) {
            line.unit().files().forEach(this::object);
        }
    }

    private void object(ObjectRef object) {
        if (seen.add(object.file())) {
            objects.add(object);
            bytes += object.bytes();
        }
    }

    private void count(long length) {
        others++;
        bytes += length;
    }

    private void tokenizer(DatasetSnapshot snapshot) throws IOException {
        String fingerprint = snapshot.vocabulary().fingerprint();
        String uri = DatasetSpec.tokenizerUri(dataset, fingerprint);
        check(uri, () -> {
            byte[] file = storage.read(uri);
            count(file.length);
            Tokenizer tokenizer = Tokenizer.ofFile(snapshot.vocabulary().tokenizer(), file);
            if (!tokenizer.fingerprint().equals(fingerprint) || !Arrays.equals(tokenizer.file(), file)) {
                throw new CorruptFileException(
                        uri, "the tokenizer " + fingerprint, "other bytes, SHA-256 " + Hashes.sha256(file));
            }
        });
    }

    private void views(DatasetSnapshot snapshot) throws IOException {
        for (Map.Entry<String, byte[]> view :
                Views.of(storage, dataset, snapshot).entrySet()) {
            view(view.getKey(), view.getValue(), snapshot);
        }
    }

    private void view(String file, byte[] expected, DatasetSnapshot snapshot) throws IOException {
        String uri = Storage.resolve(dataset, file);
        check(uri, () -> {
            byte[] found = storage.read(uri);
            count(found.length);
            if (!Arrays.equals(found, expected)) {
                throw new CorruptFileException(
                        uri, "what " + snapshot.uri(dataset) + " has", "other bytes", "run prepare again");
            }
        });
    }

    private void check(String object, Check check) throws IOException {
        if (seen.add(object)) {
            fault(storage, dataset, object, check).ifPresent(faults::add);
        }
    }

    /** IOException if it is not the object that cannot be read, but all of the store. */
    private static Optional<String> fault(Storage storage, String dataset, String object, Check check)
            throws IOException {
        try {
            check.run();
            return Optional.empty();
        } catch (FileNotFoundException e) {
            return Optional.of(object + ": " + e.getMessage());
        } catch (CorruptFileException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (IOException | IllegalArgumentException e) {
            storage.exists(dataset);
            return Optional.of(object + ": cannot be read (" + e.getMessage() + ")");
        }
    }

    /**
     * What is wrong with objects of a list: how many are damaged, and a sentence for each of the first {@link #MOST} of
     * them. Added up in any order it is the same, so tasks may find them in any order.
     */
    public record Faults(long count, List<Fault> first) implements Serializable {
        /** Sentences that are kept: a dataset whose folder was emptied has a million. */
        public static final int MOST = 1000;

        public static final Faults NONE = new Faults(0, List.of());

        /** What is wrong with the object of this index in the list. */
        public record Fault(int object, String sentence) implements Serializable {}

        public Faults {
            first = Collections.unmodifiableList(new ArrayList<>(first));
        }

        /** What was found, if anything, of objects from an index in the list on. */
        public static Faults of(int first, List<Optional<String>> found) {
            List<Fault> all = new ArrayList<>();
            for (int i = 0; i < found.size(); i++) {
                int object = first + i;
                found.get(i).ifPresent(sentence -> all.add(new Fault(object, sentence)));
            }
            return NONE.plus(new Faults(all.size(), all));
        }

        public Faults plus(Faults other) {
            List<Fault> both = Stream.concat(first.stream(), other.first.stream())
                    .sorted(Comparator.comparingInt(Fault::object))
                    .limit(MOST)
                    .toList();
            return new Faults(count + other.count, both);
        }

        /** The sentences in the order of the objects, and if some are left out, one that says how many. */
        public List<String> sentences() {
            List<String> sentences =
                    new ArrayList<>(first.stream().map(Fault::sentence).toList());
            if (count > first.size()) {
                sentences.add("... and " + (count - first.size()) + " more objects are damaged");
            }
            return sentences;
        }
    }
}
