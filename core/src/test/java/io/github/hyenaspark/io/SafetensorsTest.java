package io.github.hyenaspark.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.io.Safetensors.Contents;
import io.github.hyenaspark.io.Safetensors.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SafetensorsTest {
    private static float[] indices(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    private static byte[] written(List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        var out = new ByteArrayOutputStream();
        Safetensors.write(out, tensors, metadata);
        return out.toByteArray();
    }

    private static Contents read(byte[] file) throws IOException {
        return Safetensors.read("f.safetensors", new ByteArrayInputStream(file), file.length);
    }

    /** A file with this header and as many zero bytes of data. */
    private static byte[] file(String header, int dataBytes) {
        byte[] text = header.replace('\'', '"').getBytes(UTF_8);
        return ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .array();
    }

    private static void refused(byte[] file, String expected, String found) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("f.safetensors: expected " + expected + ", found " + found);
    }

    private static String tensor(String name, String shape, int begin, int end) {
        return "'" + name + "':{'dtype':'F32','shape':" + shape + ",'data_offsets':[" + begin + "," + end + "]}";
    }

    @Test
    void tensorsComeBackApart() throws IOException {
        byte[] file = written(
                List.of(
                        new Tensor("x", new long[] {2, 2}, indices(5), 1),
                        new Tensor("none", new long[] {0}, indices(0), 0),
                        new Tensor("a", new long[] {3}, indices(3), 0)),
                Map.of("about", "numbers"));
        List<Tensor> tensors = Safetensors.readApart("f", new ByteArrayInputStream(file), file.length);
        assertThat(tensors).extracting(Tensor::name).containsExactlyInAnyOrder("x", "none", "a");
        for (Tensor tensor : tensors) {
            assertThat(tensor.offset()).isZero();
            assertThat(tensor.values()).hasSize((int) tensor.elements());
            float[] expected = tensor.name().equals("x") ? new float[] {1, 2, 3, 4} : indices(tensor.values().length);
            assertThat(tensor.values()).isEqualTo(expected);
        }
    }

    @Test
    void tensorsComeBackInOrderInOneArray() throws IOException {
        float[] values = indices(40_000);
        values[7] = Float.NaN;
        values[8] = -0.0f;
        byte[] file = written(
                List.of(
                        new Tensor("b", new long[] {2, 19_999}, values, 2),
                        new Tensor("none", new long[] {0, 5}, values, 0),
                        new Tensor("a", new long[] {}, values, 1)),
                Map.of("format", "pt", "author", "né"));
        Contents contents = read(file);
        float[] expected = Arrays.copyOf(Arrays.copyOfRange(values, 2, 40_000), 39_999);
        expected[39_998] = 1;
        assertThat(contents.values()).usingComparator(Arrays::compare).isEqualTo(expected);
        assertThat(contents.metadata()).containsOnly(Map.entry("format", "pt"), Map.entry("author", "né"));
        assertThat(contents.tensors()).extracting(Tensor::name).containsExactlyInAnyOrder("b", "none", "a");
        Tensor last = contents.tensors().get(2);
        assertThat(last.name()).isEqualTo("a");
        assertThat(last.values()[last.offset()]).isEqualTo(1);
        assertThat(contents.tensors().get(0).shape()).containsExactly(2, 19_999);
    }

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        byte[] file = written(List.of(new Tensor("x", new long[] {2}, new float[] {1, -2}, 0)), Map.of());
        String header = "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ";
        assertThat(header.length() % 8).isZero();
        byte[] expected = ByteBuffer.allocate(8 + header.length() + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length())
                .put(header.getBytes(UTF_8))
                .putFloat(1)
                .putFloat(-2)
                .array();
        assertThat(file).isEqualTo(expected);
    }

    @Test
    void anEmptyFileOfTensorsRoundTrips() throws IOException {
        assertThat(read(written(List.of(), Map.of())).values()).isEmpty();
    }

    @Test
    void everyTruncationIsFound() throws IOException {
        byte[] file = written(List.of(new Tensor("x", new long[] {3}, indices(3), 0)), Map.of("k", "v"));
        for (int length = 0; length < file.length; length++) {
            byte[] shorter = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> read(shorter))
                    .as("first %d bytes", length)
                    .isInstanceOf(CorruptFileException.class);
        }
        refused(Arrays.copyOf(file, 3), "at least 8 bytes", "3 bytes");
        refused(Arrays.copyOf(file, file.length - 1), "12 bytes of data", "11 bytes");
        refused(Arrays.copyOf(file, file.length + 1), "12 bytes of data", "13 bytes");
    }

    @Test
    void aStreamShorterOrLongerThanTheFileIsFound() throws IOException {
        byte[] file = written(List.of(new Tensor("x", new long[] {3}, indices(3), 0)), Map.of());
        assertThatThrownBy(() -> Safetensors.read(
                        "f", new ByteArrayInputStream(Arrays.copyOf(file, file.length - 2)), file.length))
                .hasMessageStartingWith("f: expected 3 values, found an end before value 3");
        assertThatThrownBy(() -> Safetensors.read(
                        "f", new ByteArrayInputStream(Arrays.copyOf(file, file.length + 1)), file.length))
                .hasMessageStartingWith("f: expected " + file.length + " bytes, found more");
        assertThatThrownBy(() -> Safetensors.readApart(
                        "f", new ByteArrayInputStream(Arrays.copyOf(file, file.length - 2)), file.length))
                .hasMessageStartingWith("f: expected 3 values, found an end before value 3");
        assertThatThrownBy(() -> Safetensors.readApart(
                        "f", new ByteArrayInputStream(Arrays.copyOf(file, file.length + 1)), file.length))
                .hasMessageStartingWith("f: expected " + file.length + " bytes, found more");
    }

    @Test
    void aHeaderThatIsTooLongIsNotEvenRead() {
        byte[] file = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(100_000_001)
                .array();
        refused(file, "a header of at most 100000000 bytes", "a length of 100000001");
        refused(
                ByteBuffer.allocate(16).putLong(-1).array(),
                "a header of at most 100000000 bytes",
                "a length of 18446744073709551615");
    }

    @Test
    void anOverlapIsFound() {
        refused(
                file("{" + tensor("a", "[2]", 0, 8) + "," + tensor("b", "[2]", 4, 12) + "}", 12),
                "tensor b to begin at byte 8 of the data",
                "an overlap: it begins at 4");
    }

    @Test
    void aHoleIsFound() {
        refused(
                file("{" + tensor("a", "[2]", 0, 8) + "," + tensor("b", "[1]", 12, 16) + "}", 16),
                "tensor b to begin at byte 8 of the data",
                "a hole: it begins at 12");
        refused(file("{" + tensor("a", "[1]", 4, 8) + "}", 8), "tensor a to begin at byte 0 of the data", "a hole");
    }

    @Test
    void aNameUsedTwiceIsFound() {
        refused(
                file("{" + tensor("a", "[1]", 0, 4) + "," + tensor("a", "[1]", 4, 8) + "}", 8),
                "JSON",
                "\"Duplicate field 'a'\"");
        Tensor tensor = new Tensor("a", new long[] {1}, new float[1], 0);
        assertThatThrownBy(() -> written(List.of(tensor, tensor), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two tensors cannot both be named a");
    }

    @Test
    void anotherDtypeIsFound() {
        refused(file("{'a':{'dtype':'BF16','shape':[2],'data_offsets':[0,4]}}", 4), "dtype F32 for tensor a", "BF16");
    }

    @Test
    void aShapeThatDoesNotFitItsBytesIsFound() {
        refused(file("{" + tensor("a", "[2,2]", 0, 12) + "}", 12), "16 bytes for tensor a of shape [2,2]", "12");
        refused(
                file("{" + tensor("a", "[-1]", 0, 4) + "}", 4),
                "whole numbers of 0 or more as shape of tensor a",
                "-1");
        refused(
                file("{" + tensor("a", "[4294967296,4294967296]", 0, 4) + "}", 4),
                "a shape below 2^63 bytes for tensor a",
                "[4294967296,4294967296]");
    }

    @Test
    void aHeaderOfAnotherFormIsFound() {
        refused(file("[]", 0), "an object as header", "ARRAY");
        refused(file("{'a':{'dtype':'F32','shape':[1]}}", 4), "the key \"data_offsets\"", "only [dtype, shape]");
        refused(file("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}", 4), "two data_offsets for tensor a", "1");
        refused(file("{'__metadata__':{'k':1}}", 0), "text as \"k\"", "1");
    }

    @Test
    void aTensorMustLieInItsArray() {
        assertThatThrownBy(() -> new Tensor("a", new long[] {2, 2}, new float[5], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor a has 4 elements from index 2, but its array ends at 5");
    }
}
