package io.github.hyenaspark.data.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.data.token.TokenizerJson.ByteAlphabet;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads one {@code tokenizer.json}. Whatever would give other ids than ours is refused by name: normalisers,
 * pre-tokenizers other than {@code ByteLevel} and the known splits, models other than BPE over all 256 bytes, and added
 * tokens that are not special. Truncation, padding, post-processor and decoder are ignored: a document is encoded
 * whole, without additions, and tokens are bytes.
 */
record TokenizerJsonReader(String file, JsonNode json) {
    private static final int LARGEST_VOCABULARY = 1 << 24;

    BpeVocabulary vocabulary() throws CorruptFileException {
        JsonNode model = Json.object(json, file, "model");
        checkModel(model);
        JsonNode normalizer = json.path("normalizer");
        if (isSet(normalizer)) {
            throw unsupported("the normalizer " + type(normalizer), "none");
        }
        SplitPattern pattern = pattern();
        NavigableMap<String, Integer> specials = specials();
        byte[][] tokens = tokens(Json.object(model, file, "vocab"), specials);
        Map<String, Integer> ids = ids(tokens);
        int[][] merges = merges(model, ids);
        try {
            return new BpeVocabulary(
                    tokens,
                    merges[0],
                    merges[1],
                    specials,
                    pattern,
                    model.path("ignore_merges").asBoolean(false));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("data.tokenizer: " + file + ": " + e.getMessage(), e);
        }
    }

    private SplitPattern pattern() throws CorruptFileException {
        JsonNode found = json.path("pre_tokenizer");
        if (type(found).equals("ByteLevel")) {
            checkByteLevel(found, true);
            return SplitPattern.GPT2;
        }
        if (!type(found).equals("Sequence")) {
            throw unsupported("the pre_tokenizer " + type(found), "ByteLevel, or a Sequence of Split and ByteLevel");
        }
        List<JsonNode> parts = Json.elements(found, file, "pretokenizers");
        List<String> types = parts.stream().map(TokenizerJsonReader::type).toList();
        if (!types.equals(List.of("Split", "ByteLevel"))) {
            throw unsupported("a pre_tokenizer that is a Sequence of " + types, "a Sequence of [Split, ByteLevel]");
        }
        checkByteLevel(parts.get(1), false);
        return split(parts.get(0));
    }

    private SplitPattern split(JsonNode split) {
        String behavior = split.path("behavior").asText();
        if (!behavior.equals("Isolated") || split.path("invert").asBoolean(false)) {
            throw unsupported(
                    "a Split with the behavior " + behavior + " and invert "
                            + split.path("invert").asBoolean(false),
                    "Isolated and invert false");
        }
        String regex = split.path("pattern").path("Regex").asText();
        return SplitPattern.of(regex)
                .orElseThrow(() -> unsupported(
                        "a Split with the pattern " + Json.line(split.path("pattern")),
                        "those of GPT-2, cl100k, Llama 3 and Qwen 2"));
    }

    private void checkByteLevel(JsonNode byteLevel, boolean splits) {
        if (byteLevel.path("add_prefix_space").asBoolean(true)) {
            throw unsupported("a ByteLevel with add_prefix_space true", "false");
        }
        boolean found = byteLevel.path("use_regex").asBoolean(true);
        if (found != splits) {
            throw unsupported(
                    "a ByteLevel with use_regex " + found + (splits ? " alone" : " after a Split"),
                    String.valueOf(splits));
        }
    }

