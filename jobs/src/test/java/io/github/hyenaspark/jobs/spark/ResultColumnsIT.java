package io.github.hyenaspark.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hyenaspark.jobs.testing.OtherApplication;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ResultColumnsIT {
    /** Predicts how many bytes a text has. */
    private static final class Lengths implements Predictor {
        private static final long serialVersionUID = 1;

        @Override
        public StructType columns() {
            return new StructType().add("length", DataTypes.IntegerType);
        }

        @Override
        public int[] tokens(InputStream text) throws IOException {
            return new int[text.readAllBytes().length];
        }

        @Override
        public List<List<Object>> predict(List<int[]> documents) {
            return documents.stream()
                    .map(tokens -> List.<Object>of(tokens.length))
                    .toList();
        }
    }

    @Test
    void severalColumnsOfOneNameStay() throws IOException {
        try (SparkSession session = OtherApplication.session("local[1]")) {
            Dataset<Row> left = session.sql("select * from values (1, 'four'), (2, null) as t(id, text)");
            Dataset<Row> right = session.sql("select * from values (1, 'a'), (2, 'b') as t(id, `a name.`)");
            Dataset<Row> joined = left.join(right, left.col("id").equalTo(right.col("id")));
            Dataset<Row> found = ResultColumns.predict(joined, "text", "result", new Lengths());
            assertThat(found.columns()).containsExactly("id", "text", "id", "a name.", "result");
            assertThat(found.sort("text").collectAsList())
                    .extracting(Row::toString)
                    .containsExactly("[2,null,2,b,[null,the text is null]]", "[1,four,1,a,[4,null]]");
        }
    }
}
