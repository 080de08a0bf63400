package io.github.hyenaspark.operator.attention;

import io.github.hyenaspark.operator.attention.HeadTiles.Operand;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One head of one sequence, block by block, as one member of the pool computes it. Scores are keys × queries: a query
 * is a column, and sums over keys are sums of rows. With s = k·q (q has 1/√c already), m the largest s of a query and w
 * = exp(s − m), its output is o = Σ w v / Σ w; kept is z = m + ln Σ w. Backward, with p = exp(s − z) and e the gradient
 * of o: ∂v = Σ e p, ∂s = p (v·e − o·e), ∂k = Σ ∂s q, ∂q = Σ ∂s k (arXiv 2205.14135, appendix B).
 */
final class AttentionHead {
    private static final Workspace.Slot<FloatArray> SCORES = Workspace.Slot.array();
    private static final Workspace.Slot<FloatArray> SCORE_GRADIENTS = Workspace.Slot.array();
    private static final Workspace.Slot<float[]> OUTPUT = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SUM = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> LARGEST = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> FACTOR = Workspace.Slot.row();
    private static final Workspace.Slot<float[][]> QUERY_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> GROUP_GRADIENTS = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> KEY_GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> VALUE_GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> QUERY_GRADIENT = Workspace.Slot.rows();

    private final Shared shared;
    private final ForwardContext<FloatArray> pass;
    private final int number;
    private final Workspace workspace;
    /** ∂q of every block, blocks·c rows, and what a group of keys adds to it. */
    private float[][] queryGradients = {};

    private float[][] groupGradients = {};

    /**
     * What all heads of a pass share: outputs, packed, which {@link #replaceOutputs} turns into gradients, and, B×H×L,
     * z in {@code logSums} and o·e in {@code products}.
     */
    record Shared(
            AttentionConfig config, HeadTiles tiles, FloatArray outputs, FloatArray logSums, FloatArray products) {
        /** Puts the gradients of a tile's outputs in their places; keeps their products. */
        void replaceOutputs(Tile tile, float[][] gradient) {
            Matrix all = tile.packed(outputs, config.width());
            float[] output = tile.workspace().row(OUTPUT, tile.count());
            float[] sum = tile.workspace().row(SUM, tile.count());
            for (int head = 0; head < config.heads(); head++) {
                Arrays.fill(sum, 0, tile.count(), 0f);
                for (int j = 0; j < config.headWidth(); j++) {
                    int channel = head * config.headWidth() + j;
                    all.read(channel, output);
                    VectorOps.addProduct(output, gradient[channel], sum, tile.count());
                    all.write(channel, gradient[channel]);
                }
                products.write(tile.start(config.heads(), head), sum, tile.count());
            }
        }

        /** The outputs of one head in a tile, c × steps. */
        Matrix output(int head, Tile tile) {
            return tile.packed(outputs, config.width()).part(head * config.headWidth(), config.headWidth());
        }
    }

    AttentionHead(Shared shared, ForwardContext<FloatArray> pass, int member, int number) {
        this.shared = shared;
        this.pass = pass;
        this.number = number;
        workspace = pass.pool().workspace(member);
    }

    void forward(int block) {
        Tile queries = tile(block);
        int count = queries.count();
        Matrix query = of(Operand.QUERY, queries);
        Matrix output = shared.output(head(), queries);
        float[] largest = workspace.row(LARGEST, count);
        float[] factor = workspace.row(FACTOR, count);
        float[] sum = workspace.row(SUM, count);
        Arrays.fill(largest, 0, count, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0, count, 0f);
        for (int other = 0; other <= block; other++) {
            Tile keys = tile(other);
            ScoreBlock scores = ScoreBlock.of(SCORES, keys, queries);
            scores.matrix().set(of(Operand.KEY, keys).t(), query);
            System.arraycopy(largest, 0, factor, 0, count);
            scores.findLargest(largest);
            workspace.exponential.ofDifferences(factor, largest, count);
            VectorOps.multiply(factor, sum, sum, count);
            scores.weigh(largest, sum);
            if (other == 0) {
                output.set(of(Operand.VALUE, keys), scores.matrix());
            } else {
                output.scaleColumns(factor, workspace);
                output.add(of(Operand.VALUE, keys), scores.matrix());
            }
        }
        for (int t = 0; t < count; t++) {
            factor[t] = 1 / sum[t];
            largest[t] += (float) StrictMath.log(sum[t]);
        }
        output.scaleColumns(factor, workspace);
        shared.logSums().write(start(queries), largest, count);
    }

