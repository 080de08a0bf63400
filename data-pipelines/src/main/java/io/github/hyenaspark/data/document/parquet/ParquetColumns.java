package io.github.hyenaspark.data.document.parquet;

import io.github.hyenaspark.data.document.SourceConfig;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.schema.MessageType;

/**
 * The columns of a file that the settings name.
 *
 * @param config the settings
 * @param text column of the texts
 * @param others the user's columns and that of the identifiers, each once
 */
record ParquetColumns(SourceConfig config, ParquetColumn text, List<ParquetColumn> others) {
    /**
     * Finds them.
     *
     * @throws IllegalArgumentException if one is missing or of an unfit type
     */
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
