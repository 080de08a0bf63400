package io.github.hyenaspark.operator.head;

import static io.github.hyenaspark.operator.nn.ParameterSpec.Group.BASE;

import io.github.hyenaspark.operator.nn.Initializer;
import io.github.hyenaspark.operator.nn.MixerConfig;
import io.github.hyenaspark.operator.nn.ParameterSpec;
import io.github.hyenaspark.operator.nn.RotaryAngles;
import io.github.hyenaspark.operator.tensor.FloatArray;
import io.github.hyenaspark.operator.tensor.ForwardContext;
import io.github.hyenaspark.operator.tensor.Tile;
import io.github.hyenaspark.operator.tensor.VectorOps;
import io.github.hyenaspark.operator.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Token ids to activations: output[b, :, t] = embedding[id] + position[t], with dropout. Parameters: {@code weight},
 * V×D, and {@code positions}, M×D, where they are learned.
 */
public interface Embedding<A> {
    /** Writes the activations, B×D×L, of {@code ids}, B×L. */
    void forward(int[] ids, A output, ForwardContext<A> pass);

    void backward(int[] ids, A outputGradient, ForwardContext<A> pass);

    /** Tile by tile; in the backward pass threads divide the channels, so that no two add to the same number. */
    final class Floats implements Embedding<FloatArray> {
        private static final Workspace.Slot<float[][]> ROWS = Workspace.Slot.rows();
        private static final Workspace.Slot<float[]> TOKEN = Workspace.Slot.row();
        private static final Workspace.Slot<float[]> COSINE = Workspace.Slot.row();
        private static final Workspace.Slot<float[]> SINE = Workspace.Slot.row();

        private final Config config;
        private final int width;
        private final Optional<RotaryAngles> angles;

        public Floats(Config config) {
            this.config = config;
            width = config.width();
            angles = config.positions() == Positions.SINUSOIDAL
                    ? Optional.of(new RotaryAngles(width))
                    : Optional.empty();
        }

        @Override
        public void forward(int[] ids, FloatArray output, ForwardContext<FloatArray> pass) {
            forward(0, ids, output, pass);
        }

        /** The same for ids that {@code before} others of the same sequences came before. */
        public void forward(int before, int[] ids, FloatArray output, ForwardContext<FloatArray> pass) {
            config.checkLength(before + pass.length());
            Tile.each(pass, Tile.LENGTH, tile -> {
                float[][] rows = tile.workspace().rows(ROWS, width, tile.count());
                float[] token = tile.workspace().row(TOKEN, width);
                FloatArray table = pass.parameter("weight");
                for (int t = 0; t < tile.count(); t++) {
                    table.read((long) id(ids, tile, t) * width, token, width);
                    for (int d = 0; d < width; d++) {
                        rows[d][t] = token[d];
                    }
                }
                addPositions(before, tile, rows, pass);
                for (int d = 0; d < width; d++) {
                    tile.drop(pass.dropout(), config.dropout(), width, d, rows[d]);
                }
                tile.write(rows, width, output);
            });
        }

        private void addPositions(int before, Tile tile, float[][] rows, ForwardContext<FloatArray> pass) {
            int from = before + tile.from();
            if (config.positions() == Positions.LEARNED) {
                FloatArray table = pass.parameter("positions");
                float[] position = tile.workspace().row(TOKEN, width);
                for (int t = 0; t < tile.count(); t++) {
                    table.read((from + (long) t) * width, position, width);
                    for (int d = 0; d < width; d++) {
                        rows[d][t] += position[d];
                    }
                }
            }
            angles.ifPresent(all -> {
                float[] cosine = tile.workspace().row(COSINE, tile.count());
                float[] sine = tile.workspace().row(SINE, tile.count());
                for (int d = 0; d < width; d++) {
                    all.write(d / 2, from, tile.count(), cosine, sine);
                    VectorOps.add(d % 2 == 0 ? sine : cosine, rows[d], tile.count());
                }
            });
        }

        @Override
        public void backward(int[] ids, FloatArray outputGradient, ForwardContext<FloatArray> pass) {
            pass.pool().divide(width, (member, from, to) -> {
                Channels channels = new Channels(from, to, pass.pool().workspace(member));
                for (int b = 0; b < pass.batchSize(); b++) {
                    for (int step = 0; step < pass.length(); step += Tile.LENGTH) {
                        int count = Math.min(Tile.LENGTH, pass.length() - step);
                        Tile tile = new Tile(0, b, step, count, pass.length(), channels.workspace);
                        channels.add(ids, tile, outputGradient, pass);
                    }
                }
            });
        }

        /** Channels {@code from} to before {@code to}, which one member of the pool owns. */
        private final class Channels {
            private final int from;
            private final int count;
            private final Workspace workspace;
            private final float[][] rows;
            private final float[] token;

