package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.token.UnicodeClasses;
import java.util.Random;

/** Texts that try what splitting and merging could get wrong, from a seed. */
public final class RandomText {
    private static final String[] PIECES = {
        " ",
        " ",
        " ",
        "  ",
        "   ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        " \n",
        "\n ",
        "\u00A0",
        "\u2003",
        "\u3000",
        "\u0085",
        "\u200B",
        "\uFEFF",
        "'s",
        "'S",
        "'ll",
        "'LL",
        "'\u017F",
        "'re",
        "'",
        "''",
        "<|endoftext",
        "|>",
        "the",
        " the",
        "Hello",
        "world",
        "ACGTACGT",
        "12",
        "3456",
        "\u00BD",
        "\u2167",
        "e\u0301",
        "\u0915\u094D\u0937",
        "\u4E00\u4E8C",
        "\u3002",
        "\uD83D\uDE00",
        "\uD83D\uDC69\u200D\uD83D\uDCBB",
        "\u0130",
        "\u00DF",
        "...",
        "--",
        "!?",
        "_",
        "\u0000",
        "\u001C",
        "a",
        "Z",
        "aaaa",
        "=====",
        "{",
        "}\n",
        ");\n"
    };

    private final Random random;

    public RandomText(long seed) {
        this.random = new Random(seed);
    }

    /** Up to about so many parts: common words and signs, and code points that are assigned in Unicode 13. */
    public String next(int parts) {
        var text = new StringBuilder();
        int count = 1 + random.nextInt(parts);
        while (count-- > 0) {
            if (random.nextInt(4) > 0) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            } else {
                text.appendCodePoint(assigned(random.nextInt(3) == 0 ? 0x20000 : 0x3000));
            }
        }
        return text.toString();
    }

    private int assigned(int bound) {
        while (true) {
            int character = random.nextInt(bound);
            int type = Character.getType(character);
            if (!UnicodeClasses.isUnassigned(character)
                    && type != Character.SURROGATE
                    && type != Character.PRIVATE_USE) {
                return character;
            }
        }
    }
}
