package io.github.hyenaspark.jobs.report.html;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An HTML page of a title, figures and sections, in the {@link PageStyle}. Needs nothing beside itself to be looked at.
 */
public final class HtmlPage {
    private final StringBuilder html = new StringBuilder();

    /** A page with a title, of plain text. */
    public HtmlPage(String title) {
        html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
                .append("<title>" + HtmlTable.escaped(title) + "</title>\n")
                .append("<style>\n" + PageStyle.CSS + "</style>\n</head>\n<body>\n<main>\n")
                .append("<h1>" + HtmlTable.escaped(title) + "</h1>\n");
    }

    /**
     * A figure to be seen first.
     *
     * @param note below it, may be empty
     */
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

    /**
     * Adds a section.
     *
     * @param content HTML; a section without any is left out
     */
    public HtmlPage section(String title, String content) {
        if (!content.isEmpty()) {
            html.append("<section>\n<h2>" + title + "</h2>\n" + content + "</section>\n");
        }
        return this;
    }

    /** The page in UTF-8. */
    public byte[] bytes() {
        return (html + "</main>\n</body>\n</html>\n").getBytes(StandardCharsets.UTF_8);
    }
}
