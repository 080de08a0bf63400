package io.github.hyenaspark.data.document.input;

import io.github.hyenaspark.data.document.DocumentReader;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.fasta.FastaDocuments;
import io.github.hyenaspark.data.document.parquet.ParquetDocuments;
import io.github.hyenaspark.data.document.stream.SliceReader;
import io.github.hyenaspark.data.document.stream.SliceReader.CutException;
import io.github.hyenaspark.data.document.text.JsonLines;
import io.github.hyenaspark.data.document.text.TextFileDocuments;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Chooses the {@link DocumentReader} for a file, by its format and the settings. */
public final class DocumentReaders {
    private DocumentReaders() {}

    /**
     * Opens a slice; the caller closes the reader. IllegalArgumentException if the file cannot be read in slices, or
     * the settings' BED file is malformed. IOException if the file is gone or has changed since it was listed; the
     * reader and its texts throw it too.
     */
    public static DocumentReader open(Storage storage, Slice slice, SourceConfig config) throws IOException {
        return open(storage, slice, config, Long.MAX_VALUE);
    }

    /**
     * The same, but of a slice with more than {@code most} stored bytes only so many are read: then comes a
     * {@link CutException}. Of Parquet, whose rows lie in large groups, all are.
     */
    public static DocumentReader open(Storage storage, Slice slice, SourceConfig config, long most) throws IOException {
        InputFile file = slice.file();
        FileFormat format = FileFormat.of(file.path(), config);
        if (!format.splittable() && !slice.isWhole()) {
            throw new IllegalArgumentException("file " + file.uri() + " is read whole, found the slice [" + slice.from()
                    + ", " + slice.to() + ") of " + file.bytes() + " bytes");
        }
        if (format.format() == SourceConfig.SourceFormat.PARQUET) {
            return ParquetDocuments.open(storage, slice, config);
        }
        int before = format.format() == SourceConfig.SourceFormat.TEXT ? TextFileDocuments.bytesBefore(config) : 1;
        SliceReader reader = SliceReader.open(storage, slice, format.compression(), before, most);
        try {
            return switch (format.format()) {
                case JSONL -> new JsonLines(reader, config);
                case FASTA -> FastaDocuments.of(storage, reader, config);
                default -> TextFileDocuments.of(reader, config);
            };
        } catch (IOException | IllegalArgumentException e) {
            reader.close();
            throw e;
        }
    }

    /** How one file is read. Its format is never AUTO; slices of a splittable file may be read independently. */
    public record FileFormat(SourceConfig.SourceFormat format, InputFile.Compression compression, boolean splittable) {
        private static final Pattern TAR = Pattern.compile(".*\\.(tar(\\.[^./]+)?|tgz|tzst)");

        public static FileFormat of(String path, SourceConfig config) {
            InputFile.Compression compression = InputFile.Compression.of(path);
            SourceConfig.SourceFormat format = format(compression.plainName(path), config);
            if (format == SourceConfig.SourceFormat.PARQUET && compression != InputFile.Compression.NONE) {
                throw new IllegalArgumentException("data.input: found Parquet in an archive, " + path
                        + ", expected a file that ends in .parquet; Parquet compresses its pages itself, so unpack it");
            }
            if (format == SourceConfig.SourceFormat.TEXT && isTar(path)) {
                throw new IllegalArgumentException("data.input: found an archive of tar, " + path
                        + ", expected the files that are in it; unpack it");
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
                return config.extensions().stream()
                        .anyMatch(ending -> plain.endsWith(ending) || lower.endsWith(ending));
            }
            return (config.format() == SourceConfig.SourceFormat.TEXT && !isTar(path))
                    || formats(config)
                            .anyMatch(format -> format.isNameOf(name)
                                    && (format != SourceConfig.SourceFormat.PARQUET
                                            || compression == InputFile.Compression.NONE));
        }

        private static boolean isTar(String path) {
            return TAR.matcher(path.toLowerCase(Locale.ROOT)).matches();
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
                    ? formats(config)
                            .flatMap(format -> format.endings().stream())
                            .toList()
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
}
