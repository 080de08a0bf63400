package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelSetTest {
    private static LabelSet set(List<List<String>> labels, String... settings) {
        List<LabelledDocument> documents = IntStream.range(0, labels.size())
                .mapToObj(i -> new LabelledDocument("d" + i, "", "", 1, false, 1, false))
                .toList();
        return LabelSet.of(documents, labels, Settings.load(List.of(settings)).bind("fit", FitConfig.class));
    }

    @Test
    void whatTheLabelsAreFollowsFromThem() {
        LabelSet classes = set(List.of(List.of("10"), List.of("9"), List.of("10")));
        assertThat(classes.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(classes.names()).containsExactly("9", "10");
        assertThat(classes.flatTargets()).containsExactly(1, 0, 1);

        LabelSet values = set(List.of(List.of("0.5"), List.of("2"), List.of("-1e3")));
        assertThat(values.task()).isEqualTo(Task.REGRESSION);
        assertThat(values.flatTargets()).containsExactly(0.5, 2, -1000);

        LabelSet tags = set(List.of(List.of("0", "1"), List.of("0", "0")), "fit.label-field=[a,b]");
        assertThat(tags.task()).isEqualTo(Task.TAGGING);
        assertThat(tags.flatTargets()).containsExactly(0, 1, 0, 0);

        LabelSet ratings = set(List.of(List.of("0", "1"), List.of("5", "4")), "fit.label-field=[a,b]");
        assertThat(ratings.task()).isEqualTo(Task.REGRESSION);
    }

    @Test
    void aLabelThatIsNoNumberIsToldWithItsDocument() {
        List<List<String>> labels = List.of(List.of("1", "0.5"), List.of("2", "NaN"));
        assertThatThrownBy(() -> set(labels, "fit.label-field=[a,b]", "fit.task=regression"))
                .hasMessage("fit.label-field: found \"NaN\" in b of the document d1, expected a number");
    }

    @Test
    void onlyClassesCanBeBalanced() {
        String balanced = "fit.class-weights=balanced";
        assertThatThrownBy(() -> set(List.of(List.of("0.5"), List.of("2"), List.of("-1e3")), balanced))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("fit.class-weights: found balanced, expected none, since values are no classes");
        assertThatThrownBy(() -> set(List.of(List.of("0", "1"), List.of("0", "0")), "fit.label-field=[a,b]", balanced))
                .hasMessageContaining("tags are no classes");
    }

    @Test
    void moreThanTwentyWholeNumbersAreValues() {
        assertThat(set(labels(200, i -> String.valueOf(i % 20))).task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(set(labels(200, i -> String.valueOf(i % 21))).task()).isEqualTo(Task.REGRESSION);
        assertThat(set(labels(200, i -> String.valueOf(i % 21)), "fit.task=classification")
                        .outputs())
                .isEqualTo(21);
    }

    @Test
    void wholeNumbersOfAFloatingColumnAreClasses() {
        LabelSet classes = set(List.of(List.of("10.0"), List.of("9.0"), List.of("1.0E1"), List.of("9.0")));
        assertThat(classes.task()).as("1.0E1 is not written as a whole number").isEqualTo(Task.REGRESSION);
        classes = set(List.of(List.of("10.0"), List.of("9.0"), List.of("10")));
        assertThat(classes.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(classes.names()).containsExactly("9", "10");
        assertThat(classes.flatTargets()).containsExactly(1, 0, 1);
        classes = set(List.of(List.of("10.0"), List.of("9.0")), "fit.task=classification");
        assertThat(classes.names()).as("texts stay as they are").containsExactly("9.0", "10.0");
    }

    /** Which Java's own reader of numbers takes for some. */
    @ParameterizedTest
    @ValueSource(strings = {"2d", "3F", "0x1p3", " 4"})
    void otherTextsAreClasses(String text) {
        assertThat(set(List.of(List.of(text), List.of("1"))).task()).isEqualTo(Task.CLASSIFICATION);
        assertThatThrownBy(() -> set(List.of(List.of(text), List.of("1")), "fit.task=regression"))
                .hasMessageContaining("expected a number");
    }

    @Test
    void labelsThatAreAllTheSameAreRefused() {
        assertThatThrownBy(() -> set(List.of(List.of("a"), List.of("a"))))
                .hasMessage(
                        "fit.label-field: found [a] as the only label of 2 documents, expected at least two classes");
        assertThatThrownBy(() ->
                        set(List.of(List.of("1.5", "3.5"), List.of("2.5", "3.5")), "fit.label-field=[first,second]"))
                .hasMessage("fit.label-field: found 3.5 as the only value of second in 2 documents, "
                        + "expected at least two values");
    }

    @Test
    void valuesWhoseDeviationMayNotBeFiniteAreRefused() {
        assertThat(set(List.of(List.of("-1e300"), List.of("1e300"))).flatTargets())
                .containsExactly(-1e300, 1e300);
        assertThatThrownBy(() -> set(List.of(List.of("1.5"), List.of("-1e301"))))
                .hasMessage(
                        "fit.label-field: found -1e301 in label of the document d1, expected values from -1e300 to 1e300, whose"
                                + " deviation is a finite number; divide them");
    }

    private static List<List<String>> labels(int count, IntFunction<String> label) {
        return IntStream.range(0, count).mapToObj(i -> List.of(label.apply(i))).toList();
    }

    @Test
    void oneTextAmongNumbersIsNotTakenForAClass() {
        assertThatThrownBy(() -> set(labels(5, i -> i == 3 ? "NA" : i + ".5")))
                .hasMessage("fit.label-field: found \"NA\" of the document d3 among 4 different numbers, expected a"
                        + " number, as most labels are; correct it or leave the document out; or set"
                        + " fit.task=classification if these are the names of classes");
        assertThatThrownBy(() -> set(labels(20_000, i -> i == 3 ? "NaN" : i / 7 + ".5")))
                .hasMessageContaining("found \"NaN\" of the document d3 among 2858 different numbers");
        assertThat(set(labels(5, i -> i == 3 ? "NA" : i + ".5"), "fit.task=classification")
                        .outputs())
                .isEqualTo(5);
        assertThat(set(labels(200, i -> i % 25 == 24 ? "X" : String.valueOf(i % 25)))
                        .names())
                .as("chromosomes")
                .hasSize(25);
    }

    /** As pandas, R, SQL and Java write it. */
    @ParameterizedTest
    @ValueSource(strings = {"NaN", "nan", "Infinity", "-inf", "", "NA", "n/a", "NULL", "None"})
    void aMissingNumberIsNoClass(String text) {
        assertThatThrownBy(() -> set(labels(9, i -> i == 3 ? text : i % 2 + ".0")))
                .hasMessage("fit.label-field: found \"" + text + "\" of the document d3 among 2 different numbers,"
                        + " expected a number, as most labels are; correct it or leave the document out; or set"
                        + " fit.task=classification if these are the names of classes");
        assertThat(set(labels(9, i -> i == 3 ? text : i % 2 + ".0"), "fit.task=classification")
                        .outputs())
                .isEqualTo(3);
        assertThat(set(labels(9, i -> i == 3 ? text : "kind " + i % 2)).outputs())
                .as("a name among names")
                .isEqualTo(3);
    }

    @Test
    void labelsThatAreEachDocumentsOwnAreNoClasses() {
        assertThatThrownBy(() -> set(labels(1000, i -> i == 3 ? "X" : String.valueOf(i % 900))))
                .hasMessage("fit.label-field: found 901 different labels of 1000 documents, most of them numbers but"
                        + " not \"X\" of the document d3, expected numbers, or several documents of a class; choose"
                        + " another field or correct the labels; or set fit.task=classification if these are the"
                        + " names of classes");
        assertThatThrownBy(() -> set(labels(100, i -> "name " + i % 51)))
                .hasMessageContaining("found 51 different labels of 100 documents, expected numbers, or");
        assertThat(set(labels(100, i -> "name " + i % 50)).outputs()).isEqualTo(50);
        assertThat(set(labels(99, i -> "name " + i)).outputs()).isEqualTo(99);
    }

    @Test
    void manyClassesAreNumberedAtOnce() {
        LabelSet set = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> set(labels(400_000, i -> "name " + i / 2), "fit.task=classification"));
        assertThat(set.outputs()).isEqualTo(200_000);
        assertThat(set.names().get((int) set.targets()[12345][0])).isEqualTo("name 6172");
    }
}
