package io.github.hyenaspark.data.prepare.segment;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.KeyRun;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.Collection;
import java.util.List;

/**
 * The objects that a dataset's folders hold, found by listing the folders instead of asking for each object: a hash of
 * name and length of each, 8 bytes. On a local disk lengths are unknown, and a crash may have cut the last files short.
 */
public final class ListedObjects {
    private static final List<String> FOLDERS =
            List.of("train", "validation", "docs", "quarantine", "duplicates", Segment.FOLDER, KeyRun.FOLDER);
    private static final double MOST_FULL = 0.75;

    private long[] keys = new long[16]; // 0 in empty places
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
        if (count + 1 > MOST_FULL * keys.length) {
            long[] old = keys;
            keys = new long[2 * old.length];
            for (long key : old) {
                keys[place(key)] = key; // an empty place goes to an empty one
            }
        }
        int at = place(key(name, length));
        count += keys[at] == 0 ? 1 : 0;
        keys[at] = key(name, length);
    }

    /** Names are hashes; a length that is not known is left out. */
    private static long key(long name, long length) {
        return length < 0 ? name : name ^ SplitMix64.mix(length);
    }

    private int place(long key) {
        int at = (int) key & keys.length - 1;
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        return at;
    }

    /** Whether an object is there, with its length if that is known. */
    public boolean has(ObjectRef object) {
        return has(Segment.nameHash(object.file()), object.bytes());
    }

    private boolean has(long name, long length) {
        long key = key(name, haveLengths ? length : -1);
        return keys[place(key)] == key;
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
