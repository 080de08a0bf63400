package io.github.hyenaspark.data.document;

import io.github.hyenaspark.data.document.input.FileFormat;
import java.util.List;
import java.util.Locale;

/** What kind of files an input has. Which one a single file is says {@link FileFormat}. */
public enum SourceFormat {
    /** Each file's name says it; a name that says nothing is text. */
    AUTO(""),
    /** UTF-8. */
    TEXT(".txt"),
    /** A JSON object on every line. */
    JSONL(".jsonl .ndjson"),
    /** Apache Parquet. */
    PARQUET(".parquet"),
    /** Sequences of nucleotides or amino acids under header lines. */
    FASTA(".fa .fasta .fna");

    private final String endings;

    SourceFormat(String endings) {
        this.endings = endings;
    }

    /** How names of its files end, in lower case, without the ending of an archive. */
    public List<String> endings() {
        return List.of(endings.split(" "));
    }

    /** Whether a file of this name looks like one of these. */
    public boolean isNameOf(String plainName) {
        String name = plainName.toLowerCase(Locale.ROOT);
        return endings().stream().anyMatch(name::endsWith);
    }
}
