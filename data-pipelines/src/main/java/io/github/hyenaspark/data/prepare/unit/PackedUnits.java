package io.github.hyenaspark.data.prepare.unit;

import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.PackedSlices;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.TreeMap;

/**
 * Work units in the order in which they were added, those of few slices packed together: some fifty bytes each instead
 * of two hundred, because whoever plans holds all new ones. Many threads may read one that nobody adds to.
 */
public final class PackedUnits extends AbstractList<WorkUnit> implements RandomAccess {
    /** Slices of units that are packed together, unless one unit has more. */
    private static final int TOGETHER = 32;

    private static final String BETWEEN = "\n"; // no name has one

    private final TreeMap<Integer, Block> blocks = new TreeMap<>(); // by the place of the first unit
    private final List<WorkUnit> open = new ArrayList<>(); // not packed yet
    private int openSlices;
    private int count;
    private volatile Unpacked recent = new Unpacked(0, List.of());

    /**
     * Units that are packed together.
     *
     * @param ends where the slices of each end, among all
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(String names, int[] ends, PackedSlices packed) {}

    /** Units from a place on. */
    private record Unpacked(int from, List<WorkUnit> units) {
        boolean has(int place) {
            return place >= from && place < from + units.size();
        }
    }

    @Override
    public boolean add(WorkUnit unit) {
        int slices = unit.packed().count();
        if (openSlices + slices > TOGETHER) {
            pack();
        }
        open.add(unit);
        openSlices += slices;
        count++;
        return true;
    }

    private void pack() {
        if (open.isEmpty()) {
            return;
        }
        List<String> names = open.stream().map(WorkUnit::name).toList();
        int[] ends = new int[open.size()];
        for (int i = 0, end = 0; i < ends.length; i++) {
            end += open.get(i).packed().count();
            ends[i] = end;
        }
        PackedSlices packed = open.size() == 1
                ? open.get(0).packed()
                : PackedSlices.of(
                        open.stream().flatMap(unit -> unit.slices().stream()).toList());
        blocks.put(count - open.size(), new Block(String.join(BETWEEN, names), ends, packed));
        open.clear();
        openSlices = 0;
    }

    @Override
    public WorkUnit get(int place) {
        Objects.checkIndex(place, count);
        int packed = count - open.size();
        if (place >= packed) {
            return open.get(place - packed);
        }
        Unpacked found = recent;
        if (!found.has(place)) {
            found = unpack(place);
            recent = found;
        }
        return found.units().get(place - found.from());
    }

    /** The units of the block that a place is in. */
    private Unpacked unpack(int place) {
        Map.Entry<Integer, Block> entry = blocks.floorEntry(place);
        Block block = entry.getValue();
        String[] names = block.names().split(BETWEEN, -1);
        if (names.length == 1) {
            return new Unpacked(place, List.of(new WorkUnit(names[0], block.packed())));
        }
        List<Slice> slices = block.packed().list();
        List<WorkUnit> units = new ArrayList<>(names.length);
        int from = 0;
        for (int i = 0; i < names.length; i++) {
            units.add(new WorkUnit(names[i], slices.subList(from, block.ends()[i])));
            from = block.ends()[i];
        }
        return new Unpacked(entry.getKey(), units);
    }

    /** A view of the units at these places, in their order. */
    public List<WorkUnit> at(int[] places) {
        return new At(this, places.clone());
    }

    @Override
    public int size() {
        return count;
    }

    private static final class At extends AbstractList<WorkUnit> implements RandomAccess {
        private final PackedUnits units;
        private final int[] places;

        At(PackedUnits units, int[] places) {
            this.units = units;
            this.places = places;
        }

        @Override
        public WorkUnit get(int index) {
            return units.get(places[index]);
        }

        @Override
        public int size() {
            return places.length;
        }
    }
}
