package io.github.hyenaspark.jobs.report.html;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HTML page of a title, figures and sections. It loads nothing: style and pictures are inside. */
public final class HtmlPage {
    /** For wide and narrow screens, light or dark as the reader's system is. */
    private static final String CSS = """
        :root { --page: #f4f5f7; --panel: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d9dde2; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0f1216; --panel: #191d23; --text: #d7dce2; --quiet: #929ba6; --line: #333a43; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text); line-height: 1.45;
          font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
        h1 { font-size: 1.5rem; margin: 0 0 16px; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 0 0 12px; }
        p { margin: 0 0 12px; }
        section, .figures > div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
        section { padding: 16px 20px; margin: 0 0 16px; }
        section > :last-child { margin-bottom: 0; }
        .figures { display: grid; gap: 12px; margin: 0 0 16px;
          grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); }
        .figures > div { padding: 12px 16px; }
        dt { color: var(--quiet); font-size: .85rem; }
        dd { margin: 0; font-size: 1.3rem; font-weight: 600; font-variant-numeric: tabular-nums;
          overflow-wrap: anywhere; }
        .quiet, dd.quiet { color: var(--quiet); font-size: .85rem; font-weight: 400; }
        figure { margin: 16px 0; }
        figcaption { color: var(--quiet); font-size: .9rem; margin-bottom: 4px; }
        .legend { display: flex; flex-wrap: wrap; gap: 2px 18px; list-style: none; margin: 0 0 8px; padding: 0;
          font-size: .9rem; }
        img { display: block; width: 100%; height: auto; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 0 6px 24px; border-bottom: 1px solid var(--line); text-align: right;
          white-space: nowrap; vertical-align: top; unicode-bidi: isolate; }
        tbody tr:last-child > * { border-bottom: 0; }
        thead th { color: var(--quiet); font-weight: 500; }
        th:first-child { padding-left: 0; text-align: left; }
        tbody th { font-weight: 400; white-space: normal; min-width: 9em; max-width: 34em; overflow-wrap: anywhere; }
        .facts td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
        .facts th { color: var(--quiet); }
        a { color: inherit; }
        details { margin-top: 8px; }
        pre { margin: 0 0 12px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .92rem; unicode-bidi: isolate; }
        summary { cursor: pointer; margin-bottom: 8px; }
        @media (max-width: 600px) {
          main { padding: 16px 10px 32px; }
          h1 { font-size: 1.25rem; }
          section { padding: 14px; }
          .figures { grid-template-columns: 1fr 1fr; gap: 8px; }
          .figures > div { padding: 10px 12px; }
          dd { font-size: .95rem; }
          th, td { padding-left: 16px; }
        }
        """;

    private final StringBuilder html = new StringBuilder();

    public HtmlPage(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
                .append("<title>" + Table.escaped(title) + "</title>\n")
                .append("<style>\n" + CSS + "</style>\n</head>\n<body>\n<main>\n")
                .append("<h1>" + Table.escaped(title) + "</h1>\n");
    }

    /** A figure at the top of the page, with a note below it that may be empty. */
    public record Figure(String name, String value, String note) {
        private String html() {
            return "<div><dt>" + name + "</dt><dd>" + value + "</dd>"
                    + (note.isEmpty() ? "</div>\n" : "<dd class=\"quiet\">" + note + "</dd></div>\n");
        }
    }

    public HtmlPage figures(List<Figure> figures) {
        html.append("<dl class=\"figures\">\n");
        figures.forEach(figure -> html.append(figure.html()));
        html.append("</dl>\n");
        return this;
    }

    public HtmlPage section(String title, String content) {
        if (!content.isEmpty()) {
            html.append("<section>\n<h2>" + title + "</h2>\n" + content + "</section>\n");
        }
        return this;
    }

    public byte[] bytes() {
        return (html + "</main>\n</body>\n</html>\n").getBytes(StandardCharsets.UTF_8);
    }

    /** An HTML table of plain text, which it escapes. */
    public static final class Table {
        private final List<String> columns;
        private final List<String> rows = new ArrayList<>();

        private Table(List<String> columns) {
            this.columns = columns;
        }

        /** A table whose first column names the row; the others are figures. */
        public static Table of(List<String> columns) {
            return new Table(List.copyOf(columns));
        }

        /** A table of names and their values, without a head. */
        public static Table facts() {
            return new Table(List.of());
        }

        public Table row(String name, String... cells) {
            return row(name, List.of(cells));
        }

        public Table row(String name, List<String> cells) {
            return rowOf(escaped(name), cells);
        }

        /** A row whose name leads to another page. */
        public Table row(String name, URI page, List<String> cells) {
            return rowOf("<a href=\"" + escaped(page.toString()) + "\">" + escaped(name) + "</a>", cells);
        }

        private Table rowOf(String name, List<String> cells) {
            var row = new StringBuilder("<tr><th scope=\"row\">" + name + "</th>");
            cells.forEach(text -> row.append(cell("td", "td", text)));
            rows.add(row.append("</tr>\n").toString());
            return this;
        }

        /** The table in a box that scrolls sideways; the word None if it has no rows. */
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

        /** Text as HTML, also in attributes. Control characters, which HTML forbids, become U+FFFD. */
        public static String escaped(String text) {
            return text.replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("\"", "&quot;")
                    .replace("'", "&#39;")
                    .replaceAll("[\\x00-\\x08\\x0B-\\x1F\\x7F-\\x9F]", "\uFFFD");
        }

        private static String cell(String open, String close, String text) {
            return "<" + open + ">" + escaped(text) + "</" + close + ">";
        }
    }
}
