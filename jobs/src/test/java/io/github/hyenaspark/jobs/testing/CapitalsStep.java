package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A step as users write them: small letters of ASCII become capitals, and a text with a question mark is unwanted, or
 * any of a file that says so in its name.
 */
public final class CapitalsStep implements DocumentStep {
    static final String REASON = "a question";

    @Override
    public String name() {
        return "capitals";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public InputStream apply(Document document, InputStream text) throws IOException {
        if (document.path().contains("unwanted")) {
            throw new RejectedDocumentException("a name");
        }
        return new FilterInputStream(text) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int at, int count) throws IOException {
                int read = super.read(to, at, count);
                for (int i = at; i < at + read; i++) {
                    if (to[i] == '?') {
                        throw new RejectedDocumentException(REASON);
                    }
                    to[i] -= (byte) (to[i] >= 'a' && to[i] <= 'z' ? 'a' - 'A' : 0);
                }
                return read;
            }
        };
    }
}
