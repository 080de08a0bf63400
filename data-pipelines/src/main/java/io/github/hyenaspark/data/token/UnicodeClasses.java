package io.github.hyenaspark.data.token;

import io.github.hyenaspark.io.Hashes;

/**
 * What the split patterns see of this JDK's Unicode tables. The same text may have other words with another version of
 * Unicode, so this is part of a tokenizer's fingerprint.
 */
final class UnicodeClasses {
    /** SHA-256 (hex) of the class of every code point: letter, number, white space or other, a byte each. */
    static final String FINGERPRINT = fingerprint();

    private UnicodeClasses() {}

    private static String fingerprint() {
        byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
        for (int character = 0; character < classes.length; character++) {
            classes[character] = classOf(character);
        }
        return Hashes.sha256(classes);
    }

    private static byte classOf(int character) {
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> 'L';
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> 'N';
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> 'Z';
            default -> 'x'; // the white space among the controls is the same for ever
        };
    }
}
