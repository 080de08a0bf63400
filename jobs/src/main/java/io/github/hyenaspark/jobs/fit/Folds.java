package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which documents a model is trained on, which decide when it has learnt enough, and which measure it: a function of a
 * seed, the documents' ids and their labels. Documents of equal text stay together. Each class, or each stretch of
 * sorted values, is spread evenly.
 */
final class Folds {
    private static final int STRETCH = 20; // documents of neighbouring values

    private final LabelSet set;
    private final double[] place; // of each document among those like it, in [0, 1)
    private final FitConfig config;

    private Folds(LabelSet set, double[] place, FitConfig config) {
        this.set = set;
        this.place = place;
        this.config = config;
    }

    static Folds of(LabelSet set, FitConfig config) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int document = 0; document < set.documents().size(); document++) {
            groups.computeIfAbsent(set.documents().get(document).contentHash(), unused -> new ArrayList<>())
                    .add(document);
        }
        double[] place = new double[set.documents().size()];
        for (List<List<Integer>> alike : strata(set, List.copyOf(groups.values()))) {
            Map<String, List<Integer>> shuffled = new TreeMap<>();
            for (List<Integer> group : alike) {
                String id = group.stream()
                        .map(set.documents()::get)
                        .map(LabelledDocument::id)
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
                shuffled.put(Hashes.sha256(config.seed() + " " + id), group);
            }
            int number = 0;
            for (List<Integer> group : shuffled.values()) {
                double at = (double) number++ / shuffled.size();
                group.forEach(document -> place[document] = at);
            }
        }
        return new Folds(set, place, config);
    }

    /** Groups of documents that are alike, by the label of their first. */
    private static List<List<List<Integer>>> strata(LabelSet set, List<List<Integer>> groups) {
        if (set.task() != Task.REGRESSION) {
            Map<String, List<List<Integer>>> classes = new TreeMap<>();
            groups.forEach(group -> classes.computeIfAbsent(
                            Arrays.toString(set.targets()[group.get(0)]), unused -> new ArrayList<>())
                    .add(group));
            return List.copyOf(classes.values());
        }
        List<List<Integer>> sorted = groups.stream()
                .sorted(Comparator.comparingDouble(group -> set.targets()[group.get(0)][0]))
                .toList();
        List<List<List<Integer>>> stretches = new ArrayList<>();
        for (int from = 0; from < sorted.size(); from += STRETCH) {
            stretches.add(sorted.subList(from, Math.min(sorted.size(), from + STRETCH)));
        }
        return stretches;
    }

    /**
     * The documents of one training. Models of a fold hold out different parts of it.
     *
     * @param test that measure the model; without folds the same that it held out
     */
    record Division(int[] train, int[] heldOut, int[] test) {}

    /** Fold and model count from 0. */
    Division division(int fold, int model) {
        IntPredicate tested = document -> config.folds() > 0 && (int) (place[document] * config.folds()) == fold;
        IntPredicate heldOut = document -> !tested.test(document) && isHeldOut(document, model);
        return new Division(
                all(tested.or(heldOut).negate()), all(heldOut), all(config.folds() > 0 ? tested : heldOut));
    }

    /** The part of a fold's other documents that begins at a share of each fold, or what their own field says. */
    private boolean isHeldOut(int document, int model) {
        if (!config.heldOutField().isBlank()) {
            return set.documents().get(document).heldOut();
        }
        double within = config.folds() == 0 ? place[document] : place[document] * config.folds() % 1;
        double begin = model * config.validationFraction() % 1;
        double after = (within - begin + 1) % 1;
        return after < config.validationFraction();
    }

    private int[] all(IntPredicate chosen) {
        return IntStream.range(0, place.length).filter(chosen).toArray();
    }
}
