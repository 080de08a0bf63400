package io.github.hyenaspark.jobs.spark.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EvaluationTaskTest {
    @Test
    void chunksTogetherHoldEverySequenceOnceInOrder() {
        for (long sequences : new long[] {1, 2, 3, 7, 8, 9, 31, 32, 33}) {
            for (int batchSize : new int[] {1, 2, 8, 40}) {
                long[] all = IntStream.range(0, EvaluationTask.chunks(sequences, batchSize))
                        .mapToObj(chunk -> EvaluationTask.sequencesOf(chunk, batchSize, sequences))
                        .flatMapToLong(LongStream::of)
                        .toArray();
                assertThat(all)
                        .as("%d sequences in chunks of %d", sequences, batchSize)
                        .containsExactly(LongStream.range(0, sequences).toArray());
            }
        }
    }

    @Test
    void aSampleHasSoManySequencesTheSameOnesAtEachCallAndOthersForAnotherSeed() {
        long[] chosen = chosen(new EvaluationTask.Sample(100, 7), 1_000_000, 100);
        assertThat(chosen).isSorted().doesNotHaveDuplicates();
        assertThat(chosen[0]).isLessThan(100_000);
        assertThat(chosen[99]).isBetween(900_000L, 999_999L);
        assertThat(chosen(new EvaluationTask.Sample(100, 7), 1_000_000, 100)).isEqualTo(chosen);
        assertThat(chosen(new EvaluationTask.Sample(100, 8), 1_000_000, 100)).isNotEqualTo(chosen);
        assertThat(chosen(new EvaluationTask.Sample(100, 7), 100, 100))
                .isEqualTo(LongStream.range(0, 100).toArray());
    }

    private static long[] chosen(EvaluationTask.Sample sample, long sequences, long count) {
        return LongStream.range(0, count).map(sample.numbers(sequences)).toArray();
    }
}
