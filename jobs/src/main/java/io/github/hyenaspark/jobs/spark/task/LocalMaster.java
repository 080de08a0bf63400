package io.github.hyenaspark.jobs.spark.task;

import io.github.hyenaspark.io.Refusal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Spark master on this machine, as Spark reads its name: {@code local}, {@code local[N]}, {@code local[N,FAILURES]},
 * where N may be {@code *}, and {@code local-cluster[EXECUTORS,CORES,MEBIBYTES]}.
 *
 * @param isOneProcess whether tasks run in this process; else executors run them
 * @param cores of this process, or of each executor; at least 1
 */
public record LocalMaster(boolean isOneProcess, int cores) {
    /** The masters that commands take. */
    public static final String EXPECTED =
            "local[N], local-cluster[EXECUTORS,CORES,MEBIBYTES], spark://HOST:PORT, yarn or k8s://URL";

    private static final Pattern NAME = Pattern.compile("local\\b.*");
    private static final Pattern PROCESS = Pattern.compile("local(?:\\[(\\d+|\\*)(?:\\s*,\\s*(\\d+))?])?");
    private static final Pattern CLUSTER =
            Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*]");
    private static final Pattern NUMBER = Pattern.compile("0*[1-9]\\d{0,8}");

    /** Empty for a master elsewhere; IllegalArgumentException if it is here and Spark could not read it. */
    public static Optional<LocalMaster> of(String master) {
        if (!NAME.matcher(master).matches()) {
            return Optional.empty();
        }
        Matcher process = PROCESS.matcher(master);
        Matcher cluster = CLUSTER.matcher(master);
        if (process.matches()) {
            number(master, process.group(2), 1);
            int processors = Runtime.getRuntime().availableProcessors();
            boolean all = "*".equals(process.group(1));
            return Optional.of(new LocalMaster(true, all ? processors : number(master, process.group(1), 1)));
        }
        Refusal.unless(cluster.matches(), "--master", master, EXPECTED);
        number(master, cluster.group(1), 1);
        number(master, cluster.group(3), 1);
        return Optional.of(new LocalMaster(false, number(master, cluster.group(2), 1)));
    }

    private static int number(String master, @Nullable String digits, int absent) {
        if (digits == null) {
            return absent;
        }
        Refusal.unless(
                NUMBER.matcher(digits).matches(), "--master", master, EXPECTED + ", with numbers from 1 to 999999999");
        return Integer.parseInt(digits);
    }
}
