package io.github.hyenaspark.data.prepare.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.prepare.segment.KnownFiles.Known;
import io.github.hyenaspark.data.prepare.unit.WorkUnit;
import io.github.hyenaspark.data.shard.ObjectRef;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.data.shard.snapshot.Totals;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownFilesTest {
    private static final Storage STORAGE = Storage.local();

    @TempDir
    Path dataset;

    private static InputFile file(String path, long modifiedMillis, String etag) {
        return new InputFile(path, "s3a://bucket/" + path, 5, modifiedMillis, etag);
    }

    private Segment.Entry segment(String id, List<InputFile> files) throws IOException {
        var entry = new Segment.Entry(
                new ObjectRef("segments/" + id + ".json", 1, "0".repeat(64)), List.of(), null, Totals.NONE);
        var unit = new WorkUnit(
                "u-" + id, files.stream().map(file -> new Slice(file, 0, 5)).toList());
        SegmentInputs.write(STORAGE, dataset.toString(), entry, List.of(unit));
        return entry;
    }

    /** As datasets know tags that Hadoop 3.4 had listed. */
    @Test
    void aTagInQuotesIsTheSameTag() throws IOException {
        Segment.Entry quoted = segment("a", List.of(file("one", 1, "\"tag\"")));
        Segment.Entry plain = segment("b", List.of(file("two", 1, "tag")));
        KnownFiles known = KnownFiles.of(STORAGE, dataset.toString(), List.of(quoted, plain));
        for (String path : List.of("one", "two")) {
            assertThat(known.look(file(path, 2, "tag"))).isEqualTo(Known.SAME);
            assertThat(known.look(file(path, 2, "other"))).isEqualTo(Known.CHANGED);
        }
        assertThat(known.look(file("three", 2, "tag"))).isEqualTo(Known.NEW);
        assertThat(SegmentInputs.units(STORAGE, dataset.toString(), quoted)
                        .get(0)
                        .slices()
                        .get(0)
                        .file()
                        .etag())
                .isEqualTo("tag");
    }
}
