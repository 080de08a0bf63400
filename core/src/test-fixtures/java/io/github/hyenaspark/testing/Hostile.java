package io.github.hyenaspark.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import io.github.hyenaspark.io.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files as somebody who means harm would write them, and what a reader may do with them: refuse them, cheaply. */
public final class Hostile {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long ALLOWED_BYTES = 4L << 20;
    private static final long ALLOWED_BYTES_A_BYTE = 100;
    private static final long ALLOWED_NANOS = 20_000_000_000L;
    private static final int LONGEST_MESSAGE = 10_000;

    /** Two trees of this depth in one another are still less deep than Jackson writes; {@link #text} goes deeper. */
    private static final int DEPTH = 450;

    private static final Pattern KEY = Pattern.compile("\"[a-z_0-9]+\" ?:");
    private static final Pattern VALUE = Pattern.compile("(?<=: ?)[0-9]+");
    private static final List<String> TEXTS = List.of(
            "",
            "../../x",
            "/etc/passwd",
            "data/../../x",
            "data/a/../../../x",
            "data//x",
            "data/x/.",
            "file:///etc/passwd",
            "s3a://other/data/x",
            "data/a/b:c",
            "data/a\\..\\b",
            "data/a/\u0000",
            "train/../../x.bin",
            "train/s3a://other/x.bin",
            "\uD800",
            "worker-99999999999999999999",
            "worker--1",
            "1e5",
            "x".repeat(20_000));

    private Hostile() {}

    /** Something that reads a file. */
    public interface Reader {
        void read() throws IOException;
    }

    /**
     * Reads a hostile file.
     *
     * @param what its seed and kind, for the message
     * @param bytes what the reader is given
     * @return whether it was refused, with one message
     * @throws AssertionError if anything else happened, or it took much memory or time
     */
    public static boolean refused(String what, long bytes, Reader reader) {
        long nanos = System.nanoTime();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        String message = "";
        try {
            reader.read();
        } catch (CorruptFileException | IllegalArgumentException e) {
            message = String.valueOf(e.getMessage());
            if (message.isBlank() || message.length() > LONGEST_MESSAGE) {
                throw new AssertionError(what + ": a message of " + message.length() + " characters", e);
            }
        } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what + ": expected to be refused, but " + e, e);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        if (allocated > ALLOWED_BYTES + ALLOWED_BYTES_A_BYTE * bytes) {
            throw new AssertionError(what + ": " + allocated + " bytes were allocated for a file of " + bytes);
        }
        if (System.nanoTime() - nanos > ALLOWED_NANOS) {
            throw new AssertionError(what + ": took " + (System.nanoTime() - nanos) / 1_000_000 + " ms");
        }
        return !message.isEmpty();
    }

    /** The same bytes with some of them changed, removed, repeated or added. */
    public static byte[] bytes(byte[] valid, Random random) {
        byte[] bytes = valid;
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length + 1);
            int to = Math.min(bytes.length, at + 1 + random.nextInt(20));
            byte[] middle = Arrays.copyOfRange(bytes, at, to);
            byte[] noise = new byte[random.nextInt(12)];
            random.nextBytes(noise);
            bytes = switch (random.nextInt(5)) {
                case 0 -> joined(Arrays.copyOf(bytes, at), noise, Arrays.copyOfRange(bytes, to, bytes.length));
                case 1 -> joined(Arrays.copyOf(bytes, at), new byte[0], Arrays.copyOfRange(bytes, to, bytes.length));
                case 2 -> joined(Arrays.copyOf(bytes, to), middle, Arrays.copyOfRange(bytes, to, bytes.length));
                case 3 -> Arrays.copyOf(bytes, at);
                default -> flipped(bytes, random);
            };
        }
        return bytes;
    }

    private static byte[] flipped(byte[] bytes, Random random) {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** The text of a JSON object, damaged where a tree cannot be: keys twice, no numbers, depth, no UTF-8. */
    public static byte[] text(byte[] json, Random random) {
        String text = new String(json, UTF_8);
        return switch (random.nextInt(6)) {
            case 0 -> replaced(text, KEY, random, "$0 1, $0");
            case 1 -> replaced(text, VALUE, random, random.nextBoolean() ? "NaN" : "-Infinity");
            case 2 -> replaced(text, VALUE, random, random.nextBoolean() ? "9".repeat(3000) : "1e999999999");
            case 3 -> replaced(text, VALUE, random, "[".repeat(random.nextInt(50_000)));
            case 4 -> replaced(text, VALUE, random, "{\"a\":".repeat(random.nextInt(50_000)));
            default -> bytes(json, random);
        };
    }

    private static byte[] replaced(String text, Pattern what, Random random, String with) {
        Matcher places = what.matcher(text);
        int all = (int) places.results().count();
        if (all == 0) {
            return bytes(text.getBytes(UTF_8), random);
        }
        places.reset();
        for (int i = random.nextInt(all); i >= 0; i--) {
            places.find();
        }
        String found = places.group();
        return (text.substring(0, places.start()) + with.replace("$0", found) + text.substring(places.end()))
                .getBytes(UTF_8);
    }

    /** A copy of a JSON object in which some values are not what they should be. */
    public static ObjectNode tree(ObjectNode valid, Random random) {
        ObjectNode tree = valid.deepCopy();
        for (int i = random.nextInt(2); i >= 0; i--) {
            List<JsonNode> parents = new ArrayList<>();
            collect(tree, parents);
            JsonNode parent = parents.get(random.nextInt(parents.size()));
            if (parent instanceof ObjectNode object && !object.isEmpty()) {
                List<String> keys = new ArrayList<>();
                object.fieldNames().forEachRemaining(keys::add);
                String key = keys.get(random.nextInt(keys.size()));
                if (random.nextInt(8) == 0) {
                    object.remove(key);
                } else {
                    object.set(key, value(parents, random));
                }
            } else if (parent instanceof ArrayNode array && !array.isEmpty()) {
                int at = random.nextInt(array.size());
                switch (random.nextInt(5)) {
                    case 0 -> array.remove(at);
                    case 1 -> array.add(array.get(at).deepCopy());
                    default -> array.set(at, value(parents, random));
                }
            }
        }
        return tree;
    }

    private static void collect(JsonNode node, List<JsonNode> parents) {
        if (node.isContainerNode()) {
            parents.add(node);
            node.forEach(child -> collect(child, parents));
        }
    }

    private static JsonNode value(List<JsonNode> parents, Random random) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (random.nextInt(12)) {
            case 0 -> nodes.numberNode(-1L - random.nextInt(3));
            case 1 -> nodes.numberNode(random.nextLong());
            case 2 -> nodes.numberNode(Long.MAX_VALUE - random.nextInt(9));
            case 3 -> nodes.numberNode(1L << random.nextInt(63));
            case 4 -> nodes.numberNode(BigInteger.TEN.pow(19 + random.nextInt(200)));
            case 5 -> nodes.numberNode(random.nextDouble() * 1e300);
            case 6 -> random.nextBoolean() ? nodes.nullNode() : nodes.booleanNode(random.nextBoolean());
            case 7 -> nested(random.nextInt(DEPTH));
            case 8 -> parents.get(random.nextInt(parents.size())).deepCopy();
            case 9 -> nodes.numberNode(random.nextInt(300));
            default -> nodes.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
        };
    }

    private static JsonNode nested(int depth) {
        ArrayNode inner = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < depth; i++) {
            inner = JsonNodeFactory.instance.arrayNode().add(inner);
        }
        return inner;
    }
}
