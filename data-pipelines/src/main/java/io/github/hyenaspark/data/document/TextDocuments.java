package io.github.hyenaspark.data.document;

/** What a document of a text file is. */
public enum TextDocuments {
    /** The whole file. */
    FILE,
    /** A line that is not empty, without its end. */
    LINE,
    /** The lines between two lines that are the separator. */
    SEPARATOR
}
