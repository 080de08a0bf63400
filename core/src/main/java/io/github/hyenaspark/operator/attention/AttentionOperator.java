package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.attention.HeadTiles.Operand;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.nn.InferenceModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Multi-head causal attention (arXiv 1706.03762, section 3.2) in the form that runs: memory grows with the length, not
 * its square, because weights exist for one block of queries and keys at a time. Forward with a running maximum and
 * sum, backward from their logarithm (FlashAttention, arXiv 2205.14135, algorithms 1 and 4), without the blocks above
 * the diagonal. Inside, activations lie in {@link HeadTiles tiles}, which are also the blocks of {@link AttentionHead}.
 */
public final class AttentionOperator implements DifferentiableModule<FloatArray> {
    private static final Workspace.Slot<float[][]> GRADIENT = Workspace.Slot.rows();

    private final AttentionConfig config;
    private final HeadTiles tiles;
    private final Dense outputProjection;
    private FloatArray input = FloatArray.allocate(0); // the caller's
    private FloatArray outputs = FloatArray.allocate(0); // of all heads, packed; in the backward pass their gradients
    private FloatArray logSums = FloatArray.allocate(0); // B×H×L
    private FloatArray products = FloatArray.allocate(0); // B×H×L

    public AttentionOperator(AttentionConfig config) {
        this.config = config;
        tiles = new HeadTiles(config);
        outputProjection = Dense.out(config.width());
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
        Dense.Forward forward = outputProjection.new Forward(pass);
        Tile.each(pass, HeadTiles.LENGTH, tile -> forward.run(tile, tile.packed(outputs, config.width()), output));
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        products = products.atLeast((long) config.heads() * pass.batchSize() * pass.length());
        backwardOutputs(outputGradient, pass);
        int together = heads(pass) % pass.pool().threads();
        int alone = heads(pass) - together;
        int blocks = blocks(pass);
        AttentionHead.Shared shared = shared();
        pass.pool().divide(alone, (member, from, to) -> {
            for (int number = from; number < to; number++) {
                AttentionHead head = new AttentionHead(shared, pass, member, number);
                head.startBackward();
                for (int group = 0; group < KeyGroups.number(blocks); group++) {
                    head.addQueryGradients(head.backward(KeyGroups.blocks(group, blocks)));
                }
                head.finishBackward();
            }
        });
        for (int number = alone; number < alone + together; number++) {
            backwardTogether(shared, number, pass);
        }
        tiles.backward(input, inputGradient, pass);
    }

    private void backwardOutputs(FloatArray outputGradient, ForwardContext<FloatArray> pass) {
        Dense.Backward backward = outputProjection
        .new Backward(
                pass,
                HeadTiles.LENGTH,
                tile -> tile.packed(outputs, config.width()),
                tile -> tile.of(outputGradient, config.width()));
        AttentionHead.Shared shared = shared();
        Tile.each(pass, HeadTiles.LENGTH, tile -> {
            float[][] gradient = tile.rows(GRADIENT, config.width());
            backward.run(tile, tile.of(gradient, config.width()));
            shared.replaceOutputs(tile, gradient);
        });
        backward.finish();
    }

