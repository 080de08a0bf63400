package io.github.hyenaspark.data.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.io.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Writes {@code tokenizer.json}, {@code vocab.json}, {@code merges.txt}; see {@link TokenizerJsonReader}. */
final class TokenizerJson {
    private TokenizerJson() {}

    static byte[] write(BpeVocabulary vocabulary) {
        ObjectNode json = Json.object().put("version", "1.0");
        json.putNull("truncation").putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        byId(vocabulary.specials()).forEach((id, spelling) -> added.add(addedToken(id, spelling)));
        json.putNull("normalizer");
        json.set("pre_tokenizer", preTokenizer(vocabulary.pattern()));
        json.putNull("post_processor");
        json.set("decoder", byteLevel(true));
        json.set("model", model(vocabulary));
        return Json.bytes(json);
    }

    static byte[] writeVocabulary(BpeVocabulary vocabulary) {
        return (Json.line(ids(vocabulary)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static byte[] writeMerges(BpeVocabulary vocabulary) {
        var text = new StringBuilder("#version: 0.2\n");
        for (int merge = 0; merge < vocabulary.left().length; merge++) {
            text.append(merge(vocabulary, merge)).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static NavigableMap<Integer, String> byId(Map<String, Integer> specials) {
        NavigableMap<Integer, String> byId = new TreeMap<>(Comparator.naturalOrder());
        specials.forEach((spelling, id) -> byId.put(id, spelling));
        return byId;
    }

    private static ObjectNode addedToken(int id, String spelling) {
        return Json.object()
                .put("id", id)
                .put("content", spelling)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private static ObjectNode preTokenizer(SplitPattern pattern) {
        if (pattern == SplitPattern.GPT2) {
            return byteLevel(true);
        }
        ObjectNode split = Json.object().put("type", "Split");
        split.putObject("pattern").put("Regex", pattern.regex());
        split.put("behavior", "Isolated").put("invert", false);
        ObjectNode sequence = Json.object().put("type", "Sequence");
        sequence.putArray("pretokenizers").add(split).add(byteLevel(false));
        return sequence;
    }

    private static ObjectNode byteLevel(boolean splits) {
        return Json.object()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", splits);
    }

    private static ObjectNode model(BpeVocabulary vocabulary) {
        ObjectNode model = Json.object().put("type", "BPE");
        model.putNull("dropout").putNull("unk_token");
        model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", vocabulary.wholeWords());
        model.set("vocab", ids(vocabulary));
        ArrayNode merges = model.putArray("merges");
        for (int merge = 0; merge < vocabulary.left().length; merge++) {
            merges.add(merge(vocabulary, merge));
        }
        return model;
    }

    /** The id of every token by its spelling, in the order of ids. */
    private static ObjectNode ids(BpeVocabulary vocabulary) {
        NavigableMap<Integer, String> specials = byId(vocabulary.specials());
        ObjectNode ids = Json.object();
        for (int id = 0; id < vocabulary.tokens().length; id++) {
            byte[] token = vocabulary.tokens()[id];
            if (token.length > 0) {
                ids.put(ByteAlphabet.spelled(token), id);
            } else if (specials.containsKey(id)) {
                ids.put(specials.get(id), id);
            }
        }
        return ids;
    }

    private static String merge(BpeVocabulary vocabulary, int merge) {
        return ByteAlphabet.spelled(vocabulary.tokens()[vocabulary.left()[merge]]) + " "
                + ByteAlphabet.spelled(vocabulary.tokens()[vocabulary.right()[merge]]);
    }

    /**
     * How files of the GPT-2 family spell bytes: one printable, non-space character each, so that a token is a string
     * and two tokens may be separated by a space.
     */
    static final class ByteAlphabet {
        private static final char[] CHARACTERS = characters();
        private static final int[] BYTES = bytes();

        private ByteAlphabet() {}

        /** Bytes that are printable in Latin-1 are themselves, the others follow from U+0100. */
        private static char[] characters() {
            char[] characters = new char[256];
            char other = 0x100;
            for (int b = 0; b < characters.length; b++) {
                boolean printable = (b > ' ' && b < 0x7F) || (b > 0xA0 && b != 0xAD);
                characters[b] = printable ? (char) b : other++;
            }
            return characters;
        }

        private static int[] bytes() {
            int[] bytes = new int[0x200];
            Arrays.fill(bytes, -1);
            for (int b = 0; b < CHARACTERS.length; b++) {
                bytes[CHARACTERS[b]] = b;
            }
            return bytes;
        }

        static String spelled(byte[] bytes) {
            char[] spelling = new char[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                spelling[i] = CHARACTERS[bytes[i] & 0xFF];
            }
            return new String(spelling);
        }

        /** The bytes of a spelling; empty if a character spells none. */
        static Optional<byte[]> bytes(String spelling) {
            byte[] bytes = new byte[spelling.length()];
            for (int i = 0; i < bytes.length; i++) {
                char c = spelling.charAt(i);
                if (c >= BYTES.length || BYTES[c] < 0) {
                    return Optional.empty();
                }
                bytes[i] = (byte) BYTES[c];
            }
            return Optional.of(bytes);
        }
    }
}
