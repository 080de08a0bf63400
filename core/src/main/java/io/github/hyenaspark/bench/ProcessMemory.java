package io.github.hyenaspark.bench;

import io.github.hyenaspark.operator.tensor.FloatArray;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** The memory of this process, heap and native arrays together. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final double KIB_PER_MIB = 1024;
    private static final double MEBIBYTE = 1 << 20;

    private ProcessMemory() {}

    /** Live objects, after a collection, and native arrays, MiB. */
    static double heldMebibytes() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return (heap + FloatArray.nativeBytes()) / MEBIBYTE;
    }

    /** In RAM now, MiB; empty elsewhere than on Linux. */
    static OptionalDouble residentMebibytes() {
        return mebibytes("VmRSS:");
    }

    /** The most in RAM since the process began, MiB; empty elsewhere than on Linux. */
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
