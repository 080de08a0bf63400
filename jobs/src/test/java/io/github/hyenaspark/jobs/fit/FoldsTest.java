package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.fit.Folds.Division;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FoldsTest {
    private static final int DOCUMENTS = 200;

    /** A quarter is of class 1; documents i and i + 100 have equal texts for i below 10. */
    private static LabelSet set() {
        List<LabelledDocument> documents = new ArrayList<>();
        double[][] targets = new double[DOCUMENTS][];
        for (int i = 0; i < DOCUMENTS; i++) {
            int text = i >= 100 && i < 110 ? i - 100 : i;
            documents.add(new LabelledDocument(
                    "document " + i, "text " + text, i % 50 == 7 ? "sevens" : "", 5, false, 1, false));
            targets[i] = new double[] {text % 4 == 0 ? 1 : 0};
        }
        return new LabelSet(Task.CLASSIFICATION, List.of("a", "b"), documents, targets);
    }

    static Folds folds(String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        return Folds.of(set(), Settings.load(all).bind("fit", FitConfig.class));
    }

    @Test
    void everyDocumentIsTestedOnceAndNeverTrainedOnThere() {
        Folds folds = folds("fit.folds=5");
        List<Integer> tested = new ArrayList<>();
        for (int fold = 0; fold < 5; fold++) {
            Division division = folds.division(fold, 0);
            Arrays.stream(division.test()).forEach(tested::add);
            assertThat(division.train()).doesNotContain(division.test()).doesNotContain(division.heldOut());
            assertThat(division.heldOut()).doesNotContain(division.test());
            assertThat(division.train().length + division.heldOut().length + division.test().length)
                    .isEqualTo(DOCUMENTS);
        }
        assertThat(tested)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, DOCUMENTS).boxed().toList());
    }

    /** Documents 0 to 2 test; 3 has the text of 0, 4 the group of 1, and 5 the group of 4. */
    @Test
    void whatIsLikeADocumentThatTestsIsNotTrainedOn() {
        List<LabelledDocument> documents = new ArrayList<>();
        double[][] targets = new double[60][];
        for (int i = 0; i < 60; i++) {
            String text = "text " + (i == 3 ? 0 : i);
            String group = i == 1 || i == 4 || i == 5 ? "a group" : "";
            documents.add(new LabelledDocument("document " + i, text, group, 5, i < 3, 1, false));
            targets[i] = new double[] {i % 2};
        }
        var set = new LabelSet(Task.CLASSIFICATION, List.of("a", "b"), documents, targets);
        Folds folds = Folds.of(set, Settings.load(List.of("fit.folds=0")).bind("fit", FitConfig.class));
        folds.check(true, true);
        Division division = folds.division(0, 0);
        assertThat(division.test()).containsExactly(0, 1, 2);
        List<Integer> others = IntStream.concat(Arrays.stream(division.train()), Arrays.stream(division.heldOut()))
                .sorted()
                .boxed()
                .toList();
        assertThat(others)
                .containsExactlyElementsOf(IntStream.range(6, 60).boxed().toList());
    }

    @Test
    void classesAreSpreadEvenly() {
        Folds folds = folds("fit.folds=5");
        for (int fold = 0; fold < 5; fold++) {
            Division division = folds.division(fold, 0);
            long ones = Arrays.stream(division.test())
                    .filter(document -> set().targets()[document][0] == 1)
                    .count();
            assertThat(ones).isBetween(8L, 13L);
            assertThat(groups(division.test())).as("of 187").isBetween(36L, 39L);
            assertThat(division.heldOut().length).isBetween(12, 20);
        }
    }

    /** Those of the documents that stay together are one. */
    private static long groups(int[] documents) {
        return Arrays.stream(documents)
                .filter(i -> i % 50 != 7 || i == 7)
                .filter(i -> i < 100 || i >= 110)
                .count();
    }

    /** Classes of one document each, beside one of many: as labels of many tags are. */
    @Test
    void rareClassesAreSpreadEvenly() {
        List<LabelledDocument> documents = new ArrayList<>();
        double[][] targets = new double[DOCUMENTS][];
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(new LabelledDocument("document " + i, "text " + i, "", 5, false, 1, false));
            targets[i] = new double[] {i < 100 ? i : 100};
        }
        List<String> names =
                IntStream.rangeClosed(0, 100).mapToObj(Integer::toString).toList();
        var set = new LabelSet(Task.CLASSIFICATION, names, documents, targets);
        Folds folds = Folds.of(set, Settings.load(List.of("fit.folds=5")).bind("fit", FitConfig.class));
        for (int fold = 0; fold < 5; fold++) {
            Division division = folds.division(fold, 0);
            assertThat(rare(division.test())).isBetween(18L, 22L);
            assertThat(rare(division.heldOut())).isBetween(5L, 11L);
        }
    }

    /** Round numbers of them, which steps of equal length would leave between two models' parts. */
    @ParameterizedTest
    @CsvSource({"2000, 5", "2000, 10", "2000, 3", "500, 2", "1000, 0"})
    void valuesAreSpreadEvenly(int count, int folds) {
        assertEven(set(Task.REGRESSION, count, i -> StrictMath.sin(i)), folds);
    }

    @ParameterizedTest
    @CsvSource({"2, 50, 5", "2, 100, 5", "3, 60, 3", "2, 199, 10", "2, 200, 5", "5, 300, 5", "40, 25, 5"})
    void classesOfEqualSizeAreSpreadEvenly(int classes, int each, int folds) {
        assertEven(set(Task.CLASSIFICATION, classes * each, i -> i % classes), folds);
    }

    private static LabelSet set(Task task, int count, IntToDoubleFunction label) {
        List<LabelledDocument> documents = new ArrayList<>();
        double[][] targets = new double[count][];
        for (int i = 0; i < count; i++) {
            documents.add(new LabelledDocument("document " + i, "text " + i, "", 5, false, 1, false));
            targets[i] = new double[] {label.applyAsDouble(i)};
        }
        return new LabelSet(task, List.of("names"), documents, targets);
    }

    /** Every fold, and what each of three models holds out, has its share within a quarter. */
    private static void assertEven(LabelSet set, int number) {
        int count = set.documents().size();
        Folds folds =
                Folds.of(set, Settings.load(List.of("fit.folds=" + number)).bind("fit", FitConfig.class));
        for (int fold = 0; fold < Math.max(1, number); fold++) {
            for (int model = 0; model < 3; model++) {
                Division division = folds.division(fold, model);
                double rest = number == 0 ? count : count - count / (double) number;
                assertThat((double) division.heldOut().length)
                        .as("held out in fold %d by model %d", fold, model)
                        .isBetween(0.75 * rest / 10 - 1, 1.25 * rest / 10 + 1);
                if (number > 0) {
                    assertThat((double) division.test().length)
                            .isBetween(0.9 * count / number - 1, 1.1 * count / number + 1);
                }
            }
        }
    }

    /** Such as the name of a package or an author, which several documents have. */
    @Test
    void equalIdsDoNotBringDocumentsTogether() {
        LabelSet unique = set(Task.CLASSIFICATION, 1000, i -> i % 2);
        List<LabelledDocument> documents = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            documents.add(new LabelledDocument("author " + i % 100, "text " + i, "", 5, false, 1, false));
        }
        assertEven(new LabelSet(unique.task(), unique.names(), documents, unique.targets()), 5);
    }

    private static long rare(int[] documents) {
        return Arrays.stream(documents).filter(document -> document < 100).count();
    }

    @Test
    void equalTextsStayTogether() {
        Folds folds = folds("fit.folds=5");
        for (int fold = 0; fold < 5; fold++) {
            Division division = folds.division(fold, 0);
            for (int i = 0; i < 10; i++) {
                int first = i;
                for (int[] part : List.of(division.train(), division.heldOut(), division.test())) {
                    boolean has = Arrays.stream(part).anyMatch(document -> document == first);
                    boolean hasOther = Arrays.stream(part).anyMatch(document -> document == first + 100);
                    assertThat(has).isEqualTo(hasOther);
                }
            }
        }
    }

    /** Documents 2i and 2i + 1 are strands of one sequence. */
    private static LabelSet pairs() {
        LabelSet alone = set(Task.CLASSIFICATION, 60, i -> i / 2 % 2);
        List<LabelledDocument> documents = new ArrayList<>();
        for (LabelledDocument one : alone.documents()) {
            var hashes = new TokenHashes(one.contentHash(), "pair " + documents.size() / 2);
            documents.add(one.with(hashes));
        }
        return new LabelSet(alone.task(), alone.names(), documents, alone.targets());
    }

    static Folds foldsOfPairs() {
        return Folds.of(pairs(), Settings.load(List.of("fit.folds=5")).bind("fit", FitConfig.class));
    }

    @Test
    void strandsOfOneSequenceStayTogether() {
        Folds folds = foldsOfPairs();
        assertThat(folds.joinsStrands()).isTrue();
        for (int fold = 0; fold < 5; fold++) {
            List<Integer> test =
                    Arrays.stream(folds.division(fold, 0).test()).boxed().toList();
            assertThat(test).isNotEmpty().allMatch(i -> test.contains(i ^ 1));
        }
    }

    /** So those of a set without such pairs are what they were before strands counted. */
    @Test
    void strandsThatAreNoPairsDecideNothing() {
        LabelSet alone = set(Task.CLASSIFICATION, 60, i -> i % 2);
        List<LabelledDocument> documents = alone.documents().stream()
                .map(one -> one.with(new TokenHashes(one.contentHash(), "strands of " + one.id())))
                .toList();
        var strands = new LabelSet(alone.task(), alone.names(), documents, alone.targets());
        FitConfig config = Settings.load(List.of("fit.folds=5")).bind("fit", FitConfig.class);
        assertThat(Folds.of(strands, config).joinsStrands()).isFalse();
        for (int fold = 0; fold < 5; fold++) {
            assertThat(Folds.of(strands, config).division(fold, 0).test())
                    .isEqualTo(Folds.of(alone, config).division(fold, 0).test());
        }
    }

    @Test
    void documentsOfOneGroupStayTogether() {
        Folds folds = folds("fit.folds=5");
        for (int fold = 0; fold < 5; fold++) {
            assertThat(Arrays.stream(folds.division(fold, 0).test())
                            .filter(document -> document % 50 == 7)
                            .count())
                    .isIn(0L, 4L);
        }
    }

    @Test
    void modelsOfAFoldHoldOutDifferentDocuments() {
        Folds folds = folds("fit.folds=5");
        assertThat(folds.division(0, 0).heldOut())
                .doesNotContain(folds.division(0, 1).heldOut());
        assertThat(folds.division(0, 0).test()).isEqualTo(folds.division(0, 1).test());
    }

    @Test
    void theSeedAloneDecides() {
        assertThat(folds("fit.folds=5").division(1, 0).test())
                .isEqualTo(folds("fit.folds=5").division(1, 0).test())
                .isNotEqualTo(folds("fit.folds=5", "fit.seed=2").division(1, 0).test());
    }

    @Test
    void withoutFoldsWhatIsHeldOutMeasures() {
        Division division = folds("fit.folds=0").division(0, 0);
        assertThat(division.test()).isEqualTo(division.heldOut());
        assertThat(division.heldOut().length).isBetween(16, 24);
    }

    /** Of few documents a model may have none to hold out, which matters only if they decide or measure. */
    @Test
    void fewDocumentsAreRefusedWhereSomeMustBeHeldOut() {
        LabelSet four = set(Task.CLASSIFICATION, 4, i -> i % 2);
        Folds folds = Folds.of(four, Settings.load(List.of("fit.folds=0")).bind("fit", FitConfig.class));
        folds.check(false, false);
        for (boolean decide : List.of(true, false)) {
            assertThatThrownBy(() -> folds.check(decide, !decide))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("data.input: found 4 documents, 4 of them after those of equal text or of one group are"
                            + " taken together: too few for fit.validation-fraction=0.1; give more documents");
        }
        Folds two = Folds.of(four, Settings.load(List.of("fit.folds=2")).bind("fit", FitConfig.class));
        two.check(false, true);
        assertThatThrownBy(() -> two.check(true, true)).hasMessageContaining("or ask for fewer folds");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFieldThatHoldsOutNoneOrAllIsNamed(boolean heldOut) {
        List<LabelledDocument> documents = set().documents().stream()
                .map(one -> new LabelledDocument(
                        one.id(), one.contentHash(), one.group(), one.tokens(), false, one.weight(), heldOut))
                .toList();
        var set = new LabelSet(Task.CLASSIFICATION, List.of("a", "b"), documents, set().targets());
        Settings settings = Settings.load(List.of("fit.folds=0", "fit.held-out-field=late"));
        assertThatThrownBy(() ->
                        Folds.of(set, settings.bind("fit", FitConfig.class)).check(true, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fit.held-out-field: found late, which is " + heldOut + " for every document, expected true"
                        + " for those that are held out and false for those that are trained on");
    }
}
