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
}
