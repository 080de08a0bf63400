package io.github.hyenaspark.data.token.train;

import io.github.hyenaspark.data.token.BpeVocabulary;
import io.github.hyenaspark.data.token.SplitPattern;
import io.github.hyenaspark.data.token.TextPieces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts the words of a text, split by GPT-2's pattern, piece by piece in bounded memory. */
public final class PreTokens {
    static final SplitPattern PATTERN = SplitPattern.GPT2;

    private final TextPieces pieces;
    private final Pattern pattern = PATTERN.compile();

    /** Reads nothing yet, and never closes the text. */
    public PreTokens(InputStream text) {
        this.pieces = new TextPieces(text, PATTERN);
    }

    /** Counts the words of the next piece; false at the end. A malformed text throws after its earlier words. */
    public boolean countNext(WordCounts into) throws IOException {
        if (!pieces.next()) {
            return false;
        }
        for (Matcher matcher = pattern.matcher(pieces.text()); matcher.find(); ) {
            into.add(bytes(matcher.group()));
        }
        return true;
    }

    private static String bytes(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) >= 0x80) {
                return BpeVocabulary.key(word.getBytes(StandardCharsets.UTF_8));
            }
        }
        return word;
    }
}
