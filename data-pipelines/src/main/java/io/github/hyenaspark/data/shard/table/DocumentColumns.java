package io.github.hyenaspark.data.shard.table;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;

import io.github.hyenaspark.io.CorruptFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The columns of a document table: ours, in this order, then the user's, which are optional strings. */
final class DocumentColumns {
    static final String ID = "document_id";
    static final String CONTENT_HASH = "content_hash";
    static final String PATH = "path";
    static final String POSITION = "position";
    static final String SPLIT = "split";
    static final String DOCUMENT = "document";
    static final String TOKENS = "tokens";
    static final String BYTES = "bytes";
    static final String SIGNATURE = "signature";

    private static final String SCHEMA = "document";
    private static final List<Type> OURS = List.of(
            text(ID),
            text(CONTENT_HASH),
            text(PATH),
            number(POSITION, PrimitiveTypeName.INT64),
            text(SPLIT),
            number(DOCUMENT, PrimitiveTypeName.INT32),
            number(TOKENS, PrimitiveTypeName.INT64),
            number(BYTES, PrimitiveTypeName.INT64),
            Types.optional(PrimitiveTypeName.BINARY).named(SIGNATURE));

    private DocumentColumns() {}

    /**
     * The schema of a table with these columns of the user's.
     *
     * @throws IllegalArgumentException if one is unnamed or has the name of another, ignoring case as SQL does
     */
    static MessageType schema(List<String> columns) {
        List<Type> types = new ArrayList<>(OURS);
        Set<String> taken = new TreeSet<>(OURS.stream().map(Type::getName).toList());
        for (String column : columns) {
            if (column.isBlank() || !taken.add(column.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("the document table cannot have a further column \"" + column
                        + "\", expected a name other than " + taken + "; rename it in the input or leave it out");
            }
            types.add(Types.optional(PrimitiveTypeName.BINARY).as(stringType()).named(column));
        }
        return new MessageType(SCHEMA, types);
    }

    /**
     * The user's columns of a file's schema.
     *
     * @throws CorruptFileException if ours differ
     */
    static List<String> columnsOf(MessageType found, String uri) throws CorruptFileException {
        List<Type> types = found.getFields();
        if (types.size() < OURS.size() || !types.subList(0, OURS.size()).equals(OURS)) {
            throw new CorruptFileException(uri, "the columns " + OURS, types.toString(), "run prepare again");
        }
        return types.subList(OURS.size(), types.size()).stream()
                .map(Type::getName)
                .toList();
    }

    static MessageType projection(List<String> names) {
        return new MessageType(
                SCHEMA,
                OURS.stream().filter(type -> names.contains(type.getName())).toList());
    }

    private static Type text(String name) {
        return Types.required(PrimitiveTypeName.BINARY).as(stringType()).named(name);
    }

    private static Type number(String name, PrimitiveTypeName type) {
        return Types.required(type).named(name);
    }
}
