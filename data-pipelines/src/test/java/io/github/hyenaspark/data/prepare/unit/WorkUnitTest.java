package io.github.hyenaspark.data.prepare.unit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.document.InputFile.Slice;
import io.github.hyenaspark.data.document.SourceConfig;
import io.github.hyenaspark.data.prepare.DataConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkUnitTest {
    private static final SourceConfig SOURCE =
            Settings.load(List.of()).bind("data", DataConfig.class).source();

    @Test
    void aUnitEndsBeforeItWouldPassTheConfiguredBytes() {
        List<InputFile> files = files(".txt", 4, 6, 1, 30, 0, 9, 2);
        List<WorkUnit> units = WorkUnit.cut(files, SOURCE, 10);

        assertThat(units.stream()
                        .map(unit -> unit.slices().stream()
                                .map(slice -> slice.to() - slice.from())
                                .toList()))
                .containsExactly(List.of(4L, 6L), List.of(1L), List.of(30L), List.of(0L, 9L), List.of(2L));
        List<InputFile> all = new ArrayList<>();
        units.forEach(unit -> unit.slices().forEach(slice -> all.add(slice.file())));
        assertThat(all).isEqualTo(files);
    }

    @Test
    void aUnitEndsAfterItsMostFiles() {
        List<WorkUnit> empty = WorkUnit.cut(files(".txt", new long[2 * WorkUnit.MOST_FILES + 1]), SOURCE, 10);

        assertThat(empty).extracting(unit -> unit.packed().count()).containsExactly(4096, 4096, 1);
        assertThat(WorkUnit.cut(files(".txt", new long[WorkUnit.MOST_FILES]), SOURCE, 10))
                .hasSize(1);
    }

    @Test
    void aLargeFileIsCutWhereItsFormatAllowsIt() {
        List<WorkUnit> units = WorkUnit.cut(files(".jsonl", 4, 25, 3), SOURCE, 10);
        InputFile large = files(".jsonl", 4, 25).get(1);

        assertThat(units.subList(1, 4))
                .containsExactly(
                        new WorkUnit(List.of(new Slice(large, 0, 10))),
                        new WorkUnit(List.of(new Slice(large, 10, 20))),
                        new WorkUnit(List.of(new Slice(large, 20, 25))));
        assertThat(units).hasSize(5);
        assertThat(WorkUnit.cut(files(".jsonl.gz", 25), SOURCE, 10)).hasSize(1);
    }

    @Test
    void theNameIsOfPlacesAndTheKeyOfStates() {
        WorkUnit unit = unit(new InputFile("0", "0", 5, 0, ""), 5);
        WorkUnit longer = unit(new InputFile("0", "0", 6, 0, ""), 5);
        WorkUnit later = unit(new InputFile("0", "0", 5, 1, ""), 5);
        WorkUnit other = unit(new InputFile("1", "1", 5, 0, ""), 5);

        assertThat(List.of(longer.name(), later.name())).containsOnly(unit.name());
        assertThat(List.of(
                        other.name(), unit(new InputFile("0", "0", 5, 0, ""), 4).name()))
                .doesNotContain(unit.name());
        assertThat(List.of(unit.key(), longer.key(), later.key())).doesNotHaveDuplicates();
    }

    private static WorkUnit unit(InputFile file, long to) {
        return new WorkUnit(List.of(new Slice(file, 0, to)));
    }

    private static List<InputFile> files(String suffix, long... bytes) {
        List<InputFile> files = new ArrayList<>();
        for (int i = 0; i < bytes.length; i++) {
            files.add(new InputFile(i + suffix, "file:/" + i + suffix, bytes[i], 0, ""));
        }
        return files;
    }
}
