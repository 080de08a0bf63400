package io.github.hyenaspark.data.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads shards as MosaicML Streaming and Megatron-LM do, by the text of their readers, with nothing of the code under
 * test. Tokens come as plain numbers.
 */
public final class ShardOracle {
    private ShardOracle() {}

    /** Every document of a split, through {@code index.json} and the MDS headers. */
    public static List<int[]> throughMds(Path split) throws IOException {
        JsonNode index = new ObjectMapper().readTree(split.resolve("index.json").toFile());
        if (index.get("version").intValue() != 2) {
            throw new IOException("index.json is of version " + index.get("version"));
        }
        List<int[]> documents = new ArrayList<>();
        for (JsonNode shard : index.get("shards")) {
            if (!shard.get("format").textValue().equals("mds")
                    || shard.get("version").intValue() != 2) {
                throw new IOException("not an MDS shard: " + shard);
            }
            JsonNode raw = shard.get("raw_data");
            byte[] bytes = Files.readAllBytes(split.resolve(raw.get("basename").textValue()));
            if (bytes.length != raw.get("bytes").longValue()) {
                throw new IOException(raw + " has " + bytes.length + " bytes");
            }
            String encoding = shard.get("column_encodings").get(0).textValue();
            for (int sample = 0; sample < shard.get("samples").intValue(); sample++) {
                documents.add(mdsSample(bytes, sample, encoding));
            }
        }
        return documents;
    }

    private static int[] mdsSample(byte[] bytes, int sample, String encoding) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int begin = in.getInt(4 + 4 * sample);
        int end = in.getInt(8 + 4 * sample);
        int size = in.getInt(begin);
        if (begin + 4 + size != end) {
            throw new IOException("sample " + sample + " is not one column: " + size + " of " + (end - begin));
        }
        int code = bytes[begin + 4] & 0xFF;
        if (code >> 2 != 1) {
            throw new IOException("sample " + sample + " has " + (code >> 2) + " dimensions");
        }
        int shapeBytes = 1 << (code & 3);
        int shape = switch (shapeBytes) {
            case 1 -> bytes[begin + 5] & 0xFF;
            case 2 -> in.getShort(begin + 5) & 0xFFFF;
            default -> in.getInt(begin + 5);
        };
        int width = switch (encoding) {
            case "ndarray:uint8" -> 1;
            case "ndarray:uint16" -> 2;
            case "ndarray:int32" -> 4;
            default -> throw new IOException("unknown encoding " + encoding);
        };
        int at = begin + 5 + shapeBytes;
        if (at + shape * width != end) {
            throw new IOException("sample " + sample + " has the shape " + shape);
        }
        return tokens(in, at, shape, width);
    }

    /** The header of a shard: its configuration, and where its samples begin. */
    public static JsonNode mdsConfig(Path shard) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(shard)).order(ByteOrder.LITTLE_ENDIAN);
        int samples = in.getInt(0);
        int config = 4 + 4 * (samples + 1);
        int first = in.getInt(4);
        if (first % 4096 != 0) {
            throw new IOException("samples begin at " + first);
        }
        return new ObjectMapper().readTree(new String(in.array(), config, first - config, StandardCharsets.UTF_8));
    }

    /** Every document of one shard, through its {@code .idx}. */
    public static List<int[]> throughMegatron(Path bin) throws IOException {
        Path idx = Path.of(bin.toString().replaceAll("\\.bin$", ".idx"));
        ByteBuffer index = ByteBuffer.wrap(Files.readAllBytes(idx)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[9];
        index.get(magic);
        if (!new String(magic, StandardCharsets.US_ASCII).equals("MMIDIDX\0\0") || index.getLong() != 1) {
            throw new IOException("not a Megatron index: " + idx);
        }
        int code = index.get();
        int width = code == 1 ? 1 : code == 8 ? 2 : code == 4 ? 4 : -1;
        int sequences = (int) index.getLong();
        int indices = (int) index.getLong();
        int lengthsAt = 34;
        int pointersAt = lengthsAt + 4 * sequences;
        int indicesAt = pointersAt + 8 * sequences;
        if (index.getLong(indicesAt + 8 * (indices - 1)) != sequences || indicesAt + 8 * indices != index.capacity()) {
            throw new IOException("the last document index is not the number of sequences: " + idx);
        }
        ByteBuffer tokens = ByteBuffer.wrap(Files.readAllBytes(bin)).order(ByteOrder.LITTLE_ENDIAN);
        List<int[]> documents = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            int pointer = (int) index.getLong(pointersAt + 8 * i);
            documents.add(tokens(tokens, pointer, index.getInt(lengthsAt + 4 * i), width));
        }
        return documents;
    }

    private static int[] tokens(ByteBuffer in, int at, int count, int width) {
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++) {
            tokens[i] = switch (width) {
                case 1 -> in.get(at + i) & 0xFF;
                case 2 -> in.getShort(at + 2 * i) & 0xFFFF;
                default -> in.getInt(at + 4 * i);
            };
        }
        return tokens;
    }
}
