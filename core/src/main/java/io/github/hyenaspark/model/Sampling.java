package io.github.hyenaspark.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** How the next token is chosen from the last position's logits. Equal logits rank by id, lowest first. */
public sealed interface Sampling {
    /**
     * The id of the next token, in [0, V).
     *
     * @param logits at least V of them, nats up to a constant; those behind V are padding and never chosen
     * @param vocabularySize V
     * @param random seeded by the caller
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
            return rankedIds(logits, vocabularySize)[0];
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
            int[] ids = rankedIds(logits, vocabularySize);
            int candidates = topK == 0 ? ids.length : Math.min(topK, ids.length);
            double[] upTo = new double[candidates];
            double sum = 0;
            for (int n = 0; n < candidates; n++) {
                sum += Math.exp(((double) logits[ids[n]] - logits[ids[0]]) / temperature);
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
    }

    /** All V ids, likeliest first. */
    private static int[] rankedIds(float[] logits, int vocabularySize) {
        if (vocabularySize < 1 || vocabularySize > logits.length) {
            throw new IllegalArgumentException("the vocabulary must have from 1 to " + logits.length
                    + " tokens, one for each logit, found " + vocabularySize);
        }
        long[] keys = new long[vocabularySize];
        for (int id = 0; id < vocabularySize; id++) {
            if (!Float.isFinite(logits[id])) {
                throw new ArithmeticException(
                        "the logit of token " + id + " is " + logits[id] + ", expected a finite number");
            }
            // Adding 0 makes -0 and 0 one value. The bits of a float rank like the float once the magnitude of a
            // negative one is flipped; flipping all of them ranks downwards. The id below breaks ties.
            int bits = Float.floatToIntBits(logits[id] + 0f);
            int upwards = bits ^ (bits >> 31 & Integer.MAX_VALUE);
            keys[id] = (long) ~upwards << 32 | id;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }
}
