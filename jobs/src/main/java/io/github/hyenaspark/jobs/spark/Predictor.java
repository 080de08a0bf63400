package io.github.hyenaspark.jobs.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** What predicts something of documents, in tasks. */
public interface Predictor extends Serializable {
    /** The columns of a prediction. */
    StructType columns();

    /** The tokens of a text in UTF-8, at least one. */
    int[] tokens(InputStream text) throws IOException;

    /** The values of {@link #columns} for each document, by its tokens. */
    List<List<Object>> predict(List<int[]> documents);
}
