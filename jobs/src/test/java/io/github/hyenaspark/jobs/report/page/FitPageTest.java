package io.github.hyenaspark.jobs.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.jobs.report.chart.LineChart.Curve;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FitPageTest {
    /** Of so many classes, with a document of each; the first {@code wrong} are taken for the last. */
    private static String page(int classes, int wrong) throws IOException {
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        double[][] predicted = new double[classes][classes];
        double[][] targets = new double[classes][];
        int[] likeliest = new int[classes];
        for (int i = 0; i < classes; i++) {
            targets[i] = new double[] {i};
            likeliest[i] = i < wrong ? classes - 1 : i;
            predicted[i][likeliest[i]] = 1;
        }
        List<Curve> curves = List.of(new Curve("model-1", List.of(new double[] {1, 2}, new double[] {2, 1})));
        var predictions = new FitPage.Predictions(names, predicted, targets, likeliest, curves);
        return new String(
                FitPage.html(Json.object().put("task", "classification"), predictions), StandardCharsets.UTF_8);
    }

    @Test
    void fewClassesAreASquare() throws IOException {
        assertThat(page(3, 1))
                .contains("<tr><th scope=\"row\">class 0</th><td>0</td><td>0</td><td>1</td>")
                .contains("<tr><th scope=\"row\">class 1</th><td>0</td><td>1</td><td>0</td>");
    }

    @Test
    void ofManyClassesTheMistakesAreShown() throws IOException {
        String page = page(2000, 50);
        assertThat(page)
                .contains("Most frequent mistakes")
                .contains("<tr><th scope=\"row\">class 0</th><td>class 1999</td><td>1</td>")
                .contains("<th scope=\"row\">class 39</th>")
                .doesNotContain("class 40<");
        assertThat(page.replaceAll("base64,[^\"]*", "").length()).isLessThan(20_000);
    }
}
