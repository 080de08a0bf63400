package io.github.hyenaspark.data.token;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.GptBytePairEncodingParams;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-level BPE of the GPT-2 family, merged by jtokkit: GPT-2 itself, or what a {@code tokenizer.json} describes. The
 * ids are those of HuggingFace's engine: {@link MergeRanks} proves that the merges agree, {@link SplitPattern} that a
 * long text may be encoded in pieces.
 *
 * <p>Special tokens in a text are encoded as ordinary text, and counted. Every UTF-8 text decodes to its own bytes. A
 * run of more than 1 MB without a place to cut is refused: merging it would need too much memory.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final int BYTES = 256;

    private final String name;
    private final BpeVocabulary vocabulary;
    private final String fingerprint;
    private final Encoding encoding;
    private final int[] idOfValue; // what jtokkit gives: a byte, or 256 plus a rank
    private final SpecialTokenScanner specials;

    /** Refuses a vocabulary whose ids jtokkit cannot give, see {@link MergeRanks}. */
    @SuppressWarnings("ArrayAsKeyOfSetOrMap")
    public // jtokkit asks for such a map, and reads it in its order
    BpeTokenizer(String name, BpeVocabulary vocabulary) {
        this.name = name;
        this.vocabulary = vocabulary;
        this.fingerprint = vocabulary.fingerprint();
        this.specials = SpecialTokenScanner.of(vocabulary.specials().keySet());
        Map<byte[], Integer> values = new LinkedHashMap<>();
        this.idOfValue = values(name, vocabulary, values);
        var parameters =
                new GptBytePairEncodingParams(name, vocabulary.pattern().compile(), values, Map.of());
        this.encoding = Encodings.newLazyEncodingRegistry()
                .registerGptBytePairEncoding(parameters)
                .getEncoding(name)
                .orElseThrow();
    }

    /** Fills in the values that jtokkit is to give; returns the id of each. */
    private static int[] values(String name, BpeVocabulary vocabulary, Map<byte[], Integer> values) {
        int[] ranks = MergeRanks.of(name, vocabulary);
        int[] ids = new int[BYTES + vocabulary.left().length + ranks.length];
        int whole = BYTES + vocabulary.left().length;
        for (int id = 0; id < ranks.length; id++) {
            byte[] token = vocabulary.tokens()[id];
            int value;
            if (token.length == 1) {
                value = token[0] & 0xFF;
            } else if (ranks[id] != MergeRanks.NONE) {
                value = BYTES + ranks[id];
            } else if (token.length > 0 && vocabulary.wholeWords()) {
                value = whole++;
            } else {
                continue;
            }
            values.put(token.clone(), value); // key and value side by side in memory
            ids[value] = id;
        }
        return Arrays.copyOf(ids, whole);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public int vocabularySize() {
        return vocabulary.tokens().length;
    }

    @Override
    public int endOfDocument() {
        return vocabulary.endOfDocument();
    }

    @Override
    public long encode(InputStream text, TokenSink sink) throws IOException {
        var pieces = new TextPieces(text, vocabulary.pattern());
        SpecialTokenScanner.Search search = specials.search();
        int[] ids = {};
        while (pieces.next()) {
            search.accept(pieces.bytes(), pieces.length());
            IntArrayList values = encoding.encodeOrdinary(pieces.text());
            int count = values.size();
            ids = ids.length < count ? new int[count + count / 8] : ids;
            for (int i = 0; i < count; i++) {
                ids[i] = idOfValue[values.get(i)];
            }
            sink.accept(ids, count);
        }
        return search.found();
    }

    @Override
    public byte[] decode(int[] ids) {
        var text = new ByteArrayOutputStream(4 * ids.length);
        for (int id : ids) {
            ByteTokenizer.checkId(id, vocabularySize());
            text.writeBytes(vocabulary.tokens()[id]);
        }
        return text.toByteArray();
    }

    @Override
    public byte[] file() {
        return TokenizerJson.write(vocabulary);
    }

    public byte[] vocabularyFile() {
        return TokenizerJson.writeVocabulary(vocabulary);
    }

    public byte[] mergesFile() {
        return TokenizerJson.writeMerges(vocabulary);
    }

    public int merges() {
        return vocabulary.left().length;
    }

    public BpeVocabulary vocabulary() {
        return vocabulary;
    }

    /**
     * Finds spellings in blocks of bytes with the automaton of Aho and Corasick (1975), one step per byte: {@code next}
     * has states × 256, {@code ending} the spellings that end in each state.
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
}
