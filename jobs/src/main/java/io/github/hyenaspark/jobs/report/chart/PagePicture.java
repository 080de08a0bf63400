package io.github.hyenaspark.jobs.report.chart;

import io.github.hyenaspark.jobs.report.html.HtmlPage;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot as HTML with embedded pictures, one for each {@link Theme}. */
public final class PagePicture {
    private static final List<Marker> MARKERS =
            List.of(SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP);
    private static final String MARKERS_AS_TEXT = "●■◆▲";

    private PagePicture() {}

    /** A chart of one theme; several are drawn at once. */
    @FunctionalInterface
    public interface Drawing {
        Chart<?, ?> in(Theme theme);
    }

    /** The plot with its caption and a legend, which is HTML and may be empty. */
    public static String html(String title, String legend, Drawing drawing) {
        String pictures = Arrays.stream(Theme.values())
                .parallel()
                .map(theme -> picture(title, theme, theme.png(drawing.in(theme))))
                .collect(Collectors.joining());
        return "<figure><figcaption>" + title + "</figcaption>\n" + legend + "<picture>\n" + pictures
                + "</picture></figure>\n";
    }

    private static String picture(String title, Theme theme, byte[] png) {
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
        return theme == Theme.WIDE_LIGHT
                ? "<img alt=\"" + title + "\" " + theme.size() + " src=\"" + data + "\">\n"
                : "<source media=\"" + theme.media() + "\" " + theme.size() + " srcset=\"" + data + "\">\n";
    }

    /** A legend of the series in their order; {@code symbols} repeat if there are more series. */
    public static String legend(List<String> names, String symbols) {
        return legend(IntStream.range(0, names.size())
                .mapToObj(i -> new Key(i, symbols.charAt(i % symbols.length()), names.get(i)))
                .toList());
    }

    /** An entry of a legend, in the colour of series {@code number}. */
    record Key(int number, char symbol, String text) {}

    static String legend(List<Key> keys) {
        var html = new StringBuilder("<ul class=\"legend\">");
        for (Key key : keys) {
            String colour = String.format(
                    Locale.ROOT, "#%06x", Theme.series(key.number()).getRGB() & 0xFFFFFF);
            html.append("<li><span style=\"color:" + colour + "\" aria-hidden=\"true\">")
                    .append(key.symbol())
                    .append("</span> " + HtmlPage.Table.escaped(key.text()) + "</li>");
        }
        return html.append("</ul>\n").toString();
    }

    public static void lines(CategoryChart chart) {
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Line);
        chart.getStyler().setOverlapped(true); // else lines are shifted against the labels
    }

    /** Adds a line with a marker at each value; null is a gap. */
    public static void line(
            CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = add(chart, number, labels, values);
        series.setLineStyle(Theme.LINE);
        series.setMarker(MARKERS.get(number % MARKERS.size()));
    }

    public static String lineLegend(List<String> names) {
        return legend(names, MARKERS_AS_TEXT);
    }

    /** Adds bars. Series are named by their number, because the legend is in the page. */
    public static CategorySeries add(
            CategoryChart chart, int number, List<String> labels, List<? extends @Nullable Number> values) {
        CategorySeries series = chart.addSeries(Integer.toString(number), labels, values);
        Color colour = Theme.series(number);
        series.setFillColor(colour);
        series.setLineColor(colour);
        series.setMarkerColor(colour);
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }

    /**
     * How a chart of a page is drawn: for a wide or narrow screen, on a light or dark page. A browser tries them in
     * this order; the last one always fits. Pictures are transparent.
     */
    public enum Theme {
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

        Theme(String media, int width, int height, boolean dark) {
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
}
