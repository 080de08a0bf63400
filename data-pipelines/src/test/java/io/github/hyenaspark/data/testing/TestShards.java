package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.ShardEntry;
import io.github.hyenaspark.data.shard.ShardFormat;
import io.github.hyenaspark.data.shard.ShardFormat.TokenType;
import io.github.hyenaspark.data.shard.ShardReader;
import io.github.hyenaspark.data.shard.ShardWriter;
import io.github.hyenaspark.data.shard.Split;
import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Shards of known documents in a directory. */
public final class TestShards {
    public static final String TOKENIZER = "0123456789abcdef";
    private static final int[] LENGTHS = {1, 2, 255, 256, 257, 65_535, 65_536, 70_000, 3};

    private final Path dataset;
    private final Storage storage;

    public TestShards(Path dataset) throws IOException {
        this.dataset = dataset;
        this.storage = Storage.local();
    }

    public Storage storage() {
        return storage;
    }

    public Path path(String file) {
        return dataset.resolve(file);
    }

    /** Documents whose lengths are on both sides of every width of MDS shapes; the largest id is among the tokens. */
    public static List<int[]> documents(int vocabulary) {
        List<int[]> documents = new ArrayList<>();
        for (int length : LENGTHS) {
            documents.add(IntStream.range(0, length)
                    .map(i -> (int) ((length * 7919L + i * 104_729L) % vocabulary))
                    .toArray());
        }
        documents.add(new int[] {vocabulary - 1, 0});
        return documents;
    }

    /** Writes documents to train on, each in two pieces; their ends are tokens like others here. */
    public List<ShardEntry> write(ShardFormat format, List<int[]> documents) throws IOException {
        try (var writer = new ShardWriter(format, TOKENIZER)) {
            for (int[] document : documents) {
                int half = document.length / 2;
                writer.append(document, half);
                writer.append(Arrays.copyOfRange(document, half, document.length), document.length - half);
                writer.endDocument(Split.TRAIN, document.length - 1, content(document));
            }
            return writer.write(storage, dataset.toString(), "unit");
        }
    }

    /** What stands for the hash of the text that gave these tokens. */
    public static String content(int... tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(tokens.length * Integer.BYTES);
        bytes.asIntBuffer().put(tokens);
        return Hashes.sha256(bytes.array());
    }

    public ShardReader open(ShardEntry shard, TokenType type) throws IOException {
        return ShardReader.open(storage, dataset.toString(), shard, type);
    }

    /** Every document through {@link ShardReader}, each in two reads. */
    public List<int[]> throughReader(ShardEntry shard, TokenType type) throws IOException {
        List<int[]> documents = new ArrayList<>();
        try (ShardReader reader = open(shard, type)) {
            for (int document = 0; document < reader.documents(); document++) {
                int[] tokens = new int[(int) reader.tokens(document)];
                int half = tokens.length / 2;
                reader.read(document, half, tokens, half, tokens.length - half);
                reader.read(document, 0, tokens, 0, half);
                documents.add(tokens);
            }
        }
        return documents;
    }

    /** Inverts some bits of one byte. */
    public void flip(String file, int at, int bits) throws IOException {
        byte[] bytes = Files.readAllBytes(path(file));
        bytes[at] ^= (byte) bits;
        Files.write(path(file), bytes);
    }

    public static int[][] arrays(List<int[]> documents) {
        return documents.toArray(int[][]::new);
    }

    /** Reads every file of a shard whole for its hash. */
    public void verify(ShardEntry shard) throws IOException {
        for (ObjectRef file : shard.files()) {
            file.verify(storage, dataset.toString());
        }
    }
}
