package io.github.hyenaspark.jobs.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.TestSources.TestMethod;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Every test runs in one lane: {@code mvn verify}, or one of the profiles that run a lane only. */
class LanesTest {
    private static final String PROOF = "(goal|fault)-[1-9]\\d*";

    @Test
    void everyTestRunsInOneLane() throws Exception {
        List<Lane> lanes = Lane.all();
        List<TestMethod> tests = TestSources.all();
        assertThat(tests).hasSizeGreaterThan(1000);
        Set<String> used = new TreeSet<>();
        for (TestMethod test : tests) {
            List<String> found = lanes.stream()
                    .filter(lane -> lane.runs(test.tags()))
                    .map(Lane::profile)
                    .toList();
            assertThat(found)
                    .as("lanes of %s, whose tags are %s", test, test.tags())
                    .hasSize(1);
            used.addAll(found);
        }
        assertThat(used)
                .as("lanes with tests")
                .containsExactlyInAnyOrderElementsOf(
                        lanes.stream().map(Lane::profile).toList());
    }

    @Test
    void everyTagIsALaneOrAProof() throws Exception {
        Set<String> lanes = new TreeSet<>();
        Lane.all().forEach(lane -> lanes.addAll(lane.included()));
        assertThat(lanes).contains("process", "endurance");
        for (TestMethod test : TestSources.all()) {
            assertThat(test.tags()).as("tags of %s", test).allMatch(tag -> lanes.contains(tag) || tag.matches(PROOF));
        }
    }

    /** Surefire and Failsafe find classes by their names. */
    @Test
    void everyTestIsFound() throws Exception {
        assertThat(TestSources.all())
                .filteredOn(TestMethod::isRun)
                .allMatch(test -> test.className().matches("\\w+(Test|IT)"));
    }

    @Test
    void tagsOfClassAndMethodCount() {
        List<TestMethod> tests = TestSources.of("""
                import org.junit.jupiter.api.Tag;

                /** Says something. */
                @Tag("process")
                class SomeIT {
                    private int field;

                    @ParameterizedTest
                    @ValueSource(
                            strings = {
                                "a",
                                "b"
                            })
                    @Tag("fault-3")
                    void one(String text) throws Exception {}

                    void none() {}

                    /** Says more. */
                    @Test
                    void two() {
                        none();

                        none();
                    }
                }
                """);
        assertThat(tests)
                .containsExactly(
                        new TestMethod("SomeIT", "one", Set.of("fault-3", "process"), true),
                        new TestMethod("SomeIT", "two", Set.of("process"), true));
    }
}
