package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchCursorTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 4, 3",
        "2, 1, 1",
        "3, 2, 2",
        "7, 2, 4",
        "8, 2, 2",
        "9, 1, 2",
        "31, 4, 3",
        "32, 2, 4",
        "33, 3, 1",
        "64, 8, 8",
        "100, 5, 10",
        "1000, 4, 7"
    })
    void everySequenceComesOnceInEveryEpoch(long sequences, int workers, int batchSize) {
        var cursor = new BatchCursor(sequences, 11, workers, batchSize);
        int epochs = 4;
        List<Long> read = read(cursor, epochs);

        for (int epoch = 0; epoch < epochs; epoch++) {
            List<Long> once = read.subList((int) (epoch * sequences), (int) ((epoch + 1) * sequences));
            assertThat(once.stream().sorted())
                    .as("epoch %d", epoch)
                    .containsExactlyElementsOf(
                            Stream.iterate(0L, i -> i + 1).limit(sequences).toList());
        }
    }

    @Test
    void epochsHaveDifferentOrders() {
        List<Long> read = read(new BatchCursor(50, 3, 1, 50), 2);

        assertThat(read.subList(0, 50)).isNotEqualTo(read.subList(50, 100));
    }

    @Test
    void aBatchIsTheSameWheneverItIsAskedFor() {
        var cursor = new BatchCursor(1000, 5, 4, 2);
        long[] first = cursor.sequencesOf(370_369, 3);

        assertThat(cursor.sequencesOf(0, 0)).isNotEqualTo(first);
        assertThat(new BatchCursor(1000, 5, 4, 2).sequencesOf(370_369, 3)).isEqualTo(first);
    }

    @Test
    void noSequencesAreRefused() {
        assertThatThrownBy(() -> new BatchCursor(0, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "there are no sequences to read (found 0, expected at least 1); give prepare more documents");
    }

    @Test
    void whatIsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new BatchCursor(5, 1, 0, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("workers and batch-size are at least 1, found 0 and 3");
        assertThatThrownBy(() -> new BatchCursor(5, 1, 2, 1).sequencesOf(0, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no batch of step 0, worker 2: there are 2 workers");
    }

    private static List<Long> read(BatchCursor cursor, int epochs) {
        List<Long> read = new ArrayList<>();
        for (long step = 0; read.size() < epochs * cursor.sequences(); step++) {
            for (int worker = 0; worker < cursor.workers(); worker++) {
                for (long sequence : cursor.sequencesOf(step, worker)) {
                    read.add(sequence);
                }
            }
        }
        return read;
    }
}
