package io.github.hyenaspark.data.prepare.segment;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.Collection;
import java.util.List;

/**
 * The objects that a dataset's folders hold, found by listing the folders instead of asking for each object: hash and
 * length of each, 16 bytes. On a local disk lengths are unknown, and a crash may have cut the last files short.
 */
public final class ListedObjects {
    private static final List<String> FOLDERS =
            List.of("train", "validation", "docs", "quarantine", "duplicates", Segment.FOLDER, KeyRun.FOLDER);
    private static final double MOST_FULL = 0.75;

    private long[] names = new long[16]; // 0 in empty places
    private long[] bytes = new long[16];
    private int count;
    private boolean haveLengths = true;

    public static ListedObjects none() {
        return new ListedObjects();
    }

    public static ListedObjects of(Storage storage, String dataset) throws IOException {
        var objects = new ListedObjects();
        storage.names(dataset, FOLDERS, (name, length) -> objects.add(Segment.nameHash(name), length));
        return objects;
    }

    /** Whether listings told the lengths. */
    public boolean haveLengths() {
        return haveLengths;
    }

    private synchronized void add(long name, long length) {
        haveLengths &= length >= 0;
        if (count + 1 > MOST_FULL * names.length) {
            long[] oldNames = names;
            long[] oldBytes = bytes;
            names = new long[2 * oldNames.length];
            bytes = new long[2 * oldNames.length];
            for (int at = 0; at < oldNames.length; at++) {
                if (oldNames[at] != 0) {
                    put(oldNames[at], oldBytes[at]);
                }
            }
        }
        put(name, length);
    }

    private void put(long name, long length) {
        int at = place(name);
        count += names[at] == 0 ? 1 : 0;
        names[at] = name;
        bytes[at] = length;
    }

    private int place(long name) {
        int at = (int) name & names.length - 1;
        while (names[at] != 0 && names[at] != name) {
            at = at + 1 & names.length - 1;
        }
        return at;
    }

    /** Whether an object is there, with its length if that is known. */
    public boolean has(ObjectRef object) {
        return has(Segment.nameHash(object.file()), object.bytes());
    }

    private boolean has(long name, long length) {
        int at = place(name);
        return names[at] == name && (bytes[at] < 0 || bytes[at] == length);
    }

    /** Whether all are there with their lengths; where listings did not tell those, each object is asked. */
    public boolean haveAll(Storage storage, String dataset, Collection<ObjectRef> objects) throws IOException {
        for (ObjectRef object : objects) {
            if (!has(object) || (!haveLengths && !object.isThere(storage, dataset))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a segment's units have all their objects, those that have left the dataset too. */
    public boolean hasAllOf(Storage storage, String dataset, Segment segment) throws IOException {
        LongBuffer expected = segment.objectNumbers(storage, dataset);
        boolean all = true;
        while (all && expected.hasRemaining()) {
            all = has(expected.get(), expected.get());
        }
        return all;
    }
}
