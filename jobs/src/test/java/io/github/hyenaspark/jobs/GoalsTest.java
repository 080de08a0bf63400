package io.github.hyenaspark.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Every goal of the data pipelines that a test can prove has one: a test says in a tag, {@code goal-} and the number,
 * which goal it belongs to. {@code mvn verify -Dgroups=goal-9} runs those of one goal.
 */
class GoalsTest {
    private static final int FIRST = 3;
    private static final int LAST = 18;

    @Test
    void everyGoalHasATest() throws IOException {
        Map<Integer, SortedSet<String>> tests = TaggedTests.byNumber("goal");
        assertThat(tests.keySet())
                .as("goals with a test: %s", tests)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(FIRST, LAST).boxed().toList());
    }
}
