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
 * Splits a text into the words that a tokenizer trained here splits it into, by GPT-2's pattern, and counts them. A
 * piece at a time, so that neither text nor counts need be held whole.
 */
public final class PreTokens {
    /** What splits a text into words before training and, later, before encoding. */
    static final SplitPattern PATTERN = SplitPattern.GPT2;

    private final TextPieces pieces;
    private final Pattern pattern = PATTERN.compile();

    /**
     * The words of a text; nothing is read yet.
     *
     * @param text in UTF-8, not closed
     */
    public PreTokens(InputStream text) {
        this.pieces = new TextPieces(text, PATTERN);
    }

    /**
     * Counts the words of the next piece.
     *
     * @return false if the text has ended
     * @throws MalformedTextException if the text is not UTF-8, or has a run that is too long; the words before it have
     *     been counted
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
