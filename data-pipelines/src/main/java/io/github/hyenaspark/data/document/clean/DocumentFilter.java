package io.github.hyenaspark.data.document.clean;

import io.github.hyenaspark.data.bytes.Utf8;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Filters texts by their {@link Statistics}, with predicates named as their settings and asked in this order:
 * min-bytes, max-bytes, min-letter-fraction, max-digit-fraction, max-control-fraction, max-line-bytes.
 */
public final class DocumentFilter {
    private final List<Rule> rules;

    private DocumentFilter(List<Rule> rules) {
        this.rules = rules;
    }

    public static DocumentFilter of(CleanConfig config) {
        List<Rule> rules = new ArrayList<>();
        if (config.minBytes() > 0) {
            rules.add(new Rule("min-bytes", text -> text.bytes() < config.minBytes()));
        }
        if (config.maxBytes() > 0) {
            rules.add(new Rule("max-bytes", text -> text.bytes() > config.maxBytes()));
        }
        if (config.minLetterFraction() > 0) {
            rules.add(new Rule(
                    "min-letter-fraction", text -> text.fraction(text.letters()) < config.minLetterFraction()));
        }
        if (config.maxDigitFraction() < 1) {
            rules.add(new Rule("max-digit-fraction", text -> text.fraction(text.digits()) > config.maxDigitFraction()));
        }
        if (config.maxControlFraction() < 1) {
            rules.add(new Rule(
                    "max-control-fraction", text -> text.fraction(text.controls()) > config.maxControlFraction()));
        }
        if (config.maxLineBytes() > 0) {
            rules.add(new Rule("max-line-bytes", text -> text.longestLineBytes() > config.maxLineBytes()));
        }
        return new DocumentFilter(List.copyOf(rules));
    }

    public boolean isActive() {
        return !rules.isEmpty();
    }

    /** The name of the first predicate that refuses this text; empty if it stays. */
    public Optional<String> rejected(Statistics text) {
        return rules.stream()
                .filter(rule -> rule.refuses().test(text))
                .map(Rule::name)
                .findFirst();
    }

    private record Rule(String name, Predicate<Statistics> refuses) {}

    /**
     * Counts what the filters ask for, in one pass over a text. Letters are what Unicode calls alphabetic, including
     * the vowel signs of the Indic scripts. Right for valid UTF-8 only.
     */
    public static final class Statistics {
        private static final int ASCII = 0x80;
        private static final int FIRST_LEAD = 0xC0;
        private static final int VALUES = 0x100;

        private final long[] counts = new long[VALUES];
        private final Utf8.CodePoints decoder = new Utf8.CodePoints();
        private long bytes;
        private long lineStart;
        private long longestLine;
        private long otherLetters;
        private long otherDigits;
        private long otherControls;

        /** Takes the next bytes {@code text[from..to)} of one text, wherever the blocks are cut. */
        public void accept(byte[] text, int from, int to) {
            long[] histogram = counts;
            for (int i = from; i < to; i++) {
                int value = text[i];
                histogram[value & 0xFF]++;
                if (value < 0) {
                    other(decoder.accept(value & 0xFF));
                } else if (value == '\n') {
                    endLine(bytes + (i - from));
                }
            }
            bytes += to - from;
        }

        public long bytes() {
            return bytes;
        }

        public long characters() {
            return bytes - sum(ASCII, FIRST_LEAD);
        }

        public long letters() {
            return sum('a', 'z' + 1) + sum('A', 'Z' + 1) + otherLetters;
        }

        /** Decimal digits of any script. */
        public long digits() {
            return sum('0', '9' + 1) + otherDigits;
        }

        /**
         * Control characters other than tab, line feed and carriage return; those of U+0080 to U+009F count as well.
         */
        public long controls() {
            return sum(0, ' ') - counts['\t'] - counts['\n'] - counts['\r'] + counts[ASCII - 1] + otherControls;
        }

        /** Bytes of the longest line, without its line feed. */
        public long longestLineBytes() {
            return Math.max(longestLine, bytes - lineStart);
        }

        /** Share of the characters, in [0, 1]; 0 for an empty text. */
        double fraction(long counted) {
            return bytes == 0 ? 0 : counted / (double) characters();
        }

        private void endLine(long position) {
            longestLine = Math.max(longestLine, position - lineStart);
            lineStart = position + 1;
        }

        private void other(int point) {
            if (point == Utf8.CodePoints.INCOMPLETE) {
                return;
            }
            if (Character.isAlphabetic(point)) {
                otherLetters++;
            } else if (Character.isDigit(point)) {
                otherDigits++;
            } else if (Character.isISOControl(point)) {
                otherControls++;
            }
        }

        private long sum(int from, int to) {
            long sum = 0;
            for (int value = from; value < to; value++) {
                sum += counts[value];
            }
            return sum;
        }
    }
}
