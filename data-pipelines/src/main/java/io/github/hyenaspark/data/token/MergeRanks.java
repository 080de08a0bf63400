package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.token.TokenizerJson.ByteAlphabet;
import java.util.HashMap;
import java.util.Map;

/**
 * From a list of merges to ranks of tokens. HuggingFace merges the adjacent pair that is listed first; jtokkit the
 * adjacent pair whose concatenation has the lowest rank, whichever pair it is. With the ranks made here both give every
 * text the same ids.
 *
 * <p>Let "alone" mean: the merges applied to the bytes of a token T and nothing else. T is alive if it ends as T when
 * alone; then its rank is the index of the last merge applied. Other tokens have no rank.
 *
 * <p>Why that is the same. Merging only ever removes borders between neighbours, and each step removes the border of
 * the leftmost pair among those listed first. Suppose both ways have come to the same state, and in it x and y are
 * neighbours; T is their concatenation. The borders at both ends of T and between x and y are there, so no step has
 * crossed them, and the steps inside this span were each the first choice in the whole text, hence also in the span:
 * they are the steps of T alone. So [x, y] is a state that T alone goes through. A step makes a state one token
 * shorter, so T alone has at most one state of two tokens, and it is [x, y]. If the pair (x, y) is listed, T alone
 * becomes [T]: T is alive and its rank is the index of (x, y). If it is not listed, T alone stays [x, y]: T is not
 * alive and has no rank. So the listed neighbours are those whose concatenation has a rank, with the same number, both
 * ways take the same step, and by induction all steps are the same. A merge that makes no living token is never
 * applied.
 *
 * <p>Some files (Llama 3) say that a word which is a token is never split. jtokkit does the same for all tokens that it
 * is given, so for such a file it is given those too that are not alive. The argument holds for them as long as they
 * never lie in a state as two neighbours, that is unless alone they end as two tokens: those are refused.
 */
final class MergeRanks {
    /** The rank of a token that no merge makes. */
    static final int NONE = -1;

    private final String name;
    private final BpeVocabulary vocabulary;
    private final Map<Long, Integer> merges = new HashMap<>();
    private final int[] idOfByte = new int[256];

    private MergeRanks(String name, BpeVocabulary vocabulary) {
        this.name = name;
        this.vocabulary = vocabulary;
        for (int merge = 0; merge < vocabulary.left().length; merge++) {
            merges.put(pair(vocabulary.left()[merge], vocabulary.right()[merge]), merge);
        }
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            if (vocabulary.tokens()[id].length == 1) {
                idOfByte[vocabulary.tokens()[id][0] & 0xFF] = id;
            }
        }
    }

    /** The rank of each token by id, or {@link #NONE}; refuses whole words of which one ends as two tokens. */
    static int[] of(String name, BpeVocabulary vocabulary) {
        var ranks = new MergeRanks(name, vocabulary);
        int[] made = vocabulary.made();
        int[] rankOfToken = new int[vocabulary.tokens().length];
        for (int id = 0; id < rankOfToken.length; id++) {
            rankOfToken[id] = vocabulary.tokens()[id].length > 1 ? ranks.rank(id, made) : NONE;
        }
        return rankOfToken;
    }

    private int rank(int id, int[] made) {
        byte[] token = vocabulary.tokens()[id];
        int[] state = new int[token.length];
        for (int i = 0; i < state.length; i++) {
            state[i] = idOfByte[token[i] & 0xFF];
        }
        int count = state.length;
        int last = NONE;
        for (int at = first(state, count); at >= 0; at = first(state, count)) {
            last = merge(state, at);
            state[at] = made[last];
            count--;
            System.arraycopy(state, at + 2, state, at + 1, count - at - 1);
        }
        if (count == 2 && vocabulary.wholeWords()) {
            throw new IllegalArgumentException(
                    "data.tokenizer: " + name + ": found the token " + ByteAlphabet.spelled(token)
                            + ", which the merges leave in two parts, together with ignore_merges; supported are tokens that"
                            + " merges make, or leave in three parts or more");
        }
        return count == 1 ? last : NONE;
    }

    /** Index of the next pair to merge; negative if there is none. */
    private int first(int[] state, int count) {
        int lowest = Integer.MAX_VALUE;
        int at = -1;
        for (int i = 0; i + 1 < count; i++) {
            int merge = merge(state, i);
            if (merge < lowest) {
                lowest = merge;
                at = i;
            }
        }
        return at;
    }

    /** The merge of a token and its right neighbour; the largest integer if there is none. */
    private int merge(int[] state, int at) {
        return merges.getOrDefault(pair(state[at], state[at + 1]), Integer.MAX_VALUE);
    }

    private static long pair(int left, int right) {
        return (long) left << Integer.SIZE | right;
    }
}
