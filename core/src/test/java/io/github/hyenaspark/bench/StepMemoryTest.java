package io.github.hyenaspark.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepMemoryTest {
    private static final double MEBIBYTE = 1 << 20;

    private static StepMemory of(
            int width, int length, int batch, int depth, int threads, String recompute, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "model.d-model=" + width,
                "model.n-layer=" + depth,
                "model.l-max=" + length,
                "train.batch-size=" + batch,
                "train.threads=" + threads,
                "train.recompute=" + recompute));
        arguments.addAll(List.of(more));
        Settings settings = Settings.load(arguments);
        return StepMemory.of(settings.bind("model", ModelConfig.class), 256, settings.bind("train", TrainConfig.class));
    }

    /** MiB that {@code bench step} added to its process by steps of these shapes: peak_rss_mib less base_rss_mib. */
    @ParameterizedTest
    @CsvSource({
        "128, 1024, 16, 4, 2, none, 539",
        "256, 1024, 16, 4, 2, none, 1031",
        "128, 8192, 2, 4, 2, none, 649",
        "256, 8192, 2, 4, 2, none, 1071",
        "128, 65536, 1, 4, 2, none, 2216",
        "256, 65536, 1, 4, 2, none, 4012",
        "512, 1024, 2, 8, 1, none, 1190",
        "512, 1024, 4, 8, 1, block, 865",
    })
    void itIsWithinAQuarterOfWhatWasMeasured(
            int width, int length, int batch, int depth, int threads, String recompute, double measured) {
        StepMemory memory = of(width, length, batch, depth, threads, recompute);
        assertThat((memory.offHeap() + memory.heap()) / MEBIBYTE).isCloseTo(measured, withinPercentage(25));
    }

    /** The same of other mixers: width 128, length 1024, batch 16, 4 blocks, one thread. */
    @ParameterizedTest
    @CsvSource({"hyena-se, 473", "hyena-mr, 514", "rnn, 433", "lstm, 610", "gru, 537", "conv, 434"})
    void otherMixersAreWithinAQuarterToo(String mixer, double measured) {
        Settings settings = Settings.load(List.of("model.mixer=" + mixer, "train.batch-size=16"));
        StepMemory memory = StepMemory.of(
                settings.bind("model", ModelConfig.class), 256, settings.bind("train", TrainConfig.class));
        assertThat((memory.offHeap() + memory.heap()) / MEBIBYTE).isCloseTo(measured, withinPercentage(25));
    }

    /** MiB that forward passes of recomputing blocks added to their process in the same way, with one thread. */
    @ParameterizedTest
    @CsvSource({
        "128, 8192, 2, 4, hyena, 114",
        "256, 1024, 16, 4, hyena, 223",
        "512, 1024, 2, 8, hyena, 154",
        "256, 4096, 1, 4, attention, 81"
    })
    void forwardPassesAreWithinAQuarterToo(int width, int length, int batch, int depth, String mixer, double measured) {
        Settings settings = Settings.load(List.of(
                "model.d-model=" + width,
                "model.l-max=" + length,
                "train.batch-size=" + batch,
                "model.n-layer=" + depth,
                "model.mixer=" + mixer,
                "model.positions=" + (mixer.equals("attention") ? "learned" : "none")));
        StepMemory memory = StepMemory.ofForward(
                settings.bind("model", ModelConfig.class), 256, settings.bind("train", TrainConfig.class));
        assertThat((memory.offHeap() + memory.heap()) / MEBIBYTE).isCloseTo(measured, withinPercentage(25));
    }

    /** The same measurement with attention, whose positions are learned. */
    @Test
    void attentionIsWithinAQuarterOfWhatWasMeasured() {
        StepMemory memory = of(256, 4096, 1, 4, 1, "none", "model.mixer=attention", "model.positions=learned");
        assertThat((memory.offHeap() + memory.heap()) / MEBIBYTE).isCloseTo(381, withinPercentage(25));
    }

    @Test
    void attentionGrowsWithTheLengthAndNotWithItsSquare() {
        long one = of(64, 16384, 1, 3, 1, "none", "model.mixer=attention").activations();
        long four = of(64, 65536, 1, 3, 1, "none", "model.mixer=attention").activations();
        assertThat(four).isEqualTo(4 * one);
    }

    @Test
    void activationsGrowWithTheTokensAndParametersDoNot() {
        StepMemory one = of(64, 1024, 1, 3, 1, "none");
        StepMemory four = of(64, 1024, 4, 3, 1, "none");
        assertThat(four.model()).isEqualTo(one.model()).isEqualTo(8 * one.parameters());
        assertThat(four.activations()).isGreaterThan(3 * one.activations());
    }

    @Test
    void recomputationNeedsOneBlockAndTheStreamBetweenBlocks() {
        long four = of(64, 1024, 1, 4, 1, "block").activations();
        long five = of(64, 1024, 1, 5, 1, "block").activations();
        assertThat(five - four).isEqualTo(64L * 1024 * Float.BYTES);
        assertThat(four).isLessThan(of(64, 1024, 1, 4, 1, "none").activations() / 2);
    }

    /** Blocks of one configuration share the memory that they compute in, and no others do. */
    @Test
    void everyKindOfBlockRecomputesInMemoryOfItsOwn() {
        String[] mixers = {"hyena", "attention", "lstm"};
        long together = of(64, 1024, 1, 6, 1, "block", "model.mixer=[hyena,attention,lstm]")
                .activations();
        long stream = 64L * 1024 * Float.BYTES;
        long between = (6 + 1 + 3) * stream; // the inputs of six blocks, the output, three gradients
        long inside = 0;
        for (String mixer : mixers) {
            inside += of(64, 1024, 1, 6, 1, "block", "model.mixer=" + mixer).activations() - between;
        }
        assertThat(together).isEqualTo(inside + between);
        assertThat(of(64, 1024, 1, 9, 1, "block", "model.mixer=[hyena,attention,lstm]")
                                .activations()
                        - together)
                .isEqualTo(3 * stream);
    }

    /** In the first rounds, as many tokens are in more sequences, for each of which a cell has rows. */
    @Test
    void shortSequencesAtTheBeginningAreCountedWhereACellIsMoreThanOne() {
        long plain = of(64, 1024, 1, 2, 1, "none", "model.mixer=lstm").heap();
        long grown = of(64, 1024, 1, 2, 1, "none", "model.mixer=lstm", "train.length-schedule.start=16")
                .heap();
        long rows = 63 * (4 * 4 + 8) * 64 * Float.BYTES; // of 64 sequences instead of 1
        long gradients = 2L * 63 * 4 * 64 * Double.BYTES; // of biases
        assertThat(grown - plain).isGreaterThan(rows + gradients);
    }

    /** Nobody frees the rows of one mixer when the next one begins. */
    @Test
    void rowsOfAllMixersAreKept() {
        long tiles = 2L * 512 * (5 * 64 + 3 * 256 + 256) * Float.BYTES; // of the thread, whatever its mixers
        long both = rows("hyena") + rows("attention") - tiles;
        assertThat(rows("[hyena,attention]")).isEqualTo(both);
        assertThat(rows("[hyena,attention,hyena]")).isEqualTo(both);
    }

    /** Bytes of the heap that a second thread's rows and tiles take. */
    private static long rows(String mixer) {
        String[] settings = {"model.mixer=" + mixer, "model.attention.heads=4"};
        StepMemory one = of(64, 65536, 1, 3, 1, "none", settings);
        StepMemory two = of(64, 65536, 1, 3, 2, "none", settings);
        return two.heap() - one.heap();
    }

    /** Three heads of 16 channels, four blocks of keys in two groups, eight at most, if two threads share a head. */
    @ParameterizedTest
    @CsvSource({"1024, 2, 2", "1024, 3, 0", "1024, 1, 0", "65536, 2, 8", "300, 2, 1"})
    void aHeadThatThreadsShareHasGradientsForEveryGroupOfKeys(int length, int threads, int groups) {
        String[] settings = {"model.mixer=attention", "model.attention.heads=3"};
        StepMemory one = of(48, length, 1, 2, 1, "none", settings);
        StepMemory more = of(48, length, 1, 2, threads, "none", settings);
        long alike = of(48, length, 3 * threads, 2, threads, "none", settings).heap()
                - of(48, length, 3 * threads, 2, 1, "none", settings).heap(); // three divides those heads
        long padded = (length + 255L) / 256 * 256;
        assertThat(more.heap() - one.heap() - alike).isEqualTo(groups * 16L * padded * Float.BYTES);
    }
}
