package io.github.hyenaspark.operator.head;

/**
 * What a head makes of every target by itself. Not compared by {@code equals}: the arrays are those that were given,
 * and a head writes to them.
 *
 * @param nats the losses, B×L; 0 where none counts
 * @param likeliest whether no token has a higher logit than the target, B×L; false where none counts
 */
public record TargetLosses(double[] nats, boolean[] likeliest) {
    /** Room for {@code count} targets. */
    public static TargetLosses of(int count) {
        return new TargetLosses(new double[count], new boolean[count]);
    }
}
