package io.github.hyenaspark.jobs.testing;

import io.github.hyenaspark.data.document.Document;
import io.github.hyenaspark.data.document.DocumentStep;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Changes no text, but at the second document of a unit it makes the first attempt fail, once the first document has
 * been counted. Where the system property {@link #FOLDER} is set; files there tell where it has stumbled.
 */
public final class StumblingStep implements DocumentStep {
    public static final String FOLDER = "hyena.test.stumble";

    private final String folder = System.getProperty(FOLDER, "");
    private int documents;

    @Override
    public String name() {
        return "stumbling";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public InputStream apply(Document document, InputStream text) throws IOException {
        documents++;
        if (documents == 2 && !folder.isEmpty()) {
            String place = document.path() + " at " + document.position();
            String name = UUID.nameUUIDFromBytes(place.getBytes(StandardCharsets.UTF_8))
                    .toString();
            Path mark = Path.of(folder).resolve(name);
            if (!Files.exists(mark)) {
                Files.writeString(mark, place);
                throw new IOException("stumbled over " + place);
            }
        }
        return text;
    }
}
