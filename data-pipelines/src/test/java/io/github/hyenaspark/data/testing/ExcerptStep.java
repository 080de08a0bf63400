package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentStep;
import java.io.InputStream;
import org.apache.commons.io.input.BoundedInputStream;

/** A user's step: keeps ten bytes of a text, and reads no more of it. */
public final class ExcerptStep implements DocumentStep {
    @Override
    public String name() {
        return "excerpt";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public InputStream apply(Document document, InputStream text) {
        return new BoundedInputStream(text, 10);
    }
}
