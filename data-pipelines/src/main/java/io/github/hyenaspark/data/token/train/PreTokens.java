package io.github.hyenaspark.data.token.train;

import io.github.hyenaspark.data.token.BpeVocabulary;
import io.github.hyenaspark.data.token.MalformedTextException;
import io.github.hyenaspark.data.token.SplitPattern;
import io.github.hyenaspark.data.token.TextPieces;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a text by GPT-2's pattern into the words that a tokenizer trained here sees, and counts them piece by piece,
 * so that neither text nor counts are held whole.
 */
public final class PreTokens {
    /** Splits a text into words before training and, later, before encoding. */
    static final SplitPattern PATTERN = SplitPattern.GPT2;

    private final TextPieces pieces;
    private final Pattern pattern = PATTERN.compile();

    /** Reads nothing yet, and never closes the text. */
    public PreTokens(InputStream text) {
        this.pieces = new TextPieces(text, PATTERN);
    }

    /**
     * Counts the words of the next piece; false if the text has ended.
     *
     * @throws MalformedTextException if the text is not UTF-8, or a run is too long; earlier words have been counted
     */
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
