package io.github.hyenaspark.data.shard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.io.Json;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Where the bytes of a shard are, in the MDS format of MosaicML Streaming ({@code streaming/base/format/mds/writer.py}
 * and the {@code NDArray} class of {@code encodings.py}): u32 number of samples; u32 offsets, one more than samples;
 * the configuration as JSON, padded with spaces so that the samples begin on a 4 KiB page; the samples. A sample is one
 * document: u32 bytes of its one column; one byte, dimensions times 4 plus the width code of the shape; the shape; the
 * tokens. All numbers are little-endian.
 */
public final class MdsLayout {
    private static final int PAGE = 4096;
    private static final int ONE_DIMENSION = 1 << 2;

    private final ShardFormat format;
    private final int[] documentTokens;
    private final byte[] config;
    private final long[] offsets;

    /** Lays out documents with these tokens each (at least 1; not copied). */
    MdsLayout(ShardFormat format, int[] documentTokens) {
        this.format = format;
        this.documentTokens = documentTokens;
        this.config = configText(format);
        this.offsets = new long[documentTokens.length + 1];
        offsets[0] = headerBytes(documentTokens.length, config.length);
        for (int i = 0; i < documentTokens.length; i++) {
            offsets[i + 1] = offsets[i] + sampleBytes(format.type(), documentTokens[i]);
        }
    }

    static int configBytes(ShardFormat format) {
        return configText(format).length;
    }

    static long headerBytes(long documents, int configBytes) {
        long needed = Integer.BYTES + (documents + 1) * Integer.BYTES + configBytes;
        return (needed + PAGE - 1) / PAGE * PAGE;
    }

    /** Whether the samples of a shard of so many documents may begin at this byte. */
    public static boolean isHeader(long bytes, long documents) {
        return bytes % PAGE == 0 && bytes >= headerBytes(documents, 0);
    }

    /** Bytes of a document of so many tokens. */
    public static long sampleBytes(TokenType type, long tokens) {
        return prefixBytes(tokens) + tokens * type.bytes();
    }

    /** MDS's configuration, the same in every shard of a dataset and in {@code index.json}. */
    public static ObjectNode config(ShardFormat format) {
        ObjectNode config = Json.object();
        config.putArray("column_encodings").add("ndarray:" + format.type().numpyName());
        config.putArray("column_names").add("tokens");
        config.putArray("column_sizes").addNull();
        config.putNull("compression");
        config.put("format", "mds");
        config.putArray("hashes").add("sha256");
        config.put("size_limit", format.shardBytes());
        config.put("version", 2);
        return config;
    }

    long bytes() {
        return offsets[documentTokens.length];
    }

    long pointer(int document) {
        return offsets[document] + prefixBytes(documentTokens[document]);
    }

    byte[] header() {
        byte[] header = new byte[Math.toIntExact(offsets[0])];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer out = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(documentTokens.length);
        for (long offset : offsets) {
            out.putInt((int) offset);
        }
        out.put(config);
        return header;
    }

    byte[] prefix(int document) {
        long tokens = documentTokens[document];
        int shapeBytes = shapeBytes(tokens);
        ByteBuffer out = ByteBuffer.allocate(prefixBytes(tokens)).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt((int) (1 + shapeBytes + tokens * format.type().bytes()));
        out.put((byte) (ONE_DIMENSION | Integer.numberOfTrailingZeros(shapeBytes)));
        for (int i = 0; i < shapeBytes; i++) {
            out.put((byte) (tokens >>> (Byte.SIZE * i)));
        }
        return out.array();
    }

    private static byte[] configText(ShardFormat format) {
        return Json.line(config(format)).getBytes(StandardCharsets.UTF_8);
    }

    /** Those of them before its first token. */
    public static int prefixBytes(long tokens) {
        return Integer.BYTES + 1 + shapeBytes(tokens);
    }

    /** MDS uses the narrowest unsigned type that holds the shape. */
    private static int shapeBytes(long tokens) {
        return tokens < 1 << 8 ? 1 : tokens < 1 << 16 ? 2 : 4;
    }

    /** The {@code index.json} with which MosaicML Streaming reads the shards of one split. */
    public static byte[] index(List<ShardEntry> shards, ShardFormat format) {
        ArrayNode list = Json.array();
        for (ShardEntry shard : shards) {
            ObjectNode file = Json.object()
                    .put(
                            "basename",
                            shard.file().substring(shard.split().folder().length() + 1))
                    .put("bytes", shard.bin().bytes());
            file.putObject("hashes").put("sha256", shard.bin().sha256());
            ObjectNode entry = config(format);
            entry.set("raw_data", file);
            list.add(entry.put("samples", shard.documents()).putNull("zip_data"));
        }
        ObjectNode index = Json.object();
        index.set("shards", list);
        return Json.bytes(index.put("version", 2));
    }
}
