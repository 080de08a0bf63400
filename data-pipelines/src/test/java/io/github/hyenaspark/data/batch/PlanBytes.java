package io.github.hyenaspark.data.batch;

import io.github.hyenaspark.io.Hashes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

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
        int[][] arrays = plan instanceof PackingPlan.Window window ? rests(window) : new int[0][];
        byte[] name = plan.config().strategy().settingName().getBytes(StandardCharsets.US_ASCII);
        long[] documentTokens = LongStream.range(0, plan.documents().documents())
                .map(plan.documents()::tokens)
                .toArray();
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

    /** Where the documents of each packed sequence begin among those of all, and these documents. */
    private static int[][] rests(PackingPlan.Window plan) {
        List<Integer> firsts = new ArrayList<>(List.of(0));
        List<Integer> documents = new ArrayList<>();
        for (long sequence = plan.own().total(); sequence < plan.sequences(); sequence++) {
            plan.parts(sequence).forEach(part -> documents.add((int) part.document()));
            firsts.add(documents.size());
        }
        return new int[][] {
            firsts.stream().mapToInt(first -> first).toArray(),
            documents.stream().mapToInt(document -> document).toArray()
        };
    }
}
