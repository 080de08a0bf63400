package io.github.hyenaspark.jobs.report.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;

/**
 * How a chart of a page is drawn: for a wide or narrow screen, on a light or dark page. A browser tries them in this
 * order; the last one always fits. Pictures are transparent.
 */
public enum ChartTheme {
    NARROW_DARK("(max-width: 600px) and (prefers-color-scheme: dark)", 380, 300, true),
    NARROW_LIGHT("(max-width: 600px)", 380, 300, false),
    WIDE_DARK("(prefers-color-scheme: dark)", 1000, 360, true),
    WIDE_LIGHT("all", 1000, 360, false);

    private static final int DENSITY = 2; // pixels of the picture per pixel of the page, for sharp text
    static final BasicStroke LINE = new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final Color TRANSPARENT = new Color(0, 0, 0, 0);
    private static final List<Color> SERIES = List.of( // mid-tones, visible on light and dark
            new Color(0x4C, 0x9A, 0xD8),
            new Color(0xD9, 0x5F, 0x30),
            new Color(0x3D, 0xA8, 0x7A),
            new Color(0xA5, 0x7B, 0xD1),
            new Color(0xC9, 0x9A, 0x2B),
            new Color(0x8A, 0x93, 0x9E),
            new Color(0xC8, 0x62, 0x9B));

    private final String media;
    private final int width;
    private final int height;
    private final Color text;
    private final Color grid;

    ChartTheme(String media, int width, int height, boolean dark) {
        this.media = media;
        this.width = width;
        this.height = height;
        this.text = dark ? new Color(0xC9, 0xD1, 0xD9) : new Color(0x33, 0x33, 0x33);
        this.grid = dark ? new Color(0x3A, 0x41, 0x4A) : new Color(0xE0, 0xE0, 0xE0);
    }

    String media() {
        return media;
    }

    /** The size in pixels of the page, as HTML attributes. */
    String size() {
        return "width=\"" + width + "\" height=\"" + height + "\"";
    }

    public boolean isNarrow() {
        return width < 600;
    }

    /** About how many characters fit on a line below the plot. */
    public int lineLength() {
        return isNarrow() ? 48 : 130;
    }

    static Color series(int i) {
        return SERIES.get(i % SERIES.size());
    }

    /** A chart of categories, without series or legend. */
    public CategoryChart chart(String xTitle, String yTitle) {
        CategoryChart chart = styled(new CategoryChart(width, height), xTitle, yTitle);
        chart.getStyler().setYAxisMin(0.0).setYAxisDecimalPattern("#,##0.##");
        return chart;
    }

    /** A chart of numbers against numbers, without series or legend. */
    XYChart lines(String xTitle, String yTitle) {
        return styled(new XYChart(width, height), xTitle, yTitle);
    }

    private <C extends Chart<? extends AxesChartStyler, ?>> C styled(C chart, String xTitle, String yTitle) {
        chart.setXAxisTitle(xTitle);
        chart.setYAxisTitle(yTitle);
        AxesChartStyler styler = chart.getStyler();
        style(styler, TRANSPARENT, text, grid, isNarrow() ? 11 : 13);
        styler.setChartTitleVisible(false).setChartPadding(4).setLegendVisible(false);
        styler.setPlotGridVerticalLinesVisible(false)
                .setYAxisTickMarkSpacingHint(44)
                .setMarkerSize(9);
        return chart;
    }

    /** What all charts have in common. */
    static void style(AxesChartStyler styler, Color background, Color text, Color grid, int labelSize) {
        styler.setChartBackgroundColor(background)
                .setChartFontColor(text)
                .setPlotBackgroundColor(background)
                .setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(grid)
                .setPlotGridLinesStroke(new BasicStroke(1f))
                .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, labelSize + 1))
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, labelSize))
                .setAxisTickLabelsColor(text)
                .setAxisTickMarksColor(grid);
        styler.setLocale(Locale.ROOT);
    }

    byte[] png(Chart<?, ?> chart) {
        var image = new BufferedImage(DENSITY * width, DENSITY * height, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = image.createGraphics();
        graphics.scale(DENSITY, DENSITY);
        chart.paint(graphics, width, height);
        graphics.dispose();
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a picture into memory", e);
        }
        return bytes.toByteArray();
    }
}
