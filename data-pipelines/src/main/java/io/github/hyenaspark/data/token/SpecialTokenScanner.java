package io.github.hyenaspark.data.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/**
 * Finds spellings in blocks of bytes with the automaton of Aho and Corasick (1975), one step per byte: {@code next} has
 * states × 256, {@code ending} the spellings that end in each state.
 */
record SpecialTokenScanner(int[] next, int[] ending) {
    private static final int START = 0; // the state before the first byte
    private static final int BYTES = 256;

    static SpecialTokenScanner of(Collection<String> spellings) {
        List<int[]> trie = new ArrayList<>();
        trie.add(node());
        List<Integer> ends = new ArrayList<>();
        for (String spelling : spellings) {
            int state = START;
            for (byte b : spelling.getBytes(StandardCharsets.UTF_8)) {
                int[] children = trie.get(state);
                if (children[b & 0xFF] < 0) {
                    children[b & 0xFF] = trie.size();
                    trie.add(node());
                }
                state = children[b & 0xFF];
            }
            ends.add(state);
        }
        int[] ending = new int[trie.size()];
        ends.forEach(state -> ending[state]++);
        return new SpecialTokenScanner(completed(trie, ending), ending);
    }

    private static int[] node() {
        int[] children = new int[BYTES];
        Arrays.fill(children, -1);
        return children;
    }

    /** Completes the transitions: a byte that is no child leads where it leads from the longest proper suffix. */
    private static int[] completed(List<int[]> trie, int[] ending) {
        int[] next = new int[trie.size() * BYTES];
        int[] suffix = new int[trie.size()];
        Deque<Integer> open = new ArrayDeque<>(List.of(START));
        while (!open.isEmpty()) { // breadth first: a suffix is completed before it is needed
            int state = open.remove();
            ending[state] += state == START ? 0 : ending[suffix[state]];
            for (int b = 0; b < BYTES; b++) {
                int child = trie.get(state)[b];
                int otherwise = state == START ? START : next[suffix[state] * BYTES + b];
                if (child >= 0) {
                    suffix[child] = otherwise;
                    open.add(child);
                }
                next[state * BYTES + b] = child >= 0 ? child : otherwise;
            }
        }
        return next;
    }

    Search search() {
        return new Search();
    }

    final class Search {
        private int state = START;
        private long found;

        void accept(byte[] bytes, int count) {
            int now = state;
            for (int i = 0; i < count; i++) {
                int unsigned = bytes[i] & 0xFF;
                if (now != START || next[unsigned] != START) { // else nothing begins: no need to wait for a look-up
                    now = next[now * BYTES + unsigned];
                    found += ending[now];
                }
            }
            state = now;
        }

        long found() {
            return found;
        }
    }
}
