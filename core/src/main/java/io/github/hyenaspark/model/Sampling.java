package io.github.hyenaspark.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How the next token is chosen from the last position's logits. Equal logits rank by id, lowest first. */
public sealed interface Sampling {
    /**
     * The id of the next token, in [0, V).
     *
     * @param logits at least V of them, nats up to a constant; those behind V are padding and never chosen
     * @throws ArithmeticException if one of the V logits is not finite
     */
    int next(float[] logits, int vocabularySize, RandomGenerator random);

    /** {@link Random}, or {@link Greedy} for temperature 0. */
    static Sampling of(double temperature, int topK, double topP) {
        return temperature == 0 ? new Greedy() : new Random(temperature, topK, topP);
    }

    /** The likeliest token, without chance. */
    record Greedy() implements Sampling {
        @Override
        public int next(float[] logits, int vocabularySize, RandomGenerator random) {
            checkSize(logits, vocabularySize);
            return best(logits, vocabularySize);
        }
    }

    /**
     * By chance: softmax of logits / temperature, over the tokens that both limits leave. One number is drawn per
     * token.
     *
     * @param temperature positive; below 1 sharpens, above 1 flattens
     * @param topK only the k likeliest tokens, 0 for all
     * @param topP only the fewest likeliest tokens that together have at least this probability, in (0, 1], 1 for all;
     *     counted after the temperature and among the {@code topK}
     */
    record Random(double temperature, int topK, double topP) implements Sampling {
        /** Below ln 2^-53: added to a sum of 1 or more, the exponential of less is lost in rounding. */
        private static final double NEGLIGIBLE = -37;

        public Random {
            if (!(temperature > 0) || Double.isInfinite(temperature)) {
                throw new IllegalArgumentException(
                        "the temperature must be a positive number, found " + temperature + "; 0 is greedy");
            }
            if (topK < 0) {
                throw new IllegalArgumentException("top-k must be at least 0 (no limit), found " + topK);
            }
            if (!(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException("top-p must be above 0 and at most 1 (no limit), found " + topP);
            }
        }

        @Override
        public int next(float[] logits, int vocabularySize, RandomGenerator random) {
            checkSize(logits, vocabularySize);
            int[] ids = topK == 0 ? likely(logits, vocabularySize) : likeliest(logits, vocabularySize);
            int candidates = ids.length;
            double[] upTo = new double[candidates];
            double sum = 0;
            for (int n = 0; n < candidates; n++) {
                sum += StrictMath.exp(((double) logits[ids[n]] - logits[ids[0]]) / temperature);
                upTo[n] = sum;
            }
            int last = 0;
            while (last < candidates - 1 && upTo[last] < topP * sum) {
                last++;
            }
            double drawn = random.nextDouble() * upTo[last];
            int chosen = 0;
            while (chosen < last && upTo[chosen] <= drawn) {
                chosen++;
            }
            return ids[chosen];
        }

        /** The {@code topK} likeliest ids, likeliest first. */
        private int[] likeliest(float[] logits, int vocabularySize) {
            long[] ranks = new long[(int) Math.min(2L * topK, vocabularySize)];
            int count = 0;
            long limit = Long.MAX_VALUE; // no rank from here on is among the best
            for (int id = 0; id < vocabularySize; id++) {
                long rank = rank(logits, id);
                if (rank >= limit) {
                    continue;
                }
                if (count == ranks.length) { // make room for as many again
                    Arrays.sort(ranks);
                    count = topK;
                    limit = ranks[topK - 1];
                    if (rank >= limit) {
                        continue;
                    }
                }
                ranks[count++] = rank;
            }
            Arrays.sort(ranks, 0, count);
            return ids(ranks, Math.min(topK, count));
        }

        /** The ids that have a chance, likeliest first: whether the others are there changes no bit of any sum. */
        private int[] likely(float[] logits, int vocabularySize) {
            double highest = logits[best(logits, vocabularySize)];
            long[] ranks = new long[vocabularySize];
            int count = 0;
            for (int id = 0; id < vocabularySize; id++) {
                if ((logits[id] - highest) / temperature >= NEGLIGIBLE) {
                    ranks[count++] = rank(logits, id);
                }
            }
            Arrays.sort(ranks, 0, count);
            return ids(ranks, count);
        }

        private static int[] ids(long[] ranks, int count) {
            return Arrays.stream(ranks, 0, count).mapToInt(rank -> (int) rank).toArray();
        }
    }

    private static void checkSize(float[] logits, int vocabularySize) {
        if (vocabularySize < 1 || vocabularySize > logits.length) {
            throw new IllegalArgumentException("the vocabulary must have from 1 to " + logits.length
                    + " tokens, one for each logit, found " + vocabularySize);
        }
    }

    private static int best(float[] logits, int vocabularySize) {
        long best = Long.MAX_VALUE;
        for (int id = 0; id < vocabularySize; id++) {
            best = Math.min(best, rank(logits, id));
        }
        return (int) best;
    }

    /** A number that is smaller the likelier a token is, of equals the lower id; its lower half is the id. */
    private static long rank(float[] logits, int id) {
        if (!Float.isFinite(logits[id])) {
            throw new ArithmeticException(
                    "the logit of token " + id + " is " + logits[id] + ", expected a finite number");
        }
        // Adding 0 makes -0 and 0 one value. The bits of a float rank like the float once the magnitude of a
        // negative one is flipped; flipping all of them ranks downwards. The id below breaks ties.
        int bits = Float.floatToIntBits(logits[id] + 0f);
        int upwards = bits ^ (bits >> 31 & Integer.MAX_VALUE);
        return (long) ~upwards << 32 | id;
    }
}
