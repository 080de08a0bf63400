package io.github.hyenaspark.jobs.report.page;

import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes pages of results that are elsewhere too. */
public final class PageFile {
    private static final Logger LOG = LoggerFactory.getLogger(PageFile.class);

    private PageFile() {}

    /** Draws a page. */
    @FunctionalInterface
    public interface Drawing {
        byte[] bytes() throws IOException;
    }

    /**
     * Writes a page, or warns that it cannot be drawn, as by a Java without fonts or AWT. IOException if it cannot be
     * stored.
     */
    public static void replace(Storage storage, String uri, Drawing page) throws IOException {
        byte[] drawn;
        try {
            drawn = page.bytes();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("{} could not be drawn: {}", uri, e.toString());
            storage.delete(uri); // one of before
            return;
        }
        storage.replace(uri, drawn);
    }
}
