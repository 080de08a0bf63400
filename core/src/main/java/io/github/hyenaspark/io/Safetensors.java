package io.github.hyenaspark.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The safetensors format for 32-bit floats: eight bytes with the length of the header, the header as JSON, then all
 * values, little-endian. Reading checks every byte; {@link Header} has the rules.
 */
public final class Safetensors {
    /** Largest header, bytes, as in the reference implementation. */
    public static final int MAXIMUM_HEADER_BYTES = 100_000_000;

    private static final int FLOATS_AT_ONCE = 1 << 14;

    private Safetensors() {}

    /**
     * A named tensor, row-major, whose elements begin at {@code offset} of an array that may hold others, too; the
     * shape of a scalar is empty. Arrays are not copied or compared.
     */
    public record Tensor(String name, long[] shape, float[] values, int offset) {
        public Tensor {
            if (offset < 0 || elements(shape) > values.length - offset) {
                throw new IllegalArgumentException("tensor " + name + " has " + elements(shape)
                        + " elements from index " + offset + ", but its array ends at " + values.length);
            }
        }

        public long elements() {
            return elements(shape);
        }

        public static long elements(long[] shape) {
            long product = 1;
            for (long dimension : shape) {
                product = Math.multiplyExact(product, dimension);
            }
            return product;
        }
    }

    /** A whole file: its tensors in order, consecutive in {@code values} without gaps, and free text by name. */
    public record Contents(List<Tensor> tensors, float[] values, Map<String, String> metadata) {}

    /** Writes a whole file; does not close the stream. IllegalArgumentException if two tensors have one name. */
    public static void write(OutputStream out, List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        byte[] header = header(tensors, metadata);
        ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.write(length.putLong(header.length).array());
        out.write(header);
        for (Tensor tensor : tensors) {
            writeValues(out, tensor.values(), tensor.offset(), Math.toIntExact(tensor.elements()));
        }
    }

    /** Reads a whole file of {@code bytes} bytes, checked; does not close the stream. */
    public static Contents read(String file, InputStream in, long bytes) throws IOException {
        Header header = Header.read(file, in, bytes);
        float[] values = new float[header.elements()];
        readValues(file, in, values);
        checkEnd(file, in, bytes);
        return new Contents(header.tensors(values), values, header.metadata());
    }

