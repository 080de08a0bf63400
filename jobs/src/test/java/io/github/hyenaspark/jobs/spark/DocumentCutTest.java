package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.batch.PackingConfig;
import io.github.hyenaspark.data.batch.PackingPlan;
import io.github.hyenaspark.data.batch.PackingPlan.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DocumentCutTest {
    private static final int[] LENGTHS = {1, 2, 3, 7, 8, 9, 31, 32, 33, 100};

    /** A document whose token i is i, given in blocks. */
    private static List<SequenceBatcher.DocumentSequence<String>> cut(int tokens, int length, int overlap, int block) {
        List<SequenceBatcher.DocumentSequence<String>> sequences = new ArrayList<>();
        var cut = new SequenceBatcher.DocumentCut<>(
                "document", new SequenceBatcher.Windows(length, overlap), sequences::add);
        int[] ids = IntStream.range(0, tokens).toArray();
        for (int from = 0; from < tokens; from += block) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(tokens, from + block));
            cut.accept(part, part.length);
        }
        cut.end();
        return sequences;
    }

    @Test
    void everyTokenButTheFirstIsATargetOnceInOrderAndWithItsContext() {
        for (int tokens : LENGTHS) {
            for (int length : new int[] {1, 2, 7, 8, 32}) {
                for (int overlap = 0; overlap < length; overlap += 1 + length / 4) {
                    List<Integer> targets = new ArrayList<>();
                    for (SequenceBatcher.DocumentSequence<String> sequence : cut(tokens, length, overlap, 5)) {
                        assertThat(sequence.inputs()).isBetween(sequence.context() + 1, length);
                        assertThat(sequence.full()).isEqualTo(sequence.inputs() == length);
                        assertThat(sequence.context()).isEqualTo(sequence.from() == 0 ? 0 : overlap);
                        for (int i = 0; i <= sequence.inputs(); i++) {
                            assertThat(sequence.tokens()[i]).isEqualTo((int) sequence.from() + i);
                        }
                        for (int i = sequence.context(); i < sequence.inputs(); i++) {
                            targets.add(sequence.tokens()[i + 1]);
                        }
                    }
                    assertThat(targets)
                            .as("%d tokens, length %d, overlap %d", tokens, length, overlap)
                            .isEqualTo(IntStream.range(1, tokens).boxed().toList());
                }
            }
        }
    }

    @Test
    void withoutOverlapTheCutsAreThoseOfSinglePacking() {
        for (int tokens : LENGTHS) {
            PackingPlan plan = PackingPlan.of(new long[] {tokens}, new PackingConfig(PackingConfig.Strategy.SINGLE, 8));
            List<Part> parts = new ArrayList<>();
            for (int sequence = 0; sequence < plan.sequences(); sequence++) {
                parts.addAll(plan.parts(sequence));
            }
            assertThat(cut(tokens, 8, 0, 3).stream()
                            .map(sequence -> new Part(0, sequence.from(), sequence.inputs()))
                            .toList())
                    .as("%d tokens", tokens)
                    .isEqualTo(parts);
        }
    }
}
