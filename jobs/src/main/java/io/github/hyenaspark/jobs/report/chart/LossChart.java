package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.journal.LossHistory;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The loss curve as a picture: training and held-out loss against tokens. Needs no display. */
public final class LossChart {
    private static final int WIDTH = 1200; // pixels
    private static final int HEIGHT = 720;
    private static final int MARKED_POINTS = 50; // more would merge into a thick line
    private static final Color TRAIN = new Color(0x4C, 0x9A, 0xD8);
    private static final Color HELD_OUT = new Color(0xD9, 0x5F, 0x30);
    private static final Color GRID = new Color(0xE6, 0xE6, 0xE6);
    private static final Color TEXT = new Color(0x33, 0x33, 0x33);

    private LossChart() {}

    /**
     * Draws the curves as a PNG of 1200×720 pixels. A list may be empty; its curve is left out.
     *
     * @throws IllegalArgumentException if there is no point at all
     */
    public static byte[] png(String title, List<LossHistory.LossPoint> train, List<LossHistory.LossPoint> heldOut)
            throws IOException {
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
        add(chart, "training", unit.scaled(train), TRAIN);
        add(chart, "held out", unit.scaled(heldOut), HELD_OUT);
        return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
    }

    private static void add(XYChart chart, String name, List<LossHistory.LossPoint> points, Color colour) {
        List<LossHistory.LossPoint> finite =
                points.stream().filter(p -> Double.isFinite(p.loss())).toList();
        if (finite.isEmpty()) {
            return;
        }
        double[] tokens =
                finite.stream().mapToDouble(LossHistory.LossPoint::tokens).toArray();
        double[] losses =
                finite.stream().mapToDouble(LossHistory.LossPoint::loss).toArray();
        XYSeries series = chart.addSeries(
                String.format(Locale.ROOT, "%s (last %.3f)", name, losses[losses.length - 1]), tokens, losses);
        series.setLineColor(colour);
        series.setMarkerColor(colour);
        series.setMarker(finite.size() <= MARKED_POINTS ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
        series.setLineStyle(new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    }

    private static double last(List<LossHistory.LossPoint> points) {
        return points.isEmpty() ? 0 : points.get(points.size() - 1).tokens();
    }

    private static void style(XYStyler styler) {
        styler.setChartBackgroundColor(Color.WHITE)
                .setChartPadding(24)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 20))
                .setChartTitleBoxVisible(false)
                .setChartFontColor(TEXT)
                .setLegendPosition(LegendPosition.InsideNE)
                .setLegendLayout(LegendLayout.Vertical)
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16))
                .setLegendBorderColor(GRID)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1f))
                .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16))
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
                .setAxisTickLabelsColor(TEXT)
                .setAxisTickMarksColor(GRID)
                .setXAxisMin(0.0)
                .setYAxisTickMarkSpacingHint(60)
                .setMarkerSize(7);
        styler.setLocale(Locale.ROOT);
        styler.setXAxisDecimalPattern("0.##").setYAxisDecimalPattern("0.00");
    }
}
