package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Refusal;
import java.io.Serializable;
import java.util.Arrays;
import scala.Function1;

/** What the parameter {@code thresholds} may be. */
final class Thresholds {
    /** Whether none is negative and at most one is 0, as Spark's own classifiers want them. */
    static final Function1<double[], Object> VALID = (Function1<double[], Object> & Serializable)
            thresholds -> Arrays.stream(thresholds).allMatch(each -> each >= 0)
                    && Arrays.stream(thresholds).filter(each -> each == 0).count() < 2;

    private Thresholds() {}

    /** Refuses other than one for each class, or none at all. */
    static void check(ClassificationParams<?> stage, int classes) {
        if (stage.isDefined(stage.thresholds())) {
            double[] found = stage.getThresholds();
            String expected = classes + " numbers, one for each class";
            Refusal.unless(found.length == classes, stage.thresholds().toString(), Arrays.toString(found), expected);
        }
    }
}
