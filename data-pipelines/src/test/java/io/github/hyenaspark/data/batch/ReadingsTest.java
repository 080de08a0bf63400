package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.model.LabelModel;
import io.github.hyenaspark.model.LossSum;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.operator.head.LabelHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ReadingsTest {
    private static final int VOCABULARY = 6;
    private static final int LONGEST = 1 << 14;

    /** Of four groups' worth of tokens, of which the model never has more than one group. */
    @Test
    void manySequencesAreComputedAFewAtATime() {
        Settings settings = Settings.load(
                List.of("model.d-model=2", "model.n-layer=1", "model.mixer=hyena-se", "model.l-max=" + LONGEST));
        var head = new LabelHead(LabelHead.Task.REGRESSION, 1, LabelHead.Pooling.MEAN, 1, 2, 0);
        LabelModel model = LabelModel.create(
                new LabelModel.Spec(settings.bind("model", ModelConfig.class), VOCABULARY, head, 1), 5);
        Random random = new Random(6);
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int length = i % 3 == 0 ? LONGEST : 1 + random.nextInt(LONGEST);
            sequences.add(random.ints(length, 0, VOCABULARY).toArray());
        }
        double[] targets = IntStream.range(0, 20).mapToDouble(i -> i / 10.0).toArray();
        double[] weights = IntStream.range(0, 20).mapToDouble(i -> 1 + i % 2).toArray();

        double[][] outputs = Readings.BOTH.outputs(model, sequences, LONGEST);
        LossSum sum = Readings.BOTH.lossSum(model, sequences, targets, weights, LONGEST);
        double nats = 0;
        for (int i = 0; i < sequences.size(); i++) {
            List<int[]> one = List.of(sequences.get(i));
            assertThat(outputs[i]).isEqualTo(Readings.BOTH.outputs(model, one, LONGEST)[0]);
            nats += model.lossSum(
                            Readings.BOTH.batch(one, new double[] {targets[i]}, new double[] {weights[i]}, LONGEST))
                    .nats();
        }
        assertThat(outputs).hasNumberOfRows(20);
        assertThat(sum.tokens()).isEqualTo(20);
        assertThat(sum.nats()).isCloseTo(nats, within(1e-5 * nats));
    }
}
