package io.github.hyenaspark.data.prepare.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.prepare.commit.DatasetVerification.Faults;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FaultsTest {
    private static List<Faults> single(int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(object -> Faults.of(object, List.of(Optional.of("object " + object))))
                .toList());
    }

    @Test
    void foundInAnyOrderTheyAreTheSame() {
        List<Faults> found = single(30);
        Faults inOrder = found.stream().reduce(Faults.NONE, Faults::plus);
        Collections.shuffle(found, new Random(5));
        assertThat(found.stream().reduce(Faults.NONE, Faults::plus)).isEqualTo(inOrder);
        assertThat(inOrder.sentences()).hasSize(30).startsWith("object 0", "object 1");
    }

    @Test
    void ofVeryManyTheFirstAreToldAndTheOthersCounted() {
        List<Faults> found = single(Faults.MOST + 7);
        Collections.shuffle(found, new Random(5));
        assertThat(found.stream().reduce(Faults.NONE, Faults::plus).sentences())
                .hasSize(Faults.MOST + 1)
                .startsWith("object 0", "object 1")
                .endsWith("object " + (Faults.MOST - 1), "... and 7 more objects are damaged");
    }
}
