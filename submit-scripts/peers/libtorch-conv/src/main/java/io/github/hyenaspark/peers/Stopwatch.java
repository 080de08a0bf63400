package io.github.hyenaspark.peers;

import java.lang.management.ManagementFactory;

/** The time that counts: the thread's with one thread, the clock's with more. */
enum Stopwatch {
    CPU {
        @Override
        long nanos() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
    },
    WALL {
        @Override
        long nanos() {
            return System.nanoTime();
        }
    };

    static Stopwatch ofThreads(int threads) {
        return threads == 1 ? CPU : WALL;
    }

    abstract long nanos();

    @Override
    public String toString() {
        return this == CPU ? "cpu" : "wall";
    }
}
