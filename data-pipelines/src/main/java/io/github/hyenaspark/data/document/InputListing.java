package io.github.hyenaspark.data.document;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.io.StoredFile;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Finds the documents of an input: every {@code .txt} file in a directory and below it, or every file that a glob
 * matches. A file is a document.
 */
public final class InputListing {
    private static final String TEXT = ".txt";
    private static final String GLOB = "*?[{";

    private InputListing() {}

    /**
     * The documents, sorted by path.
     *
     * @param input a directory, a file or a glob
     * @throws IllegalArgumentException if the input is missing or has no documents
     */
    public static List<Document> documents(Storage storage, String input) throws IOException {
        List<StoredFile> files;
        try {
            files = storage.find(input);
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("data.input: " + e.getMessage(), e);
        }
        String place = storage.qualify(input);
        boolean literal = storage.exists(input);
        boolean single = files.size() == 1 && files.get(0).uri().equals(place);
        boolean directory = literal && !single;
        String root = directory ? place : parent(literal ? place : beforeGlob(place));
        String prefix = root.endsWith("/") ? root : root + "/";
        List<Document> documents = files.stream()
                .filter(file ->
                        !directory || file.uri().toLowerCase(Locale.ROOT).endsWith(TEXT))
                .map(file -> Document.of(file.uri().substring(prefix.length()), file))
                .sorted(Comparator.comparing(Document::path))
                .toList();
        if (documents.isEmpty()) {
            throw new IllegalArgumentException("data.input: " + place + " has no documents, expected at least one "
                    + (directory ? TEXT + " file in it (other files: " + files.size() + ")" : "file that matches"));
        }
        return documents;
    }

    /** The path up to its first special character: that much is the same for all matches. */
    private static String beforeGlob(String place) {
        int end = 0;
        while (end < place.length() && GLOB.indexOf(place.charAt(end)) < 0) {
            end++;
        }
        return place.substring(0, end);
    }

    private static String parent(String place) {
        return place.substring(0, place.lastIndexOf('/'));
    }
}
