package io.github.hyenaspark.jobs.report;

import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.internal.chartpart.Chart;

/** A plot as HTML that holds its pictures, one for each {@link ChartLook}. */
final class PagePicture {
    private PagePicture() {}

    /** Makes the chart of a look. */
    @FunctionalInterface
    interface Drawing {
        Chart<?, ?> in(ChartLook look);
    }

    /**
     * The plot with its caption.
     *
     * @param legend HTML, may be empty
     */
    static String html(String title, String legend, Drawing drawing) throws IOException {
        var html = new StringBuilder("<figure><figcaption>" + title + "</figcaption>\n" + legend + "<picture>\n");
        for (ChartLook look : ChartLook.values()) {
            String data = Base64.getEncoder().encodeToString(look.png(drawing.in(look)));
            String size = "width=\"" + look.width() + "\" height=\"" + look.height() + "\"";
            html.append(
                    look == ChartLook.WIDE_LIGHT
                            ? "<img alt=\"" + title + "\" " + size + " src=\"data:image/png;base64," + data + "\">\n"
                            : "<source media=\"" + look.media() + "\" " + size + " srcset=\"data:image/png;base64,"
                                    + data + "\">\n");
        }
        return html.append("</picture></figure>\n").toString();
    }

    /**
     * A legend of the series in their order.
     *
     * @param symbols one for each series, again from the first where there are more series
     */
    static String legend(List<String> names, String symbols) {
        var html = new StringBuilder("<ul class=\"legend\">");
        for (int i = 0; i < names.size(); i++) {
            String colour =
                    String.format(Locale.ROOT, "#%06x", ChartLook.series(i).getRGB() & 0xFFFFFF);
            html.append("<li><span style=\"color:" + colour + "\" aria-hidden=\"true\">")
                    .append(symbols.charAt(i % symbols.length()))
                    .append("</span> " + HtmlTable.escaped(names.get(i)) + "</li>");
        }
        return html.append("</ul>\n").toString();
    }
}
