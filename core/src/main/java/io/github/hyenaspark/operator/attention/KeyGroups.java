package io.github.hyenaspark.operator.attention;

import java.util.stream.IntStream;

/**
 * The blocks of keys of a head, in groups that add up the gradients of the queries apart from one another: who computes
 * which group does not matter, because groups are added in their order. A block meets the more queries the earlier it
 * is, so the first goes with the last, and so on, and groups take about equal time.
 */
final class KeyGroups {
    private static final int MOST = 8;

    private KeyGroups() {}

    /** Groups of {@code blocks} blocks. */
    static int number(int blocks) {
        return Math.min(MOST, (blocks + 1) / 2);
    }

    /** The blocks of a group, of {@code blocks} in all, ascending. */
    static IntStream blocks(int group, int blocks) {
        return IntStream.range(0, blocks).filter(block -> Math.min(block, blocks - 1 - block) % MOST == group);
    }
}
