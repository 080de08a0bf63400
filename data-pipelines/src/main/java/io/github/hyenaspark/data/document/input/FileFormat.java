package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** How one file is read. Its format is never AUTO; slices of a splittable file may be read independently. */
public record FileFormat(SourceConfig.SourceFormat format, InputFile.Compression compression, boolean splittable) {
    public static FileFormat of(String path, SourceConfig config) {
        InputFile.Compression compression = InputFile.Compression.of(path);
        SourceConfig.SourceFormat format = format(compression.plainName(path), config);
        if (format == SourceConfig.SourceFormat.PARQUET && compression != InputFile.Compression.NONE) {
            throw new IllegalArgumentException("data.input: found Parquet in an archive, " + path
                    + ", expected a file that ends in .parquet; Parquet compresses its pages itself, so unpack it");
        }
        boolean wholeText =
                format == SourceConfig.SourceFormat.TEXT && config.documents() == SourceConfig.TextDocuments.FILE;
        return new FileFormat(format, compression, compression == InputFile.Compression.NONE && !wholeText);
    }

    static boolean isInput(String path, SourceConfig config) {
        InputFile.Compression compression = InputFile.Compression.of(path);
        String name = compression.plainName(path);
        return formats(config)
                .anyMatch(format -> format.isNameOf(name)
                        && (format != SourceConfig.SourceFormat.PARQUET || compression == InputFile.Compression.NONE));
    }

    /** The endings of names that {@link #isInput} accepts, as part of a sentence. */
    static String endings(SourceConfig config) {
        List<String> all =
                formats(config).flatMap(format -> format.endings().stream()).toList();
        int last = all.size() - 1;
        return last == 0 ? all.get(0) : String.join(", ", all.subList(0, last)) + " or " + all.get(last);
    }

    private static SourceConfig.SourceFormat format(String plainName, SourceConfig config) {
        return formats(config)
                .filter(format -> config.format() == format || format.isNameOf(plainName))
                .findFirst()
                .orElse(SourceConfig.SourceFormat.TEXT);
    }

    private static Stream<SourceConfig.SourceFormat> formats(SourceConfig config) {
        return Arrays.stream(SourceConfig.SourceFormat.values())
                .filter(format -> config.format() == SourceConfig.SourceFormat.AUTO
                        ? format != SourceConfig.SourceFormat.AUTO
                        : format == config.format());
    }
}
