package io.github.hyenaspark.operator;

/** The head in the form that runs. Logits exist for one block of steps at a time, never for the whole batch. */
public final class TiedHead implements LanguageModelHead<FloatArray> {
    private static final int BLOCK_ELEMENTS = 1 << 18;
    private static final int SHORTEST_BLOCK = 64;

    private final int width;
    private final int vocabularySize;
    private final LayerNorm norm;
    private FloatArray normed = FloatArray.allocate(0); // B×D×L
    private FloatArray normedGradient = FloatArray.allocate(0); // B×D×L

    /** A head for logits of V tokens from D channels. */
    public TiedHead(int width, int vocabularySize) {
        this.width = width;
        this.vocabularySize = vocabularySize;
        norm = new LayerNorm(width);
    }

    @Override
    public double loss(FloatArray input, int[] targets, Pass<FloatArray> pass) {
        normalise(input, pass);
        double nats = 0;
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += blockLength()) {
                TimeBlock block = new TimeBlock(b, from, pass);
                block.readLogits();
                nats += block.softmax(targets);
            }
        }
        return nats;
    }

    @Override
    public double gradient(FloatArray input, int[] targets, FloatArray inputGradient, Pass<FloatArray> pass) {
        normalise(input, pass);
        if (normedGradient.length() != normed.length()) {
            normedGradient = FloatArray.allocate(normed.length());
        }
        float scale = 1f / Math.max(1, LanguageModelHead.counted(targets));
        double nats = 0;
        for (int b = 0; b < pass.batchSize(); b++) {
            for (int from = 0; from < pass.length(); from += blockLength()) {
                TimeBlock block = new TimeBlock(b, from, pass);
                block.readLogits();
                nats += block.softmax(targets);
                block.backward(targets, scale);
            }
        }
        inputGradient.zero();
        norm.backward(input, normedGradient, inputGradient, pass.within("norm"));
        return nats;
    }

    @Override
    public void logits(FloatArray input, FloatArray logits, Pass<FloatArray> pass) {
        normalise(input, pass);
        long inputSize = (long) width * pass.length();
        long outputSize = (long) vocabularySize * pass.length();
        Matrix embedding = Matrix.of(pass.parameter("embedding.weight"), vocabularySize, width);
        for (int b = 0; b < pass.batchSize(); b++) {
            Matrix.of(logits.slice(b * outputSize, outputSize), vocabularySize, pass.length())
                    .set(embedding, Matrix.of(normed.slice(b * inputSize, inputSize), width, pass.length()));
        }
    }

    private void normalise(FloatArray input, Pass<FloatArray> pass) {
        if (normed.length() != input.length()) {
            normed = FloatArray.allocate(input.length());
        }
        norm.forward(input, normed, pass.within("norm"));
    }

    private int blockLength() {
        return Math.max(SHORTEST_BLOCK, BLOCK_ELEMENTS / vocabularySize);
    }

    /** The steps {@code from} and following of sequence {@code b}, at most {@link #blockLength}. */
    private final class TimeBlock {
        private final int b;
        private final int from;
        private final int count;
        private final Pass<FloatArray> pass;
        private final FloatArray columns; // D×count
        private final FloatArray scores; // V×count
        private final float[][] probabilities; // V×count

        TimeBlock(int b, int from, Pass<FloatArray> pass) {
            this.b = b;
            this.from = from;
            this.pass = pass;
            count = Math.min(blockLength(), pass.length() - from);
            columns = FloatArray.allocate((long) width * count);
            scores = FloatArray.allocate((long) vocabularySize * count);
            probabilities = new float[vocabularySize][count];
        }

        void readLogits() {
            float[] row = new float[count];
            for (int d = 0; d < width; d++) {
                normed.read(rowStart(d), row, count);
                columns.write((long) d * count, row, count);
            }
            Matrix.of(scores, vocabularySize, count)
                    .set(embedding(pass.parameter("embedding.weight")), Matrix.of(columns, width, count));
            for (int v = 0; v < vocabularySize; v++) {
                scores.read((long) v * count, probabilities[v], count);
            }
        }

        /** Turns logits into probabilities and returns Σ −ln p(target). */
        double softmax(int[] targets) {
            float[] largest = probabilities[0].clone();
            for (float[] row : probabilities) {
                for (int t = 0; t < count; t++) {
                    largest[t] = Math.max(largest[t], row[t]);
                }
            }
            double nats = 0;
            for (int t = 0; t < count; t++) {
                int target = target(targets, t);
                nats += target < 0 ? 0 : largest[t] - probabilities[target][t];
            }
            double[] sum = new double[count];
            for (float[] row : probabilities) {
                for (int t = 0; t < count; t++) {
                    double power = Math.exp(row[t] - largest[t]);
                    row[t] = (float) power;
                    sum[t] += power;
                }
            }
            for (int t = 0; t < count; t++) {
                nats += target(targets, t) < 0 ? 0 : Math.log(sum[t]);
            }
            for (float[] row : probabilities) {
                for (int t = 0; t < count; t++) {
                    row[t] = (float) (row[t] / sum[t]);
                }
            }
            return nats;
        }

        void backward(int[] targets, float scale) {
            for (int v = 0; v < vocabularySize; v++) {
                float[] row = probabilities[v];
                for (int t = 0; t < count; t++) {
                    int target = target(targets, t);
                    row[t] = target < 0 ? 0 : scale * (row[t] - (v == target ? 1 : 0));
                }
                scores.write((long) v * count, row, count);
            }
            Matrix gradient = Matrix.of(scores, vocabularySize, count);
            Matrix x = Matrix.of(columns, width, count);
            embedding(pass.gradient("embedding.weight")).add(gradient, x.t());
            x.set(embedding(pass.parameter("embedding.weight")).t(), gradient);
            float[] row = new float[count];
            for (int d = 0; d < width; d++) {
                columns.read((long) d * count, row, count);
                normedGradient.write(rowStart(d), row, count);
            }
        }

        private Matrix embedding(FloatArray values) {
            return Matrix.of(values, vocabularySize, width);
        }

        private long rowStart(int d) {
            return ((long) b * width + d) * pass.length() + from;
        }

        private int target(int[] targets, int t) {
            return targets[b * pass.length() + from + t];
        }
    }
}
