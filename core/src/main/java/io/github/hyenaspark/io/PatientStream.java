package io.github.hyenaspark.io;

import io.github.hyenaspark.io.store.Patience;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a file whose store may be away for a while: a read that fails is repeated where it began. */
final class PatientStream extends BulkInputStream {
    private final String uri;
    private final Patience patience;

    /** A failed read of the stream below must leave its position as it was, as Hadoop's do. */
    PatientStream(InputStream in, String uri, Patience patience) {
        super(in);
        this.uri = uri;
        this.patience = patience;
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        return patience.askOften(uri, () -> in.read(to, at, count));
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
