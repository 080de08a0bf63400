package io.github.hyenaspark.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The memory of this process that is in RAM, heap and native arrays together, where the system is Linux. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double KIB_PER_MIB = 1024;

    private ProcessMemory() {}

    /** Now, MiB; empty elsewhere than on Linux. */
    static OptionalDouble residentMebibytes() {
        return mebibytes("VmRSS:");
    }

    /** The most since the process began, MiB; empty elsewhere than on Linux. */
    static OptionalDouble peakMebibytes() {
        return mebibytes("VmHWM:");
    }

    private static OptionalDouble mebibytes(String name) {
        try {
            return Files.readAllLines(STATUS, StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith(name))
                    .mapToDouble(line -> Double.parseDouble(line.split("\\s+", -1)[1]) / KIB_PER_MIB)
                    .findFirst();
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }
}
