package io.github.hyenaspark.operator.hyena;

import io.github.hyenaspark.convolution.IncrementalConvolution;
import io.github.hyenaspark.operator.nn.ShortConvolution;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.VectorOps;
import java.util.Arrays;
import java.util.Optional;

/** {@link LongFilters} of a sequence that grows: its beginning comes in one pass, then a step at a time. */
abstract sealed class IncrementalFilters implements LongFilters.ChannelFilters {
    private int passLength;

    /** Before the channels of a pass of {@code length} steps, which is 1 but in the first pass. */
    void startPass(int length) {
        passLength = length;
    }

    abstract void finishPass();

    @Override
    public int length() {
        return passLength;
    }

    /** Filters as long as the sequence: all inputs are kept, with their contributions to later outputs. */
    static final class OfAllInputs extends IncrementalFilters {
        private final int perChannel;
        private final IncrementalConvolution convolution;
        private final float[] bias;
        private int channel;

        OfAllInputs(LongFilters filters, int rowsPerFilter, ForwardContext<FloatArray> pass) {
            perChannel = filters.perChannel();
            filters.makeTaps(pass);
            bias = filters.bias();
            float[][] taps = filters.taps();
            Arrays.setAll(taps, m -> Arrays.copyOf(taps[m], pass.length()));
            convolution = new IncrementalConvolution(taps, rowsPerFilter);
        }

        @Override
        void finishPass() {
            convolution.advance(length());
        }

        @Override
        public void start(int j) {
            channel = j;
            for (int r = 0; r < perChannel; r++) {
                convolution.prepare(j * perChannel + r);
            }
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            int filter = channel * perChannel + r;
            if (convolution.length() == 0) {
                convolution.first(filter, head, input, output, length());
            } else {
                output[0] = convolution.next(filter, head, input[0]);
            }
            VectorOps.add(bias[filter], output, length());
        }
    }

    /** Filters of K taps: the last K−1 inputs are kept, and a step costs K. */
    static final class OfRecentInputs extends IncrementalFilters {
        private final LongFilters filters;
        private final int rowsPerFilter;
        private final ShortConvolution convolution;
        private final float[][] recent; // rows × (K−1), the latest last
        private Optional<ForwardContext<FloatArray>> firstPass; // until it has ended: a prompt's rows are long
        private Optional<LongFilters.ChannelFilters> beginning; // of that
        private int channel;

        OfRecentInputs(LongFilters filters, int rowsPerFilter, ForwardContext<FloatArray> pass) {
            this.filters = filters;
            this.rowsPerFilter = rowsPerFilter;
            firstPass = Optional.of(pass);
            filters.makeTaps(pass);
            convolution = filters.shortConvolution();
            recent = new float[filters.taps().length * rowsPerFilter][convolution.taps() - 1];
            beginning = Optional.of(filters.channel(pass.pool().workspace(0)));
        }

        @Override
        void startPass(int length) {
            super.startPass(length);
            if (firstPass.isPresent()) {
                ForwardContext<FloatArray> pass = firstPass.get();
                filters.makeTaps(pass.ofLength(length));
                beginning = Optional.of(filters.channel(pass.pool().workspace(0)));
            }
        }

        @Override
        void finishPass() {
            firstPass = Optional.empty();
            beginning = Optional.empty();
        }

        @Override
        public void start(int j) {
            channel = j;
            if (beginning.isPresent()) {
                beginning.get().start(j);
            }
        }

        @Override
        public void convolve(int r, int head, float[] input, float[] output) {
            int filter = channel * filters.perChannel() + r;
            float[] before = recent[filter * rowsPerFilter + head];
            if (beginning.isEmpty()) {
                float result = convolution.step(filter, before, input[0]);
                keep(before, input, 1);
                output[0] = result;
            } else {
                keep(before, input, length());
                beginning.get().convolve(r, head, input, output);
            }
        }

        private static void keep(float[] recent, float[] inputs, int count) {
            int taken = Math.min(recent.length, count);
            System.arraycopy(recent, taken, recent, 0, recent.length - taken);
            System.arraycopy(inputs, count - taken, recent, recent.length - taken, taken);
        }
    }
}
