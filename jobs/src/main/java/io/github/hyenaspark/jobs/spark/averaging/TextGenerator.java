package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** Continues texts: a {@link Generator} between the two sides of a tokenizer. */
public final class TextGenerator {
    private final Generator generator;
    private final Tokenizer tokenizer;

    /** A model of V ids and l-max tokens, which gets no other parameters while a text is made. */
    public TextGenerator(HyenaLanguageModel model, int vocabularySize, int lMax, Tokenizer tokenizer) {
        this.generator = new Generator(model, vocabularySize, lMax);
        this.tokenizer = tokenizer;
    }

    public static TextGenerator of(TrainedRun run) {
        return new TextGenerator(
                run.network(), run.vocabularySize(), run.model().lMax(), run.tokenizer());
    }

    /**
     * Continues a prompt by at most {@code count} tokens; returns how many were chosen. The sink takes the bytes that
     * each token adds to the text, which may be a part of a character, and says whether another one is wanted.
     */
    public int generate(String prompt, int count, Sampling sampling, long seed, Predicate<byte[]> sink) {
        int[] ids = ids(prompt, tokenizer);
        IntFunction<byte[]> continuation = continuation(tokenizer, ids[ids.length - 1]);
        return generator.generate(ids, count, sampling, seed, id -> sink.test(continuation.apply(id)));
    }

    /** The bytes that one id after the other adds behind a first one: a symbol comes with the blank before it. */
    static IntFunction<byte[]> continuation(Tokenizer tokenizer, int first) {
        int[] last = {first}; // that has a text, or the first
        return id -> {
            byte[] alone = tokenizer.decode(new int[] {id});
            if (alone.length == 0) {
                return alone;
            }
            int before = tokenizer.decode(last).length;
            byte[] both = tokenizer.decode(new int[] {last[0], id});
            last[0] = id;
            return Arrays.copyOfRange(both, before, both.length);
        };
    }

    /** The ids of a prompt; without a prompt, the end of a document before. */
    static int[] ids(String prompt, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(prompt.getBytes(StandardCharsets.UTF_8));
        return ids.length == 0 ? new int[] {tokenizer.endOfDocument()} : ids;
    }
}
