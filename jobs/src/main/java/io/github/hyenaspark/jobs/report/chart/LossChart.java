package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.journal.Journal.LossHistory.LossPoint;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/** The loss curve as a picture file: training and held-out loss against tokens. Needs no display. */
public final class LossChart {
    private static final int WIDTH = 1200; // pixels
    private static final int HEIGHT = 720;
    private static final int FONT_SIZE = 14;
    private static final Color GRID = new Color(0xE6, 0xE6, 0xE6);

    private LossChart() {}

    /** Draws the curves as a PNG of 1200×720 pixels. An empty list gives no curve; refuses to draw no point at all. */
    public static byte[] png(String title, List<LossPoint> train, List<LossPoint> heldOut) throws IOException {
        if (train.isEmpty() && heldOut.isEmpty()) {
            throw new IllegalArgumentException("a loss chart needs at least one point, found none");
        }
        LineChart.AxisUnit unit = LineChart.AxisUnit.ofTokens(Math.max(last(train), last(heldOut)));
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(unit.title())
                .yAxisTitle("loss, nats per token")
                .build();
        style(chart.getStyler());
        add(chart, "training", unit.scaled(train), 0);
        add(chart, "held out", unit.scaled(heldOut), 1);
        return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
    }

    private static void add(XYChart chart, String name, List<LossPoint> points, int number) {
        List<LossPoint> finite =
                points.stream().filter(p -> Double.isFinite(p.loss())).toList();
        if (!finite.isEmpty()) {
            double last = finite.get(finite.size() - 1).loss();
            LineChart.add(
                    chart,
                    String.format(Locale.ROOT, "%s (last %.3f)", name, last),
                    number,
                    finite.stream().mapToDouble(LossPoint::tokens).toArray(),
                    finite.stream().mapToDouble(LossPoint::loss).toArray());
        }
    }

    private static double last(List<LossPoint> points) {
        return points.isEmpty() ? 0 : points.get(points.size() - 1).tokens();
    }

    private static void style(XYStyler styler) {
        PagePicture.Theme.style(styler, Color.WHITE, new Color(0x33, 0x33, 0x33), GRID, FONT_SIZE);
        styler.setChartPadding(24)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20))
                .setChartTitleBoxVisible(false)
                .setLegendPosition(LegendPosition.InsideNE)
                .setLegendLayout(LegendLayout.Vertical)
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16))
                .setLegendBorderColor(GRID);
        styler.setXAxisMin(0.0).setYAxisTickMarkSpacingHint(60).setMarkerSize(7);
        styler.setXAxisDecimalPattern("0.##").setYAxisDecimalPattern("0.00");
    }
}
