package io.github.hyenaspark.data.document;

/** A document of a text file: it has nothing but its text. */
public record TextOnlyDocument(String path, long position, DocumentTextStream text) implements Document {
    @Override
    public long sourceBytes() {
        return text.sourceBytes();
    }
}
