package io.github.hyenaspark.jobs.fit;

import io.github.hyenaspark.jobs.fit.LabelSet.LabelledDocument;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Labels that nobody said are classes, and that are likely none: numbers, one of which is missing or miswritten, or
 * names that are each document's own.
 */
final class DoubtfulClasses {
    private static final int FEW = 100; // documents, which may all have classes of their own
    /** As what Parquet, pandas, R and SQL write a number that is missing or out of range. */
    private static final Pattern NO_NUMBER =
            Pattern.compile("|[+-]?(nan|inf|infinity)|na|n/a|null|none", Pattern.CASE_INSENSITIVE);

    private static final String SAY = "correct it or leave the document out; or set fit.task=classification if these"
            + " are the names of classes";

    private DoubtfulClasses() {}

    /**
     * Refuses them.
     *
     * @param labels of the documents, in the same order; at least one is no number
     */
    static void refuse(List<LabelledDocument> documents, List<String> labels) {
        Set<String> classes = new HashSet<>(labels);
        long numbers = classes.stream().filter(LabelSet::isNumber).count();
        long fractions = classes.stream()
                .filter(label -> LabelSet.isNumber(label) && !LabelSet.isWhole(label))
                .count();
        boolean missing = numbers > 0
                && classes.stream()
                        .allMatch(label -> LabelSet.isNumber(label)
                                || NO_NUMBER.matcher(label).matches());
        if (missing || 2 * fractions > classes.size()) {
            throw new IllegalArgumentException("fit.label-field: found " + firstOther(documents, labels) + " among "
                    + numbers + " different numbers, expected a number, as most labels are; " + SAY);
        }
        if (documents.size() >= FEW && 2 * classes.size() > documents.size()) {
            String other = 2 * numbers > classes.size()
                    ? ", most of them numbers but not " + firstOther(documents, labels)
                    : "";
            throw new IllegalArgumentException("fit.label-field: found " + classes.size() + " different labels of "
                    + documents.size() + " documents" + other + ", expected numbers, or several documents of a class;"
                    + " choose another field or correct the labels; or set fit.task=classification if these are the"
                    + " names of classes");
        }
    }

    private static String firstOther(List<LabelledDocument> documents, List<String> labels) {
        int first = IntStream.range(0, labels.size())
                .filter(i -> !LabelSet.isNumber(labels.get(i)))
                .findFirst()
                .orElseThrow();
        return "\"" + labels.get(first) + "\" of the document "
                + documents.get(first).id();
    }
}
