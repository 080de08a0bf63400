package io.github.hyenaspark.testing;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The local disk under a scheme of its own. */
abstract class NamedFileSystem extends RawLocalFileSystem {
    /** Asked before any field of the subclass has its value. */
    @Override
    public abstract String getScheme();

    @Override
    public URI getUri() {
        return URI.create(getScheme() + ":///");
    }

    @Override
    public void initialize(URI name, Configuration settings) throws IOException {
        super.initialize(getUri(), settings);
    }
}
