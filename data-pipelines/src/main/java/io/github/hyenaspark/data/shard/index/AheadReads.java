package io.github.hyenaspark.data.shard.index;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads small files several at a time, and gives what they hold in their order. */
final class AheadReads<S, T> implements Closeable {
    private static final int THREADS = 32;
    private static final int AHEAD = 2 * THREADS;

    private final Iterator<S> sources;
    private final Reading<S, T> reading;
    private final ExecutorService threads;
    private final Deque<Future<T>> waiting = new ArrayDeque<>();

    @FunctionalInterface
    interface Reading<S, T> {
        T read(S source) throws IOException;
    }

    AheadReads(List<S> sources, Reading<S, T> reading) {
        this.sources = sources.iterator();
        this.reading = reading;
        threads = Executors.newFixedThreadPool(Math.max(1, Math.min(THREADS, sources.size())), task -> {
            var thread = new Thread(task, "hyena-index");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** What the next source holds. */
    T next() throws IOException {
        while (sources.hasNext() && waiting.size() < AHEAD) {
            S source = sources.next();
            waiting.add(threads.submit(() -> reading.read(source)));
        }
        try {
            return waiting.remove().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while an index was read");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IOException("an index could not be read", e.getCause());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
