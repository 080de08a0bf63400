package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.OutputProjection;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Multi-head causal attention (arXiv 1706.03762, section 3.2) in the form that runs: memory grows with the length, not
 * with its square, because weights exist for one block of queries and keys at a time. Forward with a running maximum
 * and sum, backward from their logarithm (FlashAttention, arXiv 2205.14135, algorithms 1 and 4). Blocks above the
 * diagonal are left out.
 *
 * <p>Activations are B×D×L outside; inside they lie in {@link HeadTiles tiles}, which are also the blocks. Read on at
 * {@link AttentionHead}. {@link ReferenceAttention} is the same in plain double loops, {@link IncrementalAttention} the
 * same for a sequence that grows.
 */
public final class AttentionOperator implements DifferentiableModule<FloatArray> {
    private final AttentionConfig config;
    private final HeadTiles tiles;
    private final OutputProjection outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray outputs = FloatArray.allocate(0); // of all heads, packed; in the backward pass their gradients
    private FloatArray logSums = FloatArray.allocate(0); // B×H×L
    private FloatArray products = FloatArray.allocate(0); // B×H×L

    /** Attention of the given configuration. */
    public AttentionOperator(AttentionConfig config) {
        this.config = config;
        tiles = new HeadTiles(config);
        outputProjection = new OutputProjection(config.width());
    }

    /** Queries, keys and values of the last forward pass. */
    HeadTiles tiles() {
        return tiles;
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        outputs = outputs.atLeast((long) config.width() * pass.batchSize() * pass.length());
        logSums = logSums.atLeast((long) config.heads() * pass.batchSize() * pass.length());
        tiles.forward(input, 0, pass);
        AttentionHead.Shared shared = shared();
        int blocks = blocks(pass);
        pass.pool().divide(Math.multiplyExact(heads(pass), blocks), (member, from, to) -> {
            for (int item = from; item < to; item++) {
                new AttentionHead(shared, pass, member, item / blocks).forward(balanced(item % blocks, blocks));
            }
        });
        OutputProjection.Forward forward = outputProjection.new Forward(pass);
        Tile.each(pass, HeadTiles.LENGTH, tile -> forward.run(tile, tile.packed(outputs, config.width()), output));
    }

    /**
     * {@inheritDoc}
     *
     * <p>{@code inputGradient} may be the input of the forward pass itself, which it then replaces.
     */
    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        products = products.atLeast((long) config.heads() * pass.batchSize() * pass.length());
        backwardOutputs(outputGradient, pass);
        int together = heads(pass) % pass.pool().threads();
        int alone = heads(pass) - together;
        AttentionHead.Shared shared = shared();
        pass.pool().divide(alone, (member, from, to) -> {
            for (int number = from; number < to; number++) {
                AttentionHead head = new AttentionHead(shared, pass, member, number);
                head.startBackward();
                for (int block = 0; block < blocks(pass); block++) {
                    head.backward(block);
                }
                head.finishBackward();
            }
        });
        for (int number = alone; number < alone + together; number++) {
            backwardTogether(shared, number, pass);
        }
        tiles.backward(input, inputGradient, pass);
    }

    /** Puts the gradients of the heads' outputs in their places, after the sums of their products. */
    private void backwardOutputs(FloatArray outputGradient, ForwardContext<FloatArray> pass) {
        OutputProjection.Backward backward = outputProjection.new Backward(pass);
        AttentionHead.Shared shared = shared();
        Tile.each(pass, HeadTiles.LENGTH, tile -> {
            Matrix gradient = tile.matrix("attention.gradient", config.width());
            backward.run(tile, tile.packed(outputs, config.width()), outputGradient, gradient);
            shared.replaceOutputs(tile, gradient);
        });
        backward.finish();
    }

    /** The heads that are left when every member has as many: each by all members, which divide its keys. */
    private void backwardTogether(AttentionHead.Shared shared, int number, ForwardContext<FloatArray> pass) {
        List<AttentionHead> members = IntStream.range(0, pass.pool().threads())
                .mapToObj(member -> new AttentionHead(shared, pass, member, number))
                .toList();
        members.forEach(AttentionHead::startBackward);
        int blocks = blocks(pass);
        pass.pool().divide(blocks, (member, from, to) -> {
            for (int item = from; item < to; item++) {
                members.get(member).backward(balanced(item, blocks));
            }
        });
        AttentionHead first = members.get(0);
        members.subList(1, members.size()).forEach(first::addQueryGradients);
        first.finishBackward();
    }

    private AttentionHead.Shared shared() {
        return new AttentionHead.Shared(config, tiles, outputs, logSums, products);
    }

    private int heads(ForwardContext<?> pass) {
        return Math.multiplyExact(pass.batchSize(), config.heads());
    }

    private static int blocks(ForwardContext<?> pass) {
        return Tile.tiles(pass, HeadTiles.LENGTH) / pass.batchSize();
    }

    /** A block that meets few others after one that meets many, so that equal ranges take about equal time. */
    private static int balanced(int item, int blocks) {
        return item % 2 == 0 ? item / 2 : blocks - 1 - item / 2;
    }
}
