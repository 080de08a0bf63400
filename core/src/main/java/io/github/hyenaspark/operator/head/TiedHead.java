package io.github.hyenaspark.operator.head;

import io.github.hyenaspark.kernel.PartClock;
import io.github.hyenaspark.operator.nn.LayerNorm;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Matrix;
import io.github.hyenaspark.operator.tensor.SharedGradient;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.Arrays;
import java.util.List;

/** The head in the form that runs, from normalisation to loss and gradient tile by tile; it never has all logits. */
public final class TiedHead implements LanguageModelHead<FloatArray> {
    private static final Workspace.Slot<float[][]> NORMED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> GRADIENT = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> NORMALISED = Workspace.Slot.rows();
    private static final Workspace.Slot<float[][]> SCORES = Workspace.Slot.rows();
    private static final Workspace.Slot<double[]> LOSSES = Workspace.Slot.sums();
    private static final Workspace.Slot<float[]> LARGEST = Workspace.Slot.row();
    private static final Workspace.Slot<double[]> SUM = Workspace.Slot.sums();
    private static final Workspace.Slot<float[]> INVERSE = Workspace.Slot.row();
    private static final Workspace.Slot<float[]> SCALES = Workspace.Slot.row();

    private static final int TILE_ELEMENTS = 1 << 18;
    private static final int SHORTEST_TILE = 64;

    private final int width;
    private final int vocabularySize;
    private final LayerNorm norm;

    /** A head for logits of V tokens from D channels. */
    public TiedHead(int width, int vocabularySize) {
        this.width = width;
        this.vocabularySize = vocabularySize;
        norm = new LayerNorm(width);
    }

    @Override
    public double loss(FloatArray input, int[] targets, ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm"));
        double[] nats = new double[Tile.tiles(pass, tileLength())];
        Tile.each(pass, tileLength(), tile -> {
            if (counts(tile, targets)) {
                nats[tile.number()] = softmax(tile, scores(tile, input, pass), targets, losses(tile));
            }
        });
        return sum(nats);
    }

    /** Whether any step has a target: those that are context or padding have none, and need no logits. */
    private static boolean counts(Tile tile, int[] targets) {
        for (int t = 0; t < tile.count(); t++) {
            if (target(tile, targets, t) >= 0) {
                return true;
            }
        }
        return false;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }

    @Override
    public void losses(FloatArray input, int[] targets, TargetLosses losses, ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm"));
        Tile.each(pass, tileLength(), tile -> {
            int at = tile.b() * tile.length() + tile.from();
            if (!counts(tile, targets)) {
                Arrays.fill(losses.nats(), at, at + tile.count(), 0);
                Arrays.fill(losses.likeliest(), at, at + tile.count(), false);
                return;
            }
            float[][] scores = scores(tile, input, pass);
            double[] nats = losses(tile);
            softmax(tile, scores, targets, nats);
            System.arraycopy(nats, 0, losses.nats(), at, tile.count());
            for (int t = 0; t < tile.count(); t++) {
                losses.likeliest()[at + t] = isLikeliest(scores, target(tile, targets, t), t);
            }
        });
    }

    private boolean isLikeliest(float[][] probabilities, int target, int t) {
        for (int v = 0; target >= 0 && v < vocabularySize; v++) {
            if (probabilities[v][t] > probabilities[target][t]) {
                return false;
            }
        }
        return target >= 0;
    }

    @Override
    public double gradient(FloatArray input, int[] targets, FloatArray inputGradient, ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm"));
        LayerNorm.Gradients normGradients = norm.new Gradients(pass.within("norm"), tileLength());
        SharedGradient embeddingGradient = new SharedGradient(pass, "embedding.weight", vocabularySize, width);
        float scale = 1f / Math.max(1, LanguageModelHead.counted(targets));
        double[] nats = new double[Tile.tiles(pass, tileLength())];
        Tile.inWaves(pass, tileLength(), List.of(embeddingGradient), tile -> {
            PartClock.Part around = PartClock.enter(PartClock.Part.HEAD);
            float[][] scores = scores(tile, input, pass);
            nats[tile.number()] = softmax(tile, scores, targets, losses(tile));
            Matrix ofScores = scoreGradient(tile, scores, targets, scale);
            embeddingGradient.put(
                    tile, ofScores, tile.of(tile.rows(NORMED, width), width).t());
            float[][] gradient = tile.rows(GRADIENT, width);
            tile.of(gradient, width).set(embedding(pass).t(), ofScores);
            normGradients.backward(tile, tile.rows(NORMALISED, width), gradient);
            tile.write(gradient, width, inputGradient);
            PartClock.leave(around);
        });
        normGradients.finish();
        return sum(nats);
    }