            Channels(int from, int to, Workspace workspace) {
                this.from = from;
                this.workspace = workspace;
                count = to - from;
                rows = workspace.rows(ROWS, count, Tile.LENGTH);
                token = workspace.row(TOKEN, count);
            }

            void add(int[] ids, Tile tile, FloatArray outputGradient, ForwardContext<FloatArray> pass) {
                for (int c = 0; c < count; c++) {
                    outputGradient.read(tile.start(width, from + c), rows[c], tile.count());
                    tile.drop(pass.dropout(), config.dropout(), width, from + c, rows[c]);
                }
                FloatArray table = pass.gradient("weight");
                for (int t = 0; t < tile.count(); t++) {
                    add(t, table, id(ids, tile, t));
                }
                if (config.positions() == Positions.LEARNED) {
                    FloatArray positions = pass.gradient("positions");
                    for (int t = 0; t < tile.count(); t++) {
                        add(t, positions, tile.from() + t);
                    }
                }
            }

            /** Adds step {@code t} of the tile to row {@code index} of a table of D columns. */
            private void add(int t, FloatArray table, int index) {
                long at = (long) index * width + from;
                table.read(at, token, count);
                for (int c = 0; c < count; c++) {
                    token[c] += rows[c][t];
                }
                table.write(at, token, count);
            }
        }

        private static int id(int[] ids, Tile tile, int t) {
            return ids[tile.b() * tile.length() + tile.from() + t];
        }
    }

    /** The embedding in plain double loops. */
    final class Reference implements Embedding<double[]> {
        private final Config config;
        private final int width;

        public Reference(Config config) {
            this.config = config;
            width = config.width();
        }

        @Override
        public void forward(int[] ids, double[] output, ForwardContext<double[]> pass) {
            int length = pass.length();
            config.checkLength(length);
            for (int row = 0; row < pass.batchSize() * width; row++) {
                for (int t = 0; t < length; t++) {
                    int id = ids[row / width * length + t];
                    output[row * length + t] =
                            pass.parameter("weight")[id * width + row % width] + position(t, row % width, pass);
                }
                pass.dropout().apply(config.dropout(), row, output, row * length, length);
            }
        }

        /** sin(t·θ_i) in channel 2i and cos(t·θ_i) in channel 2i+1, or what was learned, or nothing. */
        private double position(int t, int d, ForwardContext<double[]> pass) {
            double angle = RotaryAngles.angle(d / 2, t, width);
            return switch (config.positions()) {
                case LEARNED -> pass.parameter("positions")[t * width + d];
                case SINUSOIDAL -> d % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
                case NONE, ROTARY -> 0;
            };
        }

        @Override
        public void backward(int[] ids, double[] outputGradient, ForwardContext<double[]> pass) {
            int length = pass.length();
            double[] gradient = outputGradient.clone();
            for (int row = 0; row < pass.batchSize() * width; row++) {
                pass.dropout().apply(config.dropout(), row, gradient, row * length, length);
                for (int t = 0; t < length; t++) {
                    int id = ids[row / width * length + t];
                    pass.gradient("weight")[id * width + row % width] += gradient[row * length + t];
                    if (config.positions() == Positions.LEARNED) {
                        pass.gradient("positions")[t * width + row % width] += gradient[row * length + t];
                    }
                }
            }
        }
    }

    /**
     * Where activations begin: V tokens, padding included, become D channels of at most M steps; positions that are
     * learned or sinusoidal are added here.
     */
    record Config(int vocabularySize, int width, int maxLength, Positions positions, double dropout) {
        /** The parameters in their order in memory, all N(0, deviation²): the table first. */
        public List<ParameterSpec> parameters(double deviation) {
            Initializer initial = new Initializer.Normal(deviation);
            List<ParameterSpec> specs = new ArrayList<>();
            specs.add(new ParameterSpec("weight", List.of(vocabularySize, width), initial, BASE));
            if (positions == Positions.LEARNED) {
                specs.add(new ParameterSpec("positions", List.of(maxLength, width), initial, BASE));
            }
            return List.copyOf(specs);
        }

        /** IllegalArgumentException if positions are added and an input is longer than {@link #maxLength}. */
        void checkLength(int length) {
            if (positions == Positions.LEARNED || positions == Positions.SINUSOIDAL) {
                MixerConfig.checkLength(length, maxLength);
            }
        }
    }

    /** How a language model knows where a token is, beyond what its mixers know by themselves. */
    enum Positions {
        NONE,
        /** Attention rotates queries and keys by position (arXiv 2104.09864); nothing else changes. */
        ROTARY,
        /** A trained vector for every position is added to the embedding. */
        LEARNED,
        /** Sines and cosines of the position are added to the embedding (section 3.5 of arXiv 1706.03762). */
        SINUSOIDAL
    }
}
