package io.github.hyenaspark.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BatchTest {
    private final int[] six = new int[6];

    @Test
    void aBatchOfWholeSequencesHasOneStartInEach() {
        assertThat(new Batch(six, six, 2, 3).starts()).containsExactly(0, 3);
        assertThat(new Batch(six, six, 6, 1).starts()).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void startsThatDoNotAscendAreRefused() {
        refused("starts must ascend within 6 positions, found 3 after 3", 0, 3, 3);
        refused("starts must ascend within 6 positions, found -1 after -1", -1, 3);
        refused("starts must ascend within 6 positions, found 6 after 3", 0, 3, 6);
    }

    @Test
    void aSequenceWithoutAStartAtItsFirstPositionIsRefused() {
        String message = "each of the 2 sequences must have a start at its first position, found 1 such starts";
        refused(message, 0, 1, 4);
        refused(message, 1, 3);
    }

    private void refused(String message, int... starts) {
        assertThatThrownBy(() -> new Batch(six, six, starts, 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
