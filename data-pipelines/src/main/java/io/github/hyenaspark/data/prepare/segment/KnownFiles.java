package io.github.hyenaspark.data.prepare.segment;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Requests;
import io.github.hyenaspark.io.SplitMix64;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The files that a dataset was prepared from, as two hashes each, so that an input may be compared with it while it is
 * listed, and only what is new or has changed is ever held: about 30 bytes a file. A file of several units is there
 * once for each. Two of four million paths have one hash with a chance of 4e-7; then the second is taken for a changed
 * first.
 */
public final class KnownFiles {
    private static final double MOST_FULL = 0.75;
    private static final int SEGMENTS_AT_ONCE = 8; // each has up to 4 MB of numbers

    /** What is known of a listed file. */
    public enum Known {
        NEW,
        SAME,
        CHANGED
    }

    private final int[] firstUnit; // by segment: the number of its first unit among all units of the dataset
    private long[] paths = new long[16];
    private long[] states = new long[16];
    private int[] units = new int[16]; // one more than the unit's number; 0 in empty places
    private int count;
    private int last; // where the last file was put
    private final BitSet listed = new BitSet();

    private KnownFiles(List<Segment.Entry> segments) {
        firstUnit = new int[segments.size() + 1];
        for (int i = 0; i < segments.size(); i++) {
            Segment.Entry segment = segments.get(i);
            firstUnit[i + 1] = Math.addExact(
                    firstUnit[i],
                    Math.toIntExact(segment.totals().units() + segment.gone().size()));
        }
    }

    /** The files of segments but for those of units that have left the dataset. */
    public static KnownFiles of(Storage storage, String dataset, List<Segment.Entry> segments) throws IOException {
        var known = new KnownFiles(segments);
        int i = 0;
        for (List<Segment.Entry> some : Requests.parts(segments, SEGMENTS_AT_ONCE, Long.MAX_VALUE, segment -> 0)) {
            for (ByteBuffer files : Requests.all(some, segment -> SegmentInputs.known(storage, dataset, segment))) {
                int first = known.firstUnit[i];
                BitSet gone = new BitSet();
                segments.get(i++).gone().forEach(gone::set);
                SegmentInputs.files(files, (unit, path, state) -> {
                    if (!gone.get(unit)) {
                        known.add(path, state, first + unit);
                    }
                });
            }
        }
        return known;
    }

    /** A hash of what a later listing of an unchanged file will say. */
    static long state(InputFile file) {
        boolean told = !file.etag().isEmpty() && !file.etag().startsWith(InputFile.CHECKSUM);
        return told ? ofContent(file.bytes(), file.etag()) : ofTime(file);
    }

    private static long ofContent(long bytes, String etag) {
        return Hashes.first64(bytes + " " + etag);
    }

    /** Whether this is the state of a file with such a tag, perhaps as it was known once: in quotes. */
    private static boolean isOfContent(long state, InputFile file) {
        return !file.etag().isEmpty()
                && (state == ofContent(file.bytes(), file.etag())
                        || state == ofContent(file.bytes(), '"' + file.etag() + '"'));
    }

    private static long ofTime(InputFile file) {
        return SplitMix64.mix(SplitMix64.mix(file.bytes()) ^ file.modifiedMillis());
    }

    private void add(long path, long state, int unit) {
        if (count + 1 > MOST_FULL * units.length) {
            grow();
        }
        put(path, state, unit + 1);
        count++;
    }

    /**
     * The units of one file come one after the other, perhaps a hundred thousand of them: each goes on from the last.
     */
    private void put(long path, long state, int unit) {
        int at = path == paths[last] && units[last] != 0 ? last : (int) path & units.length - 1;
        while (units[at] != 0) {
            at = at + 1 & units.length - 1;
        }
        paths[at] = path;
        states[at] = state;
        units[at] = unit;
        last = at;
    }

    private void grow() {
        long[] oldPaths = paths;
        long[] oldStates = states;
        int[] oldUnits = units;
        paths = new long[2 * oldUnits.length];
        states = new long[2 * oldUnits.length];
        units = new int[2 * oldUnits.length];
        last = 0;
        for (int at = 0; at < oldUnits.length; at++) {
            if (oldUnits[at] != 0) {
                put(oldPaths[at], oldStates[at], oldUnits[at]);
            }
        }
    }

    /** A place with a path, the first from one on before an empty place; -1 if there is none. */
    private int placeFrom(int start, long path) {
        int at = start & units.length - 1;
        while (units[at] != 0 && paths[at] != path) {
            at = at + 1 & units.length - 1;
        }
        return units[at] == 0 ? -1 : at;
    }

    /** Compares a listed file, and remembers that it was listed. */
    public Known look(InputFile file) {
        Known found = Known.NEW;
        long path = Hashes.first64(file.path());
        for (int at = placeFrom((int) path, path); at >= 0; at = placeFrom(at + 1, path)) {
            listed.set(at);
            boolean same = states[at] == ofTime(file) || isOfContent(states[at], file);
            found = same && found != Known.CHANGED ? Known.SAME : Known.CHANGED;
        }
        return found;
    }

    /** Whether a unit has a file of this path. */
    public boolean has(String file) {
        long path = Hashes.first64(file);
        return placeFrom((int) path, path) >= 0;
    }

    public boolean isListed(String file) {
        long path = Hashes.first64(file);
        int at = placeFrom((int) path, path);
        return at >= 0 && listed.get(at);
    }

    /** The numbers of the units, among all units of the dataset, that a file is in. */
    public BitSet unitsOf(String file) {
        BitSet found = new BitSet();
        long path = Hashes.first64(file);
        for (int at = placeFrom((int) path, path); at >= 0; at = placeFrom(at + 1, path)) {
            found.set(units[at] - 1);
        }
        return found;
    }

    /** The units with a file that was not listed. */
    public BitSet unitsOfMissing() {
        BitSet found = new BitSet();
        for (int at = 0; at < units.length; at++) {
            if (units[at] != 0 && !listed.get(at)) {
                found.set(units[at] - 1);
            }
        }
        return found;
    }

    /** The segment of a unit. */
    public int segmentOf(int unit) {
        int found = Arrays.binarySearch(firstUnit, unit);
        int segment = found >= 0 ? found : -found - 2;
        while (firstUnit[segment + 1] == unit) { // an empty segment
            segment++;
        }
        return segment;
    }

    /** A unit's number in its segment. */
    public int numberInSegment(int unit) {
        return unit - firstUnit[segmentOf(unit)];
    }
}
