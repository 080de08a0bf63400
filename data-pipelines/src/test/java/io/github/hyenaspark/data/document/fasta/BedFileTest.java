package io.github.hyenaspark.data.document.fasta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.hyenaspark.data.document.InputFile;
import io.github.hyenaspark.data.testing.Readings;
import io.github.hyenaspark.io.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BedFileTest {
    @TempDir
    Path directory;

    private BedFile load(String content) throws IOException {
        InputFile file = new Readings(directory).file("a.bed", content);
        return BedFile.load(Storage.local(), file.uri());
    }

    @Test
    void intervalsOfAContigComeByTheirStart() throws IOException {
        BedFile bed = load("b\t5\t9\tval\na\t7\t8\ttest\na\t0\t7\tvalidation\nb\t9\t10\ttrain\n");

        assertThat(bed.intervals("a"))
                .containsExactly(new BedFile.Interval(0, 7, "validation", 3), new BedFile.Interval(7, 8, "test", 2));
        assertThat(bed.intervals("b"))
                .containsExactly(new BedFile.Interval(5, 9, "validation", 1), new BedFile.Interval(9, 10, "train", 4));
        assertThat(bed.intervals("c")).isEmpty();
    }

    @Test
    void aMarkOfTheByteOrderIsNoPartOfTheFirstName() throws IOException {
        assertThat(load("\uFEFFa\t0\t7\ttrain\n").intervals("a")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            a 1 2; line 1: found 3 columns in \"a\t1\t2\", expected contig, start, end and split with tabs between them
            a x 2 train; line 1: found start \"x\" and end \"2\", expected numbers
            a 1 -2 train; line 1: found start \"1\" and end \"-2\", expected numbers
            a 2 2 train; line 1: found start 2 and end 2, expected the end after the start
            a 1 2 dev; line 1: found split \"dev\", expected train, valid, validation or test
            """)
    void aWrongLineIsNamed(String line, String problem) {
        assertThatThrownBy(() -> load(line.replace(' ', '\t')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("data.source.fasta.bed: file:" + directory + "/a.bed, " + problem);
    }

    @Test
    void overlappingIntervalsAreRefusedWithBothLines() {
        assertThatThrownBy(() -> load("#\na\t5\t9\ttrain\nb\t0\t9\ttrain\na\t0\t6\tvalid\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(
                        "a.bed, line 4: its interval and that of line 2 have bases in common:" + " [0, 6) and [5, 9)");
    }
}
