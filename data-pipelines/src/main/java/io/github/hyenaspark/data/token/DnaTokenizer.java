package io.github.hyenaspark.data.token;

import io.github.hyenaspark.data.token.Tokenizer.MalformedTextException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * One id per nucleotide, with HyenaDNA's ids: [CLS] 0, [SEP] 1, [BOS] 2, [MASK] 3, [PAD] 4, [RESERVED] 5, [UNK] 6, A 7,
 * C 8, G 9, T 10, N 11. A document ends with [SEP].
 *
 * <p>Case is folded, ASCII white space skipped. {@code #}, the FASTA reader's masked base, is [MASK]; any other ASCII
 * letter, {@code *} and {@code -} are [UNK]; everything else is refused.
 *
 * <p>Decoding gives the normal form of a text: upper case, without white space, with N for N, [MASK] and [UNK]. A text
 * of the letters A, C, G, T and N alone is its own normal form.
 */
public final class DnaTokenizer extends DescribedTokenizer {
    public static final String NAME = "dna";

    private static final int VOCABULARY_SIZE = 12;
    private static final int END_OF_DOCUMENT = 1;
    private static final int MASK = 3;
    private static final int UNKNOWN = 6;
    private static final int FIRST_LETTER = 7;
    private static final String LETTERS = "ACGTN";
    private static final String DESCRIPTION = """
            tokenizer=dna
            vocabulary-size=12
            id=[CLS],[SEP],[BOS],[MASK],[PAD],[RESERVED],[UNK],A,C,G,T,N
            end-of-document=1
            masked=3
            text=ASCII letters, * - #
            normaliser=upper case, without ASCII white space, # as [MASK], other letters and * - as [UNK]
            """;

    private static final int STRIDE = 256;
    private static final int SKIPPED = 0x80000000; // the sign alone
    private static final int REFUSED = 0xC0000000; // the sign and one more bit, which no id has
    private static final int REFUSED_BIT = 0x40000000;
    private static final int[] ID_OF_BYTE = idOfByte();

    DnaTokenizer() {
        super(NAME, DESCRIPTION, VOCABULARY_SIZE, END_OF_DOCUMENT);
    }

    private static int[] idOfByte() {
        int[] ids = new int[256];
        Arrays.fill(ids, REFUSED);
        for (char c : " \t\n\u000B\f\r".toCharArray()) {
            ids[c] = SKIPPED;
        }
        for (int c = 'A'; c <= 'Z'; c++) {
            int letter = LETTERS.indexOf(c);
            int id = letter < 0 ? UNKNOWN : FIRST_LETTER + letter;
            ids[c] = id;
            ids[c + 'a' - 'A'] = id;
        }
        ids['*'] = UNKNOWN;
        ids['-'] = UNKNOWN;
        ids['#'] = MASK;
        return ids;
    }

    /** The id of the base on the other strand; every other id is its own. */
    public static int complement(int id) {
        int last = FIRST_LETTER + 3; // A C G T: A and T, C and G face each other
        return id >= FIRST_LETTER && id <= last ? FIRST_LETTER + last - id : id;
    }

    @Override
    public int masked() {
        return MASK;
    }

    @Override
    public long encode(InputStream text, TokenSink sink) throws IOException {
        encodeBlocks(text, sink, (bytes, count, ids, offset) -> {
            int found = encode(bytes, count, ids);
            if (found < 0) {
                int wrong = firstRefused(bytes);
                throw new MalformedTextException(offset + wrong, refusal(bytes[wrong]));
            }
            return found;
        });
        return 0;
    }

    /** Returns the number of ids; negative if a byte is refused. */
    private static int encode(byte[] text, int count, int[] ids) {
        if (lettersOnly(text, count, ids) >= 0) {
            return count;
        }
        int found = 0;
        int seen = 0;
        for (int i = 0; i < count; i++) { // without a branch: what is skipped is written over
            int id = ID_OF_BYTE[text[i] & 0xFF];
            ids[found] = id;
            found += (id >>> 31) ^ 1;
            seen |= id;
        }
        return (seen & REFUSED_BIT) == 0 ? found : -1;
    }

    /** Encodes every byte; the result is right if none is skipped or refused, that is if it is not negative. */
    private static int lettersOnly(byte[] text, int count, int[] ids) {
        int seen = 0;
        for (int begin = 0; begin < count && seen >= 0; begin += STRIDE) {
            int end = Math.min(count, begin + STRIDE);
            for (int i = begin; i < end; i++) {
                int id = ID_OF_BYTE[text[i] & 0xFF];
                ids[i] = id;
                seen |= id;
            }
        }
        return seen;
    }

    private static int firstRefused(byte[] text) {
        int i = 0;
        while (ID_OF_BYTE[text[i] & 0xFF] != REFUSED) {
            i++;
        }
        return i;
    }

    private static String refusal(byte found) {
        String shown = found > ' ' && found < 0x7F ? " ('" + (char) found + "')" : "";
        return String.format(Locale.ROOT, "byte 0x%02X%s is not a nucleotide", found, shown);
    }

    @Override
    public byte[] decode(int[] ids) {
        var text = new ByteArrayOutputStream(ids.length);
        for (int id : ids) {
            ByteTokenizer.checkId(id, VOCABULARY_SIZE);
            if (id >= FIRST_LETTER) {
                text.write(LETTERS.charAt(id - FIRST_LETTER));
            } else if (id == MASK || id == UNKNOWN) {
                text.write('N');
            }
        }
        return text.toByteArray();
    }
}
