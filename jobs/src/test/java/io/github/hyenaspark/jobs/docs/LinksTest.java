package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links in the documentation lead somewhere, and a reader of the README finds every page. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} (.+)");
    private static final int README_LINES = 200;

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(Pages.all());
        pages.add(Pages.root().resolve("core/src/test/resources/golden/README.md"));
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyRelativeLinkAndAnchorResolves(Path page) throws IOException {
        List<String> broken = new ArrayList<>();
        for (String link : links(page)) {
            String file = link.replaceFirst("#.*", "");
            Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
            if (!Files.exists(target)) {
                broken.add(link + ": there is no " + target);
            } else if (link.contains("#") && !anchors(target).contains(link.substring(link.indexOf('#') + 1))) {
                broken.add(link + ": no such heading, only " + anchors(target));
            }
        }
        assertThat(broken).as("broken links of " + page).isEmpty();
    }

    @Test
    void theReadmeLinksToEveryPage() throws IOException {
        Path readme = Pages.root().resolve("README.md");
        Set<Path> linked = new HashSet<>(Set.of(readme));
        links(readme)
                .forEach(link -> linked.add(
                        readme.resolveSibling(link.replaceFirst("#.*", "")).normalize()));
        assertThat(linked).containsAll(Pages.all());
    }

    @Test
    void everyPictureInDocsIsShownOnAPage() throws IOException {
        Set<Path> shown = new HashSet<>();
        for (Path page : Pages.all()) {
            links(page).forEach(link -> shown.add(page.resolveSibling(link).normalize()));
        }
        try (Stream<Path> files = Files.list(Pages.root().resolve("docs"))) {
            assertThat(files.filter(file -> !file.toString().endsWith(".md")))
                    .allSatisfy(picture -> assertThat(shown).contains(picture));
        }
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readAllLines(Pages.root().resolve("README.md")))
                .as("lines of README.md; move what is longer to a page in docs")
                .hasSizeLessThanOrEqualTo(README_LINES);
    }

    /** Links within the repository. */
    private static List<String> links(Path page) throws IOException {
        return LINK.matcher(String.join("\n", Pages.prose(page)))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.startsWith("https://"))
                .toList();
    }

    /** The anchors of a page's headings, as GitHub makes them. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        for (String line : Pages.prose(page)) {
            HEADING.matcher(line)
                    .results()
                    .map(MatchResult::group)
                    .map(heading -> heading.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                    .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                    .forEach(anchors::add);
        }
        return anchors;
    }
}
