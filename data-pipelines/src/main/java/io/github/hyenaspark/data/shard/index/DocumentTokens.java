package io.github.hyenaspark.data.shard.index;

/** How long the documents of a split are. Never changes, so threads may share it. */
public interface DocumentTokens {
    long documents();

    /** Tokens of a document in [0, {@link #documents()}), including its end; 0 for one that is left out. */
    long tokens(long document);

    /** Those of an array, not copied. */
    static DocumentTokens of(long... tokens) {
        return new DocumentTokens() {
            @Override
            public long documents() {
                return tokens.length;
            }

            @Override
            public long tokens(long document) {
                return tokens[Math.toIntExact(document)];
            }
        };
    }
}
