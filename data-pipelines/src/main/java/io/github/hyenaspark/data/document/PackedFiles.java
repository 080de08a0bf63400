package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.InputFile.Slice;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Input files in the order in which they were added, packed as {@link PackedSlices} are. {@link #sorted} merges the
 * runs that are in order already, of which a listing has few, so that sorting holds no more than that.
 */
public final class PackedFiles extends AbstractCollection<InputFile> {
    /** Files that are packed together; the first of them has its whole URI. */
    private static final int TOGETHER = 256;

    private final List<List<PackedSlices>> runs = new ArrayList<>(); // in each the paths ascend
    private final List<Slice> open = new ArrayList<>(); // not packed yet, of the last run
    private String end = "";
    private int count;

    @Override
    public boolean add(InputFile file) {
        if (count == 0 || end.compareTo(file.path()) > 0) {
            pack();
            runs.add(new ArrayList<>());
        }
        end = file.path();
        count++;
        open.add(file.whole());
        if (open.size() == TOGETHER) {
            pack();
        }
        return true;
    }

    private void pack() {
        if (!open.isEmpty()) {
            runs.get(runs.size() - 1).add(PackedSlices.of(open));
            open.clear();
        }
    }

    /** The same files, sorted by path. */
    public PackedFiles sorted() {
        if (runs.size() <= 1) {
            return this;
        }
        pack();
        var next = new PriorityQueue<Cursor>(Comparator.comparing(Cursor::path));
        runs.forEach(run -> next.add(new Cursor(run.iterator())));
        var sorted = new PackedFiles();
        while (!next.isEmpty()) {
            Cursor first = next.remove();
            sorted.add(first.next());
            if (first.hasNext()) {
                next.add(first);
            }
        }
        return sorted;
    }

    @Override
    public Iterator<InputFile> iterator() {
        return new Cursor(Stream.concat(runs.stream().flatMap(List::stream), Stream.of(PackedSlices.of(open)))
                .iterator());
    }

    @Override
    public int size() {
        return count;
    }

    /** A place between files, of which only those packed together with the next one are unpacked. */
    private static final class Cursor implements Iterator<InputFile> {
        private final Iterator<PackedSlices> packed;
        private Iterator<Slice> unpacked = Collections.emptyIterator();
        private @Nullable InputFile next;

        Cursor(Iterator<PackedSlices> packed) {
            this.packed = packed;
            move();
        }

        private void move() {
            while (!unpacked.hasNext() && packed.hasNext()) {
                unpacked = packed.next().list().iterator();
            }
            next = unpacked.hasNext() ? unpacked.next().file() : null;
        }

        String path() {
            return Objects.requireNonNull(next).path();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public InputFile next() {
            InputFile found = next;
            if (found == null) {
                throw new NoSuchElementException();
            }
            move();
            return found;
        }
    }
}
