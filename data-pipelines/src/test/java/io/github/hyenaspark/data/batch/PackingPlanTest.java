package io.github.hyenaspark.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.batch.PackingPlan.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

class PackingPlanTest {
    private static final long[] DOCUMENTS = {1, 9, 8, 1, 1, 2, 17, 16, 18, 0, 7, 3, 1000, 1};
    private static final int[] LENGTHS = {1, 2, 3, 7, 8, 9, 16, 17, 63, 64, 65, 999, 1000, 2000};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8, 9, 16, 17, 999, 1000, 2000})
    void singleIsWhatCuttingOneAfterTheOtherGives(int length) {
        List<List<Part>> expected = new ArrayList<>();
        for (int document = 0; document < DOCUMENTS.length; document++) {
            for (long from = 0; from + 1 < DOCUMENTS[document]; from += length) {
                int inputs = (int) Math.min(length, DOCUMENTS[document] - 1 - from);
                expected.add(List.of(new Part(document, from, inputs)));
            }
        }

        assertThat(sequences(plan(DOCUMENTS, PackingConfig.Strategy.SINGLE, length)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(PackingConfig.Strategy.class)
    void plansAreThoseOfTheOracle(PackingConfig.Strategy strategy) {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int length = LENGTHS[random.nextInt(LENGTHS.length)];
            long[] documents =
                    random.longs(random.nextInt(60), 0, 3L * length + 3).toArray();
            List<List<Part>> expected = PackingOracle.sequences(documents, strategy, length);

            assertThat(sequences(plan(documents, strategy, length)))
                    .as("seed %d, length %d", seed, length)
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(value = PackingConfig.Strategy.class, names = "CONCAT", mode = Mode.EXCLUDE)
    @Tag("goal-10")
    @Tag("goal-11")
    void everyTokenButADocumentsFirstIsATargetOnce(PackingConfig.Strategy strategy) {
        for (int length : LENGTHS) {
            long[] documents = randomDocuments(length);
            int[][] seen = emptyCounts(documents);
            for (List<Part> parts : sequences(plan(documents, strategy, length))) {
                assertThat(parts.stream().mapToInt(Part::inputs).sum()).isBetween(1, length);
                for (Part part : parts) {
                    for (int i = 1; i <= part.inputs(); i++) {
                        seen[(int) part.document()][(int) part.from() + i]++;
                    }
                }
            }
            for (int[] document : seen) {
                int[] expected = new int[document.length];
                Arrays.fill(expected, Math.min(1, document.length), document.length, 1);
                assertThat(document).isEqualTo(expected);
            }
        }
    }

    @Test
    void concatTakesEveryTokenAsAnInputOnceAndInOrder() {
        for (int length : LENGTHS) {
            long[] documents = randomDocuments(length);
            List<List<Part>> sequences = sequences(plan(documents, PackingConfig.Strategy.CONCAT, length));
            int document = 0;
            long token = 0;
            for (int sequence = 0; sequence < sequences.size(); sequence++) {
                int inputs = 0;
                for (Part part : sequences.get(sequence)) {
                    while (token == documents[document]) {
                        document++;
                        token = 0;
                    }
                    assertThat(part.document()).isEqualTo(document);
                    assertThat(part.from()).isEqualTo(token);
                    token += part.inputs();
                    assertThat(token).isLessThanOrEqualTo(documents[document]);
                    inputs += part.inputs();
                }
                if (sequence + 1 < sequences.size()) {
                    assertThat(inputs).isEqualTo(length);
                }
            }
            assertThat(token).isEqualTo(documents[document]);
            assertThat(Arrays.stream(documents).skip(document + 1L)).containsOnly();
        }
    }

    /** Goals 10 and 11 of the data pipelines. */
    @ParameterizedTest
    @EnumSource(
            value = PackingConfig.Strategy.class,
            names = {"CONTIGUOUS", "BEST_FIT"})
    @Tag("goal-10")
    @Tag("goal-11")
    void noDocumentThatFitsIsCutAndFullSequencesAreOfOneDocument(PackingConfig.Strategy strategy) {
        for (int length : LENGTHS) {
            long[] documents = randomDocuments(length);
            int[] parts = new int[documents.length];
            long full = 0;
            for (List<Part> sequence : sequences(plan(documents, strategy, length))) {
                sequence.forEach(part -> parts[(int) part.document()]++);
                full += sequence.get(0).inputs() == length ? 1 : 0;
            }
            long windows = 0;
            for (int document = 0; document < documents.length; document++) {
                if (documents[document] <= length) {
                    assertThat(parts[document]).isEqualTo(documents[document] < 2 ? 0 : 1);
                }
                windows += Math.max(0, documents[document] - 1) / length;
            }
            assertThat(full).isEqualTo(windows);
        }
    }

    @Test
    @Tag("goal-10")
    void bestFitUsesNinetyNinePercentOfAMixedCorpus() {
        long[] documents = logNormal(100_000, 20_260_714);
        for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
            PackingPlan plan = plan(documents, strategy, 4096);
            System.out.printf(
                    Locale.ROOT,
                    "packing %s at 4096: %.2f %% real tokens in %d sequences%n",
                    strategy.settingName(),
                    100 * plan.use(),
                    plan.sequences());
            if (strategy == PackingConfig.Strategy.BEST_FIT) {
                assertThat(plan.use()).isGreaterThanOrEqualTo(0.99);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 1 << 20})
    @Tag("goal-10")
    void aMillionDocumentsArePlannedInSeconds(int length) {
        long[] documents = logNormal(1_000_000, 1);
        for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
            long begin = System.nanoTime();
            PackingPlan plan = plan(documents, strategy, length);
            double seconds = (System.nanoTime() - begin) * 1e-9;
            System.out.printf(
                    Locale.ROOT,
                    "packing %s of 1,000,000 documents at %d: %d sequences in %.3f s%n",
                    strategy.settingName(),
                    length,
                    plan.sequences(),
                    seconds);
            assertThat(seconds).isLessThan(10);
        }
    }

    /** Most documents are a few hundred tokens, most tokens are in documents of some thousands, some are books. */
    private static long[] logNormal(int count, long seed) {
        Random random = new Random(seed);
        return LongStream.generate(() -> 2 + (long) Math.exp(6.5 + 1.5 * random.nextGaussian()))
                .limit(count)
                .toArray();
    }

    @ParameterizedTest
    @EnumSource(PackingConfig.Strategy.class)
    void equalPlansHaveEqualBytesAndOthersOtherBytes(PackingConfig.Strategy strategy) {
        long[] documents = randomDocuments(64);
        PackingPlan plan = plan(documents, strategy, 64);

        assertThat(PlanBytes.of(plan(documents.clone(), strategy, 64))).isEqualTo(PlanBytes.of(plan));
        assertThat(PlanBytes.sha256(plan(documents, strategy, 63))).isNotEqualTo(PlanBytes.sha256(plan));
        long[] longer = documents.clone();
        longer[7]++;
        assertThat(PlanBytes.sha256(plan(longer, strategy, 64))).isNotEqualTo(PlanBytes.sha256(plan));
        for (PackingConfig.Strategy other : PackingConfig.Strategy.values()) {
            boolean same = PlanBytes.sha256(plan(documents, other, 64))
                    .equals(PlanBytes.sha256(plan(documents, strategy, 64)));
            assertThat(same).isEqualTo(other == strategy);
        }
    }

    /**
     * The hash was computed once with this test: it changes when a plan or its form does, and then the version must.
     */
    @Test
    void thePlansOfVersionOneStayAsTheyAre() {
        List<String> hashes = new ArrayList<>();
        for (PackingConfig.Strategy strategy : PackingConfig.Strategy.values()) {
            hashes.add(PlanBytes.sha256(plan(DOCUMENTS, strategy, 16)).substring(0, 16));
        }

        assertThat(hashes)
                .containsExactly("13e1fddf41a984fc", "c2bd9951c0c47de6", "788a2657ce1188d3", "4c43f9b5b3bb88ca");
    }

    @Test
    void useIsTheShareOfPositionsWithATarget() {
        PackingPlan plan = plan(new long[] {5, 3, 0, 1}, PackingConfig.Strategy.SINGLE, 4);

        assertThat(plan.realTokens()).isEqualTo(4 + 2);
        assertThat(plan.use()).isEqualTo(6.0 / 8);
    }

    @ParameterizedTest
    @EnumSource(value = PackingConfig.Strategy.class, names = "CONCAT", mode = Mode.EXCLUDE)
    void documentsWithoutTextHaveNoSequence(PackingConfig.Strategy strategy) {
        PackingPlan plan = plan(new long[] {1, 1}, strategy, 4);

        assertThat(plan.sequences()).isZero();
        assertThat(plan.use()).isZero();
        assertThatThrownBy(() -> plan.parts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sequence 0 is not in [0, 0)");
    }

    @Test
    void aLengthOfZeroIsRefused() {
        assertThatThrownBy(() -> new PackingConfig(PackingConfig.Strategy.SINGLE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence has at least 1 token, found 0");
    }

    private static PackingPlan plan(long[] documents, PackingConfig.Strategy strategy, int length) {
        return PackingPlan.of(documents, new PackingConfig(strategy, length));
    }

    private static List<List<Part>> sequences(PackingPlan plan) {
        return LongStream.range(0, plan.sequences()).mapToObj(plan::parts).toList();
    }

    private static long[] randomDocuments(int length) {
        return LongStream.concat(Arrays.stream(DOCUMENTS), new Random(length).longs(200, 0, 3L * length + 3))
                .toArray();
    }

    private static int[][] emptyCounts(long[] documents) {
        return Arrays.stream(documents)
                .mapToObj(tokens -> new int[(int) tokens])
                .toArray(int[][]::new);
    }
}
