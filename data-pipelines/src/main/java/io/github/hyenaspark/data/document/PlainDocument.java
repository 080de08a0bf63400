package io.github.hyenaspark.data.document;

/** A document of a text file: it has nothing but its text. */
public record PlainDocument(String path, long position, TextStream text) implements Document {
    @Override
    public long sourceBytes() {
        return text.sourceBytes();
    }
}
