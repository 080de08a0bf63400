package io.github.hyenaspark.jobs.spark.averaging;

import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.model.Generator;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.Sampling;
import java.nio.charset.StandardCharsets;
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
     * Continues a prompt by at most {@code count} tokens; returns how many were chosen. The sink takes the bytes of
     * each token, which may be a part of a character, and says whether another one is wanted.
     */
    public int generate(String prompt, int count, Sampling sampling, long seed, Predicate<byte[]> sink) {
        return generator.generate(
                ids(prompt, tokenizer), count, sampling, seed, id -> sink.test(tokenizer.decode(new int[] {id})));
    }

    /** The ids of a prompt; without a prompt, the end of a document before. */
    static int[] ids(String prompt, Tokenizer tokenizer) {
        int[] ids = tokenizer.encode(prompt.getBytes(StandardCharsets.UTF_8));
        return ids.length == 0 ? new int[] {tokenizer.endOfDocument()} : ids;
    }
}
