package io.github.hyenaspark.data.token;

import io.github.hyenaspark.io.Hashes;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * All that defines a byte-level BPE tokenizer: what a {@code tokenizer.json} says, without its spelling. Arrays are not
 * copied and must not be changed; do not compare by {@code equals}.
 *
 * @param tokens the bytes of each ordinary token by id, V of them; empty for a special token and for an unused id
 * @param left id of the left part of each merge, in the order of the merges
 * @param right id of the right part of each merge
 * @param specials ids of the special tokens by their spelling
 * @param wholeWords whether a word that is a token is that token, whatever the merges make of it
 */
public record BpeVocabulary(
        byte[][] tokens,
        int[] left,
        int[] right,
        NavigableMap<String, Integer> specials,
        SplitPattern pattern,
        boolean wholeWords) {
    /** Spellings of the end-of-document token; the first that a vocabulary has counts. */
    public static final List<String> ENDS = List.of("<|endoftext|>", "<|end_of_text|>", "</s>");

    public BpeVocabulary {
        specials = Collections.unmodifiableNavigableMap(new TreeMap<>(specials));
        if (ENDS.stream().noneMatch(specials::containsKey)) {
            throw new IllegalArgumentException("found no special token that ends a document, expected one of " + ENDS);
        }
    }

    int endOfDocument() {
        return ENDS.stream()
                .filter(specials::containsKey)
                .mapToInt(specials::get)
                .findFirst()
                .orElseThrow();
    }

    /** The ids of the ordinary tokens by their bytes, each a character of ISO 8859-1. */
    Map<String, Integer> ids() {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id].length > 0) {
                ids.put(key(tokens[id]), id);
            }
        }
        return ids;
    }

    /** The id that each merge produces; refuses one that produces no token. */
    int[] made() {
        Map<String, Integer> ids = ids();
        int[] made = new int[left.length];
        for (int merge = 0; merge < made.length; merge++) {
            String both = key(tokens[left[merge]]) + key(tokens[right[merge]]);
            Integer id = ids.get(both);
            if (id == null) {
                throw new IllegalArgumentException(
                        "merge " + merge + " makes a string that is not a token of the vocabulary");
            }
            made[merge] = id;
        }
        return made;
    }

    static String key(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** SHA-256 (hex) of the canonical form: all of this, and the character classes of Unicode 13. */
    String fingerprint() {
        var text = new StringBuilder("byte-level BPE\npattern " + pattern.regex() + "\nwhole-words " + wholeWords
                + "\nunicode " + UnicodeClasses.FINGERPRINT + "\n");
        HexFormat hex = HexFormat.of();
        for (int id = 0; id < tokens.length; id++) {
            text.append("token ").append(hex.formatHex(tokens[id])).append('\n');
        }
        for (int merge = 0; merge < left.length; merge++) {
            text.append("merge " + left[merge] + " " + right[merge] + "\n");
        }
        specials.forEach((spelling, id) ->
                text.append("special ").append(id).append(' ').append(spelling).append('\n'));
        return Hashes.sha256(text.toString());
    }
}
