package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.data.document.BadDocumentException;
import java.io.InputStream;
import java.text.Normalizer;

/** Which of the characters that look the same, or nearly so, a text is written with (Unicode Standard Annex 15). */
public enum Normalisation {
    /** A text stays as it is. */
    NONE {
        @Override
        public InputStream apply(InputStream utf8) {
            return utf8;
        }
    },
    /** Letters and their marks are one character where there is one. Nothing is lost but how they were written. */
    NFC {
        @Override
        public InputStream apply(InputStream utf8) {
            return new NormalisingInput(utf8, Normalizer.Form.NFC);
        }
    },
    /** The same, and ligatures, full-width letters, superscripts become plain characters. */
    NFKC {
        @Override
        public InputStream apply(InputStream utf8) {
            return new NormalisingInput(utf8, Normalizer.Form.NFKC);
        }
    };

    /**
     * The normal form of a text, made while it is read, in bounded memory; closing it closes the text.
     *
     * <p>Reading the normal form throws {@link BadDocumentException}, with the offset in the text that is given here,
     * at the first byte that is no UTF-8. {@link #NONE} checks nothing.
     */
    public abstract InputStream apply(InputStream utf8);
}
