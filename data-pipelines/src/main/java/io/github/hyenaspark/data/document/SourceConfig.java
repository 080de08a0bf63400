package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.input.DocumentReaders.FileFormat;
import io.github.hyenaspark.io.Refusal;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The section {@code data.source}, how input is read; {@code reference.conf} describes its keys. Extensions are in
 * lower case with their dot.
 */
public record SourceConfig(
        SourceFormat format,
        List<String> extensions,
        TextDocuments documents,
        String separator,
        String textField,
        String idField,
        List<String> columns,
        Fasta fasta)
        implements Serializable {
    private static final int LONGEST_SEPARATOR = 1024;
    private static final Pattern ENDING = Pattern.compile("[^\\s/*?]*[^\\s/*?.]");

    public SourceConfig {
        boolean line = separator.indexOf('\n') < 0 && separator.indexOf('\r') < 0;
        Refusal.unless(line, "data.source.separator", "an end of line in it", "a single line");
        boolean fits = separator.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SEPARATOR;
        String characters = separator.length() + " characters";
        Refusal.unless(fits, "data.source.separator", characters, "at most " + LONGEST_SEPARATOR + " bytes");
        Refusal.unless(!textField.isEmpty(), "data.source.text-field", "nothing", "the name of a field");
        boolean alone = !textField.equals(idField) && !columns.contains(textField);
        String twice = "\"" + textField + "\", which is an id-field or one of columns too";
        Refusal.unless(alone, "data.source.text-field", twice, "the text to be neither");
        boolean named = new HashSet<>(columns).size() == columns.size() && !columns.contains("");
        Refusal.unless(named, "data.source.columns", columns, "different names that are not empty");
        columns = Collections.unmodifiableList(new ArrayList<>(columns));
        boolean endings =
                extensions.stream().allMatch(ending -> ENDING.matcher(ending).matches());
        Refusal.unless(endings, "data.source.extensions", extensions, "endings of file names, such as [md, py]");
        List<String> dotted = new ArrayList<>();
        extensions.forEach(
                ending -> dotted.add(ending.replaceFirst("^[.]?", ".").toLowerCase(Locale.ROOT)));
        extensions = Collections.unmodifiableList(dotted);
    }

    public SourceConfig withFasta(Fasta other) {
        return new SourceConfig(format, extensions, documents, separator, textField, idField, columns, other);
    }

    /**
     * All that decides which documents the input's files have, as text; a BED file counts by its content, not its
     * place.
     */
    public Map<String, String> identity() {
        return Map.of(
                "source.format", format.name(),
                "source.documents", documents.name(),
                "source.separator", separator,
                "source.text-field", textField,
                "source.id-field", idField,
                "source.columns", String.join(", ", columns),
                "source.fasta.n-runs", fasta.nRuns().name(),
                "source.fasta.n-run-bases", Integer.toString(fasta.nRunBases()),
                "source.fasta.lower-case", fasta.lowerCase().name());
    }

    /** The section {@code data.source.fasta}. */
    public record Fasta(NRuns nRuns, int nRunBases, LowerCase lowerCase, String bed) implements Serializable {
        static final int LONGEST_N_RUN_BASES = 1 << 16;

        public Fasta {
            boolean fits = nRunBases >= 1 && nRunBases <= LONGEST_N_RUN_BASES;
            Refusal.unless(fits, "data.source.fasta.n-run-bases", nRunBases, "1 to " + LONGEST_N_RUN_BASES);
        }
    }

    /** Lower-case letters in FASTA, which usually mark repeats, stay or each become {@code #}. */
    public enum LowerCase {
        KEEP,
        MASK
    }

    /** Long runs of unknown bases, N, in FASTA stay, become {@code #} each, or split the record into documents. */
    public enum NRuns {
        KEEP,
        MASK,
        SPLIT
    }

    /** The format of an input's files; {@link FileFormat} decides for a single file. */
    public enum SourceFormat {
        /** By each file's name; text if the name tells nothing. */
        AUTO(""),
        TEXT(".txt"),
        JSONL(".jsonl .ndjson .json"),
        PARQUET(".parquet"),
        /** Sequences of nucleotides or amino acids under header lines. */
        FASTA(".fa .fasta .fna");

        private final String endings;

        SourceFormat(String endings) {
            this.endings = endings;
        }

        /** Lower-case endings of its files' names, without that of an archive. */
        public List<String> endings() {
            return List.of(endings.split(" "));
        }

        public boolean isNameOf(String plainName) {
            String name = plainName.toLowerCase(Locale.ROOT);
            return endings().stream().anyMatch(name::endsWith);
        }
    }

    /** A document of a text file: the file, a non-empty line without its end, or the lines between separator lines. */
    public enum TextDocuments {
        FILE,
        LINE,
        SEPARATOR
    }

    /**
     * A setting does not fit its file, such as the name of a column that the file lacks: an error of the user, even
     * where an executor finds it. The message names the setting.
     */
    public static class WrongSettingException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        public WrongSettingException(String message) {
            super(message);
        }
    }

    /** A file of columns lacks one that the settings name, or has another kind of it. */
    public static final class WrongColumnException extends WrongSettingException {
        private static final long serialVersionUID = 1L;

        private final String reason;

        /** {@code setting} is the last part of its key. */
        public WrongColumnException(String setting, String uri, String found, String expected) {
            super("data.source." + setting + ": " + uri + " has " + found + ", expected " + expected);
            this.reason = "the file has " + found + " (data.source." + setting + ")";
        }

        /** The same of a file among others that the settings fit. */
        public String reason() {
            return reason;
        }
    }
}
