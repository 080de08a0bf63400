package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.SourceConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
        if (!config.extensions().isEmpty()) {
            String lower = path.toLowerCase(Locale.ROOT);
            String plain = name.toLowerCase(Locale.ROOT);
            return config.extensions().stream().anyMatch(ending -> plain.endsWith(ending) || lower.endsWith(ending));
        }
        return config.format() == SourceConfig.SourceFormat.TEXT
                || formats(config)
                        .anyMatch(format -> format.isNameOf(name)
                                && (format != SourceConfig.SourceFormat.PARQUET
                                        || compression == InputFile.Compression.NONE));
    }

    /** Whether a name is that of JSON, which may be lines or not. */
    static boolean isJson(String path) {
        return InputFile.Compression.of(path)
                .plainName(path)
                .toLowerCase(Locale.ROOT)
                .endsWith(".json");
    }

    /** The files that {@link #isInput} accepts, as part of a sentence. */
    static String expected(SourceConfig config) {
        boolean byFormat = config.extensions().isEmpty();
        if (byFormat && config.format() == SourceConfig.SourceFormat.TEXT) {
            return "at least one file";
        }
        List<String> all = byFormat
                ? formats(config).flatMap(format -> format.endings().stream()).toList()
                : config.extensions();
        int last = all.size() - 1;
        return "at least one " + (last == 0 ? "" : String.join(", ", all.subList(0, last)) + " or ") + all.get(last)
                + " file";
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
