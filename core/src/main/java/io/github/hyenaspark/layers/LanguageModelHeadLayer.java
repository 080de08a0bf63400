package io.github.hyenaspark.layers;

import io.github.hyenaspark.operator.block.BlockConfig;
import io.github.hyenaspark.operator.head.LanguageModelHead;
import io.github.hyenaspark.operator.head.TiedHead;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The end of the language model: final norm, logits by the embedding's table, softmax cross entropy against integer
 * targets [batch, (1,) length], −100 where no loss counts. The loss is the mean per counted target, in nats.
 */
public final class LanguageModelHeadLayer extends OperatorLayer {
    public LanguageModelHeadLayer() {}

    public LanguageModelHeadLayer(int vocabularySize, int width) {
        setNIn(width);
        setNOut(vocabularySize);
    }

    @Override
    public List<ParameterSpec> specs() {
        return BlockConfig.norm(Math.toIntExact(getNIn())).stream()
                .map(spec -> spec.within("norm"))
                .toList();
    }

    @Override
    OperatorRuntime<?, ?> runtime(NeuralNetConfiguration conf, DataType type) {
        return type == DataType.DOUBLE
                ? new HeadRuntime<>(conf, type, new LanguageModelHead.Reference(), new Precision.Doubles())
                : new HeadRuntime<>(
                        conf,
                        type,
                        new TiedHead(Math.toIntExact(getNIn()), Math.toIntExact(getNOut())),
                        new Precision.Floats());
    }

    /** The loss of every target, B×L, of a network's {@code head}, for the output of its last block, B×D×L. */
    public static LanguageModelHead.TargetLosses losses(Layer head, INDArray blockOutput, int[] targets) {
        return runtime(head).losses(blockOutput, targets);
    }

    /** The final norm of a network's {@code head}, a new array, for the output of its last block, B×D×L. */
    public static INDArray normed(Layer head, INDArray blockOutput) {
        return runtime(head).normed(blockOutput);
    }

    private static HeadRuntime<?> runtime(Layer head) {
        if (head instanceof HeadRuntime<?> runtime) {
            return runtime;
        }
        throw new IllegalArgumentException("expected a language model head, found " + head.getClass());
    }

    @Override
    Object settings() {
        return List.of();
    }
}
