package io.github.hyenaspark.model;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Losses of many tokens, ready to be added up: their sum, nats, and the number of targets. */
public record LossSum(double nats, long tokens) implements Serializable {
    /** The sum of nothing. */
    public static final LossSum ZERO = new LossSum(0, 0);

    public LossSum plus(LossSum other) {
        return new LossSum(nats + other.nats, tokens + other.tokens);
    }

    /** Nats per token; NaN without tokens. */
    public double mean() {
        return nats / tokens;
    }

    /** Bits per byte of a text of so many bytes; NaN without tokens. */
    public double bitsPerByte(long bytes) {
        return bitsPerByte(mean(), (double) tokens / bytes);
    }

    /** The same of a mean in nats per token; every measurement of a text uses this order of operations. */
    public static double bitsPerByte(double mean, double tokensPerByte) {
        return mean * tokensPerByte / StrictMath.log(2);
    }

    /**
     * Losses of many tokens by position in the sequence, ready to be added up: does a longer context help? The first
     * class has the positions below {@value #FIRST}, each further one as many as all before it: from 64, from 128, from
     * 256 on.
     *
     * @param classes by position; as many as the longest sequence needs
     */
    public record ByPosition(List<LossSum> classes) implements Serializable {
        /** Places in the first class. */
        public static final int FIRST = 64;

        /** The sum of nothing. */
        public static final ByPosition ZERO = new ByPosition(List.of());

        public ByPosition {
            classes = List.copyOf(classes);
        }

        /**
         * The losses of those of the B sequences that {@code rows} accepts, from the nats of each target, B×L; those of
         * ignored targets do not matter.
         */
        public static ByPosition of(double[] nats, Batch batch, IntPredicate rows) {
            int count = classOf(batch.length() - 1) + 1;
            double[] sums = new double[count];
            long[] tokens = new long[count];
            for (int i = 0; i < nats.length; i++) {
                if (batch.targets()[i] >= 0 && rows.test(i / batch.length())) {
                    int at = classOf(i % batch.length());
                    sums[at] += nats[i];
                    tokens[at]++;
                }
            }
            List<LossSum> classes = new ArrayList<>();
            for (int at = 0; at < count; at++) {
                classes.add(new LossSum(sums[at], tokens[at]));
            }
            return new ByPosition(classes);
        }

        private static int classOf(int position) {
            return Integer.SIZE - Integer.numberOfLeadingZeros(position / FIRST);
        }

        /** The first place of a class. */
        public static int begin(int number) {
            return number == 0 ? 0 : FIRST << (number - 1);
        }

        public ByPosition plus(ByPosition other) {
            List<LossSum> sums = new ArrayList<>();
            for (int at = 0; at < Math.max(classes.size(), other.classes.size()); at++) {
                sums.add(at(at).plus(other.at(at)));
            }
            return new ByPosition(sums);
        }

        private LossSum at(int number) {
            return number < classes.size() ? classes.get(number) : LossSum.ZERO;
        }

        /** All places together. */
        public LossSum total() {
            return classes.stream().reduce(LossSum.ZERO, LossSum::plus);
        }
    }
}
