package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.bytes.Utf8;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The patterns that split a text into words before merging, and where a long text may be cut without changing a word.
 *
 * <p>A cut is allowed between a character c and its successor w if, in every text, (1) no match of the pattern holds
 * both, (2) no match before the cut would be another one if the text ended there, and (3) no match after it would be
 * another one if the text began there. Then the words of the whole text are those of the two parts. (3) holds
 * everywhere: a pattern looks ahead but never behind, and matching begins anew where the last match ended. Let "white"
 * be {@code \s}.
 *
 * <p>{@code GPT2}, c not white and w a space or newline. (1) A match that has something not white in it has white at
 * most at its very beginning, as the optional space; the others are all white. (2) A match that ends at c could only go
 * on with what is not white, or with letters, so at w it ends just as at the end of the text; and the look-ahead
 * {@code (?!\S)} of a match of white alone sees no further than the first character that is not white, which is c or
 * lies before it.
 *
 * <p>{@code LLAMA3} (also that of cl100k) and {@code QWEN2}, c not white and w a space: as before, since what comes
 * after the first character of a match with something not white in it is letters, digits, signs or newlines, never a
 * space. c a letter or digit and w a newline: only a run of signs takes newlines along, and c is no sign. c a newline
 * and w a letter or digit: (1) a match that holds a newline has nothing but newlines after it, for the optional first
 * character of a word is none. (2) Signs take the same newlines up to c with the text ending there; and a match of
 * white alone that could reach c is tried as {@code \s*[\r\n]+} first, which reaches c with or without w after it, so
 * that no look-ahead decides.
 *
 * <p>White is what any definition of white space might hold: a character of the categories Z, Cc, Cf or one that
 * Unicode 13 does not know is never taken for c where c must not be white.
 */
public enum SplitPattern {
    /** Of GPT-2, also HuggingFace's {@code ByteLevel} with {@code use_regex}. */
    GPT2("'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),

    /** Of cl100k (GPT-4) and Llama 3. */
    LLAMA3(SplitPattern.CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + SplitPattern.SIGNS),

    /** Of Qwen 2: each digit alone. */
    QWEN2(SplitPattern.CONTRACTION + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + SplitPattern.SIGNS);

    private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String SIGNS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** GPT-2's pattern in the spelling of its authors. */
    private static final String GPT2_SPELLED =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

    private final String regex;

    SplitPattern(String regex) {
        this.regex = regex;
    }

    /** The known pattern with this regular expression of a {@code tokenizer.json}. */
    static Optional<SplitPattern> of(String regex) {
        for (SplitPattern pattern : values()) {
            if (pattern.regex.equals(regex)) {
                return Optional.of(pattern);
            }
        }
        return regex.equals(GPT2_SPELLED) ? Optional.of(GPT2) : Optional.empty();
    }

    String regex() {
        return regex;
    }

    /** The pattern, with the character classes of Unicode 13. */
    public Pattern compile() {
        return Pattern.compile(UnicodeClasses.frozen(regex), Pattern.UNICODE_CHARACTER_CLASS);
    }

    /** Whether well-formed UTF-8 {@code text[0..to)}, whose last character may be cut, may be cut before {@code at}. */
    public boolean cutsBefore(byte[] text, int at, int to) {
        byte next = text[at];
        if (next == ' ' || (next == '\n' && this == GPT2)) {
            return isNeverWhite(before(text, at));
        }
        if (this == GPT2) {
            return false;
        }
        return next == '\n'
                ? UnicodeClasses.isLetterOrDigit(before(text, at))
                : text[at - 1] == '\n' && isWordBegin(text, at, to);
    }

    private static boolean isWordBegin(byte[] text, int at, int to) {
        int bytes = Utf8.lengthOf(text[at] & 0xFF);
        return bytes > 0 && at + bytes <= to && UnicodeClasses.isLetterOrDigit(Utf8.decode(text, at, bytes));
    }

    private static int before(byte[] text, int at) {
        int begin = at - 1;
        while (begin > 0 && (text[begin] & 0xC0) == 0x80) {
            begin--;
        }
        return Utf8.decode(text, begin, at - begin);
    }

    private static boolean isNeverWhite(int character) {
        if (character < 0x80) {
            return character > ' ' && character < 0x7F;
        }
        return switch (Character.getType(character)) {
            case Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.CONTROL,
                    Character.FORMAT -> false;
            default -> !UnicodeClasses.isUnassigned(character);
        };
    }
}