    /** The heads that are left when every member has as many: each by all members, which divide its groups of keys. */
    private void backwardTogether(AttentionHead.Shared shared, int number, ForwardContext<FloatArray> pass) {
        int blocks = blocks(pass);
        float[][][] groups = new float[KeyGroups.number(blocks)][][];
        pass.pool().divide(groups.length, (member, from, to) -> {
            AttentionHead head = new AttentionHead(shared, pass, member, number);
            for (int group = from; group < to; group++) {
                groups[group] = AttentionHead.copy(head.backward(KeyGroups.blocks(group, blocks)));
            }
        });
        AttentionHead first = new AttentionHead(shared, pass, 0, number);
        first.startBackward();
        for (float[][] group : groups) {
            first.addQueryGradients(group);
        }
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

    /** Alternates blocks that meet few others with blocks that meet many, so that ranges take about equal time. */
    private static int balanced(int item, int blocks) {
        return item % 2 == 0 ? item / 2 : blocks - 1 - item / 2;
    }

    private void free() {
        tiles.free();
        outputs.free();
        logSums.free();
        products.free();
    }

    /** {@link AttentionOperator} for a sequence that grows; keeps its keys and values. */
    static final class Incremental implements InferenceModule<FloatArray> {
        private static final Workspace.Slot<float[]> ROW = Workspace.Slot.row();
        private static final Workspace.Slot<FloatArray> SCORES = Workspace.Slot.array();
        private static final Workspace.Slot<float[]> LARGEST = Workspace.Slot.row();

        private final AttentionConfig config;
        private final int capacity;
        private final HeadTiles step;
        private final Dense outputProjection;
        private final FloatArray keys; // D×capacity
        private final FloatArray values; // D×capacity
        private final FloatArray mixed; // D×1
        private int length;

        Incremental(AttentionConfig config, int capacity) {
            this.config = config;
            this.capacity = capacity;
            step = new HeadTiles(config);
            outputProjection = Dense.out(config.width());
            keys = FloatArray.allocate((long) config.width() * capacity);
            values = FloatArray.allocate((long) config.width() * capacity);
            mixed = FloatArray.allocate(config.width());
        }

        @Override
        public void forward(FloatArray input, FloatArray output, ForwardContext<FloatArray> pass) {
            if (length == 0) {
                AttentionOperator beginning = new AttentionOperator(config);
                beginning.forward(input, output, pass);
                Tile.each(pass, HeadTiles.LENGTH, tile -> keep(beginning.tiles, tile));
                beginning.free();
            } else {
                step.forward(input, length, pass);
                Tile.each(pass, 1, tile -> {
                    keep(step, tile);
                    for (int head = 0; head < config.heads(); head++) {
                        attend(head, tile);
                    }
                });
                outputProjection.forward(mixed, output, pass);
            }
            length += pass.length();
        }

        private void keep(HeadTiles tiles, Tile tile) {
            float[] row = tile.workspace().row(ROW, tile.count());
            for (int channel = 0; channel < config.width(); channel++) {
                int head = channel / config.headWidth();
                long at = (long) channel * capacity + length + tile.from();
                tiles.of(Operand.KEY, head, tile).read(channel % config.headWidth(), row);
                keys.write(at, row, tile.count());
                tiles.of(Operand.VALUE, head, tile).read(channel % config.headWidth(), row);
                values.write(at, row, tile.count());
            }
        }

        /** The output of one head for the step after those that were kept before it. */
        private void attend(int head, Tile tile) {
            Workspace workspace = tile.workspace();
            int steps = length + 1;
            Matrix scores = Matrix.of(workspace.array(SCORES, capacity), 1, steps);
            scores.set(step.of(Operand.QUERY, head, tile).t(), kept(keys, head, steps));
            float[] row = workspace.row(ROW, capacity);
            float[] largest = workspace.row(LARGEST, capacity);
            scores.read(0, row);
            float most = row[0];
            for (int s = 1; s < steps; s++) {
                most = Math.max(most, row[s]);
            }
            Arrays.fill(largest, 0, steps, most);
            workspace.exponential.ofDifferences(row, largest, steps);
            VectorOps.scale((float) (1 / workspace.sums.of(row, steps)), row, steps);
            scores.write(0, row);
            Matrix output = Matrix.of(mixed, config.width(), 1).part(head * config.headWidth(), config.headWidth());
            output.set(kept(values, head, steps), scores.t());
        }

        private Matrix kept(FloatArray all, int head, int steps) {
            return new Matrix(
                    all, (long) head * config.headWidth() * capacity, config.headWidth(), steps, capacity, false);
        }
    }

    /**
     * The blocks of keys of a head, in groups that add up the gradients of the queries apart from one another: who
     * computes which group does not matter, because groups are added in their order. A block meets the more queries the
     * earlier it is, so the first goes with the last, and so on, and groups take about equal time.
     */
    static final class KeyGroups {
        private static final int MOST = 8;

        private KeyGroups() {}

        /** Groups of {@code blocks} blocks. */
        static int number(int blocks) {
            return Math.min(MOST, (blocks + 1) / 2);
        }

        /** The blocks of a group, of {@code blocks} in all, ascending. */
        static IntStream blocks(int group, int blocks) {
            return IntStream.range(0, blocks).filter(block -> Math.min(block, blocks - 1 - block) % MOST == group);
        }
    }
}
