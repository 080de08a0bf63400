package io.github.hyenaspark.io;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Files as somebody with bad intentions, or a bad disk, would make them of a good one. {@link #feed} gives many of them
 * to a reader, which may take them or refuse them in one sentence, but do nothing else.
 */
public final class HostileBytes {
    /** Text that means trouble in some place of a JSON file. */
    private static final List<String> TROUBLE = List.of(
            "9223372036854775807",
            "9223372036854775808",
            "-1",
            "1e999999999",
            "NaN",
            "null",
            "true",
            "[]",
            "{}",
            "\"\"",
            "\"../../../../etc/passwd\"",
            "\"/etc/passwd\"",
            "\"file:/etc/passwd\"",
            "\"data/../../x\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "[".repeat(5_000),
            "{\"a\":".repeat(2_000),
            "\"" + "x".repeat(10_000) + "\"",
            "9".repeat(2_000),
            "0.1",
            "4294967296",
            ",",
            "}",
            "\"theta\"");

    private static final long FIXED_BYTES = 4 << 20;
    private static final long BYTES_PER_BYTE = 400;
    private static final long NANOS = 2_000_000_000L;

    private final Random random;
    private final byte[] good;

    private HostileBytes(long seed, byte[] good) {
        this.random = new Random(seed);
        this.good = good;
    }

    /** Reads a file; may refuse it. */
    public interface Reader {
        void read(byte[] file) throws IOException;
    }

    /**
     * Feeds a reader.
     *
     * @param good a file that it takes
     * @param repaired puts hashes and lengths right after a change, so that the change is reached
     * @return how many of the files were refused
     * @throws IOException if it refuses the good file
     * @throws AssertionError if the reader did anything but take a file or refuse it by a message, or used time or
     *     memory out of all proportion
     */
    public static int feed(long seed, int files, byte[] good, UnaryOperator<byte[]> repaired, Reader reader)
            throws IOException {
        reader.read(good); // also loads what the first file of all needs
        var hostile = new HostileBytes(seed, good);
        int refused = 0;
        for (int n = 0; n < files; n++) {
            byte[] file = hostile.next();
            if (n % 4 != 0) {
                file = repaired.apply(file);
            }
            refused += isRefused(file, reader, "file " + n + " of seed " + seed) ? 1 : 0;
        }
        return refused;
    }

    private static boolean isRefused(byte[] file, Reader reader, String name) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long memory = threads.getThreadAllocatedBytes(thread);
        long begin = System.nanoTime();
        boolean refused = false;
        try {
            reader.read(file);
        } catch (IOException | IllegalArgumentException e) {
            refused = true;
            if (e.getMessage() == null || e.getMessage().length() > 5_000) {
                throw new AssertionError(name + ": the message is no sentence: " + e.getMessage(), e);
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(name + " ended with " + e + ": " + shown(file), e);
        }
        long used = threads.getThreadAllocatedBytes(thread) - memory;
        if (used > FIXED_BYTES + BYTES_PER_BYTE * file.length) {
            throw new AssertionError(name + " of " + file.length + " bytes took " + used + " bytes of memory");
        }
        if (System.nanoTime() - begin > NANOS) {
            throw new AssertionError(name + " took " + (System.nanoTime() - begin) + " ns");
        }
        return refused;
    }

    private static String shown(byte[] file) {
        return new String(file, 0, Math.min(file.length, 500), StandardCharsets.ISO_8859_1);
    }

    private byte[] next() {
        byte[] file = good;
        int changes = 1 + random.nextInt(3);
        for (int change = 0; change < changes; change++) {
            file = changed(file);
        }
        return file;
    }

    private byte[] changed(byte[] file) {
        int at = file.length == 0 ? 0 : random.nextInt(file.length);
        int some = random.nextInt(Math.min(64, file.length - at) + 1);
        return switch (random.nextInt(8)) {
            case 0 -> Arrays.copyOf(file, at);
            case 1 -> flipped(file, at);
            case 2 -> spliced(file, at, 0, bytes(some));
            case 3 -> spliced(file, at, some, new byte[0]);
            case 4 -> spliced(file, at, 0, Arrays.copyOfRange(file, at, at + some));
            case 5 -> spliced(file, at, 0, trouble());
            default -> valueReplaced(file, at);
        };
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] trouble() {
        return TROUBLE.get(random.nextInt(TROUBLE.size())).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] flipped(byte[] file, int at) {
        byte[] flipped = file.clone();
        if (file.length > 0) {
            flipped[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return flipped;
    }

    /** Trouble in the place of the value after the next colon. */
    private byte[] valueReplaced(byte[] file, int at) {
        int colon = at;
        while (colon < file.length && file[colon] != ':') {
            colon++;
        }
        int end = colon + 1;
        while (end < file.length && file[end] != ',' && file[end] != '}' && file[end] != '\n') {
            end++;
        }
        return colon < file.length ? spliced(file, colon + 1, Math.max(0, end - colon - 1), trouble()) : file;
    }

    private static byte[] spliced(byte[] file, int at, int dropped, byte[] inserted) {
        int rest = Math.max(0, file.length - at - dropped);
        byte[] spliced = Arrays.copyOf(file, at + inserted.length + rest);
        System.arraycopy(inserted, 0, spliced, at, inserted.length);
        System.arraycopy(file, file.length - rest, spliced, at + inserted.length, rest);
        return spliced;
    }
}
