package io.github.hyenaspark.jobs.fit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hyenaspark.io.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlignmentTest {
    private static final int LENGTH = 60;
    private static final int[] SITE = {3, 0, 3, 0, 0, 3};

    /** Sequences of four letters, of which one is twice as frequent as the others, a third of them with a site. */
    private static List<int[]> sequences(boolean fixed) {
        var random = new Random(1);
        List<int[]> sequences = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int[] sequence =
                    random.ints(LENGTH, 0, 5).map(id -> Math.min(id, 3)).toArray();
            int at = fixed ? 40 : random.nextInt(LENGTH - SITE.length);
            System.arraycopy(SITE, 0, sequence, at, i % 3 == 0 ? SITE.length : 0);
            sequences.add(sequence);
        }
        return sequences;
    }

    @Test
    void aSiteIsFoundWhereItHasAPlace() {
        assertThat(Alignment.strength(sequences(true))).isGreaterThan(10);
        assertThat(Alignment.strength(sequences(false))).isBetween(-4.0, 4.0);
    }

    @ParameterizedTest
    @CsvSource({"ecoli-promoters, true", "bacillus-promoters, true", "enhancers-cv, false"})
    void windowsAroundASiteAreAlignedAndPiecesOfAGenomeAreNot(String set, boolean aligned) throws IOException {
        Path file = Path.of("../data-pipelines/labelled", set + ".jsonl.gz");
        List<int[]> sequences = new ArrayList<>();
        try (var lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode document = Json.parse(set, line.getBytes(StandardCharsets.UTF_8));
                sequences.add(document.get("sequence").textValue().chars().toArray());
            }
        }
        assertThat(Alignment.strength(sequences) > 10).isEqualTo(aligned);
        assertThat(Alignment.strength(sequences) > 2).isEqualTo(aligned);
    }

    @Test
    void rareTokensAreNoPlace() {
        List<int[]> sequences = sequences(false);
        sequences.subList(0, 20).forEach(sequence -> Arrays.fill(sequence, LENGTH - 3, LENGTH, 9));
        assertThat(Alignment.strength(sequences)).isBetween(-4.0, 4.0);
    }

    @Test
    void withoutEnoughToTellNothingIsFound() {
        assertThat(Alignment.strength(List.of())).isZero();
        assertThat(Alignment.strength(List.of(new int[] {1, 2}, new int[] {1, 3})))
                .isZero();
        assertThat(Alignment.strength(Collections.nCopies(100, new int[] {1, 1, 1})))
                .isZero();
    }
}
