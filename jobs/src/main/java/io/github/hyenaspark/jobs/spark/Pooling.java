package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.io.Refusal;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/** Which of the vectors that a model has at the tokens of a document stand for it. */
public sealed interface Pooling extends Serializable {
    record Last() implements Pooling {}

    record Mean() implements Pooling {}

    /** The vectors at some tokens, by their numbers in the document, from 0; the array is not copied. */
    record Positions(long[] tokens) implements Pooling {
        public Positions {
            boolean fits = tokens.length > 0 && Arrays.stream(tokens).allMatch(token -> token >= 0);
            Refusal.unless(fits, "embed.positions", Arrays.toString(tokens), "at least one number of a token, from 0");
        }
    }

    /** The pooling {@code last}, {@code mean} or {@code positions}, which alone has positions; refuses all else. */
    static Pooling of(String name, List<Long> positions) {
        boolean fits = name.equals("positions") || positions.isEmpty();
        String found = positions + " with embed.pooling=" + name;
        Refusal.unless(fits, "embed.positions", found, "none; set embed.pooling=positions");
        return switch (name) {
            case "last" -> new Last();
            case "mean" -> new Mean();
            case "positions" ->
                new Positions(positions.stream().mapToLong(Long::longValue).toArray());
            default ->
                throw new IllegalArgumentException(
                        "embed.pooling: found \"" + name + "\", expected last, mean or positions");
        };
    }
}
