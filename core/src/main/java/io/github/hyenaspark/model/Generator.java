package io.github.hyenaspark.model;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Continues a sequence of token ids, one token at a time, by running the whole sequence again for each. A sequence that
 * reaches l-max goes on with its second half.
 */
public final class Generator {
    private final HyenaLanguageModel model;
    private final int vocabularySize;
    private final int maxLength;

    private Generator(HyenaLanguageModel model, int vocabularySize, int maxLength) {
        this.model = model;
        this.vocabularySize = vocabularySize;
        this.maxLength = maxLength;
    }

    /**
     * A generator of tokens below {@code vocabularySize}; those that only pad the vocabulary are never chosen.
     *
     * @param maxLength l-max of the model
     */
    public static Generator of(HyenaLanguageModel model, int vocabularySize, int maxLength) {
        return new Generator(model, vocabularySize, maxLength);
    }

    /**
     * Appends {@code count} tokens.
     *
     * @param prompt at least one id; only its last l-max count
     * @param sink takes each id as soon as it is chosen
     */
    public void generate(int[] prompt, int count, Sampling sampling, long seed, IntConsumer sink) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException(
                    "the prompt is empty; generation needs at least one token to start from");
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] context = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - maxLength), prompt.length);
        for (int i = 0; i < count; i++) {
            int next = sampling.next(model.logits(context), vocabularySize, random);
            sink.accept(next);
            if (context.length == maxLength) {
                context = Arrays.copyOfRange(context, maxLength - Math.max(1, maxLength / 2), maxLength);
            }
            context = maxLength == 1 ? new int[1] : Arrays.copyOf(context, context.length + 1);
            context[context.length - 1] = next;
        }
    }
}
