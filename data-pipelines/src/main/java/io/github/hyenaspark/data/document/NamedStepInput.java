package io.github.hyenaspark.data.document;

import java.io.IOException;
import java.io.InputStream;

/** The text that a step gives; a document that it rejects is rejected in its name. */
final class NamedStepInput extends InputStream {
    private final String step;
    private final InputStream in;

    NamedStepInput(String step, InputStream in) {
        this.step = step;
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        try {
            return in.read();
        } catch (RejectedDocumentException e) {
            throw named(e);
        }
    }

    @Override
    public int read(byte[] to, int at, int count) throws IOException {
        try {
            return in.read(to, at, count);
        } catch (RejectedDocumentException e) {
            throw named(e);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private RejectedDocumentException named(RejectedDocumentException e) {
        return e.isNamed() ? e : e.by(step);
    }
}
