package io.github.hyenaspark.data.testing;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Random;

/** Texts of many scripts, and streams that give them in pieces. */
public final class TextSamples {
    private static final String[] PIECES = {
        "the quick brown fox",
        " ",
        "\n",
        "\r\n",
        "0123",
        "e\u0301",
        "a\u0323\u0302",
        "\u1E69",
        "\u0344",
        "\uFB01",
        "\u2460",
        "\uFF21",
        "\u3042\u3099",
        "\u30AB\u3099",
        "\uFF76\uFF9E",
        "\u4E2D\u6587",
        "\u1100\u1161\u11A8",
        "\uAC00\u11A8",
        "\uAC01",
        "\u0915\u093C",
        "\u0E33",
        "\u05D0\u05B7",
        "\u0645\u064E",
        "\uFDFA",
        "\u2126",
        "\uD834\uDD5E",
        "\uD83D\uDE00",
        "\u0300",
        "\u0328",
        "\u0F71\u0F72\u0F74",
        "\u00A0",
        "\u2003",
        "\u0663",
        "\u0085",
        "\u0007",
        "\u007F",
        "\u00E9",
        "\u042F"
    };

    private TextSamples() {}

    /** Pieces that join, are reordered or replaced in normal forms, and any other assigned characters. */
    public static String random(Random random, int pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            int any = random.nextInt(0x20000);
            boolean usable = Character.isDefined(any) && Character.getType(any) != Character.SURROGATE;
            if (random.nextInt(4) == 0 && usable) {
                text.appendCodePoint(any);
            } else {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
        }
        return text.toString();
    }

    /** A stream that gives a few bytes at a time. */
    public static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int at, int count) {
                return super.read(to, at, Math.min(count, 1 + random.nextInt(7)));
            }

            @Override
            public int readNBytes(byte[] to, int at, int count) {
                int read = 0;
                while (read < count) {
                    int now = read(to, at + read, count - read);
                    if (now < 0) {
                        break;
                    }
                    read += now;
                }
                return read;
            }
        };
    }

    /** Takes the next bytes {@code text[from..to)}. */
    @FunctionalInterface
    public interface Observer {
        void accept(byte[] text, int from, int to);
    }

    /** Shows all bytes to an observer, a few at a time. */
    public static void showInPieces(byte[] bytes, Random random, Observer observer) {
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + 1 + random.nextInt(7));
            observer.accept(bytes, from, to);
            from = to;
        }
    }
}
