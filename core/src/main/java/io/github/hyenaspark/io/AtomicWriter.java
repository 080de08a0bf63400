package io.github.hyenaspark.io;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.Path;

/** How complete bytes appear under a name all at once: each kind of store has its own way. */
sealed interface AtomicWriter permits LinkWriter, RenameWriter, ConditionalWriter {
    /** Creates a file unless it exists; true if this call created it. */
    boolean createExclusively(Path path, byte[] content) throws IOException;

    /** Creates an object whose name belongs to its content; false if a file was there, which then stays as it is. */
    boolean write(Path path, Content content) throws IOException;

    /** Creates a file or takes the place of the one that is there. */
    void replace(Path path, byte[] content) throws IOException;

    /**
     * Whether of two writers that create one file at the same time the second is refused, tried with a file that is
     * deleted afterwards.
     */
    boolean keepsFirst(Path path) throws IOException;

    /** A hidden name beside the final one, so that a rename stays within one directory. */
    static String temporaryName(String name) {
        return "." + name + "." + UUID.randomUUID() + ".tmp";
    }
}
