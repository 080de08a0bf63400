package io.github.hyenaspark.data.document.clean;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.data.testing.TextSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MinHashTest {
    private static final double LANES = 112;
    // by the formulas of the class description, in Python
    private static final int GOLDEN_SIGNATURE = -1361363419;
    private static final long GOLDEN_BAND = 0xF6EBBC6238125BADL;

    /** The estimate's error is binomial: standard deviation sqrt(s(1-s)/112); the mean of many errors is near 0. */
    @Test
    void theEstimateIsNearTheTrueResemblance() throws IOException {
        List<String> words = words();
        double sumOfErrors = 0;
        int pairs = 400;
        for (int seed = 0; seed < pairs; seed++) {
            var random = new Random(seed);
            List<String> one = words.subList(seed * 20, seed * 20 + 50 + random.nextInt(1000));
            List<String> other = changed(one, random.nextDouble() * random.nextDouble() * 0.4, random);
            double truth = resemblance(one, other);
            double estimate = similarity(signature(one), signature(other));
            double deviation = Math.sqrt(truth * (1 - truth) / LANES);

            assertThat(estimate).as("seed %d", seed).isCloseTo(truth, within(4.5 * deviation + 1e-9));
            sumOfErrors += estimate - truth;
        }
        // 400 errors of at most 0.047 each: their mean has a standard deviation of at most 0.0024
        assertThat(sumOfErrors / pairs).isCloseTo(0, within(0.008));
    }

    @Test
    void equalTextsHaveEqualSignaturesHoweverTheyAreCut() {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            byte[] text = TextSamples.random(random, 300).getBytes(UTF_8);
            var whole = new MinHash();
            whole.accept(text, 0, text.length);
            var cut = new MinHash();
            TextSamples.showInPieces(text, random, cut::accept);

            assertThat(cut.signature()).as("seed %d", seed).isEqualTo(whole.signature());
        }
    }

    @Test
    void theOrderOfShinglesIsIrrelevant() {
        String[] parts = {"one two three four five", "six seven eight nine ten", "one two three four five"};
        // parts of five words each, apart by repeated words that make the same shingles on both sides
        String glue = " x x x x x x x x x ";
        byte[] forward = signature(List.of((parts[0] + glue + parts[1] + glue + parts[0]).split(" ")));
        byte[] repeated = signature(
                List.of((parts[0] + glue + parts[1] + glue + parts[0] + glue + parts[1] + glue + parts[0]).split(" ")));

        assertThat(repeated).isEqualTo(forward);
    }

    @Test
    void caseAndPunctuationDoNotCount() {
        byte[] signature = signature("The quick brown fox jumps over the lazy d\u00F6g.");

        assertThat(signature("  the QUICK, brown-fox\njumps (over) the lazy D\u00D6G"))
                .isEqualTo(signature);
        assertThat(signature("the quick brown fox jumps over the lazy cat")).isNotEqualTo(signature);
    }

    @Test
    void aTextOfFewWordsIsOneShingle() {
        assertThat(similarity(signature("a b c d"), signature("A b. c d!"))).isEqualTo(1);
        assertThat(similarity(signature("a b c d"), signature("b c d"))).isLessThan(0.1);
        assertThat(similarity(signature("a b c d e"), signature("a b c d"))).isLessThan(0.1);
    }

    @Test
    void aTextWithoutWordsResemblesNothing() {
        assertThat(signature("... !")).isEmpty();
        assertThat(MinHash.bands(signature("?"))).isEmpty();
        assertThat(similarity(signature("?"), signature("?"))).isZero();
    }

    @Test
    void chineseCharactersAreWordsOfTheirOwn() {
        String text = "\u4EBA\u4EBA\u751F\u800C\u81EA\u7531\u5728\u5C0A\u4E25\u548C\u6743\u5229\u4E0A";

        assertThat(similarity(signature(text), signature(text + "\u4E00\u5F8B")))
                .isBetween(0.6, 0.99);
    }

    @Test
    void nearDuplicatesShareABandAndOthersDoNot() throws IOException {
        List<String> words = words();
        int found = 0;
        int falsePositives = 0;
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            List<String> one = words.subList(seed * 100, seed * 100 + 400);
            found += shareABand(signature(one), signature(changed(one, 0.01, random))) ? 1 : 0;
            falsePositives +=
                    shareABand(signature(one), signature(words.subList(40_000 + seed, 40_400 + seed))) ? 1 : 0;
        }
        // 1 word of 100 changed: resemblance about 0.9, so found with 1-(1-0.9^8)^14 = 0.9996
        assertThat(found).isGreaterThanOrEqualTo(195);
        assertThat(falsePositives).isZero();
    }

    @Test
    void signaturesKeepTheirValuesBetweenReleases() {
        byte[] signature = signature("a dataset keeps its signatures for later runs");

        assertThat(signature).hasSize(448);
        assertThat(Arrays.hashCode(signature)).isEqualTo(GOLDEN_SIGNATURE);
        assertThat(MinHash.bands(signature)).hasSize(14).startsWith(GOLDEN_BAND);
    }

    @Test
    void aSignatureOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> MinHash.bands(new byte[447]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a signature has 448 bytes, or none if the text has no words; found 447");
    }

    private static boolean shareABand(byte[] one, byte[] other) {
        long[] bands = MinHash.bands(other);
        return LongStream.of(MinHash.bands(one))
                .anyMatch(key -> LongStream.of(bands).anyMatch(same -> same == key));
    }

    private static byte[] signature(List<String> words) {
        return signature(String.join(" ", words));
    }

    private static byte[] signature(String text) {
        var hash = new MinHash();
        byte[] bytes = text.getBytes(UTF_8);
        hash.accept(bytes, 0, bytes.length);
        return hash.signature();
    }

    private static List<String> changed(List<String> words, double share, Random random) {
        List<String> changed = new ArrayList<>();
        for (String word : words) {
            changed.add(random.nextDouble() < share ? "w" + random.nextInt(1 << 20) : word);
        }
        return changed;
    }

    private static double resemblance(List<String> one, List<String> other) {
        Set<List<String>> left = shingles(one);
        Set<List<String>> right = shingles(other);
        Set<List<String>> both = new HashSet<>(left);
        both.retainAll(right);
        return both.size() / (double) (left.size() + right.size() - both.size());
    }

    private static Set<List<String>> shingles(List<String> words) {
        Set<List<String>> shingles = new HashSet<>();
        for (int i = 0; i + 5 <= words.size(); i++) {
            shingles.add(words.subList(i, i + 5));
        }
        return shingles;
    }

    private static List<String> words() throws IOException {
        String text = Files.readString(Path.of("sample-corpus/austen-persuasion-1818.txt"), UTF_8);
        return List.of(
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", " ").trim().split(" "));
    }

    /** The share of equal places, an estimate of the resemblance (standard error at most 0.05); 0 without words. */
    private static double similarity(byte[] a, byte[] b) {
        int equal = 0;
        for (int at = 0; at < Math.min(a.length, b.length); at += Integer.BYTES) {
            equal += Arrays.equals(a, at, at + Integer.BYTES, b, at, at + Integer.BYTES) ? 1 : 0;
        }
        return equal / (double) (MinHash.SIGNATURE_BYTES / Integer.BYTES);
    }
}
