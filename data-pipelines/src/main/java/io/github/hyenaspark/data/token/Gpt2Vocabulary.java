package io.github.hyenaspark.data.token;

import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * GPT-2's vocabulary, from the file of ranks in jtokkit's jar: 256 bytes, 50,000 merges and {@code <|endoftext|>},
 * 50256. A rank is an id there; the parts of a merge are found by merging a token's bytes with the lower ranks until
 * two parts are left.
 */
public final class Gpt2Vocabulary {
    static final String NAME = "gpt2";

    private static final String RANKS = "r50k_base.tiktoken";
    private static final String PLACE = "/com/knuddels/jtokkit/" + RANKS;
    private static final int BYTES = 256;
    private static final int ORDINARY = 50256;

    private Gpt2Vocabulary() {}

    private static final class Holder {
        static final BpeTokenizer TOKENIZER = new BpeTokenizer(NAME, vocabulary());
    }

    public static BpeTokenizer tokenizer() {
        return Holder.TOKENIZER;
    }

    private static BpeVocabulary vocabulary() {
        byte[][] tokens = tokens();
        Map<String, Integer> ranks = new HashMap<>();
        for (int id = 0; id < ORDINARY; id++) {
            ranks.put(BpeVocabulary.key(tokens[id]), id);
        }
        int[] left = new int[ORDINARY - BYTES];
        int[] right = new int[ORDINARY - BYTES];
        for (int id = BYTES; id < ORDINARY; id++) {
            String token = BpeVocabulary.key(tokens[id]);
            int split = split(token, ranks);
            left[id - BYTES] = required(ranks, token.substring(0, split));
            right[id - BYTES] = required(ranks, token.substring(split));
        }
        var specials = new TreeMap<>(Map.of(BpeVocabulary.ENDS.get(0), ORDINARY));
        return new BpeVocabulary(tokens, left, right, specials, SplitPattern.GPT2, false);
    }

    private static byte[][] tokens() {
        byte[][] tokens = new byte[ORDINARY + 1][];
        tokens[ORDINARY] = new byte[0];
        try (InputStream in = GptBytePairEncodingParams.class.getResourceAsStream(PLACE)) {
            if (in == null) {
                throw new IllegalStateException("jtokkit's jar has no " + RANKS + "; use version 1.1.0 of it");
            }
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                int rank = Integer.parseInt(line, space + 1, line.length(), 10);
                tokens[rank] = Base64.getDecoder().decode(line.substring(0, space));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("jtokkit's jar cannot be read", e);
        }
        return tokens;
    }

    private static int split(String token, Map<String, Integer> ranks) {
        int own = required(ranks, token);
        int[] begins = new int[token.length() + 1];
        for (int i = 0; i < begins.length; i++) {
            begins[i] = i;
        }
        for (int parts = token.length(); parts > 2; parts--) {
            int lowest = own;
            int at = -1;
            for (int i = 0; i + 2 <= parts; i++) {
                int rank = ranks.getOrDefault(token.substring(begins[i], begins[i + 2]), own);
                if (rank < lowest) {
                    lowest = rank;
                    at = i;
                }
            }
            System.arraycopy(begins, at + 2, begins, at + 1, parts - at - 1);
        }
        return begins[1];
    }

    private static int required(Map<String, Integer> ranks, String token) {
        Integer rank = ranks.get(token);
        if (rank == null) {
            throw new IllegalStateException("jtokkit's " + RANKS + " has no rank for a part of a token");
        }
        return rank;
    }
}