    void startBackward() {
        queryGradients = zeroRows(QUERY_GRADIENTS);
    }

    private float[][] zeroRows(Workspace.Slot<float[][]> slot) {
        int blocks = Tile.tiles(pass, HeadTiles.LENGTH) / pass.batchSize();
        int rows = blocks * shared.config().headWidth();
        float[][] zeros = Arrays.copyOf(workspace.rows(slot, rows, HeadTiles.LENGTH), rows);
        for (float[] row : zeros) {
            Arrays.fill(row, 0f);
        }
        return zeros;
    }

    /**
     * Puts the gradients of the keys and values of some blocks in their places; returns what they add to those of the
     * queries, until the next call.
     */
    float[][] backward(IntStream blocks) {
        groupGradients = zeroRows(GROUP_GRADIENTS);
        blocks.forEach(this::backward);
        return groupGradients;
    }

    private void backward(int block) {
        Tile keys = tile(block);
        Matrix key = of(Operand.KEY, keys);
        Matrix value = of(Operand.VALUE, keys);
        Matrix keyGradient = keys.of(keys.rows(KEY_GRADIENT, key.rows()), key.rows());
        Matrix valueGradient = keys.of(keys.rows(VALUE_GRADIENT, key.rows()), key.rows());
        float[] logSum = workspace.row(LARGEST, HeadTiles.LENGTH);
        float[] product = workspace.row(SUM, HeadTiles.LENGTH);
        for (int other = block; other * HeadTiles.LENGTH < pass.length(); other++) {
            Tile queries = tile(other);
            Matrix query = of(Operand.QUERY, queries);
            Matrix gradient = shared.output(head(), queries);
            ScoreBlock scores = ScoreBlock.of(SCORES, keys, queries);
            ScoreBlock gradients = ScoreBlock.of(SCORE_GRADIENTS, keys, queries);
            Matrix weights = scores.matrix();
            Matrix scoreGradient = gradients.matrix();
            weights.set(key.t(), query);
            scoreGradient.set(value.t(), gradient);
            shared.logSums().read(start(queries), logSum, queries.count());
            shared.products().read(start(queries), product, queries.count());
            scores.differentiate(gradients, logSum, product);
            if (other == block) {
                valueGradient.set(gradient, weights.t());
                keyGradient.set(query, scoreGradient.t());
            } else {
                valueGradient.add(gradient, weights.t());
                keyGradient.add(query, scoreGradient.t());
            }
            addQueryGradient(key, scoreGradient, queries, other);
        }
        key.copy(keyGradient, workspace);
        value.copy(valueGradient, workspace);
    }

    private void addQueryGradient(Matrix key, Matrix scoreGradient, Tile queries, int block) {
        float[][] product = queries.rows(QUERY_GRADIENT, key.rows());
        queries.of(product, key.rows()).set(key, scoreGradient);
        for (int j = 0; j < key.rows(); j++) {
            VectorOps.add(product[j], groupGradients[block * key.rows() + j], queries.count());
        }
    }

    static float[][] copy(float[][] rows) {
        return Arrays.stream(rows)
                .map(row -> Arrays.copyOf(row, HeadTiles.LENGTH))
                .toArray(float[][]::new);
    }

    void addQueryGradients(float[][] ofGroup) {
        for (int row = 0; row < queryGradients.length; row++) {
            VectorOps.add(ofGroup[row], queryGradients[row], HeadTiles.LENGTH);
        }
    }

    void finishBackward() {
        for (int block = 0; block * HeadTiles.LENGTH < pass.length(); block++) {
            Matrix query = of(Operand.QUERY, tile(block));
            for (int j = 0; j < query.rows(); j++) {
                query.write(j, queryGradients[block * query.rows() + j]);
            }
        }
    }

    private int head() {
        return number % shared.config().heads();
    }

    private Tile tile(int block) {
        int from = block * HeadTiles.LENGTH;
        int count = Math.min(HeadTiles.LENGTH, pass.length() - from);
        return new Tile(block, number / shared.config().heads(), from, count, pass.length(), workspace);
    }

    private Matrix of(Operand operand, Tile tile) {
        return shared.tiles().of(operand, head(), tile);
    }

    /** Where the numbers of the queries of a tile start in an array B×H×L. */
    private long start(Tile queries) {
        return queries.start(shared.config().heads(), head());
    }
}
