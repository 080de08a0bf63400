package io.github.hyenaspark.data.shard;

import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.Storage.Content;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;

/** The bytes of one shard and of the files beside it: spooled documents in their layout. */
final class ShardContent {
    private final TokenSpool spool;
    private final ShardGroup group;
    private final int[] tokens;
    private final MdsLayout layout;
    private byte[] checksums = new byte[0];

    ShardContent(TokenSpool spool, ShardGroup group) {
        this.spool = spool;
        this.group = group;
        this.tokens = group.tokens();
        this.layout = new MdsLayout(group.format(), tokens);
    }

    /** Writes the three files; the prefix is that of the {@code .bin}, its split's folder and name up to the hash. */
    ShardEntry write(Storage storage, String dataset, String prefix) throws IOException {
        String file = prefix + group.hash() + ShardEntry.BIN;
        FileInfo bin = write(storage, Storage.resolve(dataset, file), layout.bytes(), this::writeTo);
        byte[] index = MegatronIndex.of(group.format(), tokens).bytes();
        String indexUri = Storage.resolve(dataset, ShardEntry.indexFile(file));
        FileInfo idx = write(storage, indexUri, index.length, out -> out.write(index));
        String checksumUri = Storage.resolve(dataset, ShardEntry.checksumFile(file));
        FileInfo crc = write(storage, checksumUri, checksums.length, out -> out.write(checksums));
        var facts =
                new ShardEntry.Facts(bin.bytes(), bin.sha256(), idx.bytes(), idx.sha256(), crc.bytes(), crc.sha256());
        return new ShardEntry(file, facts, group.documents(), group.allTokens(), group.textBytes());
    }

    private static FileInfo write(Storage storage, String uri, long bytes, Content content) throws IOException {
        removeDamaged(storage, uri, bytes);
        return storage.write(uri, content);
    }

    /** An object of this name and another length was cut short by its store or by somebody: it is written again. */
    private static void removeDamaged(Storage storage, String uri, long bytes) throws IOException {
        try {
            if (storage.length(uri) != bytes) {
                storage.delete(uri);
            }
        } catch (FileNotFoundException e) {
            // Nothing there: the usual case.
            return;
        }
    }

    private void writeTo(OutputStream to) throws IOException {
        var out = new BlockChecksums.Output(to, layout.bytes());
        out.write(layout.header());
        for (int i = 0; i < tokens.length; i++) {
            out.write(layout.prefix(i));
            spool.copy(group.at(i), (long) tokens[i] * group.format().type().bytes(), out);
        }
        checksums = out.finish();
    }
}
