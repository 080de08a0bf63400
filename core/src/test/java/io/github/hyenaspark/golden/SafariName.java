package io.github.hyenaspark.golden;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What safari calls the tensors of the golden files; written from its code, not from ours. */
final class SafariName {
    private static final String FILTER = "filter_fn.implicit_filter.";

    private SafariName() {}

    /** All names of a tensor: some parameters are listed more than once. */
    static List<String> of(String golden) {
        String[] parts = golden.split("\\.", 3);
        return switch (parts[0]) {
            case "embed" -> List.of("backbone.embeddings.word_embeddings.weight", "lm_head.weight");
            case "norm_f" -> List.of("backbone.ln_f." + parts[1]);
            default ->
                block(parts[2]).stream()
                        .map(name -> "backbone.layers." + parts[1] + "." + name)
                        .toList();
        };
    }

    private static List<String> block(String golden) {
        if (golden.startsWith("fc")) {
            return List.of("mlp." + golden);
        }
        return golden.startsWith("mixer.")
                ? mixer(golden.substring(6)).stream()
                        .map(name -> "mixer." + name)
                        .toList()
                : List.of(golden);
    }

    /** The golden language models have two hidden layers, so the filter network is numbers 0 to 6. */
    private static List<String> mixer(String golden) {
        if (golden.startsWith("filter.layers.")) {
            String[] parts = golden.split("\\.", 4);
            return List.of(FILTER + 2 * Integer.parseInt(parts[2]) + "." + parts[3]);
        }
        return switch (golden) {
            case "short_w" -> List.of("short_filter.weight");
            case "short_b" -> List.of("short_filter.bias");
            case "head_mix" -> List.of("ord_proj_w");
            case "filter.z" -> List.of("filter_fn.pos_emb.z");
            case "filter.deltas" -> List.of("filter_fn.modulation.deltas");
            case "filter.D" -> List.of("filter_fn.bias");
            case "filter.last.weight" -> List.of(FILTER + "6.weight");
            case "filter.freq" ->
                IntStream.of(1, 3, 5)
                        .mapToObj(number -> FILTER + number + ".freq")
                        .toList();
            default -> List.of(golden);
        };
    }

    /** The shape of a tensor there: safari keeps dimensions of 1 that the golden files leave out. */
    static long[] shape(String name, long[] golden) {
        if (name.endsWith("short_filter.weight")) {
            return new long[] {golden[0], 1, golden[1]};
        }
        long leading = name.endsWith(".freq") || name.endsWith("pos_emb.z") ? 1 : name.endsWith("deltas") ? 2 : 0;
        return LongStream.concat(LongStream.generate(() -> 1).limit(leading), LongStream.of(golden))
                .toArray();
    }
}
