package io.github.hyenaspark.jobs.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A stream for messages that notices when nobody says anything: after 10 seconds it says that the command still works,
 * then after 20, 40 and so on, until somebody else has spoken. Nothing follows a command's last line.
 */
final class Heartbeat extends FilterOutputStream {
    private static final long FIRST_SECONDS = 10;

    private final long begin = System.nanoTime();
    private long spoken = begin;
    private long silence = FIRST_SECONDS;
    private boolean over;

    Heartbeat(OutputStream out) {
        super(out);
    }

    @Override
    public synchronized void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int count) throws IOException {
        spoken = System.nanoTime();
        silence = FIRST_SECONDS;
        if (!over) {
            out.write(bytes, from, count);
        }
    }

    /** Says the last line; what the command's other threads say from then on is lost. */
    synchronized void last(String line) throws IOException {
        write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
        flush();
        over = true;
    }

    /** Looks once a second, in a thread of its own, until {@code ended}. */
    void start(String command, BooleanSupplier ended) {
        var thread = new Thread(
                () -> {
                    try {
                        while (!ended.getAsBoolean()) {
                            TimeUnit.SECONDS.sleep(1);
                            beat(command, System.nanoTime());
                        }
                    } catch (IOException e) {
                        return; // nobody listens
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "hyena-heartbeat");
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void beat(String command, long now) throws IOException {
        if (over || now - spoken < TimeUnit.SECONDS.toNanos(silence)) {
            return;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now - begin);
        String line = String.format(
                Locale.ROOT,
                "%s: still working, %d:%02d:%02d since the start; nothing to report for %d s%n",
                command,
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                silence);
        out.write(line.getBytes(StandardCharsets.UTF_8));
        out.flush();
        silence *= 2;
    }
}
