package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingPlanTest {
    private static final long[] DOCUMENTS = {1, 9, 8, 1, 1, 2, 17, 16, 18, 7, 3, 1000, 1};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 16, 17, 999, 1000, 2000})
    void sequencesAreWhatCuttingOneAfterTheOtherGives(int length) {
        List<PackingPlan.Place> expected = new ArrayList<>();
        for (int document = 0; document < DOCUMENTS.length; document++) {
            for (long from = 0; from + 1 < DOCUMENTS[document]; from += length) {
                long end = Math.min(DOCUMENTS[document], from + length + 1);
                expected.add(new PackingPlan.Place(document, from, (int) (end - from)));
            }
        }
        PackingPlan plan = PackingPlan.contiguous(DOCUMENTS, length);

        assertThat(plan.sequences()).isEqualTo(expected.size());
        for (int sequence = 0; sequence < expected.size(); sequence++) {
            assertThat(plan.place(sequence)).isEqualTo(expected.get(sequence));
        }
    }

    @Test
    void documentsWithoutTextHaveNoSequence() {
        PackingPlan plan = PackingPlan.contiguous(new long[] {1, 1}, 4);

        assertThat(plan.sequences()).isZero();
        assertThatThrownBy(() -> plan.place(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sequence 0 is not in [0, 0)");
    }

    @Test
    void aLengthOfZeroIsRefused() {
        assertThatThrownBy(() -> PackingPlan.contiguous(DOCUMENTS, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence has at least 1 token, found 0");
    }
}
