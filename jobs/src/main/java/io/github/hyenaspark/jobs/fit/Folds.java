package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.io.Hashes;
import io.github.hyenaspark.io.Refusal;
import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import io.github.hyenaspark.operator.head.LabelHead.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which documents a model is trained on, which decide when it has learnt enough, and which measure it: a function of a
 * seed, the documents' ids and their labels. Documents of equal text, or of one group, stay together, and with both
 * strands of DNA those that are each other's other strand. Each class, or each stretch of sorted values, is spread
 * evenly; small classes are so one after the other.
 */
final class Folds {
    private static final Logger LOG = LoggerFactory.getLogger(Folds.class);
    private static final int STRETCH = 20; // groups of neighbouring values
    private static final int SMALL = 200; // groups of a class: of fewer, equal steps would miss parts of folds
    /** The multiples of it, less their whole parts, are spread evenly, and so is every stretch of them. */
    private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

    private final double[] place; // of each document among those like it, in [0, 1)
    private final List<LabelledDocument> documents;
    private final boolean tests; // whether some documents do nothing else
    private final BitSet likeTests; // the others of their groups, which are of no use
    private final FitConfig config;
    private final int groups;

    private Folds(double[] place, List<List<Integer>> groups, List<LabelledDocument> documents, FitConfig config) {
        this.place = place;
        this.groups = groups.size();
        this.documents = documents;
        this.config = config;
        tests = documents.stream().anyMatch(LabelledDocument::isTest);
        likeTests = likeTests(groups, documents);
    }

    static Folds of(LabelSet set, FitConfig config) {
        double[] place = new double[set.documents().size()];
        List<List<Integer>> groups = groups(set);
        List<List<Integer>> small = new ArrayList<>(); // those of one class, or of neighbouring values, in a row
        for (List<List<Integer>> alike : strata(set, groups)) {
            List<List<Integer>> shuffled = shuffled(alike, set.documents(), config.seed());
            if (shuffled.size() < SMALL) {
                small.addAll(shuffled);
                continue;
            }
            for (int number = 0; number < shuffled.size(); number++) {
                double at = (double) number / shuffled.size();
                shuffled.get(number).forEach(document -> place[document] = at);
            }
        }
        for (int number = 0; number < small.size(); number++) {
            double at = number * GOLDEN % 1;
            small.get(number).forEach(document -> place[document] = at);
        }
        return new Folds(place, groups, set.documents(), config);
    }

    private static BitSet likeTests(List<List<Integer>> groups, List<LabelledDocument> documents) {
        var like = new BitSet();
        for (List<Integer> group : groups) {
            if (group.stream().anyMatch(document -> documents.get(document).isTest())) {
                group.stream()
                        .filter(document -> !documents.get(document).isTest())
                        .forEach(like::set);
            }
        }
        if (!like.isEmpty()) {
            LOG.warn(
                    "{} documents have the text or the group of a document that tests: no model is trained on them",
                    like.cardinality());
        }
        return like;
    }

    /** In an order that follows from the seed and the ids, or contents where ids are equal, of each group's first. */
    private static List<List<Integer>> shuffled(
            List<List<Integer>> groups, List<LabelledDocument> documents, long seed) {
        Map<String, List<Integer>> shuffled = new TreeMap<>();
        for (List<Integer> group : groups) {
            LabelledDocument first = group.stream()
                    .map(documents::get)
                    .min(Comparator.comparing(LabelledDocument::id).thenComparing(LabelledDocument::contentHash))
                    .orElseThrow();
            shuffled.put(Hashes.sha256(seed + " " + first.id()) + first.contentHash(), group);
        }
        return List.copyOf(shuffled.values());
    }

