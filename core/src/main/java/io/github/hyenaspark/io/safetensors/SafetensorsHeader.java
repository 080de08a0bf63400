package io.github.hyenaspark.io.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.safetensors.Safetensors.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tensors of 32-bit floats, as long as their shapes say, that cover the data of a file once, without holes. */
record SafetensorsHeader(List<SafetensorsHeader.Extent> extents, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    static final String FLOATS = "F32";

    record Extent(String name, long[] shape, long begin, long end) {}

    static SafetensorsHeader read(String file, InputStream in, long bytes) throws IOException {
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

    private static SafetensorsHeader parse(String file, JsonNode root, long dataBytes) throws CorruptFileException {
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
        return new SafetensorsHeader(List.copyOf(extents), Map.copyOf(metadata));
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

    private static long[] naturals(String file, String name, JsonNode entry, String key) throws CorruptFileException {
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

    private static void checkCoverage(String file, List<Extent> extents, long dataBytes) throws CorruptFileException {
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
