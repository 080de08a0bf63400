package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.io.FileInfo;
import io.github.hyenaspark.io.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;

/** Finds an input's files: documents in and below a directory, by their names, or all that a glob matches. */
public final class InputListing {
    private static final String GLOB = "*?[{";

    private InputListing() {}

    /** The files of a directory, a file or a glob, sorted by path; refuses a missing input or one without documents. */
    public static List<InputFile> files(Storage storage, String input, SourceConfig config) throws IOException {
        List<FileInfo> found;
        try {
            found = storage.find(input);
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("data.input: " + e.getMessage(), e);
        }
        String place = storage.qualify(input);
        boolean literal = storage.exists(input);
        boolean single = found.size() == 1 && found.get(0).uri().equals(place);
        boolean directory = literal && !single;
        String root = directory ? place : parent(literal ? place : beforeGlob(place));
        String prefix = root.endsWith("/") ? root : root + "/";
        List<InputFile> files = found.stream()
                .filter(file -> !directory || FileFormat.isInput(file.uri(), config))
                .map(file -> InputFile.of(file.uri().substring(prefix.length()), file))
                .sorted(Comparator.comparing(InputFile::path))
                .toList();
        if (files.isEmpty()) {
            throw new IllegalArgumentException("data.input: " + place + " has no documents, expected at least one "
                    + (directory
                            ? FileFormat.endings(config) + " file in it (other files: " + found.size() + ")"
                            : "file that matches"));
        }
        return files;
    }

    /** The path up to its first special character, which all matches share. */
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