    /** The same, but with every tensor in an array of its own, and the tensors alone. */
    public static List<Tensor> readApart(String file, InputStream in, long bytes) throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (Header.Extent extent : Header.read(file, in, bytes).extents()) {
            float[] values = new float[Math.toIntExact(Tensor.elements(extent.shape()))];
            readValues(file, in, values);
            tensors.add(new Tensor(extent.name(), extent.shape(), values, 0));
        }
        checkEnd(file, in, bytes);
        return tensors;
    }

    private static void checkEnd(String file, InputStream in, long bytes) throws IOException {
        if (in.read() >= 0) {
            throw new CorruptFileException(file, bytes + " bytes", "more");
        }
    }

    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) {
        ObjectNode root = Json.object();
        if (!metadata.isEmpty()) {
            ObjectNode texts = root.putObject(Header.METADATA);
            metadata.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(e -> texts.put(e.getKey(), e.getValue()));
        }
        Set<String> names = new HashSet<>(Set.of(Header.METADATA));
        long offset = 0;
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors cannot both be named " + tensor.name());
            }
            long end = offset + tensor.elements() * Float.BYTES;
            ObjectNode entry = root.putObject(tensor.name()).put("dtype", Header.FLOATS);
            ArrayNode shape = entry.putArray("shape");
            for (long dimension : tensor.shape()) {
                shape.add(dimension);
            }
            entry.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        String header = Json.line(root);
        int bytes = header.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAXIMUM_HEADER_BYTES - 8) {
            throw new IllegalArgumentException("the names and shapes of a safetensors file take " + bytes
                    + " bytes, more than the format's " + MAXIMUM_HEADER_BYTES);
        }
        // the values begin at a multiple of eight bytes
        return (header + " ".repeat((8 - bytes % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeValues(OutputStream out, float[] values, int offset, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(FLOATS_AT_ONCE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < count; at += FLOATS_AT_ONCE) {
            int floats = Math.min(FLOATS_AT_ONCE, count - at);
            buffer.clear().asFloatBuffer().put(values, offset + at, floats);
            out.write(buffer.array(), 0, floats * Float.BYTES);
        }
    }

    private static void readValues(String file, InputStream in, float[] values) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(FLOATS_AT_ONCE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < values.length; at += FLOATS_AT_ONCE) {
            int floats = Math.min(FLOATS_AT_ONCE, values.length - at);
            int wanted = floats * Float.BYTES;
            if (in.readNBytes(buffer.array(), 0, wanted) < wanted) {
                throw new CorruptFileException(file, values.length + " values", "an end before value " + (at + floats));
            }
            buffer.clear().asFloatBuffer().get(values, at, floats);
        }
    }

    /** Tensors of 32-bit floats, as long as their shapes say, that cover the data of a file once, without holes. */
    private record Header(List<Header.Extent> extents, Map<String, String> metadata) {
        static final String METADATA = "__metadata__";
        static final String FLOATS = "F32";

        record Extent(String name, long[] shape, long begin, long end) {}

        static Header read(String file, InputStream in, long bytes) throws IOException {
            byte[] prefix = in.readNBytes(Long.BYTES);
            if (prefix.length < Long.BYTES) {
                throw new CorruptFileException(file, "at least 8 bytes", prefix.length + " bytes");
            }
            long headerBytes =
                    ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (headerBytes < 0 || headerBytes > Safetensors.MAXIMUM_HEADER_BYTES) {
                throw new CorruptFileException(
                        file,
                        "a header of at most " + Safetensors.MAXIMUM_HEADER_BYTES + " bytes",
                        "a length of " + Long.toUnsignedString(headerBytes));
            }
            if (headerBytes > bytes - Long.BYTES) {
                throw new CorruptFileException(
                        file, "a header of at most " + (bytes - Long.BYTES) + " bytes", "a length of " + headerBytes);
            }
            byte[] header = in.readNBytes((int) headerBytes);
            if (header.length < headerBytes) {
                throw new CorruptFileException(file, "a header of " + headerBytes + " bytes", header.length + " bytes");
            }
            return parse(file, Json.parse(file, header), bytes - Long.BYTES - headerBytes);
        }

        int elements() {
            return extents.isEmpty()
                    ? 0
                    : Math.toIntExact(extents.get(extents.size() - 1).end() / Float.BYTES);
        }

        List<Tensor> tensors(float[] values) {
            return extents.stream()
                    .map(e -> new Tensor(e.name(), e.shape(), values, Math.toIntExact(e.begin() / Float.BYTES)))
                    .toList();
        }

        private static Header parse(String file, JsonNode root, long dataBytes) throws CorruptFileException {
            if (!root.isObject()) {
                throw new CorruptFileException(file, "an object as header", root.getNodeType() + "");
            }
            List<Extent> extents = new ArrayList<>();
            Map<String, String> metadata = new TreeMap<>();
            for (Map.Entry<String, JsonNode> field : root.properties()) {
                if (field.getKey().equals(METADATA)) {
                    for (Map.Entry<String, JsonNode> text : field.getValue().properties()) {
                        metadata.put(text.getKey(), Json.text(field.getValue(), file, text.getKey()));
                    }
                } else {
                    extents.add(extent(file, field.getKey(), field.getValue()));
                }
            }
            extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
            checkCoverage(file, extents, dataBytes);
            return new Header(List.copyOf(extents), Map.copyOf(metadata));
        }

        private static Extent extent(String file, String name, JsonNode entry) throws CorruptFileException {
            String type = Json.text(entry, file, "dtype");
            if (!type.equals(FLOATS)) {
                throw new CorruptFileException(file, "dtype " + FLOATS + " for tensor " + name, type);
            }
            long[] shape = naturals(file, name, entry, "shape");
            long[] offsets = naturals(file, name, entry, "data_offsets");
            if (offsets.length != 2) {
                throw new CorruptFileException(file, "two data_offsets for tensor " + name, offsets.length + "");
            }
            long expected;
            try {
                expected = Math.multiplyExact(Tensor.elements(shape), (long) Float.BYTES);
            } catch (ArithmeticException e) {
                throw new CorruptFileException(
                        file, "a shape below 2^63 bytes for tensor " + name, Json.line(entry.get("shape")));
            }
            if (offsets[1] - offsets[0] != expected) {
                throw new CorruptFileException(
                        file,
                        expected + " bytes for tensor " + name + " of shape " + Json.line(entry.get("shape")),
                        (offsets[1] - offsets[0]) + "");
            }
            return new Extent(name, shape, offsets[0], offsets[1]);
        }

        private static long[] naturals(String file, String name, JsonNode entry, String key)
                throws CorruptFileException {
            List<JsonNode> elements = Json.elements(entry, file, key);
            long[] numbers = new long[elements.size()];
            for (int i = 0; i < numbers.length; i++) {
                JsonNode element = elements.get(i);
                if (!element.isIntegralNumber() || !element.canConvertToLong() || element.longValue() < 0) {
                    throw new CorruptFileException(
                            file, "whole numbers of 0 or more as " + key + " of tensor " + name, Json.line(element));
                }
                numbers[i] = element.longValue();
            }
            return numbers;
        }

        private static void checkCoverage(String file, List<Extent> extents, long dataBytes)
                throws CorruptFileException {
            long end = 0;
            for (Extent extent : extents) {
                if (extent.begin() != end) {
                    throw new CorruptFileException(
                            file,
                            "tensor " + extent.name() + " to begin at byte " + end + " of the data",
                            (extent.begin() < end ? "an overlap: it begins at " : "a hole: it begins at ")
                                    + extent.begin());
                }
                end = extent.end();
            }
            if (end != dataBytes) {
                throw new CorruptFileException(file, end + " bytes of data", dataBytes + " bytes");
            }
            if (end / Float.BYTES > Integer.MAX_VALUE - 8) {
                throw new CorruptFileException(
                        file,
                        "at most " + (Integer.MAX_VALUE - 8) + " values",
                        (end / Float.BYTES) + " values",
                        "write the model as several files");
            }
        }
    }
}
