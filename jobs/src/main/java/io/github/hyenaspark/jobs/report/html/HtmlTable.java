package io.github.hyenaspark.jobs.report.html;

import java.util.ArrayList;
import java.util.List;

/** A table of an HTML page. Takes plain text and escapes it. */
public final class HtmlTable {
    private final List<String> columns;
    private final List<String> rows = new ArrayList<>();

    private HtmlTable(List<String> columns) {
        this.columns = columns;
    }

    /** A table whose first column names the row and whose others are figures. */
    public static HtmlTable of(List<String> columns) {
        return new HtmlTable(List.copyOf(columns));
    }

    /** A table of names and their values, without a head. */
    public static HtmlTable facts() {
        return new HtmlTable(List.of());
    }

    public HtmlTable row(String name, String... cells) {
        return row(name, List.of(cells));
    }

    public HtmlTable row(String name, List<String> cells) {
        var row = new StringBuilder("<tr>").append(cell("th scope=\"row\"", "th", name));
        cells.forEach(text -> row.append(cell("td", "td", text)));
        rows.add(row.append("</tr>\n").toString());
        return this;
    }

    /** The table in a box in which it scrolls sideways; the word None in place of a table without rows. */
    public String html() {
        if (rows.isEmpty()) {
            return "<p class=\"quiet\">None.</p>\n";
        }
        var head = new StringBuilder();
        columns.forEach(name -> head.append(cell("th scope=\"col\"", "th", name)));
        return "<div class=\"scroll\" tabindex=\"0\"><table"
                + (columns.isEmpty() ? " class=\"facts\">\n" : ">\n<thead><tr>" + head + "</tr></thead>\n")
                + "<tbody>\n" + String.join("", rows) + "</tbody>\n</table></div>\n";
    }

    /**
     * Text as HTML, inside and outside of attributes. Control characters, which HTML forbids, become the replacement
     * character.
     */
    public static String escaped(String text) {
        var html = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? '\uFFFD' : c);
            }
        }
        return html.toString();
    }

    private static String cell(String open, String close, String text) {
        return "<" + open + ">" + escaped(text) + "</" + close + ">";
    }
}
