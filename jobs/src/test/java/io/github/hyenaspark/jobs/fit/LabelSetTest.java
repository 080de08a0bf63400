package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LabelSetTest {
    private static LabelSet set(List<List<String>> labels, String... settings) {
        List<LabelledDocument> documents = labels.stream()
                .map(label -> new LabelledDocument("", "", "", 1, false, 1, false))
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
    @ValueSource(strings = {"2d", "3F", "0x1p3", " 4", "NaN", "Infinity"})
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
                .hasMessage("fit.label-field: found -1e301 in [label], expected values from -1e300 to 1e300, whose"
                        + " deviation is a finite number; divide them");
    }
}
