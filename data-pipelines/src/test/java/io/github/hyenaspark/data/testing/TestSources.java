package io.github.hyenaspark.data.testing;

import io.github.hyenaspark.data.document.SourceConfig;
import java.util.List;

/** The defaults of {@code data.source}: format by name, a text file is a document, JSON lines have {@code text}. */
public final class TestSources {
    private TestSources() {}

    public static SourceConfig defaults() {
        return new SourceConfig(
                SourceConfig.SourceFormat.AUTO,
                List.of(),
                SourceConfig.TextDocuments.FILE,
                "",
                "text",
                "",
                List.of(),
                defaultFasta());
    }

    public static SourceConfig.Fasta defaultFasta() {
        return new SourceConfig.Fasta(SourceConfig.NRuns.KEEP, 50, SourceConfig.LowerCase.KEEP, "");
    }
}
