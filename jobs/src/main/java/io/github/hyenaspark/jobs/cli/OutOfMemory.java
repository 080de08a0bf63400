package io.github.hyenaspark.jobs.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What to tell when memory ran out, in this process or on an executor. */
final class OutOfMemory {
    /**
     * An executor without memory leaves with this code (Spark's {@code SparkExitCode.OOM}), and the cluster's word of
     * that often comes before the failure of the task; standalone, Kubernetes and YARN have a wording each.
     */
    private static final Pattern EXECUTOR_LEFT =
            Pattern.compile("\\bexit(?:ed with)? (?:exit )?(?:code|status):? 52\\b", Pattern.CASE_INSENSITIVE);

    private OutOfMemory() {}

    /**
     * Of a failure, empty if it has another reason.
     *
     * @param causes of the failure, outermost first
     */
    static Optional<String> message(List<Throwable> causes) {
        Optional<String> found = Optional.empty();
        for (Throwable cause : causes) {
            String said = String.valueOf(cause.getMessage());
            if (cause instanceof OutOfMemoryError) {
                found = Optional.of(said); // the innermost names the limit
            } else if (EXECUTOR_LEFT.matcher(said).find()) {
                found = Optional.of("an executor left with code 52, and its log says what it lacked");
            }
        }
        return found.map(OutOfMemory::withAdvice);
    }

    private static String withAdvice(String found) {
        return "memory ran out: " + found
                + "; give more of it (spark.executor.memory and spark.executor.memoryOverhead;"
                + " spark.driver.memory for the driver and with a local master) or less to hold at once (such as"
                + " train.batch-size or model.l-max); hyena inspect memory tells what a training needs";
    }
}
