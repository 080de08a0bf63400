package io.github.hyenaspark.data.shard.quarantine;

import com.github.luben.zstd.ZstdInputStream;
import io.github.hyenaspark.data.shard.RowSink;
import io.github.hyenaspark.data.shard.SpoolFile;
import io.github.hyenaspark.io.CorruptFileException;
import io.github.hyenaspark.io.Json;
import io.github.hyenaspark.io.Storage;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what a {@link QuarantineWriter} wrote. */
public final class Quarantine {
    /** The folder of all quarantines in a dataset. */
    public static final String FOLDER = "quarantine";

    private Quarantine() {}

    /**
     * The first entry, of the bad ones if there are any.
     *
     * @throws FileNotFoundException if there is no such file
     * @throws CorruptFileException if it is damaged
     */
    public static Optional<QuarantineEntry> first(Storage storage, String uri) throws IOException {
        List<QuarantineEntry> bad = new ArrayList<>(1);
        List<QuarantineEntry> any = new ArrayList<>(1);
        read(storage, uri, entry -> {
            if (any.isEmpty()) {
                any.add(entry);
            }
            if (bad.isEmpty() && entry.kind() == QuarantineEntry.Kind.BAD) {
                bad.add(entry);
            }
        });
        return bad.isEmpty() ? any.stream().findFirst() : bad.stream().findFirst();
    }

    /**
     * Gives every entry, in the order in which they were written. The file is checked against the hash in its name.
     *
     * @throws FileNotFoundException if there is no such file
     * @throws CorruptFileException if it is damaged
     */
    public static void read(Storage storage, String uri, RowSink<QuarantineEntry> entries) throws IOException {
        try (SpoolFile file = SpoolFile.copyOf(storage, uri);
                var text = new InputStreamReader(new ZstdInputStream(file.input(0)), StandardCharsets.UTF_8);
                var lines = new BufferedReader(text)) {
            long number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String where = uri + " line " + number++;
                entries.accept(
                        QuarantineEntry.fromJson(Json.parse(where, line.getBytes(StandardCharsets.UTF_8)), where));
            }
        }
    }
}
