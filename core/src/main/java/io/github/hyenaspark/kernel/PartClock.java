package io.github.hyenaspark.kernel;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Where the time of training steps goes, of all threads together: code that is one of the parts says when it begins and
 * ends. Time in a part within another counts for the inner one alone, but all within the optimizer is the optimizer's.
 * It counts while a benchmark wants it to; else a part costs the look at one flag.
 */
public final class PartClock {
    private static final ThreadLocal<PartClock> OF_THREAD = ThreadLocal.withInitial(PartClock::new);
    private static final List<PartClock> ALL = new CopyOnWriteArrayList<>();

    /** Changes between steps only, so that handing out work to threads makes it visible. */
    private static boolean counts;

    private final Map<Part, Long> nanos = new EnumMap<>(Part.class);
    private Part now = Part.REST;
    private long since;

    private PartClock() {
        ALL.add(this);
    }

    /** A part of a step. */
    public enum Part {
        /** Matrix products. */
        PRODUCTS,
        /** Long convolutions. */
        CONVOLUTION,
        /** Layer norms. */
        NORMS,
        /** Convolutions of a few taps. */
        SHORT_FILTER,
        /** The output layer's losses and their gradients. */
        HEAD,
        /** Clipping and the update of parameters. */
        OPTIMIZER,
        /** Everything else, and waiting for other threads. */
        REST
    }

    /** Begins a part in this thread; returns the one around it, for {@link #leave}. */
    public static Part enter(Part part) {
        return counts ? OF_THREAD.get().change(part) : Part.REST;
    }

    /** Ends the part that began last in this thread. */
    public static void leave(Part around) {
        if (counts) {
            PartClock clock = OF_THREAD.get();
            clock.count();
            clock.now = around;
        }
    }

    private Part change(Part part) {
        count();
        Part around = now;
        now = around == Part.OPTIMIZER ? around : part;
        return around;
    }

    private void count() {
        long time = System.nanoTime();
        nanos.merge(now, time - since, Long::sum);
        since = time;
    }

    /**
     * Runs steps and says which fraction of the time of {@code threads} threads went into each part; together 1. Only
     * one caller at a time.
     */
    public static Map<Part, Double> fractions(int threads, Runnable steps) {
        ALL.forEach(clock -> clock.nanos.clear());
        counts = true;
        long begin = System.nanoTime();
        steps.run();
        double all = (double) threads * (System.nanoTime() - begin);
        counts = false;
        Map<Part, Double> fractions = new EnumMap<>(Part.class);
        double rest = 1;
        for (Part part : Part.values()) {
            if (part != Part.REST) {
                double fraction = ALL.stream()
                                .mapToLong(clock -> clock.nanos.getOrDefault(part, 0L))
                                .sum()
                        / all;
                fractions.put(part, fraction);
                rest -= fraction;
            }
        }
        fractions.put(Part.REST, rest);
        return fractions;
    }
}
