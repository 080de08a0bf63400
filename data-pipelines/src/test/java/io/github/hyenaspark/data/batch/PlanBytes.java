package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.io.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The canonical bytes of a plan, all little-endian: {@code HYENAPLN}, u32 version 1, u32 length of the strategy's name,
 * the name, u32 L, u32 documents, u64 tokens of each; then the plan's own arrays, each as u32 length and u32 numbers.
 */
final class PlanBytes {
    private static final byte[] MAGIC = "HYENAPLN".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    private PlanBytes() {}

    static String sha256(PackingPlan plan) {
        return Hashes.sha256(of(plan));
    }

    static byte[] of(PackingPlan plan) {
        int[][] arrays =
                plan instanceof WindowPlan window ? new int[][] {window.firstRest(), window.rests()} : new int[0][];
        byte[] name = plan.config().strategy().settingName().getBytes(StandardCharsets.US_ASCII);
        long[] documentTokens = plan.documentTokens();
        long size = MAGIC.length + name.length + 4L * Integer.BYTES + (long) Long.BYTES * documentTokens.length;
        for (int[] array : arrays) {
            size += (1L + array.length) * Integer.BYTES;
        }
        byte[] bytes = new byte[Math.toIntExact(size)];
        ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).putInt(VERSION).putInt(name.length).put(name);
        out.putInt(plan.config().length()).putInt(documentTokens.length);
        for (long tokens : documentTokens) {
            out.putLong(tokens);
        }
        for (int[] array : arrays) {
            out.putInt(array.length);
            for (int number : array) {
                out.putInt(number);
            }
        }
        return bytes;
    }
}
