package io.github.hyenaspark.jobs.report;

import java.nio.charset.StandardCharsets;

/** An HTML page of figures and sections. Needs nothing beside itself to be looked at, neither script nor network. */
final class HtmlPage {
    private final StringBuilder html = new StringBuilder();

    private HtmlPage() {}

    /** A page with this title alone, plain text. */
    static HtmlPage of(String title) {
        var page = new HtmlPage();
        page.html
                .append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
                .append("<title>" + HtmlTable.escaped(title) + "</title>\n")
                .append("<style>\n" + PageStyle.CSS + "</style>\n</head>\n<body>\n<main>\n")
                .append("<h1>" + HtmlTable.escaped(title) + "</h1>\n");
        return page;
    }

    /** The figures that follow belong together. */
    HtmlPage beginFigures() {
        html.append("<dl class=\"figures\">\n");
        return this;
    }

    /** A figure; the note may be empty. */
    HtmlPage figure(String name, String value, String note) {
        html.append("<div><dt>" + name + "</dt><dd>" + value + "</dd>")
                .append(note.isEmpty() ? "</div>\n" : "<dd class=\"quiet\">" + note + "</dd></div>\n");
        return this;
    }

    HtmlPage endFigures() {
        html.append("</dl>\n");
        return this;
    }

    /** A section whose content is HTML. */
    HtmlPage section(String title, String content) {
        html.append("<section>\n<h2>" + title + "</h2>\n" + content + "</section>\n");
        return this;
    }

    /** The whole page in UTF-8. */
    byte[] bytes() {
        return (html + "</main>\n</body>\n</html>\n").getBytes(StandardCharsets.UTF_8);
    }
}
