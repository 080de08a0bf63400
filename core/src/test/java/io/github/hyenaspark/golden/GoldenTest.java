package io.github.hyenaspark.golden;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One test per golden file in the folder named by the system property {@code hyena.golden}. */
class GoldenTest {
    @TestFactory
    Stream<DynamicTest> everyFileIsReproduced() throws IOException {
        return GoldenFile.all().stream().map(file -> dynamicTest(file.name(), () -> check(file)));
    }

    private static void check(GoldenFile file) throws IOException {
        switch (file.kind()) {
            case "operator", "mixer" -> {
                GoldenOperator golden = new GoldenOperator(file);
                golden.checkDouble();
                golden.checkFloat();
            }
            case "language_model" -> {
                GoldenLanguageModel golden = new GoldenLanguageModel(file);
                golden.checkDouble();
                golden.checkFloat();
                golden.checkSafariTensors();
            }
            default -> throw new IllegalStateException(file.name() + ": unknown kind " + file.kind());
        }
    }
}
