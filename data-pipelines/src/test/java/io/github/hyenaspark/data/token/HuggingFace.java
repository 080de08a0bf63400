package io.github.hyenaspark.data.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** HuggingFace's own engine with a {@code tokenizer.json}: the oracle of what ids a text has. */
final class HuggingFace implements AutoCloseable {
    private final HuggingFaceTokenizer engine;

    private HuggingFace(HuggingFaceTokenizer engine) {
        this.engine = engine;
    }

    /** The engine with the file of a tokenizer, offline and without truncation. */
    static HuggingFace of(Tokenizer tokenizer) throws IOException {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        Path file = Files.createTempFile("tokenizer", ".json");
        try {
            Files.write(file, tokenizer.file());
            return new HuggingFace(HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optAddSpecialTokens(false)
                    .optTruncation(false)
                    .optPadding(false)
                    .build());
        } finally {
            Files.delete(file);
        }
    }

    int[] encode(String text) {
        return Arrays.stream(engine.encode(text, false, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public void close() {
        engine.close();
    }
}
