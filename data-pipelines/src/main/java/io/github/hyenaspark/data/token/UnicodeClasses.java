package io.github.hyenaspark.data.token;

import io.github.hyenaspark.io.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;

/**
 * Letters, digits and white space as of Unicode 13, that of Java 17, on every JDK: a newer Java splits texts into the
 * same words. Versions of Unicode assign new characters and keep the general category of old ones, so all that this
 * takes is to treat later characters as unassigned.
 */
public final class UnicodeClasses {
    private static final IntPredicate UNASSIGNED = unassigned();

    /** A regex class without brackets: the letters and digits that this JDK knows and Unicode 13 does not. */
    private static final String LATER = later();

    /** SHA-256 (hex) of the class of every code point: letter, digit, white space or other, a byte each. */
    static final String FINGERPRINT = fingerprint();

    /** A range of characters so long without later ones is worth a look before the list of those. */
    private static final int COMMON = 1000;

    private UnicodeClasses() {}

    /** Whether Unicode 13 has no such character. */
    public static boolean isUnassigned(int character) {
        return UNASSIGNED.test(character);
    }

    static boolean isLetterOrDigit(int character) {
        byte found = classOf(character);
        return found == 'L' || found == 'N';
    }

    /** This regular expression with the classes of Unicode 13 for \p{L} and \p{N}, whatever those of the JDK are. */
    static String frozen(String regex) {
        return LATER.isEmpty()
                ? regex
                : regex.replaceAll("\\[\\^([^]]*)]", "[[^$1]" + quoted(LATER) + "]")
                        .replaceAll(
                                "(\\\\p\\{[LN]})(?![]\\\\])",
                                "[$1&&[" + quoted(common()) + "[^" + quoted(LATER) + "]]]");
    }

    private static String quoted(String text) {
        return Matcher.quoteReplacement(text);
    }

    private static IntPredicate unassigned() {
        var found = new BitSet();
        try (InputStream in = Objects.requireNonNull(
                UnicodeClasses.class.getResourceAsStream("unicode-13-unassigned.txt"), "the list of characters")) {
            new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().forEach(line -> {
                int dash = line.indexOf('-');
                found.set(
                        Integer.parseInt(line.substring(0, dash), 16),
                        Integer.parseInt(line.substring(dash + 1), 16) + 1);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found::get;
    }

    private static String later() {
        return ranges(character -> UNASSIGNED.test(character) && classInThisJdk(character) != 'x', 1);
    }

    private static String common() {
        return ranges(character -> !UNASSIGNED.test(character) || classInThisJdk(character) == 'x', COMMON);
    }

    /** The ranges of at least {@code least} such characters, as a regex class writes them. */
    private static String ranges(IntPredicate wanted, int least) {
        var text = new StringBuilder();
        int begin = 0;
        for (int character = 0; character <= Character.MAX_CODE_POINT + 1; character++) {
            if (character > Character.MAX_CODE_POINT || !wanted.test(character)) {
                if (character - begin >= least) {
                    text.append(String.format(Locale.ROOT, "\\x{%x}-\\x{%x}", begin, character - 1));
                }
                begin = character + 1;
            }
        }
        return text.toString();
    }

    private static String fingerprint() {
        byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
        for (int character = 0; character < classes.length; character++) {
            classes[character] = classOf(character);
        }
        return Hashes.sha256(classes);
    }

    private static byte classOf(int character) {
        return UNASSIGNED.test(character) ? (byte) 'x' : classInThisJdk(character);
    }

    private static byte classInThisJdk(int character) {
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
