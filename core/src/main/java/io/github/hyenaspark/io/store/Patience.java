package io.github.hyenaspark.io.store;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a store that does not answer is asked again, and what is said meanwhile; a refusal is told at once.
 *
 * @param place the endpoint, for messages; empty for the local disk
 * @param seconds how long the same thing is asked again; 0: once
 */
public record Patience(String place, long seconds) {
    /** The key among Hadoop's settings that has the seconds, so that executors know them too. */
    public static final String KEY = "hyena.store-patience-seconds";

    public static final int DEFAULT_SECONDS = 300;
    private static final long WARN_SECONDS = 10;
    private static final long START_SECONDS = 20;
    private static final long BUSY_SECONDS = 60;
    private static final int HTTPS_PORT = 443;
    private static final Map<String, Integer> PORTS = Map.of("http", 80, "hdfs", 8020);
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

    public Patience {
        if (seconds < 0) {
            throw new IllegalArgumentException(KEY + ": found " + seconds + ", expected 0 or more");
        }
    }

    /** Something asked of a store; it may be asked again. */
    @FunctionalInterface
    public interface Question<T> {
        T ask() throws IOException;
    }

    /** The answer, perhaps after some time; StoreException if a person must do something first, or time is up. */
    public <T> T ask(String uri, Question<T> question) throws IOException {
        var failed = new AtomicBoolean();
        CompletableFuture<Void> warning = warning(uri, failed);
        try {
            return ask(uri, question, failed);
        } finally {
            warning.cancel(false);
        }
    }

    /** The same for what is asked thousands of times: that it takes long is said only once it has failed. */
    public <T> T askOften(String uri, Question<T> question) throws IOException {
        try {
            return question.ask();
        } catch (IOException e) {
            if (StoreException.Reason.of(e).isEmpty()) {
                throw e;
            }
            return ask(uri, question);
        }
    }

    /** The time begins with the first failure: an upload, or a listing of millions of files, may itself take long. */
    private <T> T ask(String uri, Question<T> question, AtomicBoolean failed) throws IOException {
        long pause = SHORTEST_PAUSE_NANOS;
        long end = 0;
        while (true) {
            try {
                return question.ask();
            } catch (StoreException told) {
                throw told;
            } catch (IOException e) {
                Optional<StoreException.Reason> reason = StoreException.Reason.of(e);
                if (reason.isEmpty()) {
                    throw e;
                }
                long now = System.nanoTime();
                if (!failed.getAndSet(true)) {
                    end = now + TimeUnit.SECONDS.toNanos(seconds);
                }
                long left = end - now;
                if (reason.get().isForPerson()
                        || left <= 0
                        || Thread.currentThread().isInterrupted()) {
                    throw new StoreException(
                            uri, place, reason.get(), reason.get().words(e), e);
                }
                LockSupport.parkNanos(Math.min(pause, left));
                pause = Math.min(LONGEST_PAUSE_NANOS, 2 * pause);
            }
        }
    }

    /**
     * What a command asks first: an answer, or a StoreException after 20 seconds; after a minute unless nobody listens
     * there, since on a busy machine the first question alone may take long.
     */
    public <T> T askFirst(String uri, Question<T> question) throws IOException {
        var asked = new FutureTask<T>(() -> new Patience(place, 0).ask(uri, question));
        var thread = new Thread(asked, "hyena-first-question");
        thread.setDaemon(true);
        thread.start();
        try {
            return answer(asked, uri);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IOException(uri + " could not be asked", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + uri + " was asked", e);
        }
    }

    private <T> T answer(FutureTask<T> asked, String uri)
            throws InterruptedException, ExecutionException, StoreException {
        long waited = START_SECONDS;
        try {
            return asked.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            if (listens()) {
                waited = BUSY_SECONDS;
            }
        }
        try {
            return asked.get(waited - START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            String words = "no answer within " + waited + " s";
            throw new StoreException(uri, place, StoreException.Reason.UNREACHABLE, words, e);
        }
    }

    /** Whether somebody may answer yet: of a place without an address of its own nothing is known. */
    boolean listens() {
        Optional<InetSocketAddress> address = address();
        try (var socket = new Socket()) {
            if (address.isPresent()) {
                socket.connect(address.get(), (int) TimeUnit.SECONDS.toMillis(1));
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** None for Amazon S3, and for a name service of several servers. */
    private Optional<InetSocketAddress> address() {
        try {
            URI endpoint = URI.create(place.contains("://") ? place : "https://" + place);
            int usual = PORTS.getOrDefault(endpoint.getScheme(), HTTPS_PORT);
            var address =
                    new InetSocketAddress(endpoint.getHost(), endpoint.getPort() >= 0 ? endpoint.getPort() : usual);
            return address.isUnresolved() ? Optional.empty() : Optional.of(address);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Says that a store takes long, in a thread of Java's own, unless it is cancelled before. */
    private CompletableFuture<Void> warning(String uri, AtomicBoolean failed) {
        var waiting = new CompletableFuture<Void>();
        if (seconds > 0) { // a timer that is removed when this ends: there may be thousands a second
            var unused = waiting.completeOnTimeout(null, WARN_SECONDS, TimeUnit.SECONDS)
                    .thenRun(() -> warn(uri, failed.get()));
        }
        return waiting;
    }

    private void warn(String uri, boolean failed) {
        if (failed) {
            log().warn(
                            "{}: {} has not answered for {} s; waiting, up to run.store-patience-seconds={}",
                            uri,
                            place,
                            WARN_SECONDS,
                            seconds);
        } else {
            log().info("{}: {} has been at it for {} s", uri, place, WARN_SECONDS);
        }
    }

    private static Logger log() {
        return LoggerFactory.getLogger(Patience.class);
    }
}