    private void checkModel(JsonNode model) {
        String type = model.path("type").asText("BPE");
        if (!type.equals("BPE")) {
            throw unsupported("the model " + type, "BPE");
        }
        if (model.path("dropout").asDouble(0) != 0) {
            throw unsupported("dropout " + model.path("dropout"), "none");
        }
        if (model.path("byte_fallback").asBoolean(false)) {
            throw unsupported("byte_fallback true", "false");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.path(affix).asText("").isEmpty() && isSet(model.path(affix))) {
                throw unsupported(affix + " \"" + model.path(affix).asText() + "\"", "none");
            }
        }
    }

    private NavigableMap<String, Integer> specials() throws CorruptFileException {
        NavigableMap<String, Integer> specials = new TreeMap<>();
        if (!isSet(json.path("added_tokens"))) {
            return specials;
        }
        for (JsonNode added : Json.elements(json, file, "added_tokens")) {
            String content = Json.text(added, file, "content");
            if (content.isEmpty() || !added.path("special").asBoolean(false)) {
                throw unsupported("the added token \"" + content + "\", which is not special", "special ones");
            }
            specials.put(content, id(added.path("id"), content));
        }
        return specials;
    }

    private byte[][] tokens(JsonNode vocab, Map<String, Integer> specials) throws CorruptFileException {
        int largest =
                specials.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (JsonNode id : vocab) {
            largest = Math.max(largest, id(id, "a token"));
        }
        byte[][] tokens = new byte[largest + 1][];
        Set<Integer> taken = new HashSet<>(specials.values());
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            String spelling = entry.getKey();
            int id = id(entry.getValue(), spelling);
            if (specials.containsKey(spelling)) {
                checkSame(spelling, specials.get(spelling), id);
            } else if (!taken.add(id)) {
                throw new CorruptFileException(file, "one token of id " + id, "\"" + spelling + "\" as another one");
            } else {
                tokens[id] = ByteAlphabet.bytes(spelling)
                        .filter(bytes -> bytes.length > 0)
                        .orElseThrow(() -> unsupported(
                                "the token \"" + spelling + "\"", "tokens in the characters of byte-level BPE"));
            }
        }
        Arrays.setAll(tokens, id -> tokens[id] == null ? new byte[0] : tokens[id]);
        return tokens;
    }

    private void checkSame(String spelling, Integer special, int id) throws CorruptFileException {
        if (special == null || special != id) {
            throw new CorruptFileException(
                    file, "one id of the special token \"" + spelling + "\"", special + " and " + id);
        }
    }

    private Map<String, Integer> ids(byte[][] tokens) {
        Map<String, Integer> ids = new HashMap<>();
        boolean[] bytes = new boolean[256];
        for (int id = 0; id < tokens.length; id++) {
            if (tokens[id].length > 0) {
                ids.put(ByteAlphabet.spelled(tokens[id]), id);
            }
            if (tokens[id].length == 1) {
                bytes[tokens[id][0] & 0xFF] = true;
            }
        }
        for (int b = 0; b < bytes.length; b++) {
            if (!bytes[b]) {
                throw unsupported(
                        "a vocabulary without the byte " + b + " (\"" + ByteAlphabet.spelled(new byte[] {(byte) b})
                                + "\")",
                        "vocabularies that have all 256 bytes");
            }
        }
        return ids;
    }

    private int[][] merges(JsonNode model, Map<String, Integer> ids) throws CorruptFileException {
        List<JsonNode> merges = Json.elements(model, file, "merges");
        int[][] sides = new int[2][merges.size()];
        Set<List<Integer>> seen = new HashSet<>();
        for (int merge = 0; merge < merges.size(); merge++) {
            String[] parts = parts(merges.get(merge));
            if (parts.length != 2 || !ids.containsKey(parts[0] + parts[1])) {
                throw wrongMerge(merge, merges.get(merge));
            }
            for (int side = 0; side < 2; side++) {
                Integer id = ids.get(parts[side]);
                if (id == null) {
                    throw wrongMerge(merge, merges.get(merge));
                }
                sides[side][merge] = id;
            }
            if (!seen.add(List.of(sides[0][merge], sides[1][merge]))) {
                throw new CorruptFileException(
                        file, "each merge once", "merge " + merge + ", " + merges.get(merge) + ", for the second time");
            }
        }
        return sides;
    }

    /** A merge is a text with one space, or an array of two texts. */
    private static String[] parts(JsonNode merge) {
        if (merge.isArray()) {
            String[] parts = new String[merge.size()];
            Arrays.setAll(parts, i -> merge.get(i).asText());
            return parts;
        }
        return merge.asText().split(" ", -1);
    }

    private CorruptFileException wrongMerge(int merge, JsonNode found) {
        return new CorruptFileException(
                file, "two tokens as merge " + merge + ", whose concatenation is a token", found.toString());
    }

    private int id(JsonNode id, String of) throws CorruptFileException {
        if (!id.isIntegralNumber() || id.longValue() < 0 || id.longValue() >= LARGEST_VOCABULARY) {
            throw new CorruptFileException(
                    file, "an id in [0, " + LARGEST_VOCABULARY + ") for \"" + of + "\"", id.toString());
        }
        return id.intValue();
    }

    private static boolean isSet(JsonNode part) {
        return !part.isMissingNode() && !part.isNull();
    }

    private static String type(JsonNode part) {
        return isSet(part) ? part.path("type").asText("without a type") : "null";
    }

    private IllegalArgumentException unsupported(String found, String expected) {
        return new IllegalArgumentException(
                "data.tokenizer: " + file + ": found " + found + ", supported: " + expected);
    }
}
