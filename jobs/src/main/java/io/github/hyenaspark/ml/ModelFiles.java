package io.github.hyenaspark.ml;

import io.github.hyenaspark.io.Storage;
import io.github.hyenaspark.jobs.fit.FittedModel;
import io.github.hyenaspark.jobs.spark.task.SparkStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiFunction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWriter;

/** Saved models: Spark's metadata, and beside them a directory {@code model} with the files that {@code fit} writes. */
final class ModelFiles {
    private ModelFiles() {}

    private static Storage storage(SparkContext context) {
        return SparkStorage.of(JavaSparkContext.fromSparkContext(context));
    }

    private static String model(String path) {
        return Storage.resolve(path, "model");
    }

    static final class Writer extends MLWriter {
        private final MLWriter metadata;
        private final FittedModel model;

        Writer(MLWriter metadata, FittedModel model) {
            this.metadata = metadata;
            this.model = model;
        }

        @Override
        public void saveImpl(String path) {
            metadata.session(sparkSession()).saveImpl(path);
            try {
                model.write(storage(sc()), model(path));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write a model to " + path, e);
            }
        }
    }

    /**
     * Reads models.
     *
     * @param <M> their class
     */
    static final class Reader<M> extends MLReader<M> {
        private final MLReader<M> metadata;
        private final BiFunction<M, FittedModel, M> whole;

        Reader(MLReader<M> metadata, BiFunction<M, FittedModel, M> whole) {
            this.metadata = metadata;
            this.whole = whole;
        }

        @Override
        public M load(String path) {
            M described = metadata.session(sparkSession()).load(path);
            try {
                return whole.apply(described, FittedModel.read(storage(sc()), model(path)));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read a model from " + path, e);
            }
        }
    }
}
