package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.PackedSlices;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.input.DocumentReaders;
import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Input that is prepared together: the grain of parallel work, of restarts, and of shards. Units depend on the sorted
 * input and the configured bytes, never on the number of machines. Slices are sorted by path; those of one file are
 * units of their own. A unit is planned with at least one, and is done with those whose files were still there.
 *
 * @param name in the names of its objects
 */
public record WorkUnit(String name, PackedSlices packed) implements Serializable {
    /** 80 bits: of a million units, two have one name with a chance of 4e-13. */
    private static final int NAME_DIGITS = 20;

    private static final int KEY_DIGITS = 20;

    /** Small files of one unit: each takes a task a few requests, however few bytes it has. */
    static final int MOST_FILES = 4096;

    public WorkUnit(String name, List<Slice> slices) {
        this(name, PackedSlices.of(slices));
    }

    /** A new unit, named by a hash of its slices' places. */
    public WorkUnit(List<Slice> slices) {
        this(hash(slices, slice -> slice.file().path() + " " + slice.from() + " " + slice.to(), NAME_DIGITS), slices);
    }

    /**
     * Cuts an input, sorted by path, into units. Small files share a unit, which ends before it would exceed
     * {@code unitBytes} (at least 1) or 4,096 files; a larger file is cut where its format allows it, else it is a unit
     * of its own.
     */
    public static PackedUnits cut(Collection<InputFile> files, SourceConfig source, long unitBytes) {
        var units = new PackedUnits();
        List<Slice> members = new ArrayList<>();
        long bytes = 0;
        for (InputFile file : files) {
            boolean large = file.bytes() > unitBytes
                    && FileFormat.of(file.path(), source).splittable();
            boolean full = bytes + file.bytes() > unitBytes || members.size() == MOST_FILES;
            if (!members.isEmpty() && (large || full)) {
                units.add(new WorkUnit(members));
                members.clear();
                bytes = 0;
            }
            if (large) {
                addSlices(file, unitBytes, units);
            } else {
                members.add(file.whole());
                bytes += file.bytes();
            }
        }
        if (!members.isEmpty()) {
            units.add(new WorkUnit(members));
        }
        return units;
    }

    private static void addSlices(InputFile file, long unitBytes, PackedUnits units) {
        for (long from = 0; from < file.bytes(); from += unitBytes) {
            units.add(new WorkUnit(List.of(new Slice(file, from, Math.min(from + unitBytes, file.bytes())))));
        }
    }

    /** Unpacked at each call. */
    public List<Slice> slices() {
        return packed.list();
    }

    /** A hash of the states of its files, which distinguishes records of different times. */
    String key() {
        return hash(slices(), slice -> slice.file().bytes() + " " + slice.file().modifiedMillis(), KEY_DIGITS);
    }

    public long bytes() {
        return slices().stream().mapToLong(slice -> slice.to() - slice.from()).sum();
    }

    private static String hash(List<Slice> slices, Function<Slice, String> facts, int digits) {
        String text = slices.stream().map(facts).collect(Collectors.joining("\n"));
        return Hashes.sha256(text).substring(0, digits);
    }

    /** The documents of work units, one unit after the other. */
    public static final class Documents implements DocumentReader {
        private final Storage storage;
        private final SourceConfig source;
        private final Iterator<WorkUnit> units;
        private final Deque<Slice> slices = new ArrayDeque<>();
        private Optional<DocumentReader> reader = Optional.empty();
        private String path = "";

        public Documents(Storage storage, SourceConfig source, Iterator<WorkUnit> units) {
            this.storage = storage;
            this.source = source;
            this.units = units;
        }

        /** The file of the document that was read or refused last. */
        public String path() {
            return path;
        }

        @Override
        public Optional<Document> next() throws IOException {
            while (openReader()) {
                Optional<Document> document = reader.orElseThrow().next();
                if (document.isPresent()) {
                    return document;
                }
                close();
            }
            return Optional.empty();
        }

        private boolean openReader() throws IOException {
            while (reader.isEmpty() && slices.isEmpty() && units.hasNext()) {
                slices.addAll(units.next().slices());
            }
            if (reader.isEmpty() && !slices.isEmpty()) {
                Slice slice = slices.remove();
                path = slice.file().path();
                reader = Optional.of(DocumentReaders.open(storage, slice, source));
            }
            return reader.isPresent();
        }

        /** Leaves the current file; the next document is from the one after it. */
        @Override
        public void close() throws IOException {
            if (reader.isPresent()) {
                reader.get().close();
                reader = Optional.empty();
            }
        }
    }
}
