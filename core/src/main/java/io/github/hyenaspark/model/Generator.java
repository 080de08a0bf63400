package io.github.hyenaspark.model;

import io.github.hyenaspark.layers.IncrementalSequence;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Continues a sequence of token ids: the prompt is read in one pass, then each token as it is chosen
 * ({@link IncrementalSequence}). A sequence that reaches l-max continues with its second half, read like a prompt.
 */
public final class Generator {
    private final HyenaLanguageModel model;
    private final int vocabularySize;
    private final int maxLength;

    /** A generator of tokens below {@code vocabularySize}; {@code maxLength} is the model's l-max. */
    public Generator(HyenaLanguageModel model, int vocabularySize, int maxLength) {
        this.model = model;
        this.vocabularySize = vocabularySize;
        this.maxLength = maxLength;
    }

    /**
     * Appends at most {@code count} tokens and returns how many were chosen.
     *
     * @param prompt at least one id; only its last l-max count
     * @param sink takes each id as soon as it is chosen and says whether another one is wanted
     */
    public int generate(int[] prompt, int count, Sampling sampling, long seed, IntPredicate sink) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException(
                    "the prompt is empty; generation needs at least one token to start from");
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] tail = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - maxLength), prompt.length);
        Context context = new Context(tail, count - 1);
        for (int left = count - 1; left >= 0; left--) {
            int next = sampling.next(context.logits, vocabularySize, random);
            if (!sink.test(next)) {
                return count - left;
            }
            if (left > 0) {
                context = context.append(next, left - 1);
            }
        }
        return count;
    }

    /** The tokens that the model sees, at most l-max. */
    private final class Context {
        private final int[] ids;
        private final IncrementalSequence sequence;
        private float[] logits; // of the token that follows

        /** Begins with {@code beginning}, which at most {@code more} tokens follow. */
        Context(int[] beginning, int more) {
            sequence = model.sequence((int) Math.min(maxLength, (long) beginning.length + more));
            ids = Arrays.copyOf(beginning, sequence.capacity());
            logits = sequence.append(beginning);
        }

        /** One token more, after which {@code more} may follow. */
        Context append(int id, int more) {
            if (sequence.length() == maxLength) {
                int[] half = Arrays.copyOfRange(ids, maxLength - maxLength / 2, maxLength + 1);
                half[half.length - 1] = id;
                return new Context(half, more);
            }
            ids[sequence.length()] = id;
            logits = sequence.append(id);
            return this;
        }
    }
}