    /** Documents that stay together, because they have one group, content or pair of strands, or others link them. */
    private static List<List<Integer>> groups(LabelSet set) {
        Map<String, Integer> first = new HashMap<>();
        int[] parent = IntStream.range(0, set.documents().size()).toArray();
        for (int document = 0; document < parent.length; document++) {
            LabelledDocument one = set.documents().get(document);
            for (String key :
                    List.of("content " + one.contentHash(), "strands " + one.strandsHash(), "group " + one.group())) {
                if (!key.equals("strands ") && !key.equals("group ")) {
                    first.putIfAbsent(key, document);
                    int other = root(parent, first.get(key));
                    int own = root(parent, document);
                    parent[Math.max(own, other)] = Math.min(own, other);
                }
            }
        }
        Map<Integer, List<Integer>> groups = new TreeMap<>();
        for (int document = 0; document < parent.length; document++) {
            groups.computeIfAbsent(root(parent, document), unused -> new ArrayList<>())
                    .add(document);
        }
        return List.copyOf(groups.values());
    }

    private static int root(int[] parent, int document) {
        int at = document;
        while (parent[at] != at) {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        return at;
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
     * @param test that measure the model; the same that it held out if there are neither folds nor documents to test
     */
    record Division(int[] train, int[] heldOut, int[] test) {}

    /** Fold and model count from 0. */
    Division division(int fold, int model) {
        IntPredicate tested = document -> tests
                ? documents.get(document).isTest()
                : config.folds() > 0 && (int) (place[document] * config.folds()) == fold;
        IntPredicate unused = tested.or(likeTests::get);
        IntPredicate heldOut = document -> !unused.test(document) && isHeldOut(document, model);
        return new Division(
                all(unused.or(heldOut).negate()), all(heldOut), all(tests || config.folds() > 0 ? tested : heldOut));
    }

    /** A hash of which documents every training has. */
    String sha256() {
        return Hashes.sha256(Stream.concat(
                Stream.of(likeTests.toString()), Arrays.stream(place).mapToObj(Double::toHexString)));
    }

    /** Whether a version that did not know strands of DNA divided these documents otherwise. */
    boolean joinsStrands() {
        Map<String, String> contents = new HashMap<>();
        return documents.stream()
                .filter(document -> !document.strandsHash().isEmpty())
                .anyMatch(
                        document -> !contents.computeIfAbsent(document.strandsHash(), strands -> document.contentHash())
                                .equals(document.contentHash()));
    }

    /** Whether all models of a fold are measured on the same documents. */
    boolean testsTogether() {
        return tests || config.folds() > 0 || !config.heldOutField().isBlank();
    }

    /**
     * Refuses documents that are too few for one of the trainings.
     *
     * @param heldOutDecide whether it depends on held-out documents which parameters are kept, or when training ends
     * @param measures whether the models are measured
     */
    void check(boolean heldOutDecide, boolean measures) {
        Refusal.unless(
                !tests || config.folds() == 0,
                "fit.folds",
                config.folds(),
                "0, since data.validation-documents names the documents that test");
        checkHeldOut();
        for (int fold = 0; fold < Math.max(1, config.folds()); fold++) {
            for (int model = 0; model < config.models(); model++) {
                Division division = division(fold, model);
                if (division.train.length == 0
                        || (heldOutDecide && division.heldOut.length == 0)
                        || (measures && division.test.length == 0)) {
                    throw tooFew();
                }
            }
        }
    }

    private IllegalArgumentException tooFew() {
        String found = documents.size() + " documents, " + groups
                + " of them after those of equal text or of one group are taken together: too few for ";
        String share = "fit.validation-fraction=" + config.validationFraction() + "; give more documents";
        return new IllegalArgumentException(
                config.folds() == 0
                        ? "data.input: found " + found + share
                        : "fit.folds: found " + found + config.folds() + " folds and " + share
                                + ", or ask for fewer folds");
    }

    /** Of the documents that do not test. */
    private void checkHeldOut() {
        if (config.heldOutField().isBlank()) {
            return;
        }
        List<LabelledDocument> others =
                documents.stream().filter(document -> !document.isTest()).toList();
        long heldOut = others.stream().filter(LabelledDocument::heldOut).count();
        Refusal.unless(
                heldOut > 0 && heldOut < others.size(),
                "fit.held-out-field",
                config.heldOutField() + ", which is " + (heldOut > 0) + " for every document",
                "true for those that are held out and false for those that are trained on");
    }

    /** The part of a fold's other documents that begins at a share of each fold, or what their own field says. */
    private boolean isHeldOut(int document, int model) {
        if (!config.heldOutField().isBlank()) {
            return documents.get(document).heldOut();
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
