package io.github.hyenaspark.operator.h3;

import io.github.hyenaspark.convolution.LongConvolution;
import io.github.hyenaspark.operator.hyena.LongFilters;
import io.github.hyenaspark.operator.nn.Dense;
import io.github.hyenaspark.operator.nn.DifferentiableModule;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;

/**
 * The H3 operator (arXiv 2212.14052), in the form that runs: a shift state-space model on the keys, their products with
 * the values through a diagonal one, the result times the queries. Both models run as long convolutions with a direct
 * term, as in the authors' code; matrix products go through the batch in {@link Tile tiles}, the rest by head.
 */
public final class H3Operator implements DifferentiableModule<FloatArray> {
    private final H3Config config;
    private final LongFilters shift;
    private final LongFilters diagonal;
    private final Dense inputProjection;
    private final Dense outputProjection;
    private final Heads.Activations kept = new Heads.Activations();
    private FloatArray input = FloatArray.allocate(0); // the caller's

    public H3Operator(H3Config config) {
        this.config = config;
        shift = config.shiftFilters();
        diagonal = config.diagonalFilters();
        inputProjection = Dense.in(config.width(), H3Config.PROJECTIONS * config.width());
        outputProjection = Dense.out(config.width());
    }

    /** For one sequence of at most {@code capacity} steps that grows, T steps in O(T log² T). */
    H3Operator(H3Config config, int capacity, ForwardContext<FloatArray> pass) {
        this(config);
        shift.grow(1, pass.ofLength(capacity));
        diagonal.grow(config.headWidth() * config.headWidth(), pass.ofLength(capacity));
    }

    @Override
    public void forward(FloatArray newInput, FloatArray output, ForwardContext<FloatArray> pass) {
        config.checkLength(pass.length());
        input = newInput;
        kept.resize(config, pass);
        shift.startForward(pass);
        diagonal.startForward(pass);
        inputProjection.forward(input, kept.projected, pass);
        shift.divide(config.heads(), pass, (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            Heads heads = new Heads(config, kept, pass, workspace);
            for (int head = from; head < to; head++) {
                heads.forward(head, shift.forwardChannel(workspace), diagonal.forwardChannel(workspace));
            }
        });
        outputProjection.forward(kept.mixed, output, pass);
        shift.finishForward();
        diagonal.finishForward();
    }

    @Override
    public void backward(FloatArray outputGradient, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        outputProjection.backward(kept.mixed, outputGradient, kept.mixed, pass);
        shift.startBackward();
        diagonal.startBackward();
        pass.pool().divide(config.heads(), (member, from, to) -> {
            Workspace workspace = pass.pool().workspace(member);
            Heads heads = new Heads(config, kept, pass, workspace);
            for (int head = from; head < to; head++) {
                heads.backward(head, shift.channel(workspace), diagonal.channel(workspace));
            }
        });
        inputProjection.backward(input, kept.projected, inputGradient, pass);
        shift.finishBackward(pass);
        diagonal.finishBackward(pass);
    }

    /**
     * What H3 does between its projections, head by head in the memory of one member: k̄ᵢ = s ∗ kᵢ + d kᵢ; yⱼ = Σᵢ qᵢ ⊙
     * (h ∗ (k̄ᵢ ⊙ vⱼ) + e (k̄ᵢ ⊙ vⱼ)), i and j channels of the head. The channel has its shift s and d, the head its h
     * and e.
     */
    private static final class Heads {
        private static final Workspace.Slot<float[][]> ROWS = Workspace.Slot.rows();
        private static final Workspace.Slot<float[][]> QUERIES = Workspace.Slot.rows();
        private static final Workspace.Slot<float[][]> KEYS = Workspace.Slot.rows();
        private static final Workspace.Slot<float[][]> QUERY_GRADIENTS = Workspace.Slot.rows();
        private static final Workspace.Slot<float[][]> KEY_GRADIENTS = Workspace.Slot.rows();

        private static final int QUERY = 0;
        private static final int KEY = 1;
        private static final int VALUE = 2;

        private final H3Config config;
        private final Activations kept;
        private final int batchSize;
        private final int length;
        private final int size; // c
        private final float[][] queries; // c×L
        private final float[][] keys; // shifted
        private final float[][] queryGradients;
        private final float[][] keyGradients;
        private final float[] value;
        private final float[] valueGradient;
        private final float[] convolved;
        private final float[] row;
        private final float[] sum;
        private final float[] gradient;
        private final float[] gateGradient;

        Heads(H3Config config, Activations kept, ForwardContext<FloatArray> pass, Workspace workspace) {
            this.config = config;
            this.kept = kept;
            batchSize = pass.batchSize();
            length = pass.length();
            size = config.headWidth();
            queries = workspace.rows(QUERIES, size, length);
            keys = workspace.rows(KEYS, size, length);
            queryGradients = workspace.rows(QUERY_GRADIENTS, size, length);
            keyGradients = workspace.rows(KEY_GRADIENTS, size, length);
            float[][] rows = workspace.rows(ROWS, 7, length);
            value = rows[0];
            valueGradient = rows[1];
            convolved = rows[2];
            row = rows[3];
            sum = rows[4];
            gradient = rows[5];
            gateGradient = rows[6];
        }

