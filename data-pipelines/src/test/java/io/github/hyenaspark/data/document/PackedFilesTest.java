package io.github.hyenaspark.data.document;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.data.document.InputFile.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedFilesTest {
    private static final List<String> ETAGS =
            List.of("", "0123456789abcdef0123456789abcdef", "ABCDEF", "abc", "checksum MD5:é", "9a9a-2");

    @Test
    void slicesAreUnpackedAsTheyWere() {
        var random = new Random(1);
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            InputFile file = file(random, "s3a://bucket/" + (random.nextInt(8) == 0 ? "déjà/" : "web/"));
            long from = random.nextLong(file.bytes() + 1);
            slices.add(new Slice(file, from, from + random.nextLong(file.bytes() - from + 1)));
        }
        PackedSlices packed = PackedSlices.of(slices);

        assertThat(packed.list()).isEqualTo(slices);
        assertThat(packed).isEqualTo(PackedSlices.of(packed.list()));
        assertThat(packed).isNotEqualTo(PackedSlices.of(slices.subList(1, slices.size())));
        assertThat(PackedSlices.of(List.of()).list()).isEmpty();
    }

    @Test
    void aListedFileTakesFortyBytes() {
        List<Slice> slices = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String path = "2026/11/part-%08d.jsonl.gz".formatted(i);
            slices.add(new InputFile(
                            path, "s3a://bucket/crawl/" + path, 1 << 20, 1_700_000_000_000L + 977L * i, ETAGS.get(1))
                    .whole());
        }

        assertThat(PackedSlices.of(slices).bytes().length).isLessThan(40 * slices.size());
    }

    @Test
    void sortingMergesWhatIsInOrderAlready() {
        var random = new Random(2);
        for (int runs : new int[] {0, 1, 2, 40}) {
            var packed = new PackedFiles();
            List<InputFile> files = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                List<InputFile> some = new ArrayList<>();
                for (int i = random.nextInt(700); i >= 0; i--) {
                    some.add(file(random, "hdfs://name/in/"));
                }
                some.sort(Comparator.comparing(InputFile::path));
                files.addAll(some);
                packed.addAll(some);
            }
            assertThat(packed).containsExactlyElementsOf(files).hasSameSizeAs(files);
            files.sort(Comparator.comparing(InputFile::path));
            assertThat(packed.sorted()).containsExactlyElementsOf(files).hasSameSizeAs(files);
        }
    }

    private static InputFile file(Random random, String root) {
        String path = "%x/%x😀.txt".formatted(random.nextInt(4), random.nextLong());
        long bytes = random.nextLong(1L << (1 + random.nextInt(61)));
        return new InputFile(path, root + path, bytes, random.nextLong(), ETAGS.get(random.nextInt(ETAGS.size())));
    }
}
