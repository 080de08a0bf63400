package io.github.hyenaspark.jobs.spark;

import io.github.hyenaspark.config.Settings;
import io.github.hyenaspark.data.token.Tokenizer;
import io.github.hyenaspark.jobs.spark.run.TrainedRun;
import io.github.hyenaspark.jobs.spark.task.ExecutorState;
import io.github.hyenaspark.jobs.spark.task.ExecutorState.ModelUse;
import io.github.hyenaspark.model.HyenaLanguageModel;
import io.github.hyenaspark.model.ModelConfig;
import io.github.hyenaspark.train.config.TrainConfig;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;

/**
 * A trained model on its way to executors, each of which gets the parameters once. It crosses the wire in closures, as
 * text and plain arrays, so it does not matter which serializer an application has.
 */
final class SentModel implements Serializable {
    private static final long serialVersionUID = 1;
    private static final List<String> SECTIONS = List.of("model", "train");

    private final String settings;
    private final int threads;
    private final String tokenizerFingerprint;
    private final String tokenizerName;
    private final byte[] tokenizerFile;
    private final Broadcast<float[]> theta;

    private SentModel(String settings, int threads, Tokenizer tokenizer, Broadcast<float[]> theta) {
        this.settings = settings;
        this.threads = threads;
        this.tokenizerFingerprint = tokenizer.fingerprint();
        this.tokenizerName = tokenizer.name();
        this.tokenizerFile = tokenizer.file();
        this.theta = theta;
    }

    /** Sends a model; its tasks use as many threads as they have cores. */
    static SentModel of(JavaSparkContext context, TrainedRun run) {
        return new SentModel(
                run.settings().renderSections(SECTIONS),
                context.getConf().getInt("spark.task.cpus", 1),
                run.tokenizer(),
                context.broadcast(run.theta()));
    }

    int longest() {
        return config().lMax();
    }

    ModelConfig config() {
        return Settings.ofJson(settings).bind("model", ModelConfig.class);
    }

    /**
     * The rows of documents, computed as they are asked for. For the task that calls this: the model is in their hands
     * until their end, or that of the task, when the documents are closed.
     */
    <R extends Inference.Result> Iterator<Row> rows(TextRows texts, Inference<R> inference) throws IOException {
        Settings trained = Settings.ofJson(settings);
        ModelConfig config = trained.bind("model", ModelConfig.class);
        ExecutorState executor = ExecutorState.ofThisProcess();
        Tokenizer tokenizer = executor.tokenizer(tokenizerFingerprint, tokenizerName, tokenizerFile);
        var use = ModelUse.forward(config, tokenizer.vocabularySize(), threads);
        HyenaLanguageModel model = executor.borrow(use);
        model.parameters(theta.value());
        int batchSize = trained.bind("train", TrainConfig.class).batchSize();
        var runs = new SequenceBatcher<>(model, inference, tokenizer, config.lMax(), batchSize);
        var rows =
                new Lent(new Inference.Rows<>(texts, tokenizer, inference, runs), () -> executor.giveBack(use, model));
        TaskContext.get().addTaskCompletionListener(context -> {
            rows.end(context.isCompleted() && !context.isFailed() && !context.isInterrupted());
        });
        return rows;
    }

    /**
     * Rows with a model that was lent to them. One task may have those of many partitions, as after a {@code coalesce},
     * one after the other: each takes the model that the one before has given back.
     */
    static final class Lent implements Iterator<Row> {
        private final Inference.Rows<?> rows;
        private final Runnable giveBack;
        private boolean given; // guarded by this

        Lent(Inference.Rows<?> rows, Runnable giveBack) {
            this.rows = rows;
            this.giveBack = giveBack;
        }

        @Override
        public boolean hasNext() {
            if (isGiven()) {
                return false;
            }
            boolean more = rows.hasNext();
            if (!more) {
                end(true);
            }
            return more;
        }

        @Override
        public Row next() {
            if (isGiven()) {
                throw new NoSuchElementException("all documents have been taken");
            }
            return rows.next();
        }

        private synchronized boolean isGiven() {
            return given;
        }

        /** Gives the model back, once, if all went well and no other thread computes. */
        synchronized void end(boolean well) {
            if (!given && close(rows) && well) {
                given = true;
                giveBack.run();
            }
        }

        private static boolean close(Inference.Rows<?> rows) {
            try {
                return rows.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static void close(TextRows texts) {
        try {
            texts.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
