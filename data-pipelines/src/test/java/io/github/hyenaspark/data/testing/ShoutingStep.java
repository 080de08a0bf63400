package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentStep;
import io.github.hyenaspark.data.document.RejectedDocumentException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A user's step: ASCII letters become capitals, and a text with a question mark is rejected where it is read, one of a
 * file {@code *-secret.txt} before.
 */
public final class ShoutingStep implements DocumentStep {
    @Override
    public String name() {
        return "shouting";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public InputStream apply(Document document, InputStream text) throws RejectedDocumentException {
        if (document.path().endsWith("-secret.txt")) {
            throw new RejectedDocumentException("a secret");
        }
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] to, int at, int count) throws IOException {
                int read = text.read(to, at, count);
                for (int i = at; i < at + read; i++) {
                    if (to[i] == '?') {
                        throw new RejectedDocumentException("a question");
                    }
                    to[i] -= (byte) (to[i] >= 'a' && to[i] <= 'z' ? 'a' - 'A' : 0);
                }
                return read;
            }

            @Override
            public void close() throws IOException {
                text.close();
            }
        };
    }
}
