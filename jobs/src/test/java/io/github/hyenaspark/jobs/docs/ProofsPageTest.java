package io.github.hyenaspark.jobs.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.Lane;
import io.github.hyenaspark.jobs.testing.TestSources;
import io.github.hyenaspark.jobs.testing.TestSources.TestMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code docs/proofs.md} lists every goal of data preparation and every fault that training survives; a test names in a
 * tag, {@code goal-} or {@code fault-} and the number, what it proves. The page's last column is what the tags say.
 */
class ProofsPageTest {
    private static final Path PAGE = Pages.root().resolve("docs/proofs.md");
    private static final Pattern ROW = Pattern.compile("\\| (goal|fault)-(\\d+) \\| ([^|]+) \\|[^|]*\\|");

    @Test
    void thePageIsInStepWithTheTags() throws Exception {
        List<Lane> lanes = Lane.all();
        List<TestMethod> tests = TestSources.all();
        List<String> expected = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            expected.add(
                    row.matches()
                            ? "| %s-%s | %s | %s |"
                                    .formatted(
                                            row.group(1),
                                            row.group(2),
                                            row.group(3).strip(),
                                            proofs(row.group(1) + "-" + row.group(2), tests, lanes))
                            : line);
        }
        if (Boolean.getBoolean("hyena.docs.write")) {
            Files.write(PAGE, expected);
        }
        assertThat(Files.readAllLines(PAGE))
                .as("docs/proofs.md is not what the tests' tags say; write it again with: mvn -q -pl jobs -am test"
                        + " -Dtest=ProofsPageTest -Dsurefire.failIfNoSpecifiedTests=false -Dhyena.docs.write=true")
                .isEqualTo(expected);
    }

    /** The first two goals are about speed and are measured by benchmarks. */
    @ParameterizedTest
    @CsvSource({"goal, 3, 18", "fault, 1, 24"})
    void everyNumberIsOnThePageAndHasATest(String kind, int first, int last) throws Exception {
        List<Integer> numbers = IntStream.rangeClosed(first, last).boxed().toList();
        assertThat(Files.readAllLines(PAGE).stream()
                        .map(ROW::matcher)
                        .filter(row -> row.matches() && row.group(1).equals(kind))
                        .map(row -> Integer.valueOf(row.group(2))))
                .containsExactlyElementsOf(numbers);
        assertThat(TestSources.all().stream()
                        .flatMap(test -> test.tags().stream())
                        .filter(tag -> tag.startsWith(kind + "-"))
                        .map(tag -> Integer.valueOf(tag.substring(kind.length() + 1)))
                        .distinct()
                        .sorted())
                .containsExactlyElementsOf(numbers);
    }

    /** By lane; the methods of a class one after the other. */
    private static String proofs(String tag, List<TestMethod> tests, List<Lane> lanes) {
        Map<String, Map<String, List<String>>> byLane = new TreeMap<>();
        for (TestMethod test : tests) {
            if (test.tags().contains(tag)) {
                byLane.computeIfAbsent(Lane.of(test.tags(), lanes), lane -> new TreeMap<>())
                        .computeIfAbsent(test.className(), name -> new ArrayList<>())
                        .add("." + test.name());
            }
        }
        return lanes.stream()
                .map(Lane::profile)
                .filter(byLane::containsKey)
                .map(lane -> "**" + lane + "** "
                        + byLane.getOrDefault(lane, Map.of()).entrySet().stream()
                                .map(found -> found.getValue().stream()
                                        .map(method -> "`" + found.getKey() + method + "`")
                                        .collect(Collectors.joining(", ")))
                                .collect(Collectors.joining(", ")))
                .collect(Collectors.joining("<br>"));
    }
}