        /** From q, k and v of all sequences to k̄, the convolved products and y. */
        void forward(int head, LongFilters.ChannelFilters shift, LongFilters.ChannelFilters diagonal) {
            for (int i = 0; i < size; i++) {
                shift.start(head * size + i);
                for (int b = 0; b < batchSize; b++) {
                    kept.projected.read(projected(b, KEY, head, i), row, length);
                    shift.convolve(0, 0, row, sum);
                    kept.shifted.write(channel(b, head, i), sum, length);
                }
            }
            diagonal.start(head);
            for (int b = 0; b < batchSize; b++) {
                read(b, head);
                for (int j = 0; j < size; j++) {
                    kept.projected.read(projected(b, VALUE, head, j), value, length);
                    Arrays.fill(sum, 0, length, 0f);
                    for (int i = 0; i < size; i++) {
                        LongConvolution.GatedRow product =
                                new LongConvolution.GatedRow(value, keys[i], convolved, queries[i]);
                        diagonal.convolveGated(0, i * size + j, product, row);
                        VectorOps.add(row, sum, length);
                        kept.convolved.write(product(b, head, i, j), convolved, length);
                    }
                    kept.mixed.write(channel(b, head, j), sum, length);
                }
            }
        }

        /** From the gradient of y, which is in its place, to those of q, k and v and of the models' filters. */
        void backward(int head, LongFilters.ChannelConvolution shift, LongFilters.ChannelConvolution diagonal) {
            diagonal.startBackward(head);
            for (int b = 0; b < batchSize; b++) {
                read(b, head);
                for (int i = 0; i < size; i++) {
                    Arrays.fill(queryGradients[i], 0, length, 0f);
                    Arrays.fill(keyGradients[i], 0, length, 0f);
                }
                for (int j = 0; j < size; j++) {
                    backward(b, head, j, diagonal);
                }
                for (int i = 0; i < size; i++) {
                    kept.projected.write(projected(b, QUERY, head, i), queryGradients[i], length);
                    kept.shifted.write(channel(b, head, i), keyGradients[i], length);
                }
            }
            diagonal.finishBackward(head);
            for (int i = 0; i < size; i++) {
                shift.startBackward(head * size + i);
                for (int b = 0; b < batchSize; b++) {
                    long key = projected(b, KEY, head, i);
                    kept.projected.read(key, row, length);
                    kept.shifted.read(channel(b, head, i), gradient, length);
                    shift.backward(0, gradient, row, sum);
                    kept.projected.write(key, sum, length);
                }
                shift.finishBackward(head * size + i);
            }
        }

        /** Value channel j: adds to the gradients of queries and keys. */
        private void backward(int b, int head, int j, LongFilters.ChannelConvolution diagonal) {
            long at = projected(b, VALUE, head, j);
            kept.projected.read(at, value, length);
            kept.mixed.read(channel(b, head, j), gradient, length);
            Arrays.fill(sum, 0, length, 0f);
            for (int i = 0; i < size; i++) {
                kept.convolved.read(product(b, head, i, j), convolved, length);
                LongConvolution.GatedRow product = new LongConvolution.GatedRow(value, keys[i], convolved, queries[i]);
                diagonal.backwardGated(
                        0, product, new LongConvolution.GatedGradient(gradient, valueGradient, row, gateGradient));
                VectorOps.add(valueGradient, sum, length);
                VectorOps.add(row, keyGradients[i], length);
                VectorOps.add(gateGradient, queryGradients[i], length);
            }
            kept.projected.write(at, sum, length);
        }

        private void read(int b, int head) {
            for (int i = 0; i < size; i++) {
                kept.projected.read(projected(b, QUERY, head, i), queries[i], length);
                kept.shifted.read(channel(b, head, i), keys[i], length);
            }
        }

        private long projected(int b, int part, int head, int i) {
            return channel(b * H3Config.PROJECTIONS + part, head, i);
        }

        private long channel(int b, int head, int i) {
            return ((long) b * config.width() + (long) head * size + i) * length;
        }

        private long product(int b, int head, int i, int j) {
            return channel(b, head, i) * size + (long) j * length;
        }

        /** What an H3 operator keeps of a pass; in the backward pass gradients take the places. */
        static final class Activations {
            FloatArray projected = FloatArray.allocate(0); // q, k, v; B×3D×L
            FloatArray shifted = FloatArray.allocate(0); // k̄, B×D×L
            FloatArray convolved = FloatArray.allocate(0); // of every product k̄ᵢvⱼ of a head, B×D×c×L
            FloatArray mixed = FloatArray.allocate(0); // what is projected to the output, B×D×L

            void resize(H3Config config, ForwardContext<FloatArray> pass) {
                long size = (long) pass.batchSize() * config.width() * pass.length();
                projected = projected.roomFor(H3Config.PROJECTIONS * size);
                shifted = shifted.roomFor(size);
                convolved = convolved.roomFor(config.headWidth() * size);
                mixed = mixed.roomFor(size);
            }
        }
    }
}
