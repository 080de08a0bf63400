package io.github.hyenaspark.testing;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * What goes wrong in a {@link MemoryFileSystem}: one of its operations ends with an {@link java.io.IOException}.
 *
 * @param operations those that are counted; empty for all
 * @param within only operations on paths with this in them are counted; empty for all
 * @param nth which of them fails, from 1, counted from when the fault was injected
 * @param effect what the operation has done when it fails
 */
public record StoreFault(Set<Operation> operations, String within, long nth, Effect effect) {
    /** What a store is asked for. */
    public enum Operation {
        /** Opening a file to write it. */
        CREATE,
        /** Bytes for a file that is open. */
        WRITE,
        /** The end of a file: what makes it appear in an object store. */
        CLOSE,
        /** Opening a file to read it. */
        OPEN,
        /** Bytes of a file. */
        READ,
        /** The names in a directory. */
        LIST,
        /** Whether there is a file, and its length. */
        STATUS,
        /** A new name for a file. */
        RENAME,
        /** Removing a file or all below a directory. */
        DELETE
    }

    /** How much of an operation was done. */
    public enum Effect {
        /** Nothing: the store could not be reached. */
        BEFORE,
        /** All: only the answer was lost. */
        AFTER,
        /** Half of the bytes of a {@link Operation#CLOSE} are in the file. */
        TORN,
        /** Nothing, neither this time nor later, until the faults are healed: the store is full or has gone away. */
        LASTING,
        /** None of the bytes of a {@link Operation#CLOSE}, and of whatever comes later nothing: the writer has died. */
        DYING_AT_NOTHING,
        /** One byte of a {@link Operation#CLOSE}, and of whatever comes later nothing. */
        DYING_AT_ONE_BYTE,
        /** Half of the bytes of a {@link Operation#CLOSE}, and of whatever comes later nothing. */
        DYING_AT_HALF,
        /** All bytes of a {@link Operation#CLOSE} but the last, and of whatever comes later nothing. */
        DYING_BEFORE_THE_LAST_BYTE;

        /** Whether a part of a file becomes the file. */
        public boolean tears() {
            return this == TORN || dies();
        }

        boolean dies() {
            return switch (this) {
                case DYING_AT_NOTHING, DYING_AT_ONE_BYTE, DYING_AT_HALF, DYING_BEFORE_THE_LAST_BYTE -> true;
                default -> false;
            };
        }

        /** How many of so many bytes are in the file then. */
        int kept(int bytes) {
            return switch (this) {
                case TORN, DYING_AT_HALF -> bytes / 2;
                case DYING_AT_ONE_BYTE -> Math.min(1, bytes);
                case DYING_BEFORE_THE_LAST_BYTE -> Math.max(0, bytes - 1);
                default -> 0;
            };
        }
    }

    public StoreFault {
        if (nth < 1) {
            throw new IllegalArgumentException("operations are counted from 1, not from " + nth);
        }
        if (effect.tears() && !operations.equals(Set.of(Operation.CLOSE))) {
            throw new IllegalArgumentException("only a close tears a file, not " + operations);
        }
    }

    /** The next of these operations fails with nothing done; all operations if none is given. */
    public static StoreFault before(Operation... operations) {
        return new StoreFault(new TreeSet<>(Arrays.asList(operations)), "", 1, Effect.BEFORE);
    }

    /** The next of these operations is done and fails all the same; all operations if none is given. */
    public static StoreFault after(Operation... operations) {
        return new StoreFault(new TreeSet<>(Arrays.asList(operations)), "", 1, Effect.AFTER);
    }

    /** The next of these operations fails and all of these after it; all operations if none is given. */
    public static StoreFault lasting(Operation... operations) {
        return new StoreFault(new TreeSet<>(Arrays.asList(operations)), "", 1, Effect.LASTING);
    }

    /** The next file that is closed has half of its bytes. */
    public static StoreFault torn() {
        return new StoreFault(Set.of(Operation.CLOSE), "", 1, Effect.TORN);
    }

    /** The next file that is closed has a part of its bytes, by {@link Effect#tears}. */
    public static StoreFault torn(Effect effect) {
        return new StoreFault(Set.of(Operation.CLOSE), "", 1, effect);
    }

    /** The same, but the n-th of the operations, from 1. */
    public StoreFault at(long n) {
        return new StoreFault(operations, within, n, effect);
    }

    /** The same, but only on paths with this in them. */
    public StoreFault on(String part) {
        return new StoreFault(operations, part, nth, effect);
    }

    boolean counts(Operation operation, String path) {
        return (operations.isEmpty() || operations.contains(operation)) && path.contains(within);
    }
}