    @Override
    public void normed(FloatArray input, FloatArray normed, ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm"));
        Tile.each(pass, tileLength(), tile -> tile.write(normed(tile, input), width, normed));
    }

    @Override
    public void logits(FloatArray input, FloatArray logits, ForwardContext<FloatArray> pass) {
        norm.start(pass.within("norm"));
        Tile.each(
                pass,
                tileLength(),
                tile -> tile.of(logits, vocabularySize).set(embedding(pass), tile.of(normed(tile, input), width)));
    }

    private int tileLength() {
        return Math.max(SHORTEST_TILE, Math.min(Tile.LENGTH, TILE_ELEMENTS / vocabularySize));
    }

    private Matrix embedding(ForwardContext<FloatArray> pass) {
        return Matrix.of(pass.parameter("embedding.weight"), vocabularySize, width);
    }

    /** The normalised tile, D rows; leaves x̂ in {@link #NORMALISED}. */
    private float[][] normed(Tile tile, FloatArray input) {
        float[][] normalised = tile.rows(NORMALISED, input, width);
        float[][] normed = tile.rows(NORMED, width);
        norm.forward(tile, normalised, normalised, normed);
        return normed;
    }

    /** The logits, V rows. */
    private float[][] scores(Tile tile, FloatArray input, ForwardContext<FloatArray> pass) {
        float[][] scores = tile.rows(SCORES, vocabularySize);
        tile.of(scores, vocabularySize).set(embedding(pass), tile.of(normed(tile, input), width));
        return scores;
    }

    private static double[] losses(Tile tile) {
        return tile.workspace().zeros(LOSSES, tile.count());
    }

    /** Turns logits into probabilities, writes −ln p(target) of each step and returns their sum. */
    private double softmax(Tile tile, float[][] scores, int[] targets, double[] losses) {
        int count = tile.count();
        float[] largest = tile.workspace().row(LARGEST, count);
        System.arraycopy(scores[0], 0, largest, 0, count);
        for (int v = 0; v < vocabularySize; v++) {
            VectorOps.largest(scores[v], largest, count);
        }
        double nats = 0;
        for (int t = 0; t < count; t++) {
            int target = target(tile, targets, t);
            losses[t] = target < 0 ? 0 : largest[t] - scores[target][t];
            nats += losses[t];
        }
        double[] sum = tile.workspace().zeros(SUM, count);
        float[] inverse = tile.workspace().row(INVERSE, count);
        for (int v = 0; v < vocabularySize; v++) {
            tile.workspace().exponential.ofDifferences(scores[v], largest, count);
            VectorOps.add(scores[v], sum, count);
        }
        for (int t = 0; t < count; t++) {
            double rest = target(tile, targets, t) < 0 ? 0 : StrictMath.log(sum[t]);
            losses[t] += rest;
            nats += rest;
            inverse[t] = (float) (1 / sum[t]);
        }
        for (int v = 0; v < vocabularySize; v++) {
            VectorOps.multiply(scores[v], inverse, scores[v], count);
        }
        return nats;
    }

    /** From probabilities, V rows, to the gradient of the mean loss. */
    private Matrix scoreGradient(Tile tile, float[][] probabilities, int[] targets, float scale) {
        int count = tile.count();
        float[] scales = tile.workspace().row(SCALES, count);
        for (int t = 0; t < count; t++) {
            int target = target(tile, targets, t);
            scales[t] = target < 0 ? 0 : scale;
            if (target >= 0) {
                probabilities[target][t] -= 1;
            }
        }
        for (int v = 0; v < vocabularySize; v++) {
            VectorOps.multiply(probabilities[v], scales, probabilities[v], count);
        }
        return tile.of(probabilities, vocabularySize);
    }

    private static int target(Tile tile, int[] targets, int t) {
        return targets[tile.b() * tile.length() + tile.from() + t];
    }
}
