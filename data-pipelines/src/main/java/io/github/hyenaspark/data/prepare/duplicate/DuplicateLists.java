package io.github.hyenaspark.data.prepare.duplicate;

import io.github.hyenaspark.data.shard.snapshot.DuplicateList;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Writes what was found of segments, one after the other: holds the duplicates of one unit, and the lists before it.
 */
public final class DuplicateLists {
    private final Storage storage;
    private final DuplicateSearch search;
    private final List<DuplicateSearch.Marked> marked = new ArrayList<>();
    private final List<DuplicateList> lists = new ArrayList<>(); // of the segment of ofUnit
    private final List<long[]> ofUnit = new ArrayList<>();
    private List<String> names = List.of(); // of the units of that segment

    private DuplicateLists(Storage storage, DuplicateSearch search) {
        this.storage = storage;
        this.search = search;
    }

    /**
     * Writes the lists of every segment with duplicates; safe to repeat and to run twice at once.
     *
     * @param found all duplicates of some segments, sorted by {@link DuplicateRule#compareUnits}
     */
    public static List<DuplicateSearch.Marked> write(Storage storage, DuplicateSearch search, Iterator<long[]> found)
            throws IOException {
        var writer = new DuplicateLists(storage, search);
        while (found.hasNext()) {
            writer.add(found.next());
        }
        writer.endSegment();
        return writer.marked;
    }

    private void add(long[] found) throws IOException {
        if (!ofUnit.isEmpty() && DuplicateRule.segment(ofUnit.get(0)) != DuplicateRule.segment(found)) {
            endSegment();
        } else if (!ofUnit.isEmpty() && DuplicateRule.compareUnits(ofUnit.get(0), found) != 0) {
            endUnit();
        }
        if (names.isEmpty()) {
            names = search.unitNames(storage, DuplicateRule.segment(found));
        }
        ofUnit.add(found);
    }

    private void endUnit() {
        lists.add(DuplicateRule.list(names.get(DuplicateRule.unit(ofUnit.get(0))), ofUnit));
        ofUnit.clear();
    }

    private void endSegment() throws IOException {
        if (ofUnit.isEmpty()) {
            return;
        }
        int number = DuplicateRule.segment(ofUnit.get(0));
        endUnit();
        Segment.Entry segment = search.segments().get(number);
        TestPoint.reached("before listing the duplicates of segment {}", segment.id());
        String dataset = search.spec().config().dataset();
        marked.add(new DuplicateSearch.Marked(number, DuplicateList.write(storage, dataset, segment, lists)));
        TestPoint.reached("segment {} has its duplicates", segment.id());
        lists.clear();
        names = List.of();
    }
}
