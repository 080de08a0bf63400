package io.github.hyenaspark.data.prepare.plan;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.PackedFiles;
import io.github.hyenaspark.data.prepare.segment.KnownFiles;
import io.github.hyenaspark.data.prepare.segment.SegmentInputs;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A dataset's units with their files as they were prepared, read when a file of their segment is asked for. */
final class PreparedUnits {
    private final Storage storage;
    private final String dataset;
    private final List<Segment.Entry> segments;
    private final KnownFiles known;
    private final Map<Integer, List<WorkUnit>> units = new HashMap<>(); // by segment

    PreparedUnits(Storage storage, String dataset, List<Segment.Entry> segments, KnownFiles known) {
        this.storage = storage;
        this.dataset = dataset;
        this.segments = segments;
        this.known = known;
    }

    WorkUnit unit(int number) throws IOException {
        return ofSegment(known.segmentOf(number)).get(known.numberInSegment(number));
    }

    private List<WorkUnit> ofSegment(int segment) throws IOException {
        List<WorkUnit> found = units.get(segment);
        if (found == null) {
            found = SegmentInputs.units(storage, dataset, segments.get(segment));
            units.put(segment, found);
        }
        return found;
    }

    /** Known files as they were then, in the same order: the first unit of each knows its checksum. */
    List<InputFile> then(List<InputFile> files) throws IOException {
        var firstUnits = new BitSet();
        Set<String> paths = new HashSet<>();
        for (InputFile file : files) {
            firstUnits.set(known.unitsOf(file.path()).nextSetBit(0));
            paths.add(file.path());
        }
        Map<String, InputFile> found = new HashMap<>();
        for (int number : firstUnits.stream().toArray()) {
            for (Slice slice : unit(number).slices()) {
                if (paths.contains(slice.file().path())) {
                    found.putIfAbsent(slice.file().path(), slice.file());
                }
            }
        }
        List<InputFile> then = new ArrayList<>();
        for (InputFile file : files) {
            InputFile one = found.get(file.path());
            if (one == null) {
                throw new IllegalStateException("two paths have the hash of " + file.path());
            }
            then.add(one);
        }
        return then;
    }

    /**
     * Notes the times of files that were written again with the same bytes, so that the next listing tells that they
     * have not changed. If only a part is noted, the rest is asked for its checksums once more.
     */
    void note(PackedFiles files) throws IOException {
        Map<Integer, PackedFiles> bySegment = new TreeMap<>();
        for (InputFile file : files) {
            known.unitsOf(file.path()).stream()
                    .map(known::segmentOf)
                    .distinct()
                    .forEach(segment -> bySegment
                            .computeIfAbsent(segment, one -> new PackedFiles())
                            .add(file));
        }
        for (Map.Entry<Integer, PackedFiles> some : bySegment.entrySet()) {
            Map<String, InputFile> now = new HashMap<>();
            some.getValue().forEach(file -> now.put(file.path(), file));
            List<WorkUnit> noted = ofSegment(some.getKey()).stream()
                    .map(unit -> noted(unit, now))
                    .toList();
            SegmentInputs.write(storage, dataset, segments.get(some.getKey()), noted);
        }
    }

    private static WorkUnit noted(WorkUnit unit, Map<String, InputFile> now) {
        List<Slice> slices = new ArrayList<>();
        for (Slice slice : unit.slices()) {
            InputFile then = slice.file();
            InputFile file = now.getOrDefault(then.path(), then).with(then.etag());
            slices.add(new Slice(file, slice.from(), slice.to()));
        }
        return new WorkUnit(unit.name(), slices);
    }
}
