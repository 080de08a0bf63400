package io.github.hyenaspark.data.prepare;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.shard.Split;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which documents are for validation: those of a list, or else a share chosen by the hash of the content, so that a
 * document never changes sides when others come, and equal documents are on one side.
 *
 * @param fraction share of documents for validation, in [0, 1); not used if there are names
 * @param names file names, or paths relative to the input
 */
record SplitRule(double fraction, List<String> names) {
    private static final int CANDIDATES_SHOWN = 20;
    private static final int FRACTION_DIGITS = 13;

    /** The split of a document with this content hash (SHA-256, hex). */
    Split split(Document document, String sha256) {
        boolean validation = names.isEmpty()
                ? share(sha256) < fraction
                : names.contains(document.path()) || names.contains(document.fileName());
        return validation ? Split.VALIDATION : Split.TRAIN;
    }

    /** The first 52 bits of a hash as a number in [0, 1). */
    private static double share(String sha256) {
        return Long.parseLong(sha256, 0, FRACTION_DIGITS, 16) * 0x1p-52;
    }

    /**
     * Checks the names against the documents there are.
     *
     * @throws IllegalArgumentException if a name is of no document, or all documents are named
     */
    void check(List<Document> documents) {
        for (String name : names) {
            if (documents.stream().noneMatch(document -> is(document, name))) {
                throw new IllegalArgumentException("data.validation-documents: there is no document \"" + name
                        + "\", expected some of " + candidates(documents));
            }
        }
        if (!names.isEmpty()
                && documents.stream().allMatch(document -> names.stream().anyMatch(name -> is(document, name)))) {
            throw new IllegalArgumentException("data.validation-documents: found all " + documents.size()
                    + " documents of the input, expected at least one to be left to train on");
        }
    }

    private static boolean is(Document document, String name) {
        return name.equals(document.path()) || name.equals(document.fileName());
    }

    private static String candidates(List<Document> documents) {
        String shown =
                documents.stream().limit(CANDIDATES_SHOWN).map(Document::path).collect(Collectors.joining(", "));
        int more = documents.size() - CANDIDATES_SHOWN;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }
}
