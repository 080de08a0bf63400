package io.github.hyenaspark.jobs.spark.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.prepare.DataConfig;
import io.github.hyenaspark.data.prepare.DatasetSpec;
import io.github.hyenaspark.data.prepare.duplicate.DuplicateSearch;
import io.github.hyenaspark.data.prepare.segment.SegmentWriter;
import io.github.hyenaspark.data.shard.snapshot.DatasetSnapshot;
import io.github.hyenaspark.data.shard.snapshot.Segment;
import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.testing.OtherApplication;
import io.github.hyenaspark.jobs.testing.SmallRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkDuplicatesIT {
    private static final int DOCUMENTS = 40;

    @TempDir
    Path directory;

    private List<String> settings() {
        return List.of(
                "data.input=" + directory.resolve("input"),
                "data.dataset=" + directory.resolve("dataset"),
                "data.unit-bytes=1000",
                "data.validation-fraction=0",
                "data.clean.duplicates=near");
    }

    private void write(int document, String text) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("input")).resolve(document + ".txt"), text.repeat(9));
    }

    /** A shuffle writes the run that one task wrote; one of another content would be refused. */
    @Test
    void aShuffleSortsAsOneTaskDoes() throws IOException {
        for (int document = 0; document < DOCUMENTS; document++) {
            write(document, "the words of " + document + " and no other. ");
            write(DOCUMENTS + document, "the words of " + document / 2 + " and no other. ");
        }
        List<String> words = new ArrayList<>(settings());
        words.add(0, "prepare");
        assertThat(SmallRun.bare("local[2]", words).json().get("duplicates").intValue())
                .isGreaterThanOrEqualTo(DOCUMENTS);

        Storage storage = Storage.local();
        DatasetSpec spec = DatasetSpec.of(storage, Settings.load(settings()).bind("data", DataConfig.class));
        String dataset = spec.config().dataset();
        DatasetSnapshot snapshot = DatasetSnapshot.newest(storage, dataset);
        List<Segment.Entry> segments = SegmentWriter.of(storage, dataset, snapshot);
        var search = new DuplicateSearch(spec, segments, List.of(), Set.of(0));
        assertThat(search.units()).hasSizeGreaterThan(1);
        try (SparkSession session = OtherApplication.session("local[2]")) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(session.sparkContext());
            DuplicateSearch.Result ofOneTask = new SparkDuplicates(context, any -> true).find(search);
            DuplicateSearch.Result shuffled = new SparkDuplicates(context, any -> false).find(search);
            assertThat(ofOneTask.runs()).isEqualTo(snapshot.keys());
            assertThat(ofOneTask.marked()).containsExactly(new DuplicateSearch.Marked(0, segments.get(0)));
            assertThat(shuffled).isEqualTo(ofOneTask);
        }
    }
}
