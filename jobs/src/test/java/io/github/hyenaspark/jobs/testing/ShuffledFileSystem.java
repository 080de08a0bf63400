package io.github.hyenaspark.jobs.testing;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local disk under the scheme {@code shuffled}, which lists directories in an order of {@code fs.shuffled.seed}.
 */
public final class ShuffledFileSystem extends RawLocalFileSystem {
    public static final String SCHEME = "shuffled";
    public static final String SEED = "fs.shuffled.seed";

    /** Hadoop makes one by itself. */
    public ShuffledFileSystem() {}

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileStatus[] listStatus(Path directory) throws IOException {
        List<FileStatus> files = Arrays.asList(super.listStatus(directory));
        Collections.shuffle(files, new Random(getConf().getLong(SEED, 1)));
        return files.toArray(new FileStatus[0]);
    }
}
