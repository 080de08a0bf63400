package io.github.hyenaspark.data.prepare.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedUnitsTest {
    @Test
    void unitsAreUnpackedAsTheyWere() {
        var random = new Random(1);
        var packed = new PackedUnits();
        List<WorkUnit> units = new ArrayList<>();
        assertThat(packed).isEmpty();
        for (int i = 0; i < 500; i++) {
            int files = random.nextInt(10) == 0 ? 1 + random.nextInt(100) : 1 + random.nextInt(3);
            WorkUnit unit = unit(i, files);
            units.add(random.nextBoolean() ? unit : new WorkUnit("name " + i, unit.packed()));
            packed.add(units.get(i));
            assertThat(packed.get(i / 2)).isEqualTo(units.get(i / 2)); // some are not packed yet
        }

        assertThat(packed).isEqualTo(units);
        List<Integer> places =
                new ArrayList<>(IntStream.range(0, units.size()).boxed().toList());
        Collections.shuffle(places, random);
        assertThat(places).allSatisfy(place -> assertThat(packed.get(place)).isEqualTo(units.get(place)));
        assertThat(packed.subList(100, 333)).isEqualTo(units.subList(100, 333));
        assertThat(packed.at(new int[] {400, 7, 8})).containsExactly(units.get(400), units.get(7), units.get(8));
        assertThatThrownBy(() -> packed.get(500)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static WorkUnit unit(int number, int files) {
        return new WorkUnit(IntStream.range(0, files)
                .mapToObj(file -> "web/%05d-%03d.jsonl".formatted(number, file))
                .map(path -> new Slice(new InputFile(path, "s3a://bucket/" + path, 1000, 77, ""), number, 1000))
                .toList());
    }
}
