package io.github.hyenaspark.jobs.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class LossChartTest {
    private static final int TRAIN = 0x4C9AD8;
    private static final int HELD_OUT = 0xD95F30;

    private static final List<LossHistory.LossPoint> FALLING = IntStream.rangeClosed(1, 50)
            .mapToObj(i -> new LossHistory.LossPoint(i * 40_000.0, 1 + 4.5 / i))
            .toList();

    private static List<LossHistory.LossPoint> higher(List<LossHistory.LossPoint> points) {
        return points.stream()
                .map(p -> new LossHistory.LossPoint(p.tokens(), p.loss() + 0.3))
                .toList();
    }

    private static BufferedImage draw(List<LossHistory.LossPoint> train, List<LossHistory.LossPoint> heldOut)
            throws IOException {
        byte[] png = LossChart.png("a run", train, heldOut);
        return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(png)));
    }

    private static long pixels(BufferedImage image, int colour) {
        int[] all = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return IntStream.of(all).filter(rgb -> (rgb & 0xFFFFFF) == colour).count();
    }

    @Test
    void bothCurvesAreDrawn() throws IOException {
        BufferedImage image = draw(FALLING, higher(FALLING.subList(10, 50)));
        assertThat(image.getWidth()).isEqualTo(1200);
        assertThat(image.getHeight()).isEqualTo(720);
        assertThat(pixels(image, TRAIN)).isGreaterThan(1000);
        assertThat(pixels(image, HELD_OUT)).isGreaterThan(1000);
    }

    @Test
    void aCurveWithoutPointsIsLeftOut() throws IOException {
        assertThat(pixels(draw(FALLING, List.of()), HELD_OUT)).isZero();
    }

    @Test
    void aSinglePointIsSeen() throws IOException {
        assertThat(pixels(draw(List.of(new LossHistory.LossPoint(1000, 5.5)), List.of()), TRAIN))
                .isGreaterThan(20);
    }

    @Test
    void aLossThatIsNotFiniteIsLeftOut() throws IOException {
        List<LossHistory.LossPoint> broken = List.of(
                new LossHistory.LossPoint(1, Double.NaN), new LossHistory.LossPoint(2, Double.POSITIVE_INFINITY));
        assertThat(pixels(draw(broken, FALLING), TRAIN)).isZero();
    }

    @Test
    void noPointsAtAllIsRefused() {
        assertThatThrownBy(() -> LossChart.png("a run", List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a loss chart needs at least one point, found none");
    }

    @Test
    void theTokenAxisHasTheLargestUnitThatFits() {
        assertThat(List.of(1.0, 999.0, 1000.0, 2_500_000.0, 3e9))
                .extracting(tokens -> LineChart.AxisUnit.ofTokens(tokens).title())
                .containsExactly("tokens", "tokens", "thousand tokens", "million tokens", "billion tokens");
        assertThat(LineChart.AxisUnit.ofTokens(2_500_000).scaled(List.of(new LossHistory.LossPoint(2_500_000, 3))))
                .containsExactly(new LossHistory.LossPoint(2.5, 3));
    }

    @Test
    void theTimeAxisHasTheLargestUnitThatIsThereTwice() {
        assertThat(List.of(0.0, 119.0, 120.0, 7199.0, 7200.0))
                .extracting(seconds -> LineChart.AxisUnit.ofSeconds(seconds).title())
                .containsExactly(
                        "seconds in rounds",
                        "seconds in rounds",
                        "minutes in rounds",
                        "minutes in rounds",
                        "hours in rounds");
    }
}
