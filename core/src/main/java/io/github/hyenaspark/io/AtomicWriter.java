package io.github.hyenaspark.io;

import io.github.hyenaspark.io.Storage.Content;
import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/** How complete bytes appear under a name all at once; every kind of store has its own way. */
sealed interface AtomicWriter permits LinkWriter, RenameWriter, ConditionalWriter {
    default boolean createExclusively(Path path, byte[] content) throws IOException {
        return write(path, out -> out.write(content));
    }

    /** Creates a file whose name belongs to its content; false if it exists, and then leaves it alone. */
    boolean write(Path path, Content content) throws IOException;

    void replace(Path path, byte[] content) throws IOException;

    default boolean keepsFirst(Path path) throws IOException {
        return true;
    }

    /** A hidden name beside the final one, so that a rename stays within one directory. */
    static String temporaryName(String name) {
        return "." + name + "." + UUID.randomUUID() + ".tmp";
    }
}
