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
 * the next time after 20, then after 40, and from then on after a minute. Nothing follows a command's last line.
 */
final class Heartbeat extends FilterOutputStream {
    private static final long FIRST_SECONDS = 10;
    private static final long LONGEST_SECONDS = 60;

    private final long begin = System.nanoTime();
    private long spoken = begin; // the last time by the command
    private long written = begin; // the last time by anybody
    private long silence = FIRST_SECONDS;
    private boolean lineOpen; // such as a bar of progress
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
        hear();
        if (!over && count > 0) {
            out.write(bytes, from, count);
            lineOpen = bytes[from + count - 1] != '\n';
        }
    }

    /** A stream of results; what is written there counts as spoken, too. */
    OutputStream hearing(OutputStream results) {
        return new FilterOutputStream(results) {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                hear();
                out.write(bytes, from, count);
            }
        };
    }

    private synchronized void hear() {
        spoken = System.nanoTime();
        written = spoken;
    }

    /** Says the last line; what the command's other threads say from then on is lost. */
    synchronized void last(String line) throws IOException {
        hear();
        if (!over) {
            ownLine(line);
        }
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
        if (over || now - written < TimeUnit.SECONDS.toNanos(silence)) {
            return;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now - begin);
        String line = String.format(
                Locale.ROOT,
                "%s: still working, %d:%02d:%02d since the start; nothing to report for %d s",
                command,
                seconds / 3600,
                seconds / 60 % 60,
                seconds % 60,
                TimeUnit.NANOSECONDS.toSeconds(now - spoken));
        ownLine(line);
        written = now;
        silence = Math.min(LONGEST_SECONDS, 2 * silence);
    }

    private void ownLine(String line) throws IOException {
        String text = (lineOpen ? System.lineSeparator() : "") + line + System.lineSeparator();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
        lineOpen = false;
    }
}
