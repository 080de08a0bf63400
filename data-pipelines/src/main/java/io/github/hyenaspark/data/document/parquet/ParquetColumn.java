package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.document.SourceConfig.WrongColumnException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveStringifier;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** A column, named as in the settings; one inside others is named with dots, for example {@code meta.url}. */
record ParquetColumn(String name, ColumnDescriptor descriptor) {
    private static final long JULIAN_DAY_OF_1970 = 2_440_588;
    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final long NANOS_PER_MICRO = 1000;
    private static final PrimitiveStringifier TIME = Types.required(PrimitiveTypeName.INT64)
            .as(LogicalTypeAnnotation.timestampType(true, LogicalTypeAnnotation.TimeUnit.MICROS))
            .named("time")
            .stringifier();
    private static final List<LogicalTypeAnnotation> TEXTS = List.of(
            LogicalTypeAnnotation.stringType(), LogicalTypeAnnotation.jsonType(), LogicalTypeAnnotation.enumType());

    /** Finds a column with one value per row; refuses a missing or repeated one in the name of {@code setting}. */
    static ParquetColumn find(MessageType schema, String name, String setting, String uri) {
        List<ColumnDescriptor> columns = schema.getColumns();
        boolean hasMany = columns.stream()
                .anyMatch(column -> (path(column) + ".").startsWith(name + ".") && column.getMaxRepetitionLevel() > 0);
        if (hasMany) {
            throw new WrongColumnException(setting, uri, "many values per row in column \"" + name + "\"", "one");
        }
        Optional<ColumnDescriptor> found =
                columns.stream().filter(column -> path(column).equals(name)).findFirst();
        if (found.isEmpty()) {
            List<String> all = columns.stream()
                    .filter(column -> column.getMaxRepetitionLevel() == 0)
                    .map(ParquetColumn::path)
                    .toList();
            throw new WrongColumnException(setting, uri, "no column \"" + name + "\"", "one of " + all);
        }
        return new ParquetColumn(name, found.get());
    }

    ParquetColumn ofText(String setting, String uri) {
        boolean text = type().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && (isPlain() || TEXTS.contains(type().getLogicalTypeAnnotation()));
        if (!text) {
            throw new WrongColumnException(setting, uri, type().toString(), "a string or binary column");
        }
        return this;
    }

    Optional<byte[]> nextBytes(ColumnReader reader) {
        Optional<byte[]> value = isNull(reader)
                ? Optional.empty()
                : Optional.of(reader.getBinary().getBytesUnsafe());
        reader.consume();
        return value;
    }

    /** Takes the row's value as text, whatever its type: numbers in decimal, dates and times as ISO 8601. */
    Optional<String> nextText(ColumnReader reader) {
        Optional<String> value = isNull(reader) ? Optional.empty() : Optional.of(text(reader));
        reader.consume();
        return value;
    }

    private boolean isNull(ColumnReader reader) {
        return reader.getCurrentDefinitionLevel() < descriptor.getMaxDefinitionLevel();
    }

    private String text(ColumnReader reader) {
        var stringifier = type().stringifier();
        return switch (type().getPrimitiveTypeName()) {
            case BOOLEAN -> stringifier.stringify(reader.getBoolean());
            case INT32 -> stringifier.stringify(reader.getInteger());
            case INT64 -> stringifier.stringify(reader.getLong());
            case FLOAT -> stringifier.stringify(reader.getFloat());
            case DOUBLE -> stringifier.stringify(reader.getDouble());
            case BINARY ->
                isPlain()
                        ? new String(reader.getBinary().getBytesUnsafe(), StandardCharsets.UTF_8)
                        : stringifier.stringify(reader.getBinary());
            case INT96 -> time(reader.getBinary());
            case FIXED_LEN_BYTE_ARRAY -> stringifier.stringify(reader.getBinary());
        };
    }

    /** A time as Spark, Hive and Impala write it: nanoseconds of the day, then the Julian day, little-endian. */
    private static String time(Binary binary) {
        ByteBuffer bytes = binary.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long nanos = bytes.getLong();
        long days = bytes.getInt() - JULIAN_DAY_OF_1970;
        return TIME.stringify(days * MICROS_PER_DAY + nanos / NANOS_PER_MICRO);
    }

    private PrimitiveType type() {
        return descriptor.getPrimitiveType();
    }

    /** Whether the file gives the bytes no logical type; old writers give texts none. */
    private boolean isPlain() {
        return type().getLogicalTypeAnnotation() == null;
    }

    private static String path(ColumnDescriptor column) {
        return String.join(".", column.getPath());
    }

    /** The columns of a file that the settings name: the text, and once each the user's and that of the identifiers. */
    record ParquetColumns(SourceConfig config, ParquetColumn text, List<ParquetColumn> others) {
        static ParquetColumns of(MessageType schema, SourceConfig config, String uri) {
            ParquetColumn text = ParquetColumn.find(schema, config.textField(), "text-field", uri)
                    .ofText("text-field", uri);
            Stream<ParquetColumn> id = Stream.of(config.idField())
                    .filter(name -> !name.isEmpty())
                    .map(name -> ParquetColumn.find(schema, name, "id-field", uri));
            Stream<ParquetColumn> columns =
                    config.columns().stream().map(name -> ParquetColumn.find(schema, name, "columns", uri));
            return new ParquetColumns(
                    config, text, Stream.concat(id, columns).distinct().toList());
        }
    }
}
