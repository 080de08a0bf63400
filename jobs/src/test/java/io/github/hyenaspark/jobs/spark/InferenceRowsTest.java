package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.Scorer.Detail;
import io.github.hyenaspark.model.Batch;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class InferenceRowsTest {
    private static final int L = 256;
    private static final Tokenizer BYTES = Tokenizer.of("bytes");
    private static HyenaLanguageModel model = createModel();

    private static HyenaLanguageModel createModel() {
        Settings settings = Settings.load(List.of(
                "model.d-model=16",
                "model.n-layer=2",
                "model.l-max=" + L,
                "model.filter.width=8",
                "model.filter.emb=5"));
        return HyenaLanguageModel.create(settings.bind("model", ModelConfig.class), 256, 1);
    }

    @BeforeAll
    static void parametersThatTellTokensApart() {
        float[] theta = model.parameters();
        for (int i = 0; i < theta.length; i++) {
            theta[i] *= 3;
        }
        model.parameters(theta);
    }

    private static String text(int number, int bytes) {
        var text = new StringBuilder();
        for (int word = 0; text.length() < bytes; word++) {
            text.append((char) ('a' + (word * (number + 3) + word / 5) % 23)).append(word % 7 == 0 ? ' ' : 'e');
        }
        return text.substring(0, bytes);
    }

    private static Inference.Rows<Scorer.DocumentScore> rows(Iterator<Row> documents, int overlap, int batchSize) {
        var inference = new Scorer(new SequenceBatcher.Windows(L, overlap), Detail.TOKENS);
        var runs = new SequenceBatcher<>(model, inference, BYTES, L, batchSize);
        return new Inference.Rows<>(
                new TextRows.DataFrameTexts(documents, 1, row -> row.get(0)), BYTES, inference, runs);
    }

    private static List<Row> scored(List<Row> documents, int overlap, int batchSize) {
        List<Row> scored = new ArrayList<>();
        rows(documents.iterator(), overlap, batchSize).forEachRemaining(scored::add);
        return scored;
    }

    private static List<Row> documents(int... bytes) {
        return IntStream.range(0, bytes.length)
                .mapToObj(i -> RowFactory.create("d" + i, text(i, bytes[i])))
                .toList();
    }

    /** The loss of every target of one document, each computed with its context alone in a batch. */
    private static double[] plain(String text, int overlap) {
        int[] ids = Arrays.copyOf(BYTES.encode(text.getBytes(StandardCharsets.UTF_8)), text.length() + 1);
        ids[text.length()] = BYTES.endOfDocument();
        double[] nats = new double[text.length()];
        for (int from = 0; from == 0 || from + overlap < text.length(); from += L - overlap) {
            int inputs = Math.min(L, text.length() - from);
            int[] targets = Arrays.copyOfRange(ids, from + 1, from + 1 + inputs);
            double[] losses = model.losses(new Batch(Arrays.copyOfRange(ids, from, from + inputs), targets, 1, inputs))
                    .nats();
            for (int at = from == 0 ? 0 : overlap; at < inputs; at++) {
                nats[from + at] = losses[at];
            }
        }
        return nats;
    }

    /** One task may have the rows of many partitions, each of which takes the model anew. */
    @Test
    void theModelIsGivenBackAtTheEndOfTheRowsOnce() {
        int[] given = new int[1];
        var lent = new SentModel.Lent(rows(documents(5, 70).iterator(), 0, 4), () -> given[0]++);
        lent.next();
        assertThat(lent.hasNext()).isTrue();
        lent.next();
        assertThat(given[0]).isZero();
        assertThat(lent.hasNext()).isFalse();
        assertThat(lent.hasNext()).isFalse();
        assertThat(given[0]).isEqualTo(1);
        lent.end(true);
        assertThat(given[0]).as("at the end of the task").isEqualTo(1);

        var unread = new SentModel.Lent(rows(documents(5, 70).iterator(), 0, 4), () -> given[0]++);
        unread.next();
        unread.end(false);
        assertThat(given[0]).as("of a task that failed").isEqualTo(1);
    }

    @Test
    void aScoreIsThatOfTheModelAlone() {
        int[] bytes = {1, 2, 63, 64, 65, 255, 256, 257, 300, 700};
        List<Row> documents = documents(bytes);
        for (int overlap : new int[] {0, 100, L / 2, L - 1}) {
            List<Row> scored = scored(documents, overlap, 4);
            for (int i = 0; i < bytes.length; i++) {
                double[] expected = plain(documents.get(i).getString(1), overlap);
                Row row = scored.get(i);
                assertThat(row.getString(0)).isEqualTo("d" + i);
                assertThat(row.getLong(1)).isEqualTo(bytes[i]);
                double nats = Arrays.stream(expected).sum();
                assertThat(row.getDouble(2)).as("%d bytes", bytes[i]).isCloseTo(nats, within(1e-6 * nats));
                assertThat(row.getDouble(3)).isEqualTo(row.getDouble(2) / bytes[i]);
                assertThat(row.getDouble(5)).isEqualTo(row.getDouble(3) / Math.log(2)); // a token is a byte
                float[] losses = row.getAs(6);
                assertThat(losses).hasSize(bytes[i]);
                for (int at = 0; at < bytes[i]; at++) {
                    assertThat((double) losses[at]).isCloseTo(expected[at], within(2e-5)); // float logits
                }
            }
        }
    }

    @Test
    void whatElseIsInABatchChangesNoBit() {
        List<Row> documents = documents(700, 20, 30, 300, 5, 257, 90, 1000, 64, 64);
        List<Row> together = scored(documents, 64, 4);
        for (int i = 0; i < documents.size(); i++) {
            Row alone = scored(documents.subList(i, i + 1), 64, 3).get(0);
            assertThat(alone.getDouble(2)).isEqualTo(together.get(i).getDouble(2));
            assertThat((float[]) alone.getAs(6)).isEqualTo(together.get(i).getAs(6));
        }
    }

    @Test
    @Tag("process")
    void fewDocumentsAreReadBeforeTheirRowsAreTaken() {
        int count = 3000;
        int[] read = new int[1];
        Iterator<Row> documents = IntStream.range(0, count)
                .mapToObj(i -> {
                    read[0]++;
                    return RowFactory.create(i, text(i, i % 100 == 0 ? 300 : 30));
                })
                .iterator();
        Iterator<Row> rows = rows(documents, 0, 16);
        for (int taken = 0; taken < count; taken++) {
            assertThat(rows.next().getInt(0)).isEqualTo(taken);
            assertThat(read[0] - taken).isLessThan(600);
        }
        assertThat(rows.hasNext()).isFalse();
    }

    /** Sequences of the short one's length come no more, so its batch does not fill. */
    @Test
    @Tag("process")
    void longDocumentsDoNotPileUpBehindAShortOne() {
        int count = 60;
        int bytes = 10 * L;
        int[] read = new int[1];
        Iterator<Row> documents = IntStream.range(0, count)
                .mapToObj(i -> {
                    read[0]++;
                    return RowFactory.create(i, text(i, i == 0 ? 30 : bytes));
                })
                .iterator();
        Iterator<Row> rows = rows(documents, 0, 4);
        int batches = 16 * 4 * L;
        for (int taken = 0; taken < count; taken++) {
            assertThat(rows.next().getInt(0)).isEqualTo(taken);
            assertThat((read[0] - taken) * bytes).as("tokens under way").isLessThan(batches + 2 * bytes);
        }
        assertThat(rows.hasNext()).isFalse();
    }

    /** Spark's threads that feed other processes may compute when their task is over already. */
    @Test
    void aModelIsNotFreeWhileAnotherThreadComputesWithIt() throws Exception {
        var texts = new HeldTexts(documents(70, 300).iterator());
        var inference = new Scorer(new SequenceBatcher.Windows(L, 0), Detail.TOKENS);
        var rows = new Inference.Rows<>(texts, BYTES, inference, new SequenceBatcher<>(model, inference, BYTES, L, 4));
        CompletableFuture<Boolean> computing = CompletableFuture.supplyAsync(rows::hasNext);
        texts.entered.await();
        assertThat(rows.close()).as("whether the model is free").isFalse();
        assertThat(texts.closed).as("documents that are being read").isFalse();
        texts.held.countDown();
        assertThatThrownBy(computing::get).hasRootCauseMessage("the task of these rows has ended");
        assertThat(texts.closed).isTrue();
        assertThatThrownBy(rows::hasNext).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aModelIsFreeBetweenTwoRows() throws IOException {
        var texts = new HeldTexts(documents(70, 300).iterator());
        texts.held.countDown();
        var inference = new Scorer(new SequenceBatcher.Windows(L, 0), Detail.TOKENS);
        var rows = new Inference.Rows<>(texts, BYTES, inference, new SequenceBatcher<>(model, inference, BYTES, L, 4));
        rows.next();
        assertThat(rows.close()).isTrue();
        assertThat(texts.closed).isTrue();
        assertThatThrownBy(rows::next).hasMessage("the task of these rows has ended");
    }

    /** Texts whose reading waits. */
    private static final class HeldTexts implements TextRows {
        private final TextRows rest;
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch held = new CountDownLatch(1);
        private volatile boolean closed;

        HeldTexts(Iterator<Row> documents) {
            rest = new TextRows.DataFrameTexts(documents, 1, row -> row.get(0));
        }

        @Override
        public Optional<TextRow> next() throws IOException {
            entered.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
            return rest.next();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static List<Row> embedded(List<Row> documents, int overlap, Pooling pooling) {
        var inference = new Embedder(new SequenceBatcher.Windows(L, overlap), pooling);
        var runs = new SequenceBatcher<>(model, inference, BYTES, L, 4);
        List<Row> embedded = new ArrayList<>();
        new Inference.Rows<>(
                        new TextRows.DataFrameTexts(documents.iterator(), 1, row -> row.get(0)), BYTES, inference, runs)
                .forEachRemaining(embedded::add);
        return embedded;
    }

    /** The vectors at the inputs of one sequence alone, input by input. */
    private static float[][] vectors(String text) {
        int[] ids = BYTES.encode(text.getBytes(StandardCharsets.UTF_8));
        float[] all = new float[ids.length * 16];
        Batch batch = new Batch(ids, new int[ids.length], 1, ids.length);
        model.readNormedOutput(batch, normed -> normed.read(0, all, all.length));
        float[][] vectors = new float[ids.length][16];
        for (int i = 0; i < all.length; i++) {
            vectors[i % ids.length][i / ids.length] = all[i];
        }
        return vectors;
    }

    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSize(16);
        for (int d = 0; d < 16; d++) {
            assertThat((double) found[d]).isCloseTo(expected[d], within(2e-5)); // lengths differ, and so do transforms
        }
    }

    @Test
    void vectorsAreThoseOfTheModelAtTheTokensAsked() {
        List<Row> documents = documents(1, 70, 256, 600, 0);
        List<Row> last = embedded(documents, 100, new Pooling.Last());
        List<Row> mean = embedded(documents, 100, new Pooling.Mean());
        List<Row> some = embedded(documents, 100, new Pooling.Positions(new long[] {300, 0, 69}));
        for (int i = 0; i < 3; i++) {
            float[][] expected = vectors(documents.get(i).getString(1));
            assertThat(last.get(i).getLong(1)).isEqualTo(expected.length);
            assertClose(last.get(i).getAs(2), expected[expected.length - 1]);
            float[] sum = new float[16];
            for (float[] vector : expected) {
                for (int d = 0; d < 16; d++) {
                    sum[d] += vector[d] / expected.length;
                }
            }
            assertClose(mean.get(i).getAs(2), sum);
            float[][] found = some.get(i).getAs(2);
            assertClose(found[1], expected[0]);
            assertThat(found[0]).isNull();
            assertThat(found[2] == null).isEqualTo(expected.length <= 69);
        }
        // the long one: sequences of 256 begin at 0, 156, 312 and 468
        String text = documents.get(3).getString(1);
        assertClose(last.get(3).getAs(2), vectors(text.substring(468))[131]);
        assertClose(some.get(3).<float[][]>getAs(2)[0], vectors(text.substring(156, 412))[144]);
        assertThat(last.get(4).getLong(1)).isZero();
        assertThat(last.get(4).isNullAt(2)).isTrue();
        assertThat(mean.get(4).isNullAt(2)).isTrue();
    }

    @Test
    void whatCannotBeScoredHasItsReasonAndAnEmptyTextItsEnd() {
        List<Row> documents =
                List.of(RowFactory.create("null", null), RowFactory.create("empty", ""), RowFactory.create("one", "a"));
        List<Row> scored = scored(documents, 0, 2);
        assertThat(scored.get(0).getString(7)).isEqualTo("the text is null");
        assertThat(IntStream.range(1, 7).allMatch(scored.get(0)::isNullAt)).isTrue();
        assertThat(scored.get(1).getLong(1))
                .as("the end is the first token, and has no target before it")
                .isZero();
        assertThat(scored.get(1).isNullAt(3)).isTrue();
        assertThat(scored.get(1).isNullAt(7)).isTrue();
        assertThat(scored.get(2).getLong(1)).isEqualTo(1);
    }
}
