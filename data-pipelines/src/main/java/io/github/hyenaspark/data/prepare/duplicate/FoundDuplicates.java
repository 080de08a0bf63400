package io.github.hyenaspark.data.prepare.duplicate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;

/**
 * The duplicates with keys in one range, found while the keys are read: candidates with the snapshot's indexes of
 * segments. A failed read is an UncheckedIOException.
 */
public final class FoundDuplicates implements Iterator<long[]>, AutoCloseable {
    private final MergedKeys keys;
    private final Set<Integer> wanted;
    private long[] before = new long[0];
    private long[] found = new long[0];
    private boolean atEnd;

    FoundDuplicates(MergedKeys keys, Set<Integer> wanted) {
        this.keys = keys;
        this.wanted = wanted;
    }

    @Override
    public boolean hasNext() {
        try {
            while (found.length == 0 && !atEnd) {
                advance();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !atEnd;
    }

    private void advance() throws IOException {
        long[] candidate = keys.next();
        atEnd = candidate.length == 0;
        if (!atEnd && before.length > 0 && DuplicateRule.sameKey(before, candidate)) {
            found = wanted.contains(DuplicateRule.segment(candidate)) ? candidate : found;
        }
        before = candidate;
    }

    @Override
    public long[] next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all duplicates have been taken");
        }
        long[] next = found;
        found = new long[0];
        return next;
    }

    @Override
    public void close() {
        try {
            keys.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
