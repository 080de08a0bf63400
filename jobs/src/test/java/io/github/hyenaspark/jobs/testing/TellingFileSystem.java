package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.io.TestPoint;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under the scheme {@code telling}: a {@link TestPoint} is before each renaming and each deletion. */
public final class TellingFileSystem extends RawLocalFileSystem {
    public static final String SCHEME = "telling";

    /** Hadoop makes one by itself. */
    public TellingFileSystem() {}

    @Override
    public URI getUri() {
        return URI.create(SCHEME + ":///");
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        TestPoint.reached("renames {} to {}", from, to);
        return super.rename(from, to);
    }

    @Override
    public boolean delete(Path file, boolean recursive) throws IOException {
        TestPoint.reached("deletes {}", file);
        return super.delete(file, recursive);
    }
}
